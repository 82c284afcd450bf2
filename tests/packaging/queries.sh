#!/bin/bash
# A query of several lines becomes one line with the same meaning, or is refused.
. "$(dirname "$0")/lib.bash"

becomes() { printed "SQL_QUERY_ALL_USERS=$1" -- "pgsql-list users $2"; } # QUERY LINE
wrong() { refuses "SQL_QUERY_ALL_USERS: $2" "SQL_QUERY_ALL_USERS=$1"; }

becomes $'SELECT a,\n       b\r\nFROM t\n' 'SELECT a, b FROM t'
becomes $'-- all\nSELECT a -- the name\n, b--c\nFROM t -- end' 'SELECT a , b FROM t'
becomes $'SELECT \'--\', "--", $$--$$, $x$ -- $$ $x$ FROM t' "SELECT '--', \"--\", \$\$--\$\$, \$x\$ -- \$\$ \$x\$ FROM t"
becomes "SELECT 'it''s --', E'\\'--', e'\\\\' -- gone" "SELECT 'it''s --', E'\\'--', e'\\\\'"
becomes $'SELECT \'\\\' -- gone\n, b FROM t' "SELECT '\\' , b FROM t"
becomes $'SELECT /* a /* b */ -- c\n*/ 1 FROM t' 'SELECT /* a /* b */ -- c */ 1 FROM t'
becomes 'SELECT namE'"'a  b'"', "x  y" FROM t' "SELECT namE'a  b', \"x  y\" FROM t"
becomes 'SELECT a FROM t WHERE a = $1 AND b \? c ; ' 'SELECT a FROM t WHERE a = $1 AND b \? c'
becomes $'SELECT "\xc3\xbc\" FROM t' $'SELECT "\xc3\xbc\" FROM t'
becomes "SELECT '#', ' \\ %' FROM t" "SELECT '#', ' \\ %' FROM t"

wrong 'SELECT 1; DROP TABLE t' 'is more than one statement: text follows the semicolon at character 9'
wrong "SELECT 'a FROM t" 'has a quote that is not closed at character 8'
wrong 'SELECT "a FROM t' 'has a quote that is not closed at character 8'
wrong "SELECT E'a\\' FROM t" 'has a quote that is not closed at character 8'
wrong 'SELECT $q$ a FROM t' 'has a dollar quote that is not closed at character 8'
wrong 'SELECT 1 /* a /* b */ FROM t' 'has a comment that is not closed at character 10'
wrong 'SELECT * FROM `Users`' "uses MySQL's backquote"
wrong $'SELECT \'a\nb\' FROM t' 'has a line break inside a quoted text at character 8'
wrong ' -- nothing' 'contains no SQL'

# A long one is no problem (an environment variable ends at 128 kB, a file does not).
long="SELECT $(printf "a, 'b''c', %.0s" {1..6000})'$(printf 'x%.0s' {1..100000})' FROM t"
printf 'SQL_QUERY_ALL_USERS="%s"\n' "$long" >"$T/cwd/.env"
unset 'ENOUGH[2]'
expect 0 from_env --print
[[ $OUT == *"pgsql-list users $long"$'\n'* ]] || fail "the long query is not the same"
