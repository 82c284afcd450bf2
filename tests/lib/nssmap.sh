# nssmap.sh: converts a file of libnss_map with slapd-pgsql-migrate.
migrate() { (cd "$T/cwd" && exec env -i PATH="$PATH" LC_ALL=C.UTF-8 perl "$PROJECT/packaging/slapd-pgsql-migrate" "$@"); }
nssmap() { printf '%s\n' "$@" >"$T/cwd/nssmap.conf"; } # LINE…
# The head of a database whose queries the settings give.
database_conf() {
    base_conf
    printf '%s\n' 'database pgsql' "suffix \"dc=example,dc=com\"" "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
}
