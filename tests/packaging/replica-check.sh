#!/bin/bash
# slapd-pgsql-replica refuses what cannot work, and check names each fault of a provider.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/certificates.sh"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
for_other_users
start_postgres
authority ca
authority other
certificate provider ca IP:127.0.0.1
free_port port
free_port first_port
free_port second_port
URI="ldap://127.0.0.1:$port ldaps://127.0.0.1:$first_port ldaps://127.0.0.1:$second_port"
first=ldaps://127.0.0.1:$first_port second=ldaps://127.0.0.1:$second_port
secure_conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
logged feed-started
echo secret >"$T/password"
replica() { expect "$1" perl "$PROJECT/packaging/slapd-pgsql-replica" "${@:2}"; }
account=(--bind-dn "$replicator" --password-file "$T/password" --ca-file "$T/ca.pem" --directory "$T/replica" --output "$T/replica.conf")
refuses() { # TEXT OPTION…: nothing is written
    replica 2 write "${account[@]}" "${@:2}"
    contains "$ERR" "$1"
    [ ! -e "$T/replica.conf" ] && [ ! -e "$T/replica" ] || fail "something was written"
}
finds() { # TEXT: check fails with it, and only with it
    replica 1 check --config "$T/replica.conf"
    same "fail: $1" "$(grep ^fail <<<"$OUT" | cut -c "1-$((${#1} + 6))")" "what check finds"
}

refuses '--provider is missing'
refuses 'is not the URI of one server' --provider "$first,$second"
refuses 'is not the URI of one server' --provider "$first"$'\nsyncrepl'
refuses 'Invalid credentials (49)' --provider "$first" --password-file <(echo wrong)
refuses 'a backslash or a control character' --provider "$first" --password-file <(echo 'a"b')
refuses "$first: its certificate is not verified" --provider "$first" --ca-file "$T/other.pem"
refuses "$first/' is given twice" --provider "$first" --provider "$first/"
refuses 'give both' --provider "$first" --certificate "$T/provider.pem"
refuses '--uri is not for write' --provider "$first" --uri ldapi:///
replica 2 write "${account[@]}" --provider "$first" --output "$T/nowhere/replica.conf"
same "slapd-pgsql-replica: '$T/nowhere/replica.schema' cannot be written: Parent directory ($T/nowhere/) does not exist" "$ERR" "what write says"

# One server at two addresses: both have its number.
replica 0 write "${account[@]}" --provider "$first" --provider "$second"
finds "$first and $second: have the same serverID 1"
replica 0 write "${account[@]}" --provider "$first" --provider ldaps://127.0.0.1:1
finds 'ldaps://127.0.0.1:1: no answer'
replica 0 write "${account[@]}" --provider "$first" --schema /etc/ldap/schema/core.schema --schema /etc/ldap/schema/cosine.schema --schema "$PROJECT/schema/rfc2307bis.schema"
replica 0 check --config "$T/replica.conf"
sed -i "s|tls_cacert=.*|tls_cacert=$T/other.pem|" "$T/replica.conf"
finds "$first: its certificate is not verified"
replica 2 lag --config "$T/replica.conf" --uri "$first" --ca-file "$T/ca.pem" --wait 0
contains "$OUT" "$first: its certificate is not verified"
replica 2 lag --config "$T/replica.conf" --warning 60 --critical 10
contains "$ERR" "--critical: '10' is less than --warning, '60'"
replica 0 write "${account[@]}" --provider "$first"
sed -i 's/credentials=.*/credentials=wrong/' "$T/replica.conf"
finds "$first: $replicator cannot log in"
replica 0 write "${account[@]}" --provider "$first"
sed -i 's/^index .*/index nosuch eq/' "$T/replica.conf"
finds "$T/replica.conf: slaptest: "
certificate replica ca IP:127.0.0.1
replica 0 write "${account[@]}" --provider "$first" --certificate "$T/replica.pem" --key "$T/replica.key"
if [ "$(id -u)" = 0 ]; then finds "$T/replica.key: user openldap cannot read it"; fi
chmod 644 "$T/replica.key"
replica 0 check --config "$T/replica.conf"
contains "$OUT" "okay: $T/replica.pem: the certificate and its key work"
replica 0 write "${account[@]}" --provider "$first" --certificate "$T/ca.pem" --key "$T/replica.key"
finds "$T/ca.pem: the certificate and $T/replica.key do not belong together"
replica 0 write "${account[@]}" --provider "$first" --suffix dc=example,dc=org
finds "$first: dc=example,dc=org cannot be copied: No such object (32)"
touch "$T/secret.conf"
chmod 0 "$T/secret.conf"
expect 2 setpriv --bounding-set=-dac_override,-dac_read_search perl "$PROJECT/packaging/slapd-pgsql-replica" check --config "$T/secret.conf"
contains "$ERR" "--config: '$T/secret.conf' cannot be read: Permission denied"

# Providers that do not let the replicator copy everything.
replica 0 write "${account[@]}" --provider "$first"
provider() { # SED-EXPRESSION
    stop_slapd
    secure_conf | sed "$1" >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
}
replica 0 write "${account[@]}" --provider "$first" --no-memberof
replica 0 check --config "$T/replica.conf"
# slapd cannot index each attribute of Debian's nis.schema.
provider 's|[^ ]*/rfc2307bis.schema|/etc/ldap/schema/nis.schema|'
logged feed-started
eventually 20 search -b $base -s base 1.1
files=(--schema /etc/ldap/schema/core.schema --schema /etc/ldap/schema/cosine.schema --schema /etc/ldap/schema/nis.schema)
for count in 0 ${#files[@]}; do
    replica 0 write "${account[@]}" --provider "$first" "${files[@]:0:$count}"
    replica 0 check --config "$T/replica.conf"
done
provider 's/^limits dn.exact=cn=replicator.*/sizelimit 12/'
logged feed-started
eventually 20 search -b $base -s base 1.1
finds "$first: $replicator gets too few entries: the provider needs"
provider "s/^pgsql-feed-passwords.*/pgsql-feed-passwords cn=other,$base/"
finds "$first: entries cannot be copied: Insufficient access (50): copies have password hashes"
# The provider stands for the replica.
replica 2 lag --config "$T/replica.conf" --uri "$first" --ca-file "$T/ca.pem" --wait 0
contains "$OUT" "$first: it gives no copies: Insufficient access (50)"
provider '/^pgsql-feed/d; /^overlay/d'
settled
finds "$first: $base cannot be copied: it shows no contextCSN"
