# shown.sh: turns what a directory shows into searches for each of its values, which must find exactly the entries that show it.

# found_as_shown WHAT ATTRIBUTE…: each value is also asked for together with its negation and beside a value that no entry has.
found_as_shown() {
    local what=$1
    shift
    search -b "$base" '*' + >"$T/shown.ldif"
    perl - "$T/shown.ldif" "$@" >"$T/expected" 2>"$T/filters" <<'END_OF_PERL' || fail "$what: the entries cannot be read"
        use MIME::Base64;
        my ($file, %wanted) = (shift, map { lc $_ => 1 } @ARGV);
        my $exact = qr/^(?:memberuid|homedirectory|loginshell|.*timestamp)$/i; # case matters
        my ($dn, %shown);
        open my $in, '<', $file or die;
        while (<$in>) {
            my ($attribute, $coded, $value) = /^([^:]+):(:?) (.*)$/ or next;
            $value = decode_base64($value) if $coded;
            if ($attribute eq 'dn') { $dn = $value; next }
            next if !$wanted{ lc $attribute };
            my $same = join ' ', split ' ', $attribute =~ $exact ? $value : lc $value;
            $same =~ s/([^A-Za-z0-9=,.@ \/_+:-])/sprintf '\\%02x', ord $1/ge;
            $shown{"($attribute=$same)"}{$dn} = 1;
        }
        keys %shown or die;
        for my $filter (sort keys %shown) {
            my ($attribute) = $filter =~ /\((.*?)=/;
            my @dns = sort keys %{ $shown{$filter} };
            for ([$filter, @dns], ["(&$filter(!$filter))"], ["(|$filter($attribute=cn=nobody,dc=nowhere))", @dns]) {
                print STDERR substr($_->[0], 1, -1), "\n";
                print join("\n  ", @$_), "\n";
            }
        }
END_OF_PERL
    ldapsearch -x -o ldif-wrap=no -H "$URI" -b "$base" -f "$T/filters" '(%s)' 1.1 >"$T/answers" 2>&1 || fail "$what: $(tail -n 3 "$T/answers")"
    perl -MMIME::Base64 -ne 'if (/^# filter: (.*)$/) { print @dns ? (sort @dns) : (); @dns = (); print "$1\n" }
        push @dns, "  " . ($1 ? decode_base64($2) : $2) . "\n" if /^dn:(:?) (.*)$/; END { print sort @dns }' "$T/answers" >"$T/found"
    same "$(<"$T/expected")" "$(<"$T/found")" "$what: the values' entries"
}
