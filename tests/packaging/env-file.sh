#!/bin/bash
# A .env file is read as the gateway and a shell read it, the environment goes first, and what is ambiguous is refused.
. "$(dirname "$0")/lib.bash"

# holds VALUE: with the file on standard input, the first query is VALUE (queries can hold nearly everything).
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

holds 'SELECT 1' <<<'SQL_QUERY_ALL_USERS=SELECT 1'
holds 'SELECT "a", '\''b'\' <<<'  export  SQL_QUERY_ALL_USERS = SELECT "a", '\''b'\''  # a comment'
holds 'SELECT 1' <<<'SQL_QUERY_ALL_USERS: SELECT 1'
holds 'SELECT 2' <<<$'SQL_QUERY_ALL_USERS=SELECT 1\nSQL_QUERY_ALL_USERS=SELECT 2'
contains "$ERR" 'warning: SQL_QUERY_ALL_USERS (.env line 1): is set again in line 2'
holds 'SELECT "a" FROM t' <<<"SQL_QUERY_ALL_USERS='SELECT \"a\"
FROM t' # several lines"
holds 'SELECT "a" FROM t' <<<'SQL_QUERY_ALL_USERS="SELECT \"a\"\nFROM t"'
holds 'SELECT "a" FROM t' <<<'SQL_QUERY_ALL_USERS="SELECT "a" FROM t"'
holds "SELECT 'a' FROM t" <<<"SQL_QUERY_ALL_USERS='SELECT 'a' FROM t'"
holds "SELECT 'a' FROM t" <<<"SQL_QUERY_ALL_USERS='SELECT '\\''a'\\''
FROM t'"
holds "SELECT '\\d#\\\$' FROM t" <<<"SQL_QUERY_ALL_USERS=\"SELECT '\\d#\\\\\\\$' FROM t\""
holds 'SELECT "a", '\''b#'\' <<<'SQL_QUERY_ALL_USERS=`SELECT "a", '\''b#'\''`'
holds "SELECT '100%@ \$HOME'" <<<"SQL_QUERY_ALL_USERS=SELECT '100%@ \$HOME'"
holds 'SELECT 1' <<<$'\xef\xbb\xbf# first\r\n\r\nSQL_QUERY_ALL_USERS="SELECT\r\n1"\r\nPORT=1234\r'
holds 'SELECT 1' < <(printf 'PORT=\nSQL_QUERY_ALL_USERS=SELECT 1') # no line break at the end

wrong "holds a '#' that dotenv takes for a comment" <<<'SQL_QUERY_ALL_USERS=SELECT a#b'
contains "$ERR" '.env line 1: SQL_QUERY_ALL_USERS'
wrong '.env line 2: is neither NAME=value nor a comment' <<<$'SQL_QUERY_ALL_USERS=SELECT a\nFROM t'
wrong '.env line 3: SQL_QUERY_ALL_USERS: the quote is not closed' <<<$'A=1\n\nSQL_QUERY_ALL_USERS="SELECT a\nFROM t'
wrong 'the quote is not closed, or something follows it' <<<'SQL_QUERY_ALL_USERS="SELECT a" FROM t'
wrong 'holds a NUL byte' < <(printf 'SQL_QUERY_ALL_USERS=a\0b\n')

# The environment goes first; a name that nothing reads is said; where a bad value stands is said.
printf '%s\n' PORT=x LOG_LEVEL=debug LDAP_BASEDN=dc=x >"$T/cwd/.env"
expect 2 from_env --print
contains "$ERR" "PORT (.env line 1): is 'x'"
contains "$ERR" 'warning: LDAP_BASEDN (.env line 3): is not a variable this program knows'
expect 0 from_env --print PORT=1234

# --env-file names another file, which must be there; then .env is not read.
printf '%s\n' "${ENOUGH[@]}" PORT=1234 >"$T/other file"
expect 0 bare_env --env-file "$T/other file" --print
contains "$OUT" 'suffix "dc=example,dc=com"'
lacks "$ERR" warning
expect 2 from_env --print --env-file=/nowhere/env
contains "$ERR" '/nowhere/env: the file of variables cannot be read: No such file'
expect 2 from_env --print --env-file="$T"
contains "$ERR" 'the file of variables cannot be read: Is a directory'
