# A name that a hidden or broken row has is never registered, nor any by other operations.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
virtual_users_table
# The function knows none of these names as taken: the module alone has to refuse them.
q 'GRANT virtual_users_read, virtual_users_admit TO ldap;
   CREATE OR REPLACE VIEW virtual_users_taken AS SELECT NULL::varchar AS name, NULL::integer AS number;
   CREATE TABLE broken AS TABLE "Users"; DELETE FROM broken WHERE "uid" <> $$jan$$; UPDATE broken SET "uid" = $$broken1$$;
   ALTER TABLE "Users" RENAME TO people; UPDATE people SET "uid" = $$hidden1$$ WHERE "uid" = $$dora$$;
   CREATE VIEW "Users" AS TABLE people UNION ALL TABLE broken; UPDATE broken SET "uidNumber" = NULL;
   GRANT SELECT ON "Users" TO ldap; GRANT SELECT, INSERT ON people TO ldap'
base=dc=example,dc=com
conf() { # LINE…
    admission_conf 'pgsql-virtual-rate 1000/60' "pgsql-login-filter users username <> 'hidden1'" 'pgsql-hide-denied on' "$@" |
        sed "s/^moduleload back_pgsql/&\nmoduleload unique/; s/^suffix .*/&\nrootdn \"cn=admin,$base\"\nrootpw admin/" >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
}
nobody() { # NAME: no search finds or registers the name
    same "" "$(admitted "(uid=$1)")" "what the search for $1 finds"
    expect 32 as_ann -b "uid=$1,$base" -s base
    expect 32 ldapcompare -x -H "$URI" -D "uid=ann,$base" -w ann-secret "uid=$1,$base" "uid:$1"
    lacks " $(registered) " " $1 "
}
conf
for name in hidden1 broken1 Hidden1; do nobody "$name"; done
! grep -F 'name="hidden1"' "$T/slapd.log" || fail "the log has the name of a hidden row"
same uid=good1 "$(admitted '(uid=good1)')" "a name that no row has"
expect 0 ldapsearch -x -LLL -H "$URI" -D "cn=admin,$base" -w admin -b "$base" '(uid=root1)' 1.1
same "good1 root1" "$(registered)" "what ann and the rootdn have registered"

# A row of "Groups" has the name.
q 'UPDATE "Groups" SET "cn" = $$devs1$$ WHERE "cn" = $$devs$$'
nobody devs1
eventually 3 refusal_logged devs1 'name of one of the groups' as_ann '(uid=devs1)'

# A database that nobody may write to registers nothing, also for the rootdn, and that is no error.
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
configure() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify >/dev/null; }
for line in 'olcRestrict: add' 'olcRestrict: write'; do
    configure "replace: ${line%:*}" "$line"
    nobody late1
    eventually 3 refusal_logged late1 read-only as_ann '(uid=late1)'
    same uid=good1 "$(admitted '(uid=good1)')" "a registered name with $line"
    configure "delete: ${line%:*}"
done
same uid=late1 "$(admitted '(uid=late1)')" "the name afterward"
stop_slapd

# No other operation registers a name: an add with the search of slapo-unique as rootdn, a bind, a modify, a delete.
conf 'pgsql-add-entry users INSERT INTO people ("uidNumber", "uid", "homeDirectory", "cn", "sn", "givenName", "mail", "userPassword", "createdAt", "updatedAt") VALUES (:uidNumber, :uid, :homeDirectory, :cn, :cn, :cn, :cn, $$!$$, now(), now())' \
    'overlay unique' 'unique_uri ldap:///?uid?sub'
before=$(registered)
expect 0 ldapadd -x -H "$URI" -D "cn=admin,$base" -w admin <<END
dn: uid=added1,$base
objectClass: posixAccount
objectClass: inetOrgPerson
uid: added1
cn: added1
sn: added1
uidNumber: 2500
gidNumber: 2001
homeDirectory: /home/added1
END
expect 49 ldapwhoami -x -H "$URI" -D "uid=bound1,$base" -w secret
expect 32 ldapmodify -x -H "$URI" -D "cn=admin,$base" -w admin <<<"dn: uid=changed1,$base
changetype: modify
replace: cn
cn: x"
expect 32 ldapdelete -x -H "$URI" -D "cn=admin,$base" -w admin "uid=gone1,$base"
same "$before" "$(registered)" "the registered names"
