# check.sh: turns a test into a run of slapd-pgsql-check, whose slaptest is instrumented as the module is.
need perl
{
    echo '#!/bin/bash'
    echo "exec${PRELOAD[*]:+ $(printf '%q ' "${PRELOAD[@]}")} slaptest \"\$@\""
} >"$T/slaptest"
chmod +x "$T/slaptest"
checked() { # STATUS OPTION…: $OUT and $ERR
    # Possibly only the user who runs the tests can read the module.
    expect "$1" env SLAPTEST="$T/slaptest" SLAPD_USER="$(id -un)" perl "$PROJECT/packaging/slapd-pgsql-check" "${@:2}"
}
