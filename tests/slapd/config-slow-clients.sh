# A client that reads slowly gets a result when the configuration changed meanwhile.
. "$(dirname "$0")/../lib.sh"
need perl
[[ $(slapd -VV 2>&1) == *'slapd 2.5.'* ]] || skip "slapd 2.6 waits for such clients, with any backend"
start_postgres
export MALLOC_PERTURB_=90 # overwrites freed memory
base=dc=example,dc=com
q "INSERT INTO \"Users\" SELECT 5000 + n, 'u' || n, 2001, '/home/u', '/bin/sh', 'U', 'U', 'U', 'u' || n || '@x', NULL, 'x', 'active', NULL, NULL, now(), now()
   FROM generate_series(1, 6000) n" >/dev/null
mkdir "$T/slapd.d"
{ manager_conf | sed -e 's/^moduleload.*/&\nmoduleload ppolicy/' -e 's/"mail", /&repeat('"'x', 3000) AS description, /"
    printf '%s\n' 'sizelimit unlimited' 'access to * by * read'; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
settled

slowly() { # COMMAND…: what a client gets that reads its answer only once COMMAND has changed the configuration
    rm -f "$T/asked" "$T/go"
    perl -MIO::Socket::INET -e '
        my ($host, $folder, $base) = @ARGV;
        my $socket = IO::Socket::INET->new(PeerAddr => $host) or die;
        my $part = sub { my ($tag, $text) = @_; chr($tag) . (length $text < 128 ? "" : "\x81") . chr(length $text) . $text };
        print $socket $part->(0x30, "\x02\x01\x01" . $part->(0x63, $part->(4, $base) .
            "\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00" . $part->(0x87, "objectClass") . "\x30\x00"));
        $socket->flush;
        open my $asked, ">", "$folder/asked";
        until (-e "$folder/go") { select undef, undef, undef, 0.05 }
        my $end = "";
        while (sysread $socket, my $read, 1 << 20) {
            $end = substr $end . $read, -300;
            # SearchResultDone: the result code, no matched DN, a text
            last if $end =~ /\x65.\x0a\x01(.)\x04\x00\x04(.)(.*)/s && print ord $1, " ", substr $3, 0, ord $2;
        }' "${URI#ldap://}" "$T" "$base" >"$T/out" &
    local client=$!
    eventually 10 test -e "$T/asked"
    eventually 20 nobody_reads # the answer is longer than what the kernel holds
    within 10 expect 0 "$@"
    touch "$T/go"
    eventually 30 test -s "$T/out"
    kill "$client" 2>/dev/null || true
}
rules() { printf '%s\n' "dn: $database" 'changetype: modify' 'replace: olcAccess' "olcAccess: to * by dn.exact=cn=$1 write by * read" | as_config ldapmodify; }
slowly rules a
contains "$(<"$T/out")" "0 "
printf '%s\n' "dn: olcOverlay=ppolicy,$database" "objectClass: olcPPolicyConfig" "olcOverlay: ppolicy" >"$T/overlay.ldif"
expect 0 as_config ldapadd -f "$T/overlay.ldif"
slowly rules b
contains "$(<"$T/out")" "52 the configuration is being changed"
expect 0 as_config ldapdelete "olcOverlay={0}ppolicy,$database"
slowly as_config ldapdelete "$database"
contains "$(<"$T/out")" "52 the database was removed"
expect 32 search -b $base
