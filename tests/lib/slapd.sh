# slapd.sh: turns a configuration into a private slapd, plain or under the sanitizer the module was built with.

# What has to be in front of slapd's own libraries when the module is instrumented: the sanitizer's runtime; libstdc++,
# which slapd itself does not link, or the first throw aborts; and the shim that lets slapd exit.
# Use: "${PRELOAD[@]}" COMMAND… for a program of slapd's (slapd, slaptest, slapcat, …); empty for plain builds.
PRELOAD=() TIMEOUT_FACTOR=1
sanitizer_runtime() { ldd "$MODULE" 2>/dev/null | grep -Eo "/[^ ]*$1\.so[^ ]*" | head -n 1; }
if [ -f "$BUILD/libexit_shim.so" ]; then # only builds with a sanitizer have it
    runtime=$(sanitizer_runtime 'lib(asan|tsan)')
    TIMEOUT_FACTOR=4
    PRELOAD=(env "LD_PRELOAD=$runtime $(sanitizer_runtime 'libstdc\+\+') $BUILD/libexit_shim.so"
        # slapd has no frame pointers; and it is not instrumented, so that freed memory is overwritten as well
        "ASAN_OPTIONS=log_path=$T/report:detect_stack_use_after_return=1:fast_unwind_on_malloc=0:max_free_fill_size=4096:free_fill_byte=90"
        "LSAN_OPTIONS=suppressions=$TESTS/sanitizer/lsan.supp:print_suppressions=0"
        "UBSAN_OPTIONS=log_path=$T/report:print_stacktrace=1"
        "TSAN_OPTIONS=log_path=$T/report:suppressions=$TESTS/sanitizer/tsan.supp:second_deadlock_stack=1")
fi

sanitizer_reports() {
    compgen -G "$T/report.*" >/dev/null || return 0
    say "--- the sanitizer reports:"
    head -n 120 "$T"/report.* >&2
    return 1
}

# The head of a slapd.conf: schemas, the modules in reach, cn=config for rootdn cn=config with password "config".
base_conf() {
    cat <<END
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile $T/slapd.pid
argsfile $T/slapd.args
modulepath $BUILD:/usr/lib/ldap
moduleload back_pgsql
database config
rootpw config
END
}

# The deployment: base_conf and the manager's four queries, word for word. Lines appended to it belong to the database.
manager_conf() {
    base_conf
    cat <<END
database pgsql
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:${PGPORT:-1}/manager
END
    cat "$TESTS/data/queries.conf"
}

# Starts slapd with CONF ("-": standard input; a directory: cn=config) on $URI and waits until it answers.
start_slapd() { # CONF [slapd's OPTIONS…]
    local conf=$1 how=-f port
    shift
    [ "$conf" != - ] || { conf=$T/slapd.conf; cat >"$conf"; }
    [ ! -d "$conf" ] || how=-F
    if [ -z "${URI:-}" ]; then free_port port; URI=ldap://127.0.0.1:$port; fi
    LOG_BEGIN=$(stat -c %s "$T/slapd.log" 2>/dev/null || echo 0)
    setpriv --pdeathsig TERM -- "${PRELOAD[@]}" slapd -h "$URI" $how "$conf" -d "${LOG_LEVEL:-stats}" "$@" >>"$T/slapd.log" 2>&1 &
    SLAPD=$!
    local end=$((SECONDS + 30))
    until listens "$URI"; do
        kill -0 "$SLAPD" 2>/dev/null || { SLAPD=; fail "slapd did not start"; }
        [ "$SECONDS" -lt "$end" ] || fail "slapd does not answer at $URI"
        pause 0.02
    done
}

