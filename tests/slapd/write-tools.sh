# slapadd and slapmodify write the tables without a server, and slapcat shows what they wrote.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/staff.sh"
start_postgres
staff_table
staff_conf >"$T/slapd.conf"
cat >"$T/in.ldif" <<END
dn: $base
objectClass: dcObject
objectClass: organization
dc: example
o: example

dn: ou=staff,$base
objectClass: organizationalUnit
ou: staff

dn: uid=ann,ou=staff,$base
objectClass: inetOrgPerson
uid: ann
cn: Ann
sn: Archer
userPassword: $(slappasswd -s secret)

dn: uid=bob,ou=staff,$base
objectClass: inetOrgPerson
uid: bob
cn: Bob
sn: Baker
description: of note
userPassword: clear
END
run() { expect "$1" "${PRELOAD[@]}" "${@:2}" -f "$T/slapd.conf" -b "$base"; }
run 0 slapadd -l "$T/in.ldif"
same 'ann|Archer|' "$(q "SELECT login, surname, note FROM staff WHERE login = 'ann'")" "the first row"
contains "$(q "SELECT pass FROM staff WHERE login = 'bob'")" '$argon2id$'
shown() { "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -b "$base" -o ldif-wrap=no | grep -E '^(dn|cn|sn|uid|description|telephoneNumber):' | paste -sd ' '; }
same "dn: $base dn: ou=staff,$base dn: uid=ann,ou=staff,$base uid: ann sn: Archer cn: Ann dn: uid=bob,ou=staff,$base uid: bob sn: Baker cn: Bob description: of note" \
    "$(shown)" "what slapcat shows"
# What is there already, and what the database refuses, stops the tool, and with -c only that entry.
run 1 slapadd -l "$T/in.ldif"
contains "$ERR" 'the entry exists already'
for mode in '' -q; do
    {
        for name in "x$mode" "y$mode" "z$mode"; do
            printf '%s\n' "dn: uid=$name,ou=staff,$base" 'objectClass: inetOrgPerson' "uid: $name" 'cn: c' 'sn: s' ''
            [[ $name != y* ]] || printf '%s\n' "dn: uid=w$name,ou=staff,$base" 'objectClass: inetOrgPerson' "uid: w$name" 'cn: c' 'sn: s' 'title: t' ''
        done
    } >"$T/more.ldif"
    # shellcheck disable=SC2086
    run 1 slapadd $mode -c -l "$T/more.ldif"
    contains "$ERR" 'title: the database has no place for this attribute'
    same 3 "$(q "SELECT count(*) FROM staff WHERE login IN ('x$mode', 'y$mode', 'z$mode')")" "the entries that were added ($mode)"
done
# A value that must be unique: with -q, too, only its entry is missing.
q 'CREATE UNIQUE INDEX ON staff (number)'
for name in one two three; do
    printf '%s\n' "dn: uid=$name,ou=staff,$base" 'objectClass: inetOrgPerson' "uid: $name" 'cn: c' 'sn: s' "employeeNumber: ${#name}" ''
done >"$T/unique.ldif"
run 1 slapadd -q -c -l "$T/unique.ldif"
contains "$ERR" 'must be unique'
same 'one three' "$(q "SELECT string_agg(login, ' ' ORDER BY login) FROM staff WHERE number < 6")" "the entries of the batch"

# Changes.
cat >"$T/change.ldif" <<END
dn: uid=bob,ou=staff,$base
changetype: modify
replace: sn
sn: Builder
-
delete: description

dn: uid=new,ou=staff,$base
changetype: add
objectClass: inetOrgPerson
uid: new
cn: New
sn: New
END
run 0 slapmodify -l "$T/change.ldif"
same 'bob|Builder|' "$(q "SELECT login, surname, note FROM staff WHERE login = 'bob'")" "the changed row"
same 1 "$(q "SELECT count(*) FROM staff WHERE login = 'new'")" "the added row"
start_slapd "$T/slapd.conf"
expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,ou=staff,$base" -w secret
expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,ou=staff,$base" -w clear
stop_slapd
# A database that no directive lets write.
sed -i '/^pgsql-write/d' "$T/slapd.conf"
run 1 slapadd -c -l "$T/more.ldif"
contains "$ERR" 'no directive allows to write entries'
