# Large values and long lists arrive complete without using more memory.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
scale=8
[ ${#PRELOAD[@]} = 0 ] || scale=1
q "CREATE TABLE pictures (name text, photo bytea, note text, words text[]);
   INSERT INTO pictures SELECT 'p' || n, decode(repeat(md5(n::text), CASE WHEN n % 50 = 7 THEN 10000 ELSE 2500 END * $scale), 'hex'),
       CASE n % 3 WHEN 0 THEN repeat('note ' || n || '.', 2000) END, CASE n % 4 WHEN 0 THEN array['a' || n, repeat('b', 100000)] END
   FROM generate_series(1, 60) n;
   CREATE TABLE teams (name text, gid int); CREATE TABLE members (team text, who varchar(60)); CREATE TABLE papers (team text, paper text);
   INSERT INTO teams SELECT 't' || n, n FROM generate_series(1, 40) n;
   INSERT INTO members SELECT 't' || n, 'member' || k FROM generate_series(1, 40) n, generate_series(1, CASE n % 10 WHEN 0 THEN 0 WHEN 1 THEN 3 ELSE 2000 * $scale END) k;
   INSERT INTO papers SELECT 't' || n, k || repeat('x', 50000) FROM generate_series(1, 40) n, generate_series(1, $scale) k;
   CREATE INDEX ON members (team); CREATE INDEX ON papers (team); ANALYZE;
   GRANT SELECT ON pictures, teams, members, papers TO ldap"
{
    echo "threads 2" # each keeps memory of its own
    base_conf
    cat <<END_OF_CONF
database pgsql
suffix $base
sizelimit unlimited
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-timeout 30
pgsql-kind pictures rdn=cn class=top,device,extensibleObject container=ou=pictures
pgsql-list pictures SELECT name AS cn, photo AS "jpegPhoto", note AS description, words AS l, length(photo) AS "uidNumber" FROM pictures
pgsql-kind teams rdn=cn class=top,posixGroup,extensibleObject container=ou=teams
pgsql-list teams SELECT name AS cn, gid AS "gidNumber" FROM teams
pgsql-values teams memberUid SELECT team AS cn, who FROM members
pgsql-values teams title SELECT team AS cn, paper FROM papers
END_OF_CONF
} >"$T/slapd.conf"
LOG_LEVEL=none start_slapd "$T/slapd.conf"
peak() { awk '/^VmHWM/ { print $2 }' "/proc/$SLAPD/status"; }
# What there is: of each entry its name, and of each of its values the sum of its decoded bytes.
summary() { perl -MMIME::Base64 -ne 'chomp; if (/^dn: cn=([^,]*)/) { $n = $1 } elsif (/^(\w+)(::?) (.*)$/) { $v = $2 eq "::" ? decode_base64($3) : $3;
    $s{"$n $1"}[0]++; $s{"$n $1"}[1] += length $v; } END { print "$_ @{$s{$_}}\n" for sort keys %s }'; }
has() { # ATTRIBUTE QUERY: all entries' values by SQL
    q "SELECT name || ' $1 ' || count(*) || ' ' || sum(octet_length(v)) FROM ($2) AS x(name, v) WHERE v IS NOT NULL GROUP BY name"
}
pictures=$({
    has jpegPhoto 'SELECT name, photo FROM pictures'
    has description 'SELECT name, convert_to(note, $$UTF8$$) FROM pictures'
    has l 'SELECT name, convert_to(unnest(words), $$UTF8$$) FROM pictures'
} | sort)
teams=$({
    has memberUid 'SELECT team, who::bytea FROM members'
    has title 'SELECT team, paper::bytea FROM papers'
} | sort)
expect 0 search -b $base -s base
before=$(peak)
for how in '' '-E pr=7/noprompt'; do
    # shellcheck disable=SC2086
    {
        same "$pictures" "$(search $how -b ou=pictures,$base '(cn=*)' jpegPhoto description l | summary | sort)" "pictures $how"
        # An equality, whose rows come without an order unless they are too many.
        same "$(grep -c "jpegPhoto 1 $((40000 * scale))\$" <<<"$pictures")" "$(search $how -b $base "(uidNumber=$((40000 * scale)))" jpegPhoto | grep -c ^dn:)" "small pictures $how"
        same "$teams" "$(search $how -b ou=teams,$base '(cn=*)' memberUid title | summary | sort)" "teams $how"
    }
done
same "$(grep '^t3 ' <<<"$teams")" "$(search -b cn=t3,ou=teams,$base -s base memberUid title | summary | sort)" "one team"
grown=$((($(peak) - before) / 1024))
say "slapd has grown by $grown MiB"
[ ${#PRELOAD[@]} != 0 ] || [ "$grown" -le 32 ] || fail "slapd has grown by $grown MiB; 32 are allowed"
