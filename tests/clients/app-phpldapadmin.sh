#!/bin/bash
# phpLDAPadmin logs in and shows an entry with the settings of doc/clients/phpldapadmin.md.
. "$(dirname "$0")/../lib/requests.sh"
package=/usr/share/phpldapadmin
for path in $package /usr/bin/{php,curl}; do [ -e "$path" ] || skip "$path is missing; packaging/setup --browser installs it"; done
export no_proxy=127.0.0.1
start_directory

# A copy of the package, with the settings of the page.
mkdir "$T/pla" "$T/sess"
cp -r $package/{VERSION,htdocs,hooks,index.php,lang,lib,locale,queries} "$T/pla"
mkdir "$T/pla/config" "$T/pla/templates" "$T/pla/templates/"{creation,modification}
{
    echo '<?php $servers = new Datastore();'
    echo '$config->custom->session["blowfish"] = "the key of the session";'
    sed -n 's|ldaps://ldap1.example.com|'"$URI"'|; /^\$servers->/p' "$page"
} >"$T/pla/config/config.php"
free_port port
setpriv --pdeathsig TERM -- php -d error_reporting=22527 -d session.save_path="$T/sess" -S "127.0.0.1:$port" -t "$T/pla" >"$T/php.out" 2>&1 &
get() { curl -sSL -b "$T/jar" -c "$T/jar" "http://127.0.0.1:$port/htdocs/$1" "${@:2}"; } # PAGE OPTION…
log_in() { # NAME PASSWORD
    rm -f "$T/jar"
    get index.php >"$T/first"
    get cmd.php -d cmd=login -d server_id=1 -d 'nodecode[login_pass]=1' -d "login=$1" -d "login_pass=$2"
}
eventually 20 curl -sf "http://127.0.0.1:$port/htdocs/index.php"

contains "$(log_in ann wrong)" 'Invalid credentials'
contains "$(log_in ann ann-secret)" 'Successfully logged into server'
log_has "BIND dn=\"uid=ann,$base\" mech=SIMPLE"
shown=$(get "cmd.php?cmd=template_engine&server_id=1&dn=uid%3Dann%2Cdc%3Dexample%2Cdc%3Dcom")
for value in 'Ann Archer' ann@example.com inetOrgPerson 'read-only mode'; do contains "$shown" "$value"; done

outage -b "uid=ann,$base" -s base '(objectClass=*)'
lacks "$(log_in ann ann-secret)" 'Successfully logged into server'
