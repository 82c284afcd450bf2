# A serverID that another provider has is noticed also if it is changed while slapd runs.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/providers.sh"
start_providers
URI=${AT[1]}
printf '%s\n' 'dn: cn=config' 'changetype: modify' 'replace: olcServerID' 'olcServerID: 2' | as_config ldapmodify
eventually 20 grep -qF '[feed-number-taken] 2' "$T/log1"
as_consumer() { timeout 5 ldapsearch -x -LLL -H "$URI" -D "cn=admin,$base" -w admin -b "$base" -E '!sync=ro' 1.1; }
expect 52 as_consumer
printf '%s\n' 'dn: cn=config' 'changetype: modify' 'replace: olcServerID' 'olcServerID: 3' | as_config ldapmodify
eventually 20 as_consumer
