#!/bin/bash
# Recipes choose tables, columns and lines by what exists, as their README says.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)
cat >"$T/cloud.recipe" <<'END'
# cloud.recipe: a prefix, alternatives, conditions, joins and members without a table of groups.
title: Cloud
source: this test
[tables]
users: *_users, *_people (uid=uid|"Uid"|login, secret, gone?)
mails?: {{*}}_mails (uid, address)
members?: side.{{*}}_members, {{users}}_in (who, team)
old?: {{*}}_old (uid)
END
refused() { expect 2 wizard --dry-run --recipe "$T/cloud.recipe"; contains "$ERR" "$1"; }
application cloud </dev/null
refused "cloud.recipe line 5: 'uid=uid|\"Uid\"|login' is no column"
sed -i 's/|"Uid"//' "$T/cloud.recipe"
refused "the line 'id:' of [users] is missing"
cat >>"$T/cloud.recipe" <<'END'
[users]
from if mails: {{users}} u LEFT JOIN {{mails}} e ON e.uid = u.{{users.uid}}
from: {{users}} u
where if users.gone: u.gone IS NULL
id: u.{{users.uid}}
name if not old and users.secret: lower(u.{{users.uid}})
name: 'old' || u.{{users.uid}}
mail if mails: e.address
password if users.secret is bytea: encode(u.secret, 'escape')
password: u.secret
login filter if users.gone: u.gone IS NULL
attribute telephoneNumber: '+49 ' || length(u.{{users.uid}})
[groups]
from if members: (SELECT DISTINCT team FROM {{members}}) g
id: g.team
name: g.team
attribute description: 'team ' || g.team
[members]
from: {{members}} m JOIN {{users}} u ON u.{{users.uid}} = m.who JOIN (SELECT DISTINCT team FROM {{members}}) g ON g.team = m.team
[notes]
note if members: Teams have no table.
END
refused 'there is no table *_users or *_people'

# One set of tables: the prefix joins them, a member table in another schema, a hash in bytea, an alternative name.
database <<END
CREATE SCHEMA side;
CREATE TABLE oc_people (login text PRIMARY KEY, secret bytea, gone date);
CREATE TABLE oc_mails (uid text PRIMARY KEY, address text);
CREATE TABLE side.oc_members (who text, team text);
CREATE TABLE nc_mails (uid text, address text);
INSERT INTO oc_people SELECT n, convert_to('$hash', 'UTF8'), CASE n WHEN 'old' THEN date '2020-01-01' END FROM unnest('{Ann,ben,old}'::text[]) n;
INSERT INTO oc_mails VALUES ('Ann', 'ann@example.org');
INSERT INTO side.oc_members VALUES ('Ann', 'red'), ('ben', 'red'), ('ben', 'blue'), ('old', 'red');
END
new_directory --recipe "$T/cloud.recipe"
contains "$OUT" 'groups    side.oc_members: 2 groups'
contains "$(<"$T/new.cloud/README")" '- Teams have no table.'
logs_in ann secret
refuses old secret
same "mail: ann@example.org
telephoneNumber: +49 3" "$(entry '(&(uid=ann)(objectClass=posixAccount))' mail telephoneNumber | sort)" "the attributes"
same "" "$(dns -b "$base" '(uid=old)')" "a row that is no user"
same "ann ben" "$(members red)" "the members"
same "description: team blue" "$(entry '(cn=blue)' description)" "the attribute of a group"
same "blue red" "$(groups_of ben | xargs -n 1 | grep -v ben | sort | xargs)" "the groups"

# A table more makes another line count; names without * win over those with it.
database -c 'CREATE TABLE oc_old (uid text)'
mv "$T/new.cloud" "$T/first"
new_directory --recipe "$T/cloud.recipe" --for applications
logs_in oldben secret
same "cn=blue,ou=groups,$base cn=red,ou=groups,$base" "$(entry '(uid=oldben)' memberOf | sed 's/^memberOf: //' | sort | xargs)" "memberOf"
database -c "CREATE TABLE nc_users AS SELECT login AS uid, secret, gone FROM oc_people"
expect 3 wizard --dry-run --recipe "$T/cloud.recipe"
contains "$ERR" '--users public.nc_users'
sed -i 's/^users: /users: nc_users, /' "$T/cloud.recipe"
expect 0 wizard --dry-run --recipe "$T/cloud.recipe"
contains "$OUT" 'users     public.nc_users: 2 users'

