# slapcat fails on an incomplete dump, and its memory stays bounded.
. "$(dirname "$0")/../lib.sh"
need slapcat
start_postgres
q "CREATE TABLE many AS SELECT 'u' || lpad(n::text, 6, '0') AS username, n AS uid_number, 2001 AS gid_number, 'User ' || n AS full_name FROM generate_series(1, 12000) n;
   CREATE UNIQUE INDEX ON many (username); CREATE TABLE teams AS SELECT 'g' || n AS name, n AS gid_number FROM generate_series(1, 3000) n;
   GRANT SELECT ON many, teams TO ldap"
{ manager_conf | sed '/^pgsql-list users/,$d'; printf '%s\n' 'pgsql-list users SELECT * FROM many' 'pgsql-list groups SELECT * FROM teams' 'pgsql-private-groups off'; } >"$T/many.conf"
total=15001

# broken TEXT OPTIONS…: slapcat ends by itself with an error and says TEXT; what it wrote is in $OUT.
broken() {
    local text=$1 status=0
    shift
    OUT=$(timeout 60 "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" "$@" 2>"$T/words") || status=$?
    same 1 "$status" "slapcat's status ($(<"$T/words"))"
    contains "$(<"$T/words")" "pgsql(dc=example,dc=com): "
    contains "$(<"$T/words")" "$text"
    contains "$(<"$T/words")" "the output is incomplete"
}

# A pipe that nobody empties holds the dump in its midst.
mkfifo "$T/pipe"
begin_dump() { # OPTIONS…: $dump is slapcat's process, $pipe its output, a first part of which is read
    timeout 100 "${PRELOAD[@]}" slapcat -f "$T/many.conf" "$@" >"$T/pipe" 2>"$T/words" &
    dump=$!
    exec {pipe}<"$T/pipe"
    head -c 100000 <&"$pipe" >"$T/dump"
}
end_dump() { # leaves slapcat's status in $status
    cat <&"$pipe" >>"$T/dump"
    exec {pipe}<&-
    status=0
    wait "$dump" || status=$?
}
entries() { grep -c ^dn: "$T/dump"; }

begin_dump
kill_backends >/dev/null
end_dump
same "0 $total" "$status $(entries)" "a dump whose sessions were cut, and which went on with fresh ones"

for options in "" -c "-c -c"; do
    begin_dump $options
    stop_postgres immediate
    end_dump
    start_postgres
    same 1 "$status" "the status of slapcat $options when the database dies"
    contains "$(<"$T/words")" "the output is incomplete"
    [ "$(entries)" -gt 100 ] && [ "$(entries)" -lt $total ] || fail "the dump was not in its midst: $(entries) entries"
done

begin_dump
q 'ALTER TABLE many RENAME COLUMN full_name TO renamed'
end_dump
same 1 "$status" "slapcat's status when the query fails"
contains "$(<"$T/words")" "the query of users failed"
q 'ALTER TABLE many RENAME COLUMN renamed TO full_name'

# A query that was wrong from the start.
manager_conf | sed 's/"Groups" g/"Grops" g/' >"$T/slapd.conf"
broken 'relation "Grops" does not exist'
manager_conf >"$T/slapd.conf"

# What slapcat held at most, seen when it has done the users and is at the groups.
peak() { # OPTIONS…
    begin_dump "$@"
    grep -m 1 -q '^dn: cn=' <&"$pipe"
    awk '/^VmHWM/ { print $2 }' "/proc/$(pgrep -P "$dump")/status"
    end_dump
}
few=$(peak -a '(|(uid=u000*)(objectClass=posixGroup))')
all=$(peak)
[ ${#PRELOAD[@]} != 0 ] || # a sanitizer keeps what is freed
    [ $((all - few)) -lt 8192 ] || fail "the dump of all takes $all KiB, of some $few KiB"

stop_postgres
for options in "" -c "-c -c"; do
    broken "cannot connect" $options
    lacks "$OUT" "dn:"
done

# Glued to another database, whose entries are not the whole either.
mkdir "$T/mdb"
{ manager_conf | sed "s/^suffix.*/suffix dc=sub,dc=example,dc=com\nsubordinate/; s/^moduleload.*/&\nmoduleload back_mdb/; /^rootdn/d; /^rootpw admin/d"
  printf '%s\n' 'database mdb' 'suffix dc=example,dc=com' "directory $T/mdb" 'maxsize 100000000'; } >"$T/slapd.conf"
printf '%s\n' 'dn: dc=example,dc=com' 'objectClass: dcObject' 'objectClass: organization' 'dc: example' 'o: x' |
    "${PRELOAD[@]}" slapadd -f "$T/slapd.conf" >"$T/words" 2>&1 || fail "slapadd: $(<"$T/words")"
glued() { "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" >"$T/dump" 2>"$T/words"; }
expect 1 glued
contains "$(<"$T/words")" "pgsql(dc=sub,dc=example,dc=com): [tool-failed] cannot connect"
start_postgres
expect 0 glued
same 17 "$(entries)" "entries of both databases"
