# lib.sh: gives a test script a private PostgreSQL cluster and a private slapd, and removes them at its end.
#
# Use: . "$(dirname "$0")/../lib.sh"    BUILD=build/asan (default build/release) chooses the module; KEEP=1 keeps $T.
set -euo pipefail

TESTS=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
PROJECT=${TESTS%/*}
BUILD=${BUILD:-$PROJECT/build/release}
case $BUILD in /*) ;; *) BUILD=$PROJECT/$BUILD ;; esac
MODULE=$BUILD/back_pgsql.so
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin

# Nothing of the caller's surroundings may steer the tools: no ldaprc, no PGHOST, no translated messages.
for variable in "${!PG@}"; do unset "$variable"; done
export LDAPNOINIT=1 LC_ALL=C.UTF-8

# In memory if it is large enough: a cluster is a thousand files that exist for seconds.
has_room() { # DIRECTORY
    local mounts type free
    [ -d "$1" ] && [ -w "$1" ] || return
    mounts=$(</proc/self/mounts)
    [[ ! $mounts =~ " $1 "[^$'\n']*noexec ]] || return
    read -r type free < <(stat -f -c '%T %a*%S' "$1")
    [ "$type" = tmpfs ] && ((free > 4 << 30))
}
if [ -z "${TMPDIR:-}" ] && has_room /dev/shm; then T=/dev/shm; else T=${TMPDIR:-/tmp}; fi
T=$(mktemp -d "$T/back-pgsql.XXXXXX")
chmod 755 "$T"
# Other users cannot enter a checkout in /root: programs that run as one of them are copied.
for_other_users() {
    [ "$(id -u)" = 0 ] && ! setpriv --reuid=nobody --regid=nogroup --clear-groups test -r "$PROJECT/README.md" || return 0
    mkdir "$T/project"
    cp -R "$PROJECT/packaging" "$PROJECT/schema" "$MODULE" "$T/project"
    PROJECT=$T/project MODULE=$T/project/back_pgsql.so
}
SLAPD= POSTGRES= OUT= ERR=

say() { echo "$*" >&2; }

brief() { [ ${#1} -le 400 ] && echo "$1" || echo "${1:0:400}…"; }

fail() {
    say "FAILED: $(brief "$*")"
    [ ! -s "$T/slapd.log" ] || { say "--- the end of slapd's log:"; tail -n "${LOG_LINES:-25}" "$T/slapd.log" >&2; }
    exit 1
}

skip() { say "skipped: $*"; exit 77; }

need() { # COMMAND…: what the test cannot do without
    local tool
    for tool; do command -v "$tool" >/dev/null || skip "$tool is missing; packaging/setup --tests installs it"; done
}

# A port nobody listens on. The lock keeps tests that run at the same time apart for as long as they live.
free_port() { # VARIABLE
    local candidate lock
    [ -d "${TMPDIR:-/tmp}/back-pgsql-ports.$UID" ] || mkdir -p "${TMPDIR:-/tmp}/back-pgsql-ports.$UID"
    for _ in {1..200}; do
        candidate=$((20000 + RANDOM % 12000)) # below the range from which the kernel picks clients' ports
        exec {lock}>"${TMPDIR:-/tmp}/back-pgsql-ports.$UID/$candidate"
        if flock -n "$lock" && ! { : <>"/dev/tcp/127.0.0.1/$candidate"; } 2>/dev/null; then
            printf -v "$1" %s "$candidate"
            return
        fi
        exec {lock}>&-
    done
    fail "no free port between 20000 and 32000"
}

now() { echo "${EPOCHREALTIME/./}"; } # in microseconds

# Waits like sleep, without a process: nothing is ever written into this pipe.
exec {SILENT_PIPE}<> <(:)
pause() { read -rt "$1" -u "$SILENT_PIPE" || true; } # SECONDS

microseconds() { # SECONDS, which may have a fraction
    local fraction=
    [[ $1 != *.* ]] || fraction=${1#*.}
    fraction=${fraction}000000
    echo $((10#${1%%.*} * 1000000 + 10#${fraction:0:6}))
}

# The pauses between two tries grow to a quarter of a second: a try may cost more processor time than what it waits for.
eventually() { # SECONDS COMMAND…: succeeds once COMMAND does (a sanitizer may take its time)
    local end=$((${EPOCHREALTIME/./} + $1 * TIMEOUT_FACTOR * 1000000)) milliseconds=50 seconds
    shift
    until "$@" >/dev/null 2>&1; do
        ((${EPOCHREALTIME/./} < end)) || fail "it did not come true in time: $*"
        printf -v seconds 0.%03d $milliseconds
        pause $seconds
        ((milliseconds = milliseconds < 208 ? milliseconds * 6 / 5 : 250))
    done
}

within() { # SECONDS COMMAND…: COMMAND's own result, but it must not take longer (a sanitizer may take its time)
    local limit=$1 start=${EPOCHREALTIME/./} status=0 took
    shift
    "$@" || status=$?
    took=$((${EPOCHREALTIME/./} - start))
    [ "$took" -le $(($(microseconds "$limit") * TIMEOUT_FACTOR)) ] || fail "took $((took / 1000)) ms, more than $limit s: $*"
    return $status
}

same() { # EXPECTED ACTUAL [WHAT]
    [ "$1" = "$2" ] && return
    say "${3:-what was seen} differs (- expected, + seen):"
    diff -u <(printf '%s\n' "$1") <(printf '%s\n' "$2") | tail -n +3 >&2 || true
    fail "${3:-what was seen} is not what was expected"
}

contains() { # TEXT PART
    [[ $1 == *"$2"* ]] || { say "--- seen:"; printf '%s\n' "$1" >&2; fail "does not contain: $2"; }
}

lacks() { # TEXT PART
    [[ $1 != *"$2"* ]] || { say "--- seen:"; printf '%s\n' "$1" >&2; fail "contains: $2"; }
}

# ldap-utils exit with the LDAP result code. What COMMAND wrote is in $OUT and $ERR afterwards.
expect() { # CODE COMMAND…
    local code=$1 status=0 me=$BASHPID # parts of a test may run side by side
    shift
    "$@" >"$T/out.$me" 2>"$T/err.$me" || status=$?
    OUT=$(<"$T/out.$me") ERR=$(<"$T/err.$me")
    [ "$status" = "$code" ] && return
    say "--- output:"; printf '%.4000s\n' "$OUT" >&2
    say "--- errors:"; printf '%.4000s\n' "$ERR" >&2
    fail "result $status, not $code: $*"
}

# shellcheck source=tests/lib/slapd.sh
. "$TESTS/lib/slapd.sh"
# shellcheck source=tests/lib/postgres.sh
. "$TESTS/lib/postgres.sh"

cleanup() {
    local status=$?
    trap - EXIT
    set +e
    # slapd must end as cleanly as it ran, also when the test never stopped it.
    if [ -n "$SLAPD" ]; then end_slapd; else sanitizer_reports; fi || { [ "$status" != 0 ] && [ "$status" != 77 ]; } || status=1
    [ -z "$POSTGRES" ] || { ! is_frozen || thaw_postgres; stop_postgres immediate; } 2>/dev/null
    local job
    for job in $(jobs -p); do kill "$job" 2>/dev/null; done
    if [ -n "${KEEP:-}" ]; then say "kept: $T"; else rm -rf "$T"; fi
    exit "$status"
}
trap cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
