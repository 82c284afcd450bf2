# filters.sh: compares what many searches find, over one connection.

# each_filter BASE FILTER ATTRIBUTE: standard input has lines of a text for %s in FILTER, a tab, and the values of ATTRIBUTE that
# the search must find, sorted and separated by spaces.
each_filter() {
    local expected
    expected=$(cat)
    cut -f 1 <<<"$expected" >"$T/filters"
    expect 0 ldapsearch -x -L -o ldif-wrap=no -H "$URI" -b "$1" -f "$T/filters" "$2" "$3"
    same "$expected" "$(
        perl -e 'my ($file, $attribute) = @ARGV; my @found;
            while (<STDIN>) { /^# filter: / and push @found, []; /^\Q$attribute\E: (.*)/ and push @{$found[-1]}, $1 }
            open my $in, "<", $file or die; while (<$in>) { chomp; print "$_\t@{[sort @{shift @found // []}]}\n" }' "$T/filters" "$3" <<<"$OUT"
    )" "what filters find below $1"
}