# A parameter, with quotes in its value.
sed -i "s/^attribute description: .*/attribute description: {{place}}/; s/^\\[tables\\]/[parameters]\nplace: the place of the teams\n&/" "$T/cloud.recipe"
refused 'the recipe needs the place of the teams; give --set place=VALUE'
expect 2 wizard --dry-run --recipe "$T/cloud.recipe" --set color=blue
contains "$ERR" "the recipe has no parameter 'color'; it has place"
mv "$T/new.cloud" "$T/second"
new_directory --recipe "$T/cloud.recipe" --users oc_people --set "place=Tom's \\ \$place"
same "description: Tom's \\ \$place" "$(entry '(cn=red)' description)" "the parameter"

# One that takes the values of a column only.
sed -i 's/^place: .*/place: the place of the teams (members.what)/' "$T/cloud.recipe"
wizard_at() { wizard --dry-run --recipe "$T/cloud.recipe" --users oc_people --set "place=$1"; }
expect 2 wizard_at red
contains "$ERR" 'members.what is no column of [tables]'
sed -i 's/(members.what)/(members.team)/' "$T/cloud.recipe"
expect 2 wizard_at here
contains "$ERR" "--set: 'here' is not the place of the teams (blue, red)"
expect 0 wizard_at red
database -c "INSERT INTO side.oc_members SELECT 'ben', 't' || i FROM generate_series(1, 19) i"
expect 0 wizard_at here # too many
database -c "DELETE FROM side.oc_members WHERE team LIKE 't%'"
sed -i 's/ (members.team)//' "$T/cloud.recipe"

# Of several tables that fit, a foreign key tells which one is meant.
sed -i 's/^members?: .*/members?: {{users}}_in (who, team>teams)\nteams?: first_teams, second_teams (team)/; s/FROM {{members}}) g/FROM {{teams}}) g/' "$T/cloud.recipe"
database -c 'CREATE TABLE first_teams AS SELECT DISTINCT team FROM side.oc_members' -c 'CREATE TABLE second_teams (team text PRIMARY KEY)' \
    -c "INSERT INTO second_teams VALUES ('red')" -c 'CREATE TABLE nc_users_in (who text, team text REFERENCES second_teams)'
expect 0 wizard --dry-run --recipe "$T/cloud.recipe" --set place=here
contains "$OUT" 'groups    public.second_teams: 1 groups'
database -c 'ALTER TABLE nc_users_in DROP CONSTRAINT nc_users_in_team_fkey'
expect 0 wizard --dry-run --recipe "$T/cloud.recipe" --set place=here
contains "$OUT" 'groups    public.first_teams: 2 groups'

# Names for machines: a part of the address, or the id.
application mail <<END
CREATE TABLE members (id int PRIMARY KEY, email text UNIQUE, password text);
INSERT INTO members VALUES (7, 'Ann.Example@example.org', '$hash'), (8, 'ben@example.org', '$hash');
END
new_directory --for machines --names local-part
logs_in ben secret
same "uid: ann.example" "$(entry '(&(uidNumber=2000007)(objectClass=posixAccount))' uid)" "the name"
mv "$T/new.mail" "$T/mail"
new_directory --for machines --names id
logs_in u7 secret
same "mail: Ann.Example@example.org" "$(entry '(&(uid=u7)(objectClass=posixAccount))' mail)" "the address"
# Row security hides rows from the role, unless it has a policy.
database -c 'ALTER TABLE members ENABLE ROW LEVEL SECURITY'
mv "$T/new.mail" "$T/mail2"
new_directory --for machines --names id
contains "$OUT" 'row security hides the rows of public.members; role.sql gives the role a policy to see them all'
logs_in u7 secret
database -f "$T/new.mail/role.sql" >/dev/null
database -c 'DROP POLICY slapd_mail ON members'
refuses u7 secret
