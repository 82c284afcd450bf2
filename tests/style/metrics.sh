# The manual describes exactly the metrics of the catalog, with their types and units.
. "$(dirname "$0")/../lib.sh"

catalogue=$PROJECT/module/slapd/monitor/metrics.cpp
section=$(sed -e 's/\\-/-/g' "$PROJECT/doc/slapd-pgsql-operations.7" | sed -n '/^\.SS Counters/,/^\.SS Readiness/p')

rows=$(grep -oE '\{[0-9]+, "olmPg[A-Za-z]+", (counter|gauge), [a-z]+,' "$catalogue" | tr -d '{",')
[ "$(wc -l <<<"$rows")" -ge 30 ] || fail "metrics.cpp is not read correctly: $rows"
same "$(sed -n '/^std::vector<metric> numbers()/,/^}/p' "$catalogue" | grep -cE '^ *\{[0-9]')" "$(wc -l <<<"$rows")" "the number of rows that the check reads"
same "" "$(cut -d ' ' -f 1 <<<"$rows" | sort | uniq -d)" "OIDs that are given twice"
same "" "$(awk '$1 >= 100' <<<"$rows")" "OIDs among those of operations"
operations=$(grep -oE '^ *\{operation_stats::[a-z_]+, [0-9]+, [0-9]+, "olmPg[A-Za-z]+"' "$catalogue" | cut -d '"' -f 2 | sed 's/^olmPg//')
outcomes=$(sed -n '/^constexpr outcome_row/,/^};/p' "$catalogue" | grep -oE '"[A-Za-z]+"' | tr -d '"')
same 8 "$(wc -l <<<"$operations")" "the number of operations"
same 8 "$(wc -l <<<"$outcomes")" "the number of outcomes"

# Names: those of the rows, of the histogram that is no operation's with its sum, and the suffix.
named=$(grep -oE 'olmPg[A-Za-z]+' <<<"$section" | grep -vxE "olmPg($(paste -sd '|' <<<"$operations"))($(paste -sd '|' <<<"$outcomes"))" | sort -u)
same "$(printf '%s\n' olmPgSuffix olmPgPoolWaitTime olmPgPoolWaitTimeSum "$(cut -d ' ' -f 2 <<<"$rows")" | sort)" "$named" "the metrics in the manual"
for word in $operations $outcomes; do
    grep -qE "^\.BR? $word( |$)" <<<"$section" || fail "the manual does not describe $word"
done

# Types and units: lists at the end of the section, "Gauges …:", "In seconds:", "In bytes:".
listed() { # TEXT: the names in the paragraph that begins with it
    awk -v text="$1" '/^\.[PT]P/ { f = 0 } index($0, text) == 1 { f = 1 } f' <<<"$section" | grep -oE 'olmPg[A-Za-z]+' | sort
}
same "$(awk '$3 == "gauge" { print $2 }' <<<"$rows" | sort)" "$(listed 'These are gauges')" "the gauges in the manual"
same "$(awk '$4 == "seconds" { print $2 }' <<<"$rows" | sort)" "$(listed 'These are seconds')" "the metrics in seconds in the manual"
same "$(awk '$4 == "bytes" { print $2 }' <<<"$rows" | sort)" "$(listed 'These are bytes')" "the metrics in bytes in the manual"

# The exporter: its table has the rows of the catalog; what documents, alerts and the dashboard name, it derives from an attribute.
perl -0777 -ne 'print "$1|$2|$3|$4\n" while /\{\d+, "(olmPg\w+)", (counter|gauge), (\w+),\s*"([^"]*)"/g;
    print "$1|histogram|seconds|$2\n" while /\{\d+, "(olmPg\w+)", "([^"]*)",/g;
    print "$1\n" while /"(Operations of this type[^"]*)"/g' "$catalogue" | sort >"$T/rows"
exporter() { perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::Exposition -e "$1" "${@:2}"; }
same "$(<"$T/rows")" "$(exporter 'print join("|", @$_), "\n" for @SlapdPgsql::MetricTable::rows; print "$_\n" for $SlapdPgsql::MetricTable::outcome, $SlapdPgsql::MetricTable::duration' | sort)" \
    "the rows of packaging/lib/SlapdPgsql/MetricTable.pm"
sed -n 's/^\(olmPg[A-Za-z]*\)|histogram.*/\1/p' "$T/rows" >"$T/histograms"
for operation in $operations; do echo "olmPg${operation}Time"; done >>"$T/histograms"
{
    sed -n '/|histogram/d; s/^\(olmPg[A-Za-z]*\)|.*/\1/p' "$T/rows"
    for operation in $operations; do printf "olmPg$operation%s\n" $outcomes; done
} >"$T/numbers"
exporter 'my ($histograms, $numbers) = map { open my $in, "<", $_ or die; [map { chomp; $_ } <$in>] } @ARGV;
    my %values = ((map { ($_ => ["0.1 0", "inf 0"]) } @$histograms), map { ($_ => ["0"]) } @$numbers);
    for (keys %values) {
        my $family = SlapdPgsql::Exposition::family($_, \%values) or die "$_ is not exported\n";
        print map { "$family->{name}$_\n" } $family->{type} eq "histogram" ? qw(_bucket _sum _count) : "";
    }' "$T/histograms" "$T/numbers" | sort -u >"$T/names"
printf '%s\n' slapd_pgsql_up slapd_pgsql_scrape_duration_seconds slapd_pgsql_operation_duration_seconds slapd_pgsql_pool_wait_seconds >>"$T/names"
# Those of a replica.
perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::ReplicaLag -e 'my %all = (lag => 0, entries => 1);
    print SlapdPgsql::ReplicaLag::metrics({ %all, providers => [{ %all, uri => "x" }] })' | sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' >>"$T/names"
[ "$(grep -c replica_ "$T/names")" = 6 ] || fail "the metrics of a replica are not read correctly"
[ "$(wc -l <"$T/names")" -ge 40 ] || fail "the exporter's names are not read correctly"
for file in packaging/prometheus/slapd-pgsql.rules.yml packaging/grafana/slapd-pgsql.json packaging/slapd-pgsql-metrics packaging/slapd-pgsql-replica doc/monitoring.md doc/slapd-pgsql-operations.7; do
    named=$(sed 's/\\-/-/g' "$PROJECT/$file" | grep -oE '\bslapd_pgsql_[a-z_]+' | sort -u)
    [ -n "$named" ] || fail "$file names no metric"
    same "" "$(grep -vxF -f "$T/names" <<<"$named" || true)" "metrics in $file that the exporter does not have"
done
