# servers.sh: starts LDAP Account Manager from a copy of Debian's package, and a Chromium without a window that programs drive.
#
# Nothing is written outside $T: no web server of the system is used, and no file in /etc or /var/lib.
LAM_PACKAGE=/usr/share/ldap-account-manager

can_run_lam() {
    local path
    for path in "$LAM_PACKAGE" /usr/bin/{php,chromium,chromedriver,curl,python3}; do
        [ -e "$path" ] || skip "$path is missing; packaging/setup --browser installs it"
    done
    export no_proxy=127.0.0.1 # for curl and Python
}

# lam_profile NAME USERS GROUPS LINE…: the settings of LAM for the directory at $URI. Those who may log in: $ADMINS, by semicolons.
lam_profile() {
    printf '%s\n' "ServerURL: $URI" "Admins: $ADMINS" 'Passwd: lam' 'defaultLanguage: en_GB.utf8' 'cachetimeout: 0' 'searchLimit: 0' \
        'activeTypes: user,group' 'tools: treeViewSuffix: dc=example,dc=com' \
        "types: suffix_user: $2" 'types: modules_user: inetOrgPerson,posixAccount,shadowAccount' \
        'types: attr_user: #uid;#givenName;#sn;#mail;#uidNumber;#gidNumber' \
        "types: suffix_group: $3" 'types: modules_group: posixGroup' 'types: attr_group: #cn;#gidNumber;#memberUID' \
        'modules: posixAccount_user_uidGeneratorUsers: range' 'modules: posixAccount_user_minUID: 10000' 'modules: posixAccount_user_maxUID: 30000' \
        'modules: posixGroup_group_minGID: 10000' 'modules: posixGroup_group_maxGID: 20000' "${@:4}" >"$T/lam/config/$1.conf"
}

start_lam() { # the profile `lam` is the default
    mkdir -p "$T/lam/config/templates" "$T/lam/config/profiles" "$T/lam/config/pdf" "$T/lam/sess" "$T/lam/tmp/internal"
    cp -r "$LAM_PACKAGE"/{VERSION,graphics,help,lib,locale,style,templates} "$T/lam/"
    cp -r "$LAM_PACKAGE"/config-samples/{profiles,pdf} "$T/lam/config/templates/"
    echo 'ldap_rdn: uid' >>"$T/lam/config/templates/profiles/default.user" # LAM's own default is cn
    echo 'en_GB.utf8:UTF-8:English (Great Britain)' >"$T/lam/config/language"
    printf '%s\n' 'password: lam' 'default: lam' 'logLevel: 7' "logDestination: $T/lam.log" 'configDatabaseType: files' >"$T/lam/config/config.cfg"
    free_port LAM_PORT
    setpriv --pdeathsig TERM -- php -d log_errors=on -d error_log="$T/php.log" -S "127.0.0.1:$LAM_PORT" -t "$T/lam" \
        "$TESTS/clients/lam/router.php" >"$T/php.out" 2>&1 &
    eventually 20 curl -sf "http://127.0.0.1:$LAM_PORT/templates/login.php"
}

start_browser() {
    free_port DRIVER_PORT
    mkdir "$T/browser"
    HOME=$T/browser TMPDIR=$T/browser setpriv --pdeathsig TERM -- chromedriver --port="$DRIVER_PORT" --log-path="$T/chromedriver.log" >"$T/chromedriver.out" 2>&1 &
    eventually 20 curl -sf "http://127.0.0.1:$DRIVER_PORT/status"
}

# in_browser PROGRAM: it finds the pages, the directory and the database by variables, and leaves its pictures in $PICTURES.
in_browser() {
    PICTURES=${PICTURES:-$BUILD/browser/$(basename "$0" .sh)}
    mkdir -p "$PICTURES"
    rm -f "$PICTURES"/*.png "$PICTURES/operations.md"
    say "pictures and the LDAP operations of each step: $PICTURES"
    LAM_URL=http://127.0.0.1:$LAM_PORT DRIVER_URL=http://127.0.0.1:$DRIVER_PORT LDAP_URI=$URI SLAPD_LOG=$T/slapd.log PICTURES=$PICTURES \
        PROFILE=$T/browser/profile PSQL="$POSTGRES_BIN/psql -h $T/pg -p $PGPORT -U postgres -X -q -A -t -v ON_ERROR_STOP=1 manager" \
        PYTHONDONTWRITEBYTECODE=1 python3 "$@" || fail "see the steps above, and $PICTURES"
}
