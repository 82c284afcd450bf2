# A long password never makes a login check exceed its bound.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
base=dc=example,dc=com
hash() { perl -e 'print crypt($ARGV[0], $ARGV[1])' "$1" "$2"; } # PASSWORD SETTING
long() { printf "%0$1d" 0; }                                    # LENGTH
costly=$(hash short-one '$6$rounds=5000000$saltsalt$')
put() { q "UPDATE \"Users\" SET \"userPassword\" = '$2' WHERE \"uid\" = '$1'"; }
q "UPDATE \"Users\" SET \"userPassword\" = '$costly'" # so that unknown names cost as much
put bob "$(hash "$(long 107)" '$6$rounds=656000$saltsalt$')"
put carl "$(hash "$(long 200)" '$5$rounds=5000$saltsalt$')"
put eve '{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ='
start_slapd - < <(manager_conf; echo 'pgsql-hash-timeout 60')
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
processor_time() { awk '{ print ($14 + $15) * 10 }' "/proc/$SLAPD/stat"; } # proc(5): utime, stime; in ms

# What is within the bound is checked, whatever its length.
expect 0 bind ann short-one
expect 0 bind bob "$(long 107)"
expect 49 bind bob "$(long 106)"
expect 0 bind carl "$(long 200)"

# What is beyond it is refused unchecked, for a name that exists and one that does not.
for name in ann nobody; do
    for length in 107 200 511 512 5000 100000; do
        before=$(processor_time)
        expect 49 bind "$name" "$(long $length)"
        took=$(($(processor_time) - before))
        [ "$took" -lt $((500 * TIMEOUT_FACTOR)) ] || fail "a password of $length bytes for $name took $took ms"
    done
done
logged hash-unusable "a crypt(5) hash that costs too much with a password of this length; uid=ann,$base cannot bind"

# The modules of slapd may read it a thousand times.
expect 49 bind eve "$(long 100000)"
log_has "dn=\"uid=eve,$base\" client=127.0.0.1 suffix=\"$base\" step=sql outcome=refused reason=\"wrong password\""
