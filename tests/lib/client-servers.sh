# client-servers.sh: starts Apache and Dovecot with the settings of their pages, once these are in /etc.
start_apache() { # with /etc/apache2/conf-available/intranet.conf
    local module
    mkdir -p "$T/www/intranet"
    echo inside >"$T/www/intranet/index.html"
    {
        for module in mpm_event authn_core authz_core auth_basic authz_user ldap authnz_ldap dir; do
            echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
        done
        printf '%s\n' 'PidFile /run/apache2.pid' 'ErrorLog /var/log/apache2.log' 'ServerName localhost' 'Listen 127.0.0.1:80' \
            'User www-data' 'Group www-data' "DocumentRoot $T/www" 'Include /etc/apache2/conf-available/intranet.conf'
    } >"$T/apache.conf"
    apache2 -f "$T/apache.conf"
    eventually 10 listens ldap://127.0.0.1:80
}
start_dovecot() { # with /etc/dovecot/dovecot-ldap.conf.ext
    sed -i 's/^!include auth-system.conf.ext/#&/; s/^#!include auth-ldap.conf.ext/!include auth-ldap.conf.ext/' /etc/dovecot/conf.d/10-auth.conf
    # Without the delay after failed logins, which grows with their number.
    printf '%s\n' 'log_path = /var/log/dovecot.log' 'auth_failure_delay = 0' 'service anvil {' ' unix_listener anvil-auth-penalty {' '  mode = 0' ' }' '}' >>/etc/dovecot/dovecot.conf
    dovecot
}
dovecot_login() { doveadm auth test "$1" "$2" 2>&1 | grep -oE 'auth (succeeded|failed)|temp_fail' | xargs || true; } # NAME PASSWORD
squid_helper() {                                                                                                       # NAME INPUT: its answer with the arguments in the configuration
    local arguments
    read -ra arguments < <(sed -n "s|^.* \(/usr/lib/squid/$1 .*\)|\1|p" /etc/squid/conf.d/ldap.conf)
    "${arguments[@]}" <<<"$2" 2>/dev/null | sed 's/ *$//'
}
web_status() { curl -s -o /dev/null --max-time 10 -w '%{http_code}' -u "$1:$2" http://127.0.0.1/intranet/ || true; } # NAME PASSWORD
