# However many terms a filter has, its statements have few subqueries and few terms.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres -c log_statement=all
base=dc=example,dc=com
list='SELECT g."cn" AS name, u."uid" AS member FROM "Groups" g JOIN "UserGroups" USING ("gidNumber") JOIN "Users" u USING ("uidNumber")'
by_lists() { manager_conf | sed '/^pgsql-lookup groups/,$d'; echo "pgsql-values groups memberUid $list"; }
by_lookups() { manager_conf; }
of_columns() {
    manager_conf | sed '/^pgsql-list groups/,$d'
    cat <<END
pgsql-list groups SELECT g."cn" AS name, g."gidNumber" AS gid_number, array(SELECT u."uid" FROM "UserGroups" x JOIN "Users" u USING ("uidNumber")
  WHERE x."gidNumber" = g."gidNumber") AS member_uids, jsonb_build_array(g."cn") AS description FROM "Groups" g
pgsql-attribute users mail default={username}@{domain} default={full_name}@{domain} compare=any
END
}

# A hundred terms of each kind, in each shape.
filters() {
    perl - $base <<'END'
my $base = shift;
my %term = (member => '(memberUid=m%d)', dn => "(member=uid=m%d,$base)", of => "(memberOf=cn=g%d,$base)", name => "(entryDN=uid=u%d,$base)", text => '(cn=x%d)',
    mail => '(mail=x%d@example.com)', part => '(cn=*x%d*)', number => '(uidNumber>=%d)', list => '(description=d%d)', not => '(!(sn=x%d))', rule => '(cn:caseExactMatch:=x%d)');
for my $kind (sort keys %term) {
    my @all = map { sprintf $term{$kind}, $_ } 1 .. 100;
    my @pairs = map { $all[2 * $_] . $all[2 * $_ + 1] } 0 .. 49;
    my $all = join '', @all;
    print "(&$all)\n", "(|$all)\n", "(!(&$all))\n", "(!(|$all))\n";
    print '(&', (map { "(|$_)" } @pairs), ")\n", '(|', (map { "(&$_(sn=*))" } @pairs), ")\n";
}
END
}
statements() { grep -oE 'LOG:  (execute [^:]*|statement): SELECT .*' "$T/pg/postgres.log" | sed 's/^LOG: [^:]*: //'; }

filters | sed 's/^(\(.*\))$/\1/' >"$T/filters"

check() { # CONFIGURATION: asks everything, and looks at each statement
    local before
    "$1" >"$T/slapd.conf"
    unset URI
    start_slapd "$T/slapd.conf"
    settled
    before=$(statements | wc -l)
    ldapsearch -x -L -H "$URI" -b $base -f "$T/filters" '(%s)' >"$T/answers" 2>&1 || fail "$1: result $?: $(tail -n 3 "$T/answers" | cut -c1-1500)"
    same "$(wc -l <"$T/filters")" "$(grep -c '^# filter: ' "$T/answers" || true)" "searches"
    stop_slapd
    statements | tail -n +$((before + 1)) | sort -u | perl -ne '
        my ($relations, $terms) = (scalar(() = /\b(?:select|join)\b/gi), scalar(() = /\b(?:and|or)\b/gi));
        $relations > $most[0] and ($most[0], $dearest) = ($relations, $_); $terms > $most[1] and ($most[1], $longest) = ($terms, $_);
        END { print "$most[0] relations and $most[1] connectives, in\n$dearest$longest"; exit($most[0] < 4 || $most[1] < 20 ? 3 : $most[0] > 60 || $most[1] > 200) }' \
        >"$T/seen" || fail "$1: $(cut -c1-1500 "$T/seen")"
    echo "$1: at most $(head -n 1 "$T/seen") $(statements | tail -n +$((before + 1)) | sort -u | wc -l) statements"
}
check by_lists
check by_lookups
check of_columns
