#!/bin/bash
# slapd-pgsql-pair runs no commands of other users, and escapes control characters.
. "$(dirname "$0")/../lib.sh"
need perl
mkdir "$T/bin"
cat >"$T/bin/ssh" <<'END'
#!/bin/bash
printf 'caf\xc3\xa9 \e]0;title\a\e[2Jone\ttwo\x7f \xc2\x9b31m \x9b31m \xe2\x80\xae back\\slash\nline\r\n'
exit "${STATUS:-0}"
END
chmod +x "$T/bin/ssh"
export PATH=$T/bin:$PATH
pair() { "$PROJECT/packaging/slapd-pgsql-pair" -f "${FILE:-$T/pair}" "$@"; }
echo 'ldap1 ldap1.example.com' >"$T/pair"

# Bytes that are not UTF-8 cannot be told from control characters of other encodings.
raw='okay::ldap1:ldap1.example.com:caf\xc3\xa9 \x1b]0;title\x07\x1b[2Jone two\x7f \xc2\x9b31m \x9b31m \xe2\x80\xae back\\slash
okay::ldap1:ldap1.example.com:line'
expect 0 pair run x
same "$raw" "$OUT" "what a server says"
sed -i 's/ \\x9b31m / /' "$T/bin/ssh"
expect 0 pair run x
same 'okay::ldap1:ldap1.example.com:café \x1b]0;title\x07\x1b[2Jone two\x7f \x9b31m \x{202e} back\\slash
okay::ldap1:ldap1.example.com:line' "$OUT" "what a server says in UTF-8"
expect 0 pair --json run x
contains "$OUT" '"line":"caf\u00e9 \u001b]0;title'
contains "$OUT" '\u007f \u009b31m \u202e back\\slash"'
LC_ALL=C expect 0 pair run x
contains "$OUT" 'caf\xe9 \x1b'
STATUS=3 expect 1 pair status
contains "$OUT" 'fail::ldap1:ldap1.example.com:status 3: café \x1b]0;title'

# An inventory that others can change.
refused_pair() { # TEXT FILE
    FILE=$2 expect 2 pair run x
    contains "$ERR" "slapd-pgsql-pair: the inventory '$2' is not used, because $1"
    same '' "$OUT" "output"
}
cp "$T/pair" "$T/open"
chmod o+w "$T/open"
refused_pair "everybody can write to '$T/open'" "$T/open"
mkdir -m 777 "$T/everybodys"
cp "$T/pair" "$T/everybodys"
refused_pair "everybody can write to '$T/everybodys'" "$T/everybodys/pair"
[ "$(id -u)" = 0 ] || exit 0
chown nobody "$T/open"
chmod o-w "$T/open"
refused_pair "'$T/open' belongs to user nobody; check its content" "$T/open"
ln -s "$T/pair" "$T/link"
chown -h nobody "$T/link"
refused_pair "'$T/link' is a symbolic link of user nobody" "$T/link"
