# manual.sh: reads the examples of slapd-pgsql-guide(7), as a reader sees them.

guide=$(sed -e "s/\\\\(aq/'/g" -e 's/\\-/-/g' -e 's/\\e/\\/g' "$PROJECT/doc/slapd-pgsql-guide.7")

# block SECTION N: the Nth example of the section, with this machine's database and slapd.
block() {
    awk -v begin="$1" -v n="$2" '/^\.S[HS] / { here = $0 == ".SS " begin || $0 == ".SH " begin; at = 0 } !here { next }
        /^\.nf/ { at++; shown = 1; next } /^\.fi/ { shown = 0 } shown && at == n' <<<"$guide" |
        sed "s|postgres://[^ ]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|; s|-W|-H $URI -w change-me|; s|-x -LLL|& -H $URI|"
}

run() { expect "${CODE:-0}" bash -c "$(block "$1" "$2")"; } # a command of the page, or $CODE

# The address is known before slapd starts, for commands.
free_port port
URI=ldap://127.0.0.1:$port
base=dc=example,dc=com

serve() { # with the configuration in standard input
    { base_conf; cat; echo 'pgsql-password-hash m=64 t=1 p=1'; } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
    not_logged writes-unusable
}
as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w change-me "${@:2}"; }