# slapd listens once it is ready to serve, so a connection is enough, where bash can open one.
listens() { # URI
    local address=${1#ldap://}
    if [[ $1 == ldap://*:* && $1 != *' '* ]]; then { : <>"/dev/tcp/${address%:*}/${address##*:}"; } 2>/dev/null; return; fi
    ldapsearch -x -LLL -H "$1" -b '' -s base 1.1 >/dev/null 2>&1
}

# Waits until the slapd started last asks PostgreSQL nothing more of its own accord.
settled() { eventually 30 looked_around; }
looked_around() { tail -c "+$((LOG_BEGIN + 1))" "$T/slapd.log" | grep -qF "[startup-finished]"; }

# Ends slapd and insists that it ends by itself, in time, with status 0 and without a word of a sanitizer.
end_slapd() {
    local process=$SLAPD status=0
    SLAPD=
    kill -TERM "$process" 2>/dev/null || true
    for _ in {1..750}; do
        kill -0 "$process" 2>/dev/null || break
        pause 0.02
    done
    if kill -0 "$process" 2>/dev/null; then
        kill -KILL "$process"
        say "slapd did not end within 15 s of SIGTERM"
        return 1
    fi
    wait "$process" || status=$?
    if [ "$status" != 0 ]; then
        say "slapd ended with status $status; the end of its log:"
        tail -n "${LOG_LINES:-25}" "$T/slapd.log" >&2
    fi
    sanitizer_reports && return "$status"
}

stop_slapd() { end_slapd || fail "slapd ran, but did not end cleanly"; }

# refused CONF TEXT…: slapd does not start with CONF, and says each TEXT.
refused() {
    local conf=$1 text status=0
    shift
    OUT=$(timeout $((20 * TIMEOUT_FACTOR)) "${PRELOAD[@]}" slapd -h "ldapi://${T//\//%2F}%2Frefused" -f "$conf" -d none 2>&1) || status=$?
    case $status in
        0 | 124) fail "slapd accepts this configuration; expected: $*" ;;
        12[5-9] | 13?) fail "slapd died with status $status: $OUT" ;;
    esac
    for text; do contains "$OUT" "$text"; done
}

# refused_with "DIRECTIVE…" TEXT…: the deployment with one directive more is refused with each TEXT.
refused_with() {
    { manager_conf; printf '%s\n' "$1"; } >"$T/slapd.conf"
    refused "$T/slapd.conf" "${@:2}"
}
# refused_after SED-EXPRESSION TEXT…: the deployment with something changed.
refused_after() {
    manager_conf | sed -E "$1" >"$T/slapd.conf"
    cmp -s "$T/slapd.conf" <(manager_conf) && fail "nothing was changed by $1"
    refused "$T/slapd.conf" "${@:2}"
}

search() { ldapsearch -x -LLL -o ldif-wrap=no -H "$URI" "$@"; }

# The DNs a search finds, sorted, in the shape they are shown.
dns() { search "$@" 1.1 | sed -n 's/^dn: //p' | sort; }

# as_config COMMAND ARGS…: an ldap tool as the administrator of cn=config (LDIF from standard input).
as_config() { "$1" -x -H "$URI" -D cn=config -w config "${@:2}"; }

# Events of the module have keys. logged KEY [TEXT]: slapd's log has such a line with TEXT in it, or gets it soon.
logged() { eventually 20 event_logged "$@"; }
event_logged() { [ "$(times_logged "$@")" -gt 0 ]; }
not_logged() { ! event_logged "$@" || fail "slapd's log has: $*"; }
times_logged() { # KEY [TEXT]: the number of lines
    KEY="[$1]" TEXT=${2:-} awk 'index($0, ENVIRON["KEY"]) && index($0, ENVIRON["TEXT"]) { ++lines } END { print lines + 0 }' "$T/slapd.log"
}
# Lines of slapd itself, and those about a bind or a password, have none.
log_has() { eventually 20 grep -qF -- "$1" "$T/slapd.log"; } # TEXT

# begun PATTERN COUNT: slapd's log has so many lines with PATTERN since slapd was started last.
begun() { [ "$(tail -c "+$((LOG_BEGIN + 1))" "$T/slapd.log" | grep -c -- "$1")" -ge "$2" ]; }

# What slapd has sent waits in the kernel, and nothing moves.
unread() { awk -v port="$(printf ':%04X' "${URI##*:}")" 'index($2, port) == 9 && $4 == "01" { print $3, $5 }' /proc/net/tcp; }
nobody_reads() {
    local before
    before=$(unread)
    pause 1
    grep -qv ' 00000000:' <<<"$before" && [ "$(unread)" = "$before" ]
}
