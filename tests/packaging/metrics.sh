#!/bin/bash
# slapd-pgsql-metrics exports every metric of every database, and no zero for an error.
. "$(dirname "$0")/../lib.sh"
need promtool ldapsearch perl
program=$PROJECT/packaging/slapd-pgsql-metrics
metrics() { "$program" --uri "${from:-$URI}" "$@"; }
value() { sed -n "s/^$1 //p" <<<"$OUT"; } # SERIES
monitored() { search -D "$monitor" -w "$password" -b cn=Databases,cn=Monitor '(olmPgSuffix=dc=example,dc=com)' "$@"; }

start_postgres
monitor=cn=monitoring,cn=Monitor password='secret {"\'
free_port port
socket=$T/ldapi
URI="ldap://127.0.0.1:$port ldapi://${socket//\//%2F}"
start_slapd - < <(manager_conf
    echo 'database pgsql
suffix "o=a \\22b\\22 é,dc=example,dc=org"'
    echo "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
    cat "$TESTS/data/queries.conf"
    echo "database monitor
rootdn $monitor
rootpw $(slappasswd -s "$password")
access to dn.subtree=cn=Monitor by dn.exact=gidNumber=$(id -g)+uidNumber=$(id -u),cn=peercred,cn=external,cn=auth read by * none")
URI=ldap://127.0.0.1:$port
settled
printf '%s\nanother line\n' "$password" >"$T/password"
login=(--bind-dn "$monitor" --password-file "$T/password")

# ---- every attribute, with its number
for _ in 1 2 3; do expect 0 search -b dc=example,dc=com '(uid=ann)' uid; done
expect 49 ldapwhoami -x -H "$URI" -D uid=ann,dc=example,dc=com -w wrong
expect 0 metrics "${login[@]}"
expect 0 promtool check metrics <<<"$OUT"
same "" "$OUT$ERR" "what promtool reports"
expect 0 metrics "${login[@]}"
suffix='suffix="dc=example,dc=com"'
same 3 "$(value "slapd_pgsql_operations_total{$suffix,operation=\"search\",outcome=\"answered\"}")" "searches"
same 1 "$(value "slapd_pgsql_operations_total{$suffix,operation=\"bind\",outcome=\"refused\"}")" "refused logins"
same 3 "$(value "slapd_pgsql_operation_duration_seconds_bucket{$suffix,operation=\"search\",le=\"+Inf\"}")" "searches in the histogram"
same 3 "$(value "slapd_pgsql_operation_duration_seconds_count{$suffix,operation=\"search\"}")" "the histogram's count"
same "$(monitored olmPgSearchTimeSum | sed -n 's/^olmPgSearchTimeSum: //p')" "$(value "slapd_pgsql_operation_duration_seconds_sum{$suffix,operation=\"search\"}" | awk '{ printf "%.0f", $1 * 1e6 }')" "the histogram's sum"
same 8 "$(value "slapd_pgsql_pool_size{$suffix}")" "the size of the pool"
same 1 "$(value slapd_pgsql_up)" "up"
numbers=$(monitored + | grep -cE '^olmPg[A-Za-z]+: [0-9]+$') bounds=$(monitored + | grep -cE '^olmPg[A-Za-z]+: ([0-9.]+|inf) [0-9]+$')
histograms=$(grep -c "{$suffix.*le=\"+Inf\"" <<<"$OUT")
[ "$numbers" -gt 90 ] && [ "$histograms" = 9 ] || fail "there are too few metrics: $numbers numbers, $histograms histograms"
same $((numbers + bounds + histograms)) "$(grep -c "{$suffix" <<<"$OUT")" "the series of the database" # each histogram's count is one more
same $((numbers + bounds + histograms)) "$(grep -cF '{suffix="o=a \\22b\\22 é,dc=example,dc=org"' <<<"$OUT")" "the series of the other database"
lacks "$OUT" untyped

# ---- attributes of a newer slapd: a number without a type, a histogram, and no guess about anything else
perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::Exposition -e 'my @skipped; print SlapdPgsql::Exposition::text([{ suffix => "o=\\\"\n",
    values => { olmPgFeedLag => [7], olmPgFeedTime => ["inf 9", "0.5 4"], olmPgFeedTimeSum => [1500000], olmPgFeedName => ["x"] } }], \@skipped), "@skipped\n"' >"$T/new"
same 'slapd_pgsql_feed_lag{suffix="o=\\\"\n"} 7
slapd_pgsql_feed_seconds_bucket{suffix="o=\\\"\n",le="0.5"} 4
slapd_pgsql_feed_seconds_bucket{suffix="o=\\\"\n",le="+Inf"} 9
slapd_pgsql_feed_seconds_sum{suffix="o=\\\"\n"} 1.500000
slapd_pgsql_feed_seconds_count{suffix="o=\\\"\n"} 9
olmPgFeedName' "$(grep -v '^#' "$T/new")" "what becomes of new attributes"
expect 0 promtool check metrics < <(grep -v '^olmPg' "$T/new")

# ---- by ldapi, as the user that runs it
from=ldapi://${socket//\//%2F} expect 0 metrics
same 1 "$(value slapd_pgsql_up)" "up, by ldapi"

# ---- errors: slapd_pgsql_up 0, a reason, and no other number
fails() { # TEXT COMMAND…
    expect 1 "${@:2}"
    contains "$ERR" "$1"
    same "slapd_pgsql_scrape_duration_seconds slapd_pgsql_up 0" "$(grep -v '^#' <<<"$OUT" | sed 's/\(duration_seconds\) .*/\1/' | sort | xargs)" "the metrics after: ${*:2}"
    lacks "$OUT$ERR" secret
}
fails 'may not read it' metrics
echo 'other secret' >"$T/wrong"
fails 'slapd refuses the password' metrics --bind-dn "$monitor" --password-file "$T/wrong"
from=ldapi://%2Fnowhere fails "Can't contact LDAP server" metrics
kill -STOP "$SLAPD"
within 5 fails 'no answer within 1 s' metrics "${login[@]}" --timeout 1
kill -CONT "$SLAPD"
expect 2 metrics --bind-dn "$monitor"
from=ldap://192.0.2.1 expect 2 metrics "${login[@]}"
contains "$ERR" 'would send the password unencrypted'

# ---- the file: replaced as a whole, readable for all
(umask 077; expect 0 metrics "${login[@]}" --textfile "$T/x.prom")
same 644 "$(stat -c %a "$T/x.prom")" "the file's mode"
exec 3<"$T/x.prom"
fails_file() { expect 1 metrics --textfile "$T/x.prom"; grep -qx 'slapd_pgsql_up 0' "$T/x.prom"; }
fails_file || fail "the file does not tell that the last scrape failed"
grep -qx 'slapd_pgsql_up 1' <&3 || fail "the file was not replaced"
same "x.prom" "$(cd "$T" && ls | grep '^x\.prom')" "the files"
expect 2 metrics "${login[@]}" --textfile "$T/nowhere/x.prom"

# ---- the database down: its state can still be read
stop_postgres immediate
expect 52 search -b dc=example,dc=com '(uid=ann)'
expect 0 metrics "${login[@]}"
same 1 "$(value "slapd_pgsql_operations_total{$suffix,operation=\"search\",outcome=\"unavailable\"}")" "searches without the database"
[ "$(value "slapd_pgsql_database_state{$suffix}")" -ge 1 ] || fail "the state of the database is healthy"
