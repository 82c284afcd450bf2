# recipes.sh: serves an application's tables by slapd-pgsql-new, as the page that it writes says.
need perl ldapwhoami
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"

# A database of this name, with the tables and rows of standard input, in PostgreSQL as start_postgres starts it.
application() { # NAME
    DATABASE=$1
    [ -n "$POSTGRES" ] || start_postgres
    q "CREATE DATABASE \"$DATABASE\""
    database -f - >/dev/null
}
database() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t -v ON_ERROR_STOP=1 -d "$DATABASE" "$@"; }

administrator() { echo "host=$T/pg port=$PGPORT user=postgres dbname=$DATABASE"; }
wizard() { env BACK_PGSQL_MODULE="$MODULE" perl "$PROJECT/packaging/slapd-pgsql-new" --uri "$(administrator)" "$@" </dev/null; } # OPTION…

# slapd with the configuration that the wizard wrote.
serve() {
    [ -z "$SLAPD" ] || stop_slapd
    unset URI
    start_slapd - < <(sed "s|^pidfile .*|pidfile $T/slapd.pid|" "$T/new.$DATABASE/slapd.conf")
    settled
}

# Runs the wizard, then its scripts in the order of its page, and starts slapd with its configuration. What the wizard prints is in $OUT.
new_directory() { # OPTION…
    local new=$T/new.$DATABASE script command
    expect 0 wizard --out "$new" "$@"
    # As the page says; a role with a password cannot create others, so that the superuser does it.
    while read -r command; do
        script=${command##*<}
        case $command in
            su\ *) (cd "$new" && bash -c "$command") ;;
            *) database -f "$new/$script" ;;
        esac >/dev/null 2>"$T/script.err" </dev/null || fail "$script: $(<"$T/script.err")"
    done < <(grep -E '^    .*psql .*<[a-z]+\.sql$' "$new/README")
    serve
    base=$(sed -n 's/^suffix "\(.*\)"/\1/p' "$new/slapd.conf")
}

bind_as() { ldapwhoami -x -H "$URI" -D "uid=$1,ou=people,$base" -w "$2"; }    # NAME PASSWORD
logs_in() { expect 0 bind_as "$@"; }                                        # NAME PASSWORD
refuses() { expect 49 bind_as "$@"; }                                       # NAME PASSWORD
entry() { search -b "$base" "$1" "${@:2}" | sed '/^dn: /d; /^$/d'; }             # FILTER ATTRIBUTE…: its values, in any order
members() { entry "(cn=$1)" memberUid | sed -n 's/^memberUid: //p' | sort | xargs -d '\n'; } # GROUP: with numbers
groups_of() { dns -b "ou=groups,$base" "(|(memberUid=$1)(member=uid=$1,ou=people,$base))" | sed -n 's/^cn=\([^,]*\),.*/\1/p' | xargs -d '\n'; } # NAME

# Whether the triggers that the wizard wrote report what SQL changes. Applications write the time of a login, which no query reads.
reports() { contains "$(database -c 'LISTEN back_pgsql' -c "$1")" 'notification "back_pgsql"'; }       # SQL
reports_nothing() { lacks "$(database -c 'LISTEN back_pgsql' -c "$1")" 'notification "back_pgsql"'; } # SQL
