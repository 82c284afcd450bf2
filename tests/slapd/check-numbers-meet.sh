# slapd-pgsql-check reports numbers of users' own groups that meet those of other groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
need jq
start_postgres
q 'CREATE TABLE people (id int, name text, team int); CREATE TABLE teams (id int, name text); GRANT SELECT ON people, teams TO ldap'
conf() { # UID GID TEAM-GID
    manager_conf | sed '/^pgsql-list users/,$d'
    printf '%s\n' "pgsql-list users SELECT name AS username, $1 AS uid_number, $2 AS gid_number, '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS' AS password FROM people" \
        "pgsql-list groups SELECT name, $3 AS gid_number FROM teams"
}
rows() { # PEOPLE TEAMS: NUMBER, or NUMBER:GID of a person; names are p and t with the number
    q "TRUNCATE people, teams;
       INSERT INTO people SELECT split_part(n, ':', 1)::int, 'p' || split_part(n, ':', 1), coalesce(nullif(split_part(n, ':', 2), ''), n)::int FROM unnest('{$1}'::text[]) n;
       INSERT INTO teams SELECT n, 't' || n FROM unnest('{$2}'::int[]) n"
}
warned() { # EXPECTED: the warnings about numbers, of $T/slapd.conf
    local status=1
    [ -n "$1" ] || status=0
    checked "$status" --json "$T/slapd.conf"
    same "$1" "$(jq -r '.databases[].findings[] | select(.object == "numbers" and .level != "note") | .message, (.examples // [])[]' <<<"$OUT")" "what is reported"
}
own="numbers of users' own groups that groups of other names have"

conf id team id >"$T/slapd.conf"
rows 2000,2001,2005,2006:2001,2007 2000,2001,2002,2007
q "UPDATE teams SET name = 'P2007' WHERE id = 2007"
warned "$own: 1
user \"p2000\": 2000, group \"t2000\"" # not of 2001, which is the group of others as well, nor of the user's own group
rows 2000,2001,2005,2006:2001 2001,2002
warned ''
rows 2000:100,2001:100,5000 100,2001,3000
warned ''
rows 2000,2001,2002 2000,2001 # most users have a group of another name
warned ''

# Bases that are too close: what is left, and numbers that meet without an equal one so far.
conf 'id + 2000000' 'id + 2000000' 'id + 2001000' >"$T/slapd.conf"
rows 1,790 1
warned ''
rows 1,850 1
warned 'numbers of users (id + 2000000) and of groups (id + 2001000) that meet soon: 149 are left'
rows 1,1500 1,2
warned 'numbers of users (id + 2000000) and of groups (id + 2001000) that meet: the largest of users is 2001500'
rows 1,1002 2
warned "$own: 1
user \"p1002\": 2001002, group \"t2\"
numbers of users (id + 2000000) and of groups (id + 2001000) that meet: the largest of users is 2001002"
conf '2001000 + id' '2001000 + id' '(id + 2000000)' >"$T/slapd.conf"
rows 1 1,950
warned 'numbers of groups (id + 2000000) and of users (id + 2001000) that meet soon: 49 are left'
conf 'id + 2000000' 'id + 2000000' 'id + 2000000' >"$T/slapd.conf"
rows 1 2
warned 'numbers of users (id + 2000000) and of groups (id + 2000000) that meet: the largest of users is 2000001'
# Without groups of their own, users have other numbers than groups.
conf 'id + 2000000' 100 'id + 2000000' >"$T/slapd.conf"
rows 1,2 1,2
warned ''

# Many private groups: groups are still found among them.
conf 'id + 2000000' 'id + 2000000' id >"$T/slapd.conf"
q "TRUNCATE people, teams; INSERT INTO people SELECT n, 'p' || n, n FROM generate_series(1, 40000, 20) n; INSERT INTO teams VALUES (2020001, 'x'), (1000, 'y'), (4000000, 'z'), (2020007, 'w')"
warned "$own: 1
user \"p20001\": 2020001, group \"x\""
contains "$(jq -r '.databases[].findings[] | select(.object == "numbers") | .message' <<<"$OUT")" '2000 users (2000001 to 2039981), 3 groups (2020001 to 4000000)'
# Too many of them are not read.
too_many() { perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::NumberCheck -MJSON::PP -e '
    $SlapdPgsql::NumberCheck::most = $ARGV[0];
    my $report = { findings => [], kinds => [map { { name => $_->[0], entries => 2, columns => [map { { attributes => [$_] } } @{ $_->[1] }], without_column => [] } } ["users", ["uidNumber", "gidNumber"]], ["groups", ["gidNumber"]]] };
    SlapdPgsql::NumberCheck::examine($report, sub {
        my ($filter, $use) = @_;
        if ($filter =~ /posixAccount/) { $use->({ uid => ["u$_"], uidNumber => [$_], gidNumber => [$_] }) for 7001, 7002 }
        elsif ($filter =~ /^\(&\(objectClass=posixGroup\)\(\|\(gidNumber<=6999\)/) { $use->({ cn => ["a"], gidNumber => [5] }) }
        else { $use->({ cn => ["b"], gidNumber => [7001] }) }
    });
    print map { "$_->{message}\n" } @{ $report->{findings} }' "$1"; }
contains "$(too_many 2)" "$own: 1"
contains "$(too_many 1)" 'numbers of users and groups that were not compared, which takes too long: 2 users, 1 group among them'
