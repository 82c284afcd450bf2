# maps.sh: turns a page of doc/maps into slapd with that map, and into a machine named web1.example.com with its clients.
#
# Use: . "$(dirname "$0")/../lib/maps.sh" doc/maps/sudo.md
#
#   block BEGINNING            the block of the page whose first line begins so
#   start_map                  PostgreSQL with the tables and rows of the page
#   serve_map conf|config      slapd with what the page adds to the deployment: in slapd.conf, or online in cn=config
#   start_machine              a machine with SSSD as the page configures it; in_sssd runs commands there
#   start_nslcd                nslcd on that machine
#   run_document PAGE [N]      the page's commands (only the Nth) print what the page shows
#   indexes_known TABLE INDEX… slapd-pgsql-check proposes no index for the table, and one if any of these is missing
page=$1
# shellcheck source=tests/lib/own-namespace.sh
. "${BASH_SOURCE[0]%/*}/own-namespace.sh"
# shellcheck source=tests/clients/clients.sh
. "${BASH_SOURCE[0]%/*}/../clients/clients.sh"
need_namespace
. "$TESTS/lib/check.sh"
hostname web1.example.com
URI="ldap://127.0.0.1 ldaps://$LDAP1" # the usual ports, as the pages have them
base=dc=example,dc=com

# /etc as the packages leave it, with a certificate for this machine.
cp -a /etc "$T/etc"
mount --bind "$T/etc" /etc
[ ! -e /usr/sbin/sendmail ] || mount --bind /bin/true /usr/sbin/sendmail # sudo reports what it refuses by mail
cp "$PROJECT"/schema/*.{schema,ldif} /etc/ldap/schema
mkdir -p /etc/ldap/tls
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ldap1.example.com -addext subjectAltName=DNS:ldap1.example.com \
    -keyout /etc/ldap/tls/server.key -out /etc/ldap/tls/server.crt 2>/dev/null

has_block() { grep -qF -- "$1" <(awk '/^```/ { open = !open; first = open; next } first { print; first = 0 }' "$PROJECT/$page"); }
block() { # BEGINNING
    local found
    found=$(awk -v beginning="$1" '/^```/ { open = !open; first = open; shown = 0; next } first { shown = index($0, beginning) == 1; first = 0 } open && shown' "$PROJECT/$page")
    [ -n "$found" ] || fail "$page has no block that begins with $1"
    echo "$found"
}

start_map() {
    start_postgres
    q "$(<"$PROJECT/schema/notify.sql")"
    q "$(block 'CREATE TABLE'); $(block 'INSERT INTO')" >/dev/null
}

POSIX_SCHEMA=nis # or rfc2307bis
deployment() { # the sample deployment, with TLS
    manager_conf | sed "s|^pidfile|TLSCertificateFile /etc/ldap/tls/server.crt\nTLSCertificateKeyFile /etc/ldap/tls/server.key\n&|; s|/nis\.schema|/$POSIX_SCHEMA.schema|"
}
directives() { block 'pgsql-'; }

serve_map() { # conf|config
    local schema=
    [ -z "$SLAPD" ] || stop_slapd
    if has_block 'include '; then schema=$(block 'include '); fi
    if [ "$1" = conf ]; then
        { deployment | sed "s|^pidfile|$schema\n&|"; directives; } >"$T/slapd.conf"
        start_slapd "$T/slapd.conf"
    else
        rm -rf "$T/slapd.d"
        mkdir "$T/slapd.d"
        deployment >"$T/plain.conf"
        "${PRELOAD[@]}" slaptest -f "$T/plain.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "$(<"$T/slaptest.log")"
        start_slapd "$T/slapd.d"
        [ -z "$schema" ] || expect 0 as_config ldapadd -f "$(sed 's/^include //; s/schema$/ldif/' <<<"$schema")"
        expect 0 as_config ldapmodify < <(online)
    fi
    settled
    not_logged column-unused
}

# The directives as a change of cn=config. LDIF removes the first space of a continuation line.
online() {
    local name
    echo "dn: $(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')"
    echo 'changetype: modify'
    for name in Kind List Lookup Values Attribute; do
        directives | awk -v name="$name" 'BEGIN { directive = "pgsql-" tolower(name) } /^[^ ]/ { shown = $1 == directive } !shown { next }
            !n++ { print "add: olcPg" name } { sub(directive, "olcPg" name ":"); print (/^ / ? " " : "") $0 } END { if (n) print "-" }'
    done
}

sssd_conf() { block '[sssd]'; printf '%s\n' "$SSSD_EXTRA"; }
start_machine() {
    start_sssd
    local database
    for database in sudoers netgroup automount; do
        if has_block "$database: "; then block "$database: " >>"$T/sssd/etc/nsswitch.conf"; fi
    done
    echo '127.0.1.1 web1.example.com web1' >>"$T/sssd/etc/hosts"
}

start_nslcd() { # beside SSSD; nsswitch.conf or getent -s ldap says who is asked
    block 'uid nslcd' >"$T/sssd/etc/nslcd.conf"
    in_sssd env -u LDAPNOINIT bash -c 'install -d -o nslcd -g nslcd /run/nslcd && nslcd'
}

stand_in() { # COMMAND ARGUMENTS LINE: LINE runs in the place of COMMAND ARGUMENTS, which is missing here
    mkdir -p "$T/bin"
    printf '%s\n' '#!/bin/bash' "[ \"\$*\" = '$2' ] || exit 1" "exec $3" >"$T/bin/$1"
    chmod +x "$T/bin/$1"
}

# The Nth block of commands, and what it prints: the block after it.
commands() { nth "$1" 0; }
printed() { nth "$1" 1; }
nth() { awk -v n="$1" -v after="$2" '/^```/ { open = !open; if (open) { if ($0 == "```sh") { at++; since = 0 } else since++ } next } open && at == n && since == after' "$PROJECT/$page"; }

run_document() { # PAGE [N]
    local n last first=${2:-1}
    last=${2:-$(grep -c '^```sh$' "$PROJECT/$1")}
    [ "$last" -ge 1 ] || fail "where have the commands of $1 gone?"
    for ((n = first; n <= last; n++)); do
        expect 0 in_sssd env -u LDAPNOINIT "PATH=$T/bin:$PATH" bash -ec "$(commands $n)"
        same "$(printed $n)" "$OUT" "what $(commands $n) prints"
    done
}

# The indexes of TABLE that slapd-pgsql-check proposes.
advised() { # TABLE
    expect 0 bash -c "SLAPD_USER=$(id -un) SLAPTEST=$T/slaptest perl '$PROJECT/packaging/slapd-pgsql-check' --brief '$T/slapd.conf' || [ \$? = 1 ]"
    grep -oE "CREATE INDEX ON $1 .*" <<<"$OUT" || true
}
# PostgreSQL does not use an index that is not valid.
indexes_known() { # TABLE INDEX…: none is missing; without one of these, the check proposes another
    local index
    same "" "$(advised "$1")" "missing indexes of $1"
    for index in "${@:2}"; do
        q "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '$index'::regclass"
        contains "$(advised "$1")" "CREATE INDEX ON $1 "
        q "UPDATE pg_index SET indisvalid = true WHERE indexrelid = '$index'::regclass"
    done
}
