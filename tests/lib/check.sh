# check.sh: turns a test into a run of slapd-pgsql-check, whose slaptest and slapcat are instrumented as the module is.
need perl
for tool in slaptest slapcat; do
    {
        echo '#!/bin/bash'
        echo "exec${PRELOAD[*]:+ $(printf '%q ' "${PRELOAD[@]}")} $tool \"\$@\""
    } >"$T/$tool"
    chmod +x "$T/$tool"
done
checked() { # STATUS OPTION…: $OUT and $ERR
    # Possibly only the user who runs the tests can read the module.
    expect "$1" env SLAPTEST="$T/slaptest" SLAPD_USER="$(id -un)" perl "$PROJECT/packaging/slapd-pgsql-check" "${@:2}"
}
