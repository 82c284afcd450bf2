# slapd.conf.example and doc/cn-config.ldif are valid and serve what the four queries serve.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/virtual-users.sh"
need openssl
start_postgres
virtual_users_table
q 'GRANT virtual_users_admit TO ldap'
q 'GRANT INSERT, UPDATE, DELETE ON "Users", "Groups" TO ldap; GRANT INSERT, DELETE ON "UserGroups" TO ldap' # as the example says
base=dc=example,dc=com
everything() { search -b $base "$@" '*' + | grep . | sort; }
start_slapd - < <(manager_conf)
expected=$(everything)
stop_slapd

# The example's paths and address are a deployment's, not this machine's.
mkdir "$T/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$T/tls/server.key" -out "$T/tls/server.crt" 2>/dev/null
install -m 600 <(echo pepper) "$T/pepper"
library() { # on OpenSSL, as Debian 13's slapd has it, what the example says of it
    if ldd "$(command -v slapd)" | grep -q libgnutls; then cat; else sed 's/^TLSCipherSuite NORMAL:.*/TLSProtocolMin 3.3/'; fi
}
here() {
    library | sed -e "s|/usr/lib/ldap$|$BUILD:/usr/lib/ldap|" -e "s|/etc/ldap/tls|$T/tls|" -e "s|^pidfile .*|pidfile $T/slapd.pid|" -e "s|/etc/ldap/pepper|$T/pepper|" \
        -e "s|postgres://[^ ]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|"
}
valid() { # CONF OPTIONS…
    "${PRELOAD[@]}" slaptest -f "$@" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log" >&2; fail "slaptest refuses the example"; }
    contains "$(<"$T/slaptest.log")" succeeded
}

here <"$PROJECT/slapd.conf.example" >"$T/shipped.conf"
valid "$T/shipped.conf" -u
valid "$T/shipped.conf"

sed 's/^#\([^#]\)/\1/' "$PROJECT/slapd.conf.example" | here >"$T/example.conf"
valid "$T/example.conf" -u
valid "$T/example.conf"
start_slapd "$T/example.conf"
same "$expected" "$(everything)" "the example's directory" # so what it calls defaults are the defaults
same "$expected" "$(everything -ZZ -o TLS_REQCERT=allow)" "the same by TLS"
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,$base -w bob-secret
stop_slapd

# An empty slapd, as Debian's is, takes the LDIF.
base_conf | grep -v '^module' >"$T/empty.conf"
mkdir "$T/slapd.d"
valid "$T/empty.conf" -F "$T/slapd.d"
start_slapd "$T/slapd.d"
here <"$PROJECT/doc/cn-config.ldif" >"$T/cn-config.ldif"
expect 0 as_config ldapadd -f "$T/cn-config.ldif"
same "$expected" "$(everything)" "the LDIF's directory"
expect 0 ldapwhoami -x -H "$URI" -D uid=bob,$base -w bob-secret
