# Started by root, slapd -u uses TLS and the certificates of its own user.
. "$(dirname "$0")/../lib/own-namespace.sh"
. "$(dirname "$0")/../lib.sh"
need_namespace
need openssl
. "$TESTS/lib/certificates.sh"
[ ${#PRELOAD[@]} = 0 ] || skip "a sanitizer's runtime is not for another user"
getent passwd openldap >/dev/null || skip "there is no user openldap"

# The user's home directory, and root's, which the user cannot enter.
install -d -o openldap "$T/home" "$T/home/.postgresql" "$T/run"
mkdir -m 700 "$T/root"
sed "s|^\(openldap:.*:\)[^:]*\(:[^:]*\)\$|\1$T/home\2|" /etc/passwd >"$T/passwd"
mount --bind "$T/passwd" /etc/passwd
cp "$MODULE" "$T/run/"
authority ours
authority others
certificate right ours IP:127.0.0.1
certificate client ours DNS:client ldap
start_postgres -c ssl=on -c "ssl_cert_file=$T/right.pem" -c "ssl_key_file=$T/right.key" -c "ssl_ca_file=$T/ours.pem"
base=dc=example,dc=com
export HOME=$T/root
directory() { # PARAMETERS of the address
    [ -z "$SLAPD" ] || stop_slapd
    : >"$T/slapd.log"
    start_slapd - -u openldap -g openldap < <(manager_conf | sed -e "s|/manager\$|/manager?$1|" -e "s|$T/slapd\.|$T/run/slapd.|" -e "s|^modulepath .*|modulepath $T/run|")
}
found() { # with a session of the number of certificates of the client
    same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann"
    same "t $1" "$(q "SELECT DISTINCT ssl, client_dn FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'ldap'" | tr '|' ' ')" "sessions"
}

directory ''
found ''
logged session-opened "127.0.0.1 port $PGPORT: TLSv1.3"
not_logged session-unencrypted
directory sslmode=require
found ''

# Certificates and a password below the user's home directory are used; below another user's they are not.
cp "$T/others.pem" "$T/home/.postgresql/root.crt"
chmod 755 "$T/root"
chown nobody "$T/root"
mkdir "$T/root/.postgresql"
cp "$T/ours.pem" "$T/root/.postgresql/root.crt"
directory sslmode=verify-full
expect 52 search -b $base '(uid=ann)'
logged sessions-refused 'certificate verify failed'
cp "$T/ours.pem" "$T/home/.postgresql/root.crt"
directory sslmode=verify-full
found ''
for part in pem:crt key:key; do install -o openldap -m 600 "$T/client.${part%:*}" "$T/home/.postgresql/postgresql.${part#*:}"; done
sed -i 's/^host .*/hostssl all all 127.0.0.1\/32 cert/' "$T/pg/data/pg_hba.conf"
q 'SELECT pg_reload_conf()' >/dev/null
directory sslmode=require
found '/CN=ldap'

# What is said elsewhere goes first: the address, the environment, a HOME of the user's own.
directory "sslmode=verify-full\\&sslrootcert=$T/others.pem"
expect 52 search -b $base '(uid=ann)'
PGSSLROOTCERT=$T/others.pem directory sslmode=verify-full
expect 52 search -b $base '(uid=ann)'
mv "$T/home" "$T/moved"
HOME=$T/moved directory sslmode=verify-full
found '/CN=ldap'
