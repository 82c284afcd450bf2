#!/bin/bash
# Samba serves the members of a group, with passwords of its own or NT hashes, by doc/clients/samba.md.
page=doc/clients/samba.md
. "$(dirname "$0")/../lib/applications.sh"
need smbd smbpasswd smbclient
start_nslcd
mount -t tmpfs files /srv
install -d -g support -m 2770 /srv/support
mkdir -p /run/samba
serve_files() {
    smbd -F >"$T/smbd.log" 2>&1 &
    eventually 10 listens ldap://127.0.0.1:445
}
attempt() { smbclient //127.0.0.1/support -U "$1%$2" -c ls 2>&1 | grep -oE 'blocks available|NT_STATUS_[A-Z_]+' | head -n 1 || true; }
refused=NT_STATUS_LOGON_FAILURE

# Passwords of Samba's own.
block $page '[global]' >/etc/samba/smb.conf
for name in ann ben; do printf '%s\n' $name-files $name-files | smbpasswd -s -a $name >/dev/null; done
serve_files
result 'blocks available' ann ann-files
result $refused ann ann-secret
result NT_STATUS_ACCESS_DENIED ben ben-files # not in the group
kill $!
wait $! || true

# NT hashes.
cp /usr/share/doc/samba/examples/LDAP/samba.schema /etc/ldap/schema/
sql_of 'NT hashes in the database' | sql
merge 'NT hashes in the database'
configuration 'NT hashes in the database' >/etc/ldap/slapd.conf
restart_slapd
settled
for name in ann ben eve; do
    hash=$(printf %s $name-secret | iconv -t UTF-16LE | openssl dgst -provider legacy -provider default -md4 -r | cut -c 1-32)
    sql -c "UPDATE account SET nt_hash = upper('$hash') WHERE login = '$name'"
done
hashes() { ldapsearch -x -LLL -H ldapi:/// -D "$1,dc=example,dc=com" -w "$2" -b uid=ann,dc=example,dc=com -s base sambaNTPassword sambaSID | cut -d : -f 1 | xargs; }
same 'dn sambaSID sambaNTPassword' "$(hashes cn=samba,ou=applications change-me)" "what Samba reads"
for name in cn=example,ou=applications/change-me uid=ann/ann-secret; do same 'dn sambaSID' "$(hashes "${name%/*}" "${name#*/}")" "what $name reads"; done

echo 'TLS_CACERT /etc/ldap/tls/server.crt' >/etc/ldap/ldap.conf
sed -i "/netbios name/r "<(block $page '    passdb backend' | sed 's/timeout = 5/timeout = 1/') /etc/samba/smb.conf
smbpasswd -w change-me >/dev/null
serve_files
result 'blocks available' ann ann-secret
for password in wrong ann-files; do result $refused ann $password; done
result NT_STATUS_ACCESS_DENIED ben ben-secret
result NT_STATUS_ACCOUNT_DISABLED eve eve-secret
for name in zoe '*'; do result $refused "$name" ann-secret; done
outage
result $refused ann ann-secret
end_outage
result 'blocks available' ann ann-secret
distrust
kill $!
wait $! || true
serve_files
result $refused ann ann-secret
