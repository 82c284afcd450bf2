# ldapscripts.sh: turns a private slapd into the server of Debian's ldapscripts.

scripts_for() { # GCLASS MEMBER: the class of the groups, and the first member of new ones if the class requires members
    (umask 077; printf %s admin >"$T/password")
    cat >"$T/ldapscripts.conf" <<END
SERVER=$URI
SUFFIX=$base USUFFIX=ou=people GSUFFIX=ou=groups MSUFFIX=ou=people
BINDDN=cn=admin,$base BINDPWDFILE=$T/password
UIDSTART=10000 GIDSTART=10000
GCLASS=$1 GDUMMYMEMBER=${2:-}
USHELL=/bin/bash UHOMES=/home/%u CREATEHOMES=no
PASSWORDGEN="echo %u-secret" RECORDPASSWORDS=no
LOGTOFILE=yes LOGFILE=$T/ldapscripts.log LOGTOSYSLOG=no TMPDIR=$T
LDAPSEARCHBIN=/usr/bin/ldapsearch LDAPADDBIN=/usr/bin/ldapadd LDAPDELETEBIN=/usr/bin/ldapdelete
LDAPMODIFYBIN=/usr/bin/ldapmodify LDAPMODRDNBIN=/usr/bin/ldapmodrdn LDAPPASSWDBIN=/usr/bin/ldappasswd
LDAPSEARCHOPTS="-o ldif-wrap=no"
GETENTPWCMD=false GETENTGRCMD=false # not the machine's accounts
END
    export LDAPSCRIPTS_CONF=$T/ldapscripts.conf
}
# done_by SCRIPT ARGUMENT…: it succeeds, and its log has no error of the LDAP tools, which it may overlook.
done_by() {
    (umask 077; : >"$T/ldapscripts.log")
    expect 0 "$@"
    lacks "$(<"$T/ldapscripts.log")" 'ldap_'
}
