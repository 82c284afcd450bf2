#!/bin/bash
# Zabbix's own LDAP code accepts and refuses logins with the settings of doc/clients/zabbix.md.
. "$(dirname "$0")/../lib/requests.sh"
zabbix=/usr/share/zabbix/include
for path in $zabbix/classes/ldap/CLdap.php /usr/bin/php; do [ -e "$path" ] || skip "$path is missing; packaging/setup --browser installs it"; done
start_directory
field() { setting "^\\| $1 \\| \`(.*)\` \\|"; }
for what in 'host:LDAP host' 'base_dn:Base DN' 'search_attribute:Search attribute' 'bind_dn:Bind DN' 'bind_password:Bind password'; do
    same "$(field "${what#*:}")" "$(setting "\"ldap_${what%%:*}\": \"(.*?)\"")" "the field and the API's ${what%%:*}"
done

# zabbix NAME PASSWORD [BIND-DN BIND-PASSWORD]: the number of Zabbix's error, 0 for a login. Its functions are those of func.inc.php.
zabbix() {
    php -d error_reporting=22527 -r 'foreach (["zbx_array_merge", "zbx_empty"] as $name) {
            preg_match("/^function $name\(.*?^}/ms", file_get_contents("$argv[1]/func.inc.php"), $found);
            eval($found[0]);
        }
        require "$argv[1]/classes/ldap/CLdap.php";
        [, , $host, $base, $attribute, $dn, $secret, $user, $password] = $argv;
        $ldap = new CLdap(["host" => $host, "base_dn" => $base, "search_attribute" => $attribute, "bind_dn" => $dn, "bind_password" => $secret]);
        echo $ldap->checkPass($user, $password) ? 0 : $ldap->error;' \
        "$zabbix" "$URI" "$(field 'Base DN')" "$(field 'Search attribute')" "${3-$(field 'Bind DN')}" "${4-$(field 'Bind password')}" "$1" "$2"
}
same 0 "$(zabbix ann ann-secret)" "ann"
same 5 "$(zabbix ann wrong)" "a wrong password"
same 5 "$(zabbix ann '')" "no password"
same 5 "$(zabbix nosuch ann-secret)" "an unknown name"
same 5 "$(zabbix '*' ann-secret)" "a name with more than one entry"
same 3 "$(zabbix ann ann-secret "$reader" wrong)" "a wrong password of the reader"
pattern=$(setting 'own DN: `(.*?)`')
same '0 5' "$(zabbix ann ann-secret "$pattern" '') $(zabbix ann wrong "$pattern" '')" "the user's own DN"

# 3 is "Cannot bind to LDAP server", which Zabbix does not count; 5 is a failed attempt.
outage -b $base '(uid=ann)'
same '3 5' "$(zabbix ann ann-secret) $(zabbix ann ann-secret "$pattern" '')" "logins in an outage"
