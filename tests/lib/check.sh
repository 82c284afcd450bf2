# check.sh: turns a test into a run of slapd-pgsql-check, whose slaptest is instrumented as the module is.
need perl
{
    echo '#!/bin/bash'
    echo "exec${PRELOAD[*]:+ $(printf '%q ' "${PRELOAD[@]}")} slaptest \"\$@\""
} >"$T/slaptest"
chmod +x "$T/slaptest"
checked() { # STATUS OPTION…: $OUT and $ERR
    expect "$1" env SLAPTEST="$T/slaptest" perl "$PROJECT/packaging/slapd-pgsql-check" "${@:2}"
}
