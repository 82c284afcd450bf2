#!/bin/bash
# A recipe that is broken, or does more than read, is refused with its line.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application netbox <<'END'
CREATE TABLE auth_user (id int PRIMARY KEY, username text UNIQUE, password text);
END
recipe=$T/x.recipe
text=$'title: x\nsource: y\n[tables]\nusers: auth_user (id, username)\n[users]\nid: u.id\nname: u.username\npassword: u.password\n'
refused() { expect 2 wizard --dry-run --recipe "$recipe"; same "slapd-pgsql-new: $1" "$ERR" "what is said"; }
printf '\ufeff%s' "${text//$'\n'/$'\r\n'}" >"$recipe" # as editors of other systems write it
expect 0 wizard --dry-run --recipe "$recipe"
mail() { printf '%smail: %s\n' "$text" "$1" >"$recipe"; refused "$recipe line 9: $2"; } # VALUE REASON
mkdir -m 777 "$T/ran"
mail "u.username) \\! touch $T/ran/x #" "the value of 'mail' has a backslash outside of quotes at '$(printf '%.30s' "\\! touch $T/ran/x #")'"
mail 'u.username \g |id' "the value of 'mail' has a backslash outside of quotes at '\\g |id'"
mail 'u.username; DROP TABLE x' "the value of 'mail' has a semicolon at '; DROP TABLE x'"
mail "'x" "the value of 'mail' has a quote that is not closed at ''x'"
mail '$a$ x' "the value of 'mail' has a dollar quote that is not closed at '\$a\$ x'"
mail '/* x' "the value of 'mail' has a comment that is not closed at '/* x'"
mail 'u.username -- x' "the value of 'mail' has a comment that hides what follows; write it between /* and */ at '-- x'"
mail '' "the value of 'mail' is empty"
mail $'u.username\x01' "has a control character"
same "" "$(ls "$T/ran")" "what the recipe ran"

# The same of --login-filter. What is in quotes is no command.
printf %s "$text" >"$recipe"
expect 2 wizard --dry-run --recipe "$recipe" --login-filter "true \\! touch $T/ran/x"
contains "$ERR" "--login-filter: 'true \\! touch $T/ran/x' has a backslash outside of quotes"
expect 0 wizard --dry-run --recipe "$recipe" --login-filter "u.username <> '\\! touch $T/ran/x; --' AND u.username <> E'\\\\' /* ; \\! */"
same "" "$(ls "$T/ran")" "what the filter ran"

# What is no recipe.
head -c 3000 /dev/zero | tr '\0' '\377' >"$recipe"
refused "the recipe '$recipe' is not UTF-8"
head -c 1048577 /dev/zero >"$recipe"
refused "the recipe '$recipe' has more than 1048576 bytes"
rm "$recipe"
refused "the recipe '$recipe' cannot be read: No such file or directory"
mkfifo "$T/pipe"
for other in "$T" /dev/zero "$T/pipe"; do
    ln -sf "$other" "$recipe"
    refused "the recipe '$recipe' is not a file"
    rm "$recipe"
done
