# record.sh: turns a run's table into a section of RESULTS.md, and its figures into the plots.
# shellcheck shell=bash  (sourced by run, after tests/lib.sh)

versions() {
    local slapd postgres
    slapd=$(slapd -VV 2>&1 | grep -Eo 'slapd [0-9.]+' | head -n 1)
    postgres=$("$POSTGRES_BIN/postgres" --version | grep -Eo '[0-9.]+' | head -n 1)
    echo "$slapd, PostgreSQL $postgres, Linux $(uname -r | grep -Eo '^[0-9]+\.[0-9]+')"
}

machine() {
    local memory
    memory=$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)
    echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, $memory"
}

syslog() { # slapd's log lines cost more when a process reads them
    if [ -S /dev/log ]; then echo "a syslog daemon listens"; else echo "no syslog daemon listens"; fi
}

{
    printf '\n## %s, module %s\n\n' "$(date -u +%Y-%m-%d)" "$revision"
    echo "- Machine: $(machine). Load average before the run: $LOAD_BEFORE."
    echo "- Software: $(versions), default log level, $(syslog), threads 16, PostgreSQL over a unix socket."
    echo "- Data: $USERS users, $GROUPS_COUNT groups${HOT:+, $HOT of each asked for}.$([[ " $servers " != *" pgsql-cache "* ]] || echo " pgsql-cache has $CACHE MiB and was asked everything once before.") $ROUNDS rounds of $SECS s, medians.${QUIET:+ Turns in which others had over $QUIET % of the machine were repeated.}"
    echo "- Command: \`$COMMAND\`"
    echo
    cat "$T/table"
} >>"$BENCH/RESULTS.md"
case $USERS in
    *000000) size=${USERS%000000}M ;;
    *000) size=${USERS%000}k ;;
    *) size=$USERS ;;
esac
gnuplot -e "data='$T/plot'; out='$BENCH'; size='$size'; first='${servers%% *}'" "$BENCH/plots.gp"
# The pictures of a size stand at the top of the page, and are those of its last run.
picture() { # NAME WHAT
    grep -qF "($1-$size.svg)" "$BENCH/RESULTS.md" || sed -i "0,/^## /s//![$size users: $2]($1-$size.svg)\n\n&/" "$BENCH/RESULTS.md"
}
picture ratios "operations a second, ratio to the first server"
picture latency "99th percentile of the time of an operation"
picture cpu "CPU time of an operation"
say "bench: recorded in tests/bench/RESULTS.md, ratios-$size.svg, latency-$size.svg and cpu-$size.svg"
