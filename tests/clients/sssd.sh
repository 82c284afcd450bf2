# Runs Debian's real SSSD, configured as the deployment's base images are, where it cannot touch this machine.
#
#   start_sssd SERVER…   SSSD in the foreground, without systemd, with ldap1, ldap2 or URIs; returns when its sockets are there
#   in_sssd COMMAND…     a command that sees SSSD's users, groups and PAM services (for TIME_LIMIT seconds at most, default 20)
#   login USER PASSWORD  authentication and account check, as sshd asks PAM for them
#   stop_sssd            ends it; the end of the test does so in any case
#
# SSSD and the commands live in mount and pid namespaces of their own, with a copy of /etc and an empty /run,
# /var/lib/sss and /var/log/sssd. The namespaces vanish with their first process, and that one dies with the test
# (--kill-child, --pdeathsig), however the test ends: nothing stays mounted, nothing stays running.

SSSD=                             # the process that holds the namespaces
ACCESS_FILTER='(objectClass=*)'   # ldap_access_filter; a test may set another before start_sssd
SSSD_EXTRA=''                     # further lines for the domain's section
LDAP_SCHEMA=''                    # ldap_schema; rfc2307 without it

# SSSD asks again 60 to 90 s after a failure; these lines show the same sooner.
ASK_AGAIN_SOON=$'offline_timeout = 3\noffline_timeout_max = 3\noffline_timeout_random_offset = 0'

can_run_sssd() {
    [ "$(id -u)" = 0 ] || skip "SSSD and mount namespaces need root"
    need sssd sss_cache sss_ssh_authorizedkeys pamtester unshare nsenter setpriv openssl
    unshare --mount --pid --fork mount -t tmpfs none /run 2>/dev/null ||
        skip "this container may not make mount namespaces (it lacks CAP_SYS_ADMIN)"
}

# The settings of the deployment's machines; settings that are empty there are empty here.
sssd_conf() {
    local uris server
    uris=$(for server; do [[ $server == *://* ]] || server=ldaps://$server:$LDAPS_PORT; printf '%s, ' "$server"; done)
    cat <<CONF
[sssd]
services = nss, pam, ssh
domains = cluster

[domain/cluster]
id_provider = ldap
auth_provider = ldap
access_provider = ldap
ldap_uri = ${uris%, }
ldap_schema = ${LDAP_SCHEMA:-}
ldap_search_base =
ldap_tls_reqcert = allow
ldap_user_gecos = cn
ldap_user_ssh_public_key = sshPublicKey
ldap_access_order = filter
ldap_access_filter = $ACCESS_FILTER
ldap_opt_timeout = 60
fallback_homedir = /home/%u
default_shell = /bin/bash
$SSSD_EXTRA
CONF
}

private_etc() {
    local etc=$T/sssd/etc
    cp -a /etc "$etc"
    rm -rf "$etc/sssd"
    mkdir -p "$etc/sssd/conf.d" "$etc/pam.d"
    (umask 077 && sssd_conf "$@" >"$etc/sssd/sssd.conf")
    printf '%s\n' 'passwd: files sss' 'group: files sss' 'shadow: files sss' 'hosts: files' >"$etc/nsswitch.conf"
    printf '%s\n' '127.0.0.1 localhost' "$LDAP1 ldap1 ldap1.example.com" "$LDAP2 ldap2 ldap2.example.com" >"$etc/hosts"
    printf '%s\n' 'auth required pam_sss.so' 'account required pam_sss.so' 'password required pam_sss.so' >"$etc/pam.d/login-test"
}

start_sssd() {
    rm -rf "$T/sssd"
    mkdir -p "$T/sssd/log"
    private_etc "$@"
    # bash stays as the namespace's process 1, because SSSD leaves it children to reap.
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child bash -c '
        set -e
        trap "exit 0" TERM
        mount --bind "$1/etc" /etc
        mount --bind "$1/log" /var/log/sssd
        mount -t tmpfs -o mode=755 run /run
        mount -t tmpfs -o mode=755 sss /var/lib/sss
        cd /var/lib/sss
        mkdir -p db mc pipes/private pubconf/krb5.include.d secrets keytabs gpo_cache deskprofile
        touch /run/private
        sssd -i --logger=files & wait $!' bash "$T/sssd" </dev/null >"$T/sssd/out" 2>&1 &
    SSSD=$!
    local sign tries=300
    for sign in /run/private /var/lib/sss/pipes/{nss,pam,ssh}; do # the first keeps a machine's own SSSD out of the question
        until in_sssd test -e "$sign" 2>/dev/null; do
            kill -0 "$SSSD" 2>/dev/null && ((tries-- > 0)) || fail "SSSD did not start"
            sleep 0.1
        done
    done
}

in_sssd() {
    timeout "${TIME_LIMIT:-20}" nsenter --mount="/proc/$SSSD/ns/mnt" --pid="/proc/$SSSD/ns/pid_for_children" --root="/proc/$SSSD/root" --wd="/proc/$SSSD/root" -- "$@"
}

login() {
    printf '%s\n' "$2" | in_sssd pamtester login-test "$1" authenticate acct_mgmt 2>&1
}

stop_sssd() {
    [ -n "$SSSD" ] || return 0
    in_sssd bash -c 'kill 1' 2>/dev/null || true # it ends with the namespace, before $SSSD does
    for _ in {1..100}; do kill -0 "$SSSD" 2>/dev/null || break; sleep 0.05; done
    kill -KILL "$SSSD" 2>/dev/null || true
    wait "$SSSD" 2>/dev/null || true
    SSSD=
}
