#!/bin/bash
# slapd-pgsql-pair takes hosts from LDAP servers, or the last answer if none answers.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/hosts.sh"
. "$TESTS/lib/certificates.sh"
need slapd perl
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
export HOME=$T/home
mkdir "$T/bin" "$HOME"
# It prints its arguments, up to the command.
cat >"$T/bin/ssh" <<'END'
#!/bin/bash
arguments=()
while [ "$1" != -- ]; do arguments+=("$1"); shift; done
echo "${arguments[*]:4} -- $2"
END
chmod +x "$T/bin/ssh"
PATH=$T/bin:$PATH

start_postgres
create_hosts "('web1', '{web,prod}', '{192.0.2.1}'), ('web2', '{web,test}', '{2001:db8::2,192.0.2.2}'), ('db1', '{db}', NULL), ('localhost', NULL, '{192.0.2.9}')"
authority ca
certificate slapd ca IP:127.0.0.1 slapd
free_port plain
free_port tls
URI="ldap://127.0.0.1:$plain ldaps://127.0.0.1:$tls"
{ hosts_conf | sed "1i TLSCertificateFile $T/slapd.pem\nTLSCertificateKeyFile $T/slapd.key"; echo 'pgsql-anonymous-search off'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
echo admin >"$T/password"
url=ldaps://127.0.0.1:$tls/ou=hosts,dc=example,dc=com
fleet() { "$PROJECT/packaging/slapd-pgsql-pair" -c "$T/ca.pem" -D cn=admin,dc=example,dc=com -y "$T/password" -f "${HOSTS:-$url}" "$@"; }

expect 0 fleet list
same 'okay::db:db1:db1
okay::-:localhost:localhost
okay::prod,web:web1:web1
okay::test,web:web2:web2' "$OUT" "all hosts"
HOSTS="$url??sub?(&(ou=web)(!(ou=test)))" expect 0 fleet list
same 'okay::prod,web:web1:web1' "$OUT" "hosts of a filter"
HOSTS="$url??one?(cn=db%31)" expect 0 fleet list
same 'okay::db:db1:db1' "$OUT" "an encoded filter"
expect 0 fleet -t +web,-test list
same 'okay::prod,web:web1:web1' "$OUT" "hosts of a tag"
# The address, with the key of the name, if the name does not resolve.
expect 0 fleet -m '^(web2|localhost|db1)$' run x
same 'okay::db:db1: -- db1
okay::-:localhost: -- localhost
okay::test,web:web2:-o HostName=2001:db8::2 -o HostKeyAlias=web2 -- web2' "$OUT" "where ssh is sent"

# Only a server with a trusted certificate is asked; what is wrong with a search is told.
authority other
refused_fleet() { expect 2 fleet "${@:2}"; contains "$ERR" "$1"; same '' "$OUT" "output"; }
HOME=$T refused_fleet "no server answers, and no earlier answer was kept: ldaps://127.0.0.1:$tls: " -c "$T/other.pem" list
HOSTS=ldap://192.0.2.1 refused_fleet "'ldap://192.0.2.1' is not an LDAP URL with a base DN" list
HOSTS="$url??sub?(cn=a?b)" refused_fleet 'write a ? of the filter as %3F' list
HOSTS="${url/hosts/none}" refused_fleet 'No such object (32)' list
HOSTS="$url??sub?(cn=none)" refused_fleet 'no server' list
echo wrong >"$T/wrong"
refused_fleet 'Invalid credentials (49)' -y "$T/wrong" list
expect 0 fleet list
kept=("$HOME"/.cache/slapd-pgsql/hosts-*)
same '600 700' "$(stat -c %a "${kept[-1]}") $(stat -c %a "$HOME/.cache/slapd-pgsql")" "the modes of what is kept"

# Values that could be used against the administrator.
q "INSERT INTO hosts VALUES ('-oProxyCommand=id', '{web}', NULL), ('a;id', '{web}', NULL), (E'b\\x1b]0;', '{web}', NULL), ('c', '{\"x y\",-web,\$(id),web}', '{\"-x\",not,192.0.2.7}')"
expect 0 fleet -t web run x
same 'web1
web2' "$(cut -d : -f 4 <<<"$OUT" | grep -v '^c$')" "hosts with good names"
contains "$OUT" 'okay::web:c:-o HostName=192.0.2.7 -o HostKeyAlias=c -- c'
for text in "'-oProxyCommand=id' is not used" "'a;id' is not used" "'b\\x1b]0;' is not used" "c: 'x y' is not a tag" "c: '\$(id)' is not a tag" "c: '-web' is not a tag"; do
    contains "$ERR" "slapd-pgsql-pair: warning: $text"
done
q "DELETE FROM hosts WHERE name !~ '^[a-z0-9]{2,}\$'"

# Another server answers; or none does, or none has a database: the last answer.
both="ldaps://127.0.0.1:1/ou=hosts,dc=example,dc=com $url"
HOSTS=$both expect 0 fleet -t web list
before=$OUT
same '' "$ERR" "warnings"
stop_postgres
HOSTS=$both expect 0 fleet -t web list
same "$before" "$OUT" "the hosts without a database"
contains "$ERR" 'warning: no server answers (ldaps://127.0.0.1:1: ldap_'
contains "$ERR" "(52)"
stop_slapd
for file in "$HOME"/.cache/slapd-pgsql/hosts-????????????????; do perl -pi -e 's/"time":\K\d+/time - 7300/e' "$file"; done
HOSTS=$both expect 0 fleet -t web list
contains "$ERR" '); the hosts are those of 20'
contains "$ERR" ', 2 h ago'
chmod -R a+w "$HOME/.cache" # what others could have written is not used
HOSTS=$both refused_fleet 'no server answers, and no earlier answer was kept: ' list
