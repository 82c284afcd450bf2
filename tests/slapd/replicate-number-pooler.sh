# A provider whose serverID was taken feeds once it does not check the number anymore.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/providers.sh"
NUMBERS='1 1' SYNCPROV=$'database monitor\naccess to * by * read' start_providers
eventually 20 grep -qF '[feed-number-taken]' "$T/log1" "$T/log2"
refused=1
grep -qF '[feed-number-taken]' "$T/log1" || refused=2
URI=${AT[$refused]}
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
taken() { ldapsearch -x -LLL -H "$URI" -b cn=Databases,cn=Monitor '(olmPgFeedNumberTaken=*)' olmPgFeedNumberTaken | sed -n 's/^olmPgFeedNumberTaken: //p'; }
as_consumer() { timeout 5 ldapsearch -x -LLL -H "$URI" -D "cn=admin,$base" -w admin -b "$base" -E '!sync=ro' 1.1; }
same 1 "$(taken)" "olmPgFeedNumberTaken at first"
printf '%s\n' "dn: $database" 'changetype: modify' 'replace: olcPgPooler' 'olcPgPooler: TRUE' | as_config ldapmodify
printf '%s\n' 'dn: cn=config' 'changetype: modify' 'replace: olcServerID' 'olcServerID: 2' | as_config ldapmodify
eventually 20 as_consumer
same 0 "$(taken)" "olmPgFeedNumberTaken afterwards"
