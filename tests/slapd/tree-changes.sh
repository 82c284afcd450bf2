# What SQL does to units is seen at once, with and without a cache, and searches under way get neither errors nor wrong names.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/tree-changes.sh"
. "$TESTS/lib/cache.sh"
need perl
start_postgres -c log_statement=all
tree_tables

# Without a cache.
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
changes

# Pages: what is moved between two of them is there once, and nothing else is missing.
cat >"$T/pages.pl" <<'END_OF_PERL'
use Net::LDAP; use Net::LDAP::Control::Paged; use Net::LDAP::Constant 'LDAP_CONTROL_PAGED';
my ($base, $between) = @ARGV; # SQL after the first page
my $ldap = Net::LDAP->new($ENV{URI}) or die;
my $page = Net::LDAP::Control::Paged->new(size => 4);
for (;;) {
    my $r = $ldap->search(base => $base, filter => '(objectClass=*)', attrs => ['1.1'], control => [$page]);
    print map { $_->dn . "\n" } $r->entries;
    $r->code and print "result ", $r->code, "\n" and last;
    my $cookie = ($r->control(LDAP_CONTROL_PAGED))[0]->cookie;
    length $cookie or last;
    $page->cookie($cookie);
    system('bash', '-c', 'q "$1"', 'q', $between) and die if $between;
    undef $between;
}
END_OF_PERL
export -f q
export POSTGRES_BIN T PGPORT URI
pages() { perl "$T/pages.pl" "$@" | short; }
moved_back='UPDATE units SET parent = 1 WHERE id = 2; UPDATE people SET unit = 1 WHERE id = 2; UPDATE units SET parent = 2 WHERE id = 5'
same "$(dns -b $base | short)" "$(pages $base | sort)" "the pages of what does not change"
# The suffix, Bremen and both units Steintor are sent before.
same "dc=example,dc=com ou=Bremen ou=Steintor,ou=Bremen ou=Steintor,ou=berlin \
ou=abc,ou=berlin ou=berlin ou=bremen-nord uid=ann,ou=bremen-nord uid=bea,ou=berlin uid=boss uid=dora,ou=abc,ou=berlin uid=nils,ou=bremen-nord uid=sven,ou=Steintor,ou=Bremen \
cn=all cn=gb,ou=Bremen cn=gbe,ou=berlin" \
    "$(pages $base "UPDATE units SET parent = 3 WHERE id = 5; UPDATE people SET unit = 4 WHERE id = 2" | xargs)" "pages, with a unit and a user moved between them"
q "$moved_back"
same "ou=Bremen ou=Steintor,ou=Bremen ou=abc,ou=Steintor,ou=Bremen uid=ann,ou=Bremen result 32" \
    "$(pages "$bremen" "UPDATE units SET name = 'Hamburg' WHERE id = 1" | xargs)" "pages below a unit that is renamed between them"
q "UPDATE units SET name = 'Bremen' WHERE id = 1"
stop_slapd

# With a cache, but without a trigger on the units.
tell_of_changes people teams members
conf "pgsql-cache 16" >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
logged cache-disabled 'triggers are missing on units: run'
changes
stop_slapd

# With triggers the tree costs nothing, and changes are seen all the same.
tell_of_changes units
start_slapd "$T/slapd.conf"
eventually 20 cache_used 1
costs_nothing -b "$bremen"
costs_nothing -b "uid=dora,ou=a\\2C b \\2B c,ou=Steintor,$bremen" 1.1
costs_nothing -b $base "(entryDN=uid=bea,$berlin)" 1.1
changes
costs_nothing -b "$bremen"

# Units are moved and renamed while clients search: every answer is the directory before or after a change.
for _ in {1..50}; do echo '|(uid=sven)(uid=dora)(&(ou=steintor)(!(description=*)))'; done >"$T/filters"
searches() { # NAME BASE: what they find, until nothing is moved any more
    while [ -e "$T/moving" ]; do
        ldapsearch -x -LLL -o ldif-wrap=no -H "$URI" -b "$2" -f "$T/filters" '(%s)' 1.1 >>"$T/$1.found" 2>>"$T/$1.errors" || echo "result $?" >>"$T/$1.errors"
        echo >>"$T/$1.rounds"
    done
}
while_moving() { # WHAT
    local name runs=()
    rm -f "$T"/*.found "$T"/*.errors "$T"/*.rounds
    touch "$T/moving"
    searches all $base & runs+=($!)
    searches below "$nord" & runs+=($!)
    for _ in {1..80}; do
        echo "UPDATE units SET parent = 4 WHERE id = 2; SELECT pg_sleep(0.003); UPDATE units SET name = 'Hamburg' WHERE id = 1; SELECT pg_sleep(0.003);
            UPDATE units SET parent = 1 WHERE id = 2; SELECT pg_sleep(0.003); UPDATE units SET name = 'Bremen' WHERE id = 1; SELECT pg_sleep(0.003);"
    done | "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t manager >"$T/psql"
    rm "$T/moving"
    wait "${runs[@]}"
    for name in all below; do same "" "$(sort -u "$T/$name.errors")" "errors of searches $1"; done
    sed -n "s/^dn: //p" "$T/all.found" | short >"$T/found"
    same "$(for above in Bremen Hamburg bremen-nord; do printf '%s\n' {,uid=dora\,ou=abc\,,uid=sven\,}ou=Steintor,ou=$above; done | sort)" "$(sort -u "$T/found")" "names that searches found $1"
    same "$(($(wc -l <"$T/all.rounds") * 50))" "$(sed 's/,.*//' "$T/found" | sort | uniq -c | awk '{ print $1 }' | sort -u)" "how often each of them was found $1"
    same "ou=Steintor uid=dora,ou=abc,ou=Steintor uid=sven,ou=Steintor" "$(sed -n "s/^dn: //p" "$T/below.found" | short | sed 's/,ou=bremen-nord$//' | sort -u | xargs)" "names below one unit $1"
}
while_moving "with notifications"
stop_slapd

# Without notifications, what is known of the tree grows old.
conf "pgsql-cache 16" "pgsql-cache-notify off" "pgsql-cache-ttl 1" >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 search -b "$bremen" -s base
q "UPDATE units SET name = 'Kiel' WHERE id = 1"
holds 'is_absent uid=ann,ou=Kiel' # yet
eventually 10 exists uid=ann,ou=Kiel
eventually 10 is_absent uid=ann,ou=Bremen
eventually 10 is_at sven uid=sven,ou=Steintor,ou=Kiel
stop_slapd
q "UPDATE units SET name = 'Bremen' WHERE id = 1"

# With triggers, what is known of the tree is kept without pgsql-cache, too.
conf >"$T/slapd.conf"
begin=$(times_logged cache-enabled)
start_slapd "$T/slapd.conf"
eventually 20 cache_used $((begin + 1))
reads_of_the_tree() { grep -cE 'LOG:  execute .*SELECT e\."id", e\."parent", e\."ou" FROM' "$T/pg/postgres.log"; }
expect 0 search -b "$bremen"
before=$(reads_of_the_tree)
for _ in 1 2 3; do expect 0 search -b "uid=ann,$bremen"; done
same "$before" "$(reads_of_the_tree)" "how often the tree was read for three more searches"
changes
[ "$(reads_of_the_tree)" -gt "$before" ] || fail "reads of the tree cannot be counted"
while_moving "with the tree in memory"
stop_slapd

# Without triggers nothing is kept, and searches are right while units move.
q 'DROP FUNCTION back_pgsql_changed CASCADE' 2>"$T/dropped"
start_slapd "$T/slapd.conf"
while_moving "without a cache"
