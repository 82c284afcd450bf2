# Names that differ only by case are one entry in every operation.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE EXTENSION citext; CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ALTER TABLE \"Groups\" DROP CONSTRAINT \"Groups_cn_key\"; ALTER TABLE \"Users\" DROP CONSTRAINT \"Users_uid_key\";
   INSERT INTO \"Groups\" VALUES (6001, 'Team', false, now(), now()), (6002, 'team', false, now(), now()), (6003, 'two  words', false, now(), now()), (6004, 'Two words', false, now(), now()),
       (6005, 'Fay', false, now(), now());
   INSERT INTO \"UserGroups\" VALUES (2000, 6001, now(), now()), (2000, 6002, now(), now())"
conf() { # [LINE…]
    manager_conf
    printf '%s\n' "$@"
}
groups() { dns "${@:2}" -b $base "(&(objectClass=posixGroup)$1)" | sed -E 's/^cn=([^,]*),.*/\1/'; }
once() { # WHAT: whatever is asked, no DN comes twice
    local options filter found
    for options in '' '-E pr=1/noprompt' '-E pr=2/noprompt' '-E pr=3/noprompt' '-E pr=1000/noprompt'; do
        # shellcheck disable=SC2086
        found=$(groups '' $options | sort -f)
        same "" "$(uniq -id <<<"$found")" "$1: names found twice, ${options:-at once}"
        same "$(groups '' | sort -f)" "$found" "$1: names found, ${options:-at once}"
    done
    for filter in '(cn=team)' '(cn=TEAM)' '(cn=t*m)' '(memberUid=ann)' '(|(cn=team)(cn=two words))' '(gidNumber>=6000)' '(cn=fay)' '(gidNumber=2005)' '(memberUid=fay)'; do
        same "" "$(groups "$filter" | sed 's/  */ /g' | sort -f | uniq -id)" "$1: names that $filter finds twice"
    done
    # One and the same, whichever search finds it.
    same "$(search -b "cn=team,$base" -s base)" "$(search -b $base '(cn=team)')" "$1: the entry by its DN and by its name"
    same "$(search -b "cn=team,$base" -s base 1.1)" "$(search -b $base '(objectClass=posixGroup)' 1.1 | grep -i -A 1 '^dn: cn=team,')" "$1: the entry by its DN and in the list"
    same 1 "$(groups '' | sed 's/  */ /g' | grep -ic '^two words$')" "$1: groups of two words"
}

conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
once "text"
logged duplicate-names groups
# A stored group has the name, so that fay has no private one.
same "Fay" "$(groups '(cn=fay)')" "fay's group by name"
same "" "$(groups '(gidNumber=2005)')$(groups '(memberUid=fay)')" "fay's group by number and member"
expect 32 search -b "cn=fay,ou=groups,$base" -s base
same 6005 "$(search -b "cn=fay,$base" -s base gidNumber | sed -n 's/^gidNumber: //p')" "the number of Fay's group"
stop_slapd

# More than a page of ours, both spellings on each side of its end.
q "INSERT INTO \"Groups\" SELECT 20000 + i, CASE WHEN i % 2 = 0 THEN 'G' ELSE 'g' END || lpad((i / 2)::text, 4, '0'), false, now(), now() FROM generate_series(0, 2399) i"
conf 'sizelimit unlimited' >"$T/many.conf"
for type in 'varchar(255)' citext 'text COLLATE "en-x-icu"' 'text COLLATE loose'; do
    q "ALTER TABLE \"Groups\" ALTER \"cn\" TYPE $type"
    start_slapd "$T/many.conf"
    for options in '' '-E pr=7/noprompt' '-E pr=500/noprompt'; do
        # shellcheck disable=SC2086
        same 1200 "$(groups '' $options | grep -c '^[Gg][0-9]')" "groups of $type found ${options:-at once}"
    done
    stop_slapd
done
q "DELETE FROM \"Groups\" WHERE \"gidNumber\" >= 20000"
start_slapd "$T/slapd.conf"
once "a collation"
stop_slapd

# Nobody logs in with a name that two rows have.
q "ALTER TABLE \"Groups\" ALTER \"cn\" TYPE citext; INSERT INTO \"Users\" SELECT 3001, 'Ann', 2001, '/home/other', '/bin/sh', 'Other Ann', 'Ann', 'Other', 'o@example.com', NULL, 'x', 'active', NULL, NULL, now(), now()"
conf 'pgsql-attribute users uid compare=any' >"$T/any.conf"
start_slapd "$T/any.conf"
once "citext"
same 1 "$(dns -b $base '(objectClass=posixAccount)' | grep -ic '^uid=ann,')" "users called ann"
expect 49 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w ann-secret
log_has 'more than one row has this name'
