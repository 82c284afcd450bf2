# Members of a values query are followed, also if they occur twice, are hidden, or change groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE TABLE members (team text, who text); INSERT INTO members VALUES ('devs', 'ann'), ('devs', 'ann'), ('devs', NULL), (NULL, 'bob'); GRANT SELECT ON members TO ldap"
notified_changes
tell_of_changes members
start_slapd - < <(manager_conf | sed '/^pgsql-lookup groups/,$d' | with_feed 'pgsql-private-groups off' 'pgsql-values groups memberUid SELECT team AS name, who AS member FROM members' \
    "pgsql-login-filter users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')" 'pgsql-hide-denied on')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
step() { # WHAT SQL FILTER TEXT…
    q "$2"
    replicated push "${@:3}"
    copied "$1"
}
step "a member twice" "INSERT INTO members VALUES ('devs', 'bob'), ('devs', 'bob')" '(cn=devs)' 'memberUid: bob'
step "once" "DELETE FROM members WHERE ctid = (SELECT min(ctid) FROM members WHERE who = 'bob' AND team = 'devs')" '(cn=devs)' 'memberUid: bob'
step "in another group" "UPDATE members SET team = 'empty' WHERE who = 'bob' AND team = 'devs'" '(cn=empty)' 'memberUid: bob'
step "a member who is hidden" "UPDATE \"Users\" SET \"status\" = 'pending' WHERE \"uid\" = 'bob'" '(memberUid=bob)'
step "who is shown again" "UPDATE \"Users\" SET \"status\" = 'active' WHERE \"uid\" = 'bob'" '(memberUid=bob)' 'dn: cn=empty'
step "a group with another name" "UPDATE \"Groups\" SET \"cn\" = 'Devs, A+B' WHERE \"cn\" = 'devs'; UPDATE members SET team = 'Devs, A+B' WHERE team = 'devs'" '(cn=devs, a+b)' 'memberUid: ann'
step "in other letters" "UPDATE \"Groups\" SET \"cn\" = 'EMPTY' WHERE \"cn\" = 'empty'; UPDATE members SET team = 'EMPTY' WHERE team = 'empty'" '(cn=empty)' 'cn: EMPTY' 'memberUid: bob'
step "two members exchanged" "UPDATE members SET who = CASE who WHEN 'ann' THEN 'bob' ELSE 'ann' END" '(cn=empty)' 'memberUid: ann'
step "no members" 'DELETE FROM members' '(memberUid=*)'
