#!/bin/bash
# The recipe for PostfixAdmin serves mailboxes, whose names are addresses, and their domains.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application mail <"$TESTS/recipes/postfixadmin.sql"
new_directory
contains "$OUT" 'recipe postfixadmin (PostfixAdmin)'
contains "$OUT" 'users     public.mailbox: 9 users, 7 may log in'
contains "$OUT" 'numbers   none'
for user in ann.example@example.org ben@example.org cid@example.net dot@example.org eve@example.org; do
    logs_in "$user" secret
    refuses "$user" wrong
done
for user in off@example.org ann@closed.example plain@example.org nopassword@example.org; do refuses "$user" secret; done
same "cn: Ann Example
mail: Ann.Example@example.org
telephoneNumber: +1 555 0100" "$(entry '(uid=Ann.Example@example.org)' cn mail telephoneNumber | sort)" "a user"
same "memberOf: cn=example.net,ou=groups,$base" "$(entry '(uid=cid@example.net)' memberOf)" "memberOf"
same "member: uid=cid@example.net,ou=people,$base" "$(entry '(cn=example.net)' member)" "the members"
same "" "$(dns -b "$base" '(cn=all)')" "a row that is no domain"
reports_nothing "UPDATE mailbox SET token = 'x', quota = 1"
reports "UPDATE domain SET active = false WHERE domain = 'example.net'"
refuses cid@example.net secret

# For machines, with the part before the @ as the name.
database -c "DELETE FROM mailbox WHERE domain = 'closed.example'"
mv "$T/new.mail" "$T/first"
new_directory --for machines --names local-part
logs_in ben secret
contains "$(entry '(&(uid=ben)(objectClass=posixAccount))' uidNumber)" 'uidNumber: 200000'
same "ann.example ben dot eve nopassword off plain" "$(members example.org)" "the members"
database -c "INSERT INTO mailbox (username, domain, local_part, maildir, password) SELECT 'zoe@example.org', domain, 'zoe', '', password FROM mailbox WHERE local_part = 'ben'"
logs_in zoe secret
