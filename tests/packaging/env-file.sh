#!/bin/bash
# A file of variables is read as docker and systemd read it, or is refused.
. "$(dirname "$0")/lib.bash"

# holds VALUE: with the file on standard input, the first query is VALUE (queries can contain nearly everything).
holds() {
    cat >"$T/cwd/.env"
    expect 0 bare_env --print "${ENOUGH[@]/SQL_QUERY_ALL_USERS=*/NOTHING=}"
    grep -qxF -- "pgsql-list users $1" <<<"$OUT" || { printf '%s\n' "$OUT" >&2; fail "the value is not: $1"; }
}
wrong() { # TEXT, the file on standard input
    cat >"$T/cwd/.env"
    expect 2 bare_env --print "${ENOUGH[@]/SQL_QUERY_ALL_USERS=*/NOTHING=}"
    contains "$ERR" "$1"
}

# Without quotes: the rest of the line, as docker reads it.
holds 'SELECT 1' <<<'SQL_QUERY_ALL_USERS=SELECT 1'
holds "SELECT \"a\", 'b\\d'" <<<"  SQL_QUERY_ALL_USERS = SELECT \"a\", 'b\\d'  "
holds "SELECT '100%@ \$HOME'" <<<"SQL_QUERY_ALL_USERS=SELECT '100%@ \$HOME'"
# In quotes: several lines, and systemd's escapes.
holds 'SELECT "a" FROM t' <<<"SQL_QUERY_ALL_USERS='SELECT \"a\"
FROM t'"
holds "SELECT 'a' FROM t" <<<"SQL_QUERY_ALL_USERS='SELECT '\\''a'\\''
FROM t'"
holds "SELECT '\\d#\\n' FROM t" <<<"SQL_QUERY_ALL_USERS='SELECT '\\''\\d#\\n'\\'' FROM t'"
holds 'SELECT "a$" FROM t' <<<'SQL_QUERY_ALL_USERS="SELECT \"a\$\" \
FROM t"'
holds "SELECT '\\d#\\\$' FROM t" <<<"SQL_QUERY_ALL_USERS=\"SELECT '\\d#\\\\\\\$' FROM t\""
# Comments, line breaks, a byte order mark, an assignment again.
holds 'SELECT 1' <<<$'\xef\xbb\xbf# first\r\n; second\r\n\r\nSQL_QUERY_ALL_USERS="SELECT\r\n1"\r\nPORT=1234\r'
holds 'SELECT 1' < <(printf 'PORT=\nSQL_QUERY_ALL_USERS=SELECT 1') # no line break at the end
holds 'SELECT 2' <<<$'SQL_QUERY_ALL_USERS=SELECT 1\nSQL_QUERY_ALL_USERS=SELECT 2'
contains "$ERR" 'warning: SQL_QUERY_ALL_USERS (.env line 1): is set again in line 2'

# What docker and systemd read differently, or another program: refused, with the line and the remedy.
wrong '.env line 1: SQL_QUERY_ALL_USERS: contains a #' <<<'SQL_QUERY_ALL_USERS=SELECT a#b'
wrong 'put the value in single quotes, or give the comment a line of its own' <<<'SQL_QUERY_ALL_USERS=SELECT a # b'
wrong '.env line 1: SQL_QUERY_ALL_USERS: ends with a backslash' <<<$'SQL_QUERY_ALL_USERS=SELECT a \\\n  FROM t'
wrong '.env line 2: begins with export, which only shells know; remove the word' <<<$'\nexport SQL_QUERY_ALL_USERS=SELECT 1'
wrong '.env line 1: has a colon after the name, which only dotenv knows; write NAME=value' <<<'SQL_QUERY_ALL_USERS: SELECT 1'
wrong '.env line 1: SQL_QUERY_ALL_USERS: begins with a backquote' <<<'SQL_QUERY_ALL_USERS=`SELECT 1`'
wrong '.env line 1: SQL_QUERY_ALL_USERS: contains \n in double quotes' <<<'SQL_QUERY_ALL_USERS="SELECT a\nFROM t"'
wrong '.env line 2: is neither NAME=value nor a comment; put a value of several lines in single quotes' <<<$'SQL_QUERY_ALL_USERS=SELECT a\nFROM t'
wrong '.env line 3: SQL_QUERY_ALL_USERS: has a quote that is not closed' <<<$'A=1\n\nSQL_QUERY_ALL_USERS="SELECT a\nFROM t'
for value in '"SELECT a" FROM t' '"SELECT "a" FROM t"' "'SELECT 'a' FROM t'" "'SELECT a' # a comment"; do
    wrong 'text after the closing quote; put the whole value in single quotes' <<<"SQL_QUERY_ALL_USERS=$value"
done
wrong 'contains a NUL byte' < <(printf 'SQL_QUERY_ALL_USERS=a\0b\n')

# The environment takes precedence; an unknown name and the line of a bad value are reported.
printf '%s\n' PORT=x LOG_LEVEL=debug LDAP_BASEDN=dc=x >"$T/cwd/.env"
expect 2 from_env --print
contains "$ERR" "PORT (.env line 1): is 'x'"
contains "$ERR" 'warning: LDAP_BASEDN (.env line 3): is not a known variable'
expect 0 from_env --print PORT=1234

# --env-file names another file, which must exist; then .env is not read.
printf '%s\n' "${ENOUGH[@]}" PORT=1234 >"$T/other file"
expect 0 bare_env --env-file "$T/other file" --print
contains "$OUT" 'suffix "dc=example,dc=com"'
lacks "$ERR" warning
expect 2 from_env --print --env-file=/nowhere/env
contains "$ERR" '/nowhere/env: the file of variables cannot be read: No such file'
expect 2 from_env --print --env-file="$T"
contains "$ERR" 'the file of variables cannot be read: Is a directory'
