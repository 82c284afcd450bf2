#!/bin/bash
# Debian's shelldap lists and edits users and groups in the manager's tables.
. "$(dirname "$0")/writers.sh"
need shelldap
sed_editor
serve ''
people=ou=people,$base

(umask 077; printf '%s\n' "server: $URI" "binddn: cn=admin,$base" 'bindpass: admin' "basedn: $base" >"$T/shelldap.rc")
# shell COMMAND…: what shelldap prints. A command that asks a question reads all that is left, so it is the last one, and its answers follow.
shell() {
    expect 0 bounded shelldap --configfile "$T/shelldap.rc" <<<"$(printf '%s\n' "$@")"
    same '' "$(grep -v '^[^ ]* > ' <<<"$ERR")" "what shelldap reports"
}

# It reads the schema and lists, by globs and filters.
shell pwd 'ls -R' 'cd ou=groups' 'ls -l' 'cat cn=devs' 'cd ../ou=people' 'ls uid=a* mail' 'grep uid=c*' 'cat uid=ann memberOf' 'inspect uid=ann'
contains "$OUT" 'd ou=people/'
contains "$OUT" '- uid=jan,ou=people'
contains "$OUT" "- cn=devs,ou=groups,$base (2002)"
contains "$OUT" $'\nmemberUid: carl\n'
contains "$OUT" $'-\tuid=ann\tann@example.com\n'
contains "$OUT" $'\n'"uid=carl,$people"$'\n'
contains "$OUT" $'\n'"memberOf: cn=devs,ou=groups,$base"$'\n'
contains "$OUT" 'uidNumber (required, single-value)'

# A new user from a template of the schema, and edits.
EDIT="s/^dn: .*/dn: uid=zed,$people/; s/^(uid|cn): \$/\1: zed/; s/^sn: \$/sn: Zander/; s/^(uid|gid)Number: \$/\1Number: 10000/; s/^homeDirectory: \$/homeDirectory: \/home\/zed/
s/^# userPassword: \$/userPassword: zed-secret/" shell "cd $people" 'touch inetOrgPerson posixAccount'
same Success "$OUT" "the answer to touch"
same '10000|10000|zed|zed@example.com|/home/zed|/bin/bash' "$(user zed)" "the new user"
sees 'zed:*:10000:10000:zed:/home/zed:/bin/bash' in_sssd getent passwd zed
expect 0 login zed zed-secret
EDIT="s/^dn: .*/dn: cn=crew,ou=groups,$base/; s/^cn: \$/cn: crew/; s/^gidNumber: \$/gidNumber: 10000/; s/^# memberUid: \$/memberUid: zed\nmemberUid: ann/" shell 'create posixGroup'
same 'Success|10000|ann zed' "$OUT|$(group crew)" "the new group"
EDIT='s/^mail: .*/mail: zed@example.org/; s/^cn: .*/cn: Zed Zander/; s/^# userPassword:$/userPassword: zed-second/; s/^# description:/description: ignored/' shell "edit uid=zed,$people"
same 'Success|10000|10000|Zed Zander|zed@example.org|/home/zed|/bin/bash' "$OUT|$(user zed)" "the edited user"
sees 'zed:*:10000:10000:Zed Zander:/home/zed:/bin/bash' in_sssd getent passwd zed
expect 0 login zed zed-second
EDIT='s/^memberUid: carl$/memberUid: zed/' shell 'cd ou=groups' 'vi cn=devs'
same 'Success|2002|ann gus zed' "$OUT|$(group devs)" "the edited members"
EDIT='/^memberUid: ann$/d' shell "edit cn=crew,ou=groups,$base"
same 'Success|10000|zed' "$OUT|$(group crew)" "the members without one"
sees 'crew devs' groups_of zed

# Renames, with and without the parent.
shell "cd $people" 'mv uid=zed uid=zoe' 'mv uid=zoe uid=zora,'"$people" 'ls uid=z*' 'mv uid=zora uid=ann' "mv uid=zora uid=zora,ou=groups,$base" 'mv uid=nobody uid=x'
same "Success
Success
- uid=zora
Already exists
entries of this kind cannot be moved there
No such object" "$OUT" "the answers to mv"
same '|10000|10000|Zed Zander|zed@example.org|/home/zed|/bin/bash' "$(user zed)|$(user zora)" "the renamed user"
sees 'crew devs' groups_of zora
expect 0 login zora zed-second

# Refusals: a copy would have the numbers of the original, and a password cannot be read.
shell "cd $people" 'cp uid=zora uid=zip' 'mkdir ou=more' 'passwd uid=zora' 'edit uid=nobody' 'cat uid=nobody'
same "a value must be unique and is already in use
entries with such a name cannot be added there
No userPassword attribute for uid=zora,$people
No such object
No such object" "$OUT" "the answers to what is refused"
EDIT='s/^uidNumber: .*/uidNumber: 2000/' shell "edit uid=zora,$people" n
contains "$OUT" 'a value must be unique and is already in use'
EDIT='/^homeDirectory: /d' shell "edit uid=zora,$people" n
contains "$OUT" 'homeDirectory: the database requires a value that is missing'
EDIT='s/^gecos: .*/gecos: other/' shell "edit uid=zora,$people" n
contains "$OUT" 'gecos: the values are computed'
EDIT='' shell "edit uid=zora,$people"
same 'Entry not modified.' "$OUT" "an edit without a change"
same '10000|10000|Zed Zander|zed@example.org|/home/zed|/bin/bash' "$(user zora)" "the user after refusals"

# Deletes are confirmed.
shell "cd $people" 'rm uid=z*' n
same '10000|10000|Zed Zander|zed@example.org|/home/zed|/bin/bash' "$(user zora)" "the user without a confirmation"
shell "cd $people" 'rm -v uid=z*' y
contains "$OUT" "uid=zora,$people: Success"
same '|10000|' "$(user zora)|$(group crew)" "the deleted user"
sees '' in_sssd getent passwd zora
shell "rm cn=crew,ou=groups,$base" y
shell "rm ou=groups,$base" y
contains "$OUT" "ou=groups,$base: this entry is part of the server's configuration"
same '|4|10' "$(group crew)|$(q 'SELECT (SELECT count(*) FROM "Groups"), (SELECT count(*) FROM "Users")')" "the rows at the end"
