#!/bin/bash
# TLS settings fit slapd's TLS library; an unusable certificate or key is refused.
. "$(dirname "$0")/lib.bash"

pair() { openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/$1.key" -out "$T/$1.crt" -subj "/CN=$1" -days "${2:-9}" 2>/dev/null; }
pair a
pair b
openssl pkey -in "$T/a.key" -aes256 -passout pass:x -out "$T/locked.key"

# Never less than TLS 1.2, and TLS 1.2 unless it is excluded by name: Proxmox speaks nothing newer by default.
settings() { # LIBRARY MIN MAX CIPHERS, empty for none
    perl -I"$PROJECT/packaging/lib" -MSlapdPgsql::Tls -e '
        my ($settings, $said) = SlapdPgsql::Tls::settings(map { length ? $_ : undef } @ARGV);
        print map("@$_\n", @{ $settings // [] }), $said // ""' "$@"
}
gnutls() { same "TLSCipherSuite NORMAL:-VERS-ALL$1" "$(settings GnuTLS "${@:2}")" "for GnuTLS: ${*:2}"; }
openssl_() { same "$1" "$(settings OpenSSL "${@:2}")" "for OpenSSL: ${*:2}"; }
gnutls :+VERS-TLS1.2:+VERS-TLS1.3 '' '' ''
gnutls :+VERS-TLS1.2:+VERS-TLS1.3 1.2 1.3 ''
gnutls :+VERS-TLS1.2 '' 1.2 ''
gnutls :+VERS-TLS1.3 1.3 '' ''
gnutls :+VERS-TLS1.2:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM:-MAC-ALL:+AEAD:-KX-ALL:+ECDHE-RSA '' '' TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES256-GCM-SHA384
modern=TLS_CHACHA20_POLY1305_SHA256
only=$'\nnames suites of TLS 1.3 only: clients of TLS 1.2, such as Proxmox, cannot connect'
gnutls ":+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305:-MAC-ALL:+AEAD$only" '' '' $modern
openssl_ 'TLSProtocolMin 3.3' '' '' ''
openssl_ 'TLSProtocolMin 3.4' 1.3 1.3 ''
openssl_ $'TLSProtocolMin 3.3\nTLSCipherSuite TLS_AES_256_GCM_SHA384:HIGH:!aNULL' '' '' 'TLS_AES_256_GCM_SHA384, HIGH:!aNULL'
openssl_ "TLSProtocolMin 3.4"$'\n'"TLSCipherSuite $modern$only" '' '' $modern

# As this machine's slapd has it.
if ldd "$(command -v slapd)" | grep -q libgnutls; then
    printed TLS_MAX_VERSION=TLSv1.2 -- 'TLSCipherSuite "NORMAL:-VERS-ALL:+VERS-TLS1.2"'
    refuses 'TLS_CIPHERS: names suites of TLS 1.3 only' TLS_CIPHERS=TLS_AES_128_GCM_SHA256 TLS_MAX_VERSION=TLSv1.2
else
    printed TLS_CIPHERS='HIGH:!aNULL' -- 'TLSProtocolMin "3.3"' 'TLSCipherSuite "HIGH:!aNULL"'
    refuses 'TLS_MAX_VERSION: is 1.2, but this slapd uses OpenSSL' TLS_MAX_VERSION=TLSv1.2
fi
warns 'TLS_MIN_VERSION: is 1.3: clients of TLS 1.2, such as Proxmox' TLS_MIN_VERSION=TLSv1.3
warns 'TLS_CIPHERS: names suites of TLS 1.3 only' TLS_CIPHERS=$modern
refuses "TLS_MIN_VERSION: is 'TLSv1.1'" TLS_MIN_VERSION=TLSv1.1
refuses "TLS_MAX_VERSION: is 'SSLv3'" TLS_MAX_VERSION=SSLv3
refuses 'TLS_MIN_VERSION: is higher than TLS_MAX_VERSION' TLS_MIN_VERSION=TLSv1.3 TLS_MAX_VERSION=TLSv1.2
refuses 'TLS_CIPHERS: names no cipher suite' TLS_CIPHERS=NOT-A-CIPHER
refuses 'TLS_CIPHERS: contains characters' TLS_CIPHERS='$(touch x)'

# Files and contents.
chmod 644 "$T"/a.*
printed SLAPD_USER="$(id -un)" LDAP_CERT_PATH="$T/a.crt" LDAP_KEY_PATH=../a.key -- "TLSCertificateFile \"$T/a.crt\"" "TLSCertificateKeyFile \"$T/cwd/../a.key\""
printed LDAP_CERT_CONTENT=x LDAP_KEY_CONTENT=y -- "TLSCertificateFile \"$T/state/given.crt\""
warns 'LDAP_CERT_PATH: and LDAP_KEY_PATH are not used' LDAP_CERT_PATH=/x LDAP_KEY_PATH=/y LDAP_CERT_CONTENT=x LDAP_KEY_CONTENT=y
refuses 'LDAP_KEY_PATH: is not set, but LDAP_CERT_PATH is' LDAP_CERT_PATH="$T/a.crt"
refuses 'LDAP_CERT_CONTENT: is not set, but LDAP_KEY_CONTENT is' LDAP_KEY_CONTENT=x LDAP_CERT_PATH="$T/a.crt" LDAP_KEY_PATH="$T/a.key"
refuses "LDAP_CERT_PATH: '/nowhere.crt' cannot be read" LDAP_CERT_PATH=/nowhere.crt LDAP_KEY_PATH="$T/a.key"
refuses "LDAP_KEY_PATH: '$T' cannot be read: Is a directory" LDAP_CERT_PATH="$T/a.crt" LDAP_KEY_PATH="$T"
refuses 'LDAP_CERT_PATH: and LDAP_KEY_PATH do not belong together' LDAP_CERT_PATH="$T/a.crt" LDAP_KEY_PATH="$T/b.key"
refuses 'LDAP_CERT_PATH: is not a certificate in PEM' LDAP_CERT_PATH="$T/a.key" LDAP_KEY_PATH="$T/a.key"
refuses 'LDAP_KEY_PATH: is not a private key in PEM' LDAP_CERT_PATH="$T/a.crt" LDAP_KEY_PATH="$T/a.crt"
refuses 'LDAP_KEY_PATH: is protected by a passphrase' LDAP_CERT_PATH="$T/a.crt" LDAP_KEY_PATH="$T/locked.key"
cat "$T/a.crt" "$T/b.crt" >"$T/chain.crt"
expect 0 from_env --print LDAP_CERT_PATH="$T/chain.crt" LDAP_KEY_PATH="$T/a.key"
