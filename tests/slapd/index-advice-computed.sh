# The advice on indexes follows computed columns, and its indexes serve the searches.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/scans.sh"
. "$TESTS/lib/advice.sh"
. "$TESTS/lib/check.sh"
start_postgres
q "CREATE TABLE auth_user (id bigint PRIMARY KEY, username varchar(150) UNIQUE, mail text, first text, last varchar(60), number text, grp int, \"Born at\" timestamptz);
   INSERT INTO auth_user SELECT n, 'u' || n, CASE WHEN n % 2 = 0 THEN 'M' || n || '@example.com' END, 'F' || n, 'L' || n, n::text, n % 7, now() FROM generate_series(1, 20000) n;
   CREATE VIEW people AS SELECT p.i AS id, p.u AS username, p.i + 10000 AS n, lower(p.f || '.' || p.l) AS m
   FROM (SELECT id AS i, username AS u, first AS f, last AS l FROM auth_user) AS p;
   CREATE TABLE depts (grp int PRIMARY KEY, suffix text);
   INSERT INTO depts SELECT n, 'd' || n FROM generate_series(0, 6) n;
   GRANT SELECT ON people TO ldap; ANALYZE"
conf() { # NUMBER MAIL FROM
    base_conf
    printf '%s\n' 'database pgsql' 'suffix "dc=example,dc=com"' "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" \
        "pgsql-list users SELECT username, $1 AS \"uidNumber\", $2 AS mail, 100 AS gid_number FROM $3" 'pgsql-attribute users uid column=username compare=exact' \
        'pgsql-private-groups off'
}
irregular="~ '^ |  | \$|[^ -~]'" reads='reads all of auth_user (20000 rows); missing index:'
# number | mail | from | the index for the number | what the index for mail is on | a mail of u4242
while IFS='#' read -r number mail from by_number by_mail found; do
    [[ $from != auth_user* ]] || q 'GRANT SELECT ON auth_user, depts TO ldap'
    conf "$number" "$mail" "$from" >"$T/computed.conf"
    restart "$T/computed.conf"
    same "finding users by uidNumber $reads CREATE INDEX ON auth_user ($by_number);
finding users by mail $reads CREATE INDEX ON auth_user (lower($by_mail COLLATE \"C\")); CREATE INDEX ON auth_user ((true)) WHERE $by_mail $irregular; CREATE STATISTICS back_pgsql_auth_user_mail ON $by_mail FROM auth_user; ANALYZE auth_user;" "$(advice)" "what the log says of $number and $mail"
    searches=("(uidNumber=14242)" "(mail=$found)")
    for filter in "${searches[@]}"; do
        [ "$(reads_all "$filter" uid=u4242)" != 0 ] || fail "$filter needs no index, so this test proves nothing"
    done
    checked 1 --brief "$T/computed.conf"
    contains "$OUT" "do:  CREATE INDEX ON auth_user ($by_number);"
    indexes=$(grep -o 'CREATE INDEX.*' "$T/slapd.log")
    q "$indexes"
    restart "$T/computed.conf"
    same "" "$(advice)" "what the log says of $number and $mail with indexes"
    checked 1 --brief "$T/computed.conf" # for other reasons
    lacks "$OUT" 'CREATE INDEX'
    for filter in "${searches[@]}"; do same 0 "$(reads_all "$filter" uid=u4242)" "tables read whole for $filter"; done
    q "DROP STATISTICS back_pgsql_auth_user_mail; DO \$\$ DECLARE i regclass; BEGIN FOR i IN SELECT indexrelid FROM pg_index WHERE indrelid = 'auth_user'::regclass AND NOT indisunique LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END \$\$"
done <<'END'
n#m#people#(id + 10000)#(lower(((first || '.'::text) || (last)::text)))#f4242.l4242
id + 10000#coalesce(mail, username || '@example.com')#auth_user#(id + 10000)#(COALESCE(mail, ((username)::text || '@example.com'::text)))#m4242@example.com
number::int + 10000#split_part(username, '.', 1) || '@' || grp#auth_user AS u#((number)::integer + 10000)#((split_part((username)::text, '.'::text, 1) || '@'::text) || (grp)::text)#u4242@0
END

# What no index can have is said.
said() { # NUMBER MAIL FROM WORDS: of the searches by number and by mail
    conf "$1" "$2" "$3" >"$T/words.conf"
    restart "$T/words.conf"
    contains "$(advice)" "$4"
    lacks "$(advice)" 'CREATE INDEX'
}
said 'id + date_part($$hour$$, now())::int' "to_char(\"Born at\", 'YYYY') || username" auth_user ' is not IMMUTABLE and cannot be indexed'
contains "$(advice)" "to_char(\"Born at\", 'YYYY'::text) || (username)::text is not IMMUTABLE"
said 'depts.grp + auth_user.id' 'username || suffix' 'auth_user JOIN depts USING (grp)' 'uses columns of several tables'
