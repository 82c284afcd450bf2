# What roles hide leaves no trace: an actor gets the answers of a directory that has only what the actor may see.
#
# COUNT=100000 SEED=1 PARTS="searches writes" tests/oracle/hiding.sh; by default a few thousand requests with a new seed each time, a
# quarter of them writes. DIRECTORY=3 has those of the third directory of the seed alone, and FIRST=17 COUNT=1 with PARTS=searches the 17th
# search of each of its actors. SKIP=PATTERN leaves out differences that are known.
. "$(dirname "$0")/../lib.sh"
need perl
seed=${SEED:-$RANDOM$RANDOM}
suffix=dc=example,dc=com
oracles=()

as_superuser() { "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 "$@"; }
conf() { # DATABASE FILE…: a slapd.conf
    local schema=/etc/ldap/schema/nis.schema
    [ "$(<"$D/schema")" = nis ] || schema=$PROJECT/schema/rfc2307bis.schema
    base_conf | sed "s|/etc/ldap/schema/nis.schema|$schema|"
    cat <<END
database pgsql
suffix "$suffix"
rootdn "cn=admin,$suffix"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/$1
END
    cat "${@:2}"
}
start_oracle() { # NUMBER
    local port
    conf "without$1" "$D/without-$1.conf" | sed 's/slapd\.pid/&-'"$1"'/; s/slapd\.args/&-'"$1"'/' >"$D/oracle-$1.conf"
    free_port port
    uris[$1]=ldap://127.0.0.1:$port
    setpriv --pdeathsig TERM -- "${PRELOAD[@]}" slapd -h "${uris[$1]}" -f "$D/oracle-$1.conf" -d 0 >"$D/oracle-$1.log" 2>&1 &
    oracles+=($!)
}
databases() { # how many: the one of the directory, and those without what is hidden
    local n commands=()
    as_superuser manager -c 'SET client_min_messages = warning' -f "$D/world.sql"
    for ((n = 0; n < $1; n++)); do
        commands+=(-c "DROP DATABASE IF EXISTS without$n WITH (FORCE)" -c "CREATE DATABASE without$n TEMPLATE manager")
    done
    as_superuser postgres -c 'SET client_min_messages = warning' "${commands[@]}"
    for ((n = 0; n < $1; n++)); do as_superuser "without$n" -f "$D/without-$n.sql"; done
}
ask() { # NUMBER
    local count n status=0 uris=()
    D=$T/directory
    rm -rf "$D"
    mkdir "$D"
    count=$(perl "$TESTS/oracle/hiding.pl" make "$D" "$seed" "$1" "$actors") || fail "a directory could not be made"
    databases "$count"
    conf manager "$D/mapping.conf" "$D/roles.conf" >"$D/slapd.conf"
    unset URI
    oracles=()
    for ((n = 0; n < count; n++)); do start_oracle "$n"; done
    LOG_LEVEL=${LOG_LEVEL:-none} start_slapd "$D/slapd.conf"
    for ((n = 0; n < count; n++)); do
        kill -0 "${oracles[$n]}" 2>/dev/null || { cat "$D/oracle-$n.log"; fail "a server to compare with did not start"; }
        eventually 20 listens "${uris[$n]}"
    done
    search -D "cn=admin,$suffix" -w admin -b "$suffix" '*' + >"$D/all.ldif"
    [ "$(grep -c '^dn:' "$D/all.ldif")" -gt 15 ] || fail "there is hardly anything to search in"
    if [ -n "$WRITES" ]; then
        perl "$TESTS/oracle/hiding.pl" write "$D" "$seed" "$1" 1 "$URI" "$each" \
            "$POSTGRES_BIN/psql -h $T/pg -p $PGPORT -U postgres -X -q -A -t -v ON_ERROR_STOP=1" "${uris[0]}" || status=1
    else
        perl "$TESTS/oracle/hiding.pl" ask "$D" "$seed" "$1" "$actors" "$URI" "$each" "${FIRST:-1}" "${uris[@]}" || status=1
    fi
    kill "${oracles[@]}"
    wait "${oracles[@]}" 2>/dev/null || true
    stop_slapd
    return $status
}

start_postgres
status=0
count=${COUNT:-6000}
for part in ${PARTS:-searches writes}; do
    if [ "$part" = writes ]; then
        export WRITES=1
        actors=1 each=150 number=$((count / 4))
    else
        export WRITES=
        actors=6 each=200 number=$((count - count / 4))
    fi
    number=$(((number + actors * each - 1) / (actors * each)))
    if [ -n "${DIRECTORY:-}" ]; then
        [ -z "${FIRST:-}" ] || each=${COUNT:-1}
        directories=$DIRECTORY
    else
        directories=$(seq "$number")
    fi
    for number in $directories; do
        ask "$number" || { status=1; say "PARTS=$part DIRECTORY=$number SEED=$seed tests/oracle/hiding.sh repeats it"; }
    done
done
[ $status = 0 ] || fail "hidden entries leave traces"
