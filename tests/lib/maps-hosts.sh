# maps-hosts.sh: serves the example of doc/own-tables.md with a map of doc/maps, to SSSD and nslcd as the documents configure them.
#
# Use: page=doc/maps/NAME.md; . "$(dirname "$0")/../lib/maps-hosts.sh"
#   example [SECTION…]           the example's tables and those of the page's sections, without any: "Tables"
#   serve [SECTION…]             slapd with the directives of the page's sections, without any: "slapd.conf"
#   serve_converted [SECTION…]   the same, converted to cn=config
#   serve_online                 those of "slapd.conf", added to cn=config by the commands of the page and of doc/maps/adding.md
#   advised COUNT                slapd-pgsql-check finds no index missing, and each of the page's when it is dropped
#   start_client sssd|nslcd [SECTION]  with the settings of the page's section, without one: "SSSD" or "nslcd"
#   as_client COMMAND…           in the system of the client, or without one on the server; stop_client ends it
#   run_document PAGE SECTION…   runs the sections' commands there, and compares what they print with the block "text" after them
# shellcheck source=tests/clients/own-system.sh
. "$(dirname "$0")/own-system.sh"
need nslcd
adding=doc/maps/adding.md
CLIENT= NSLCD=
cp "$MODULE" /usr/lib/ldap/
cp "$PROJECT"/schema/*.{schema,ldif} /etc/ldap/schema/
PATH=$PROJECT/packaging:$PATH
install -d /etc/ldap/tls /run/slapd
bash -c "$(block doc/own-tables.md 'mkdir -p /etc/ldap/tls' | grep ^openssl)" 2>"$T/openssl.log"

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 intranet "$@"; }

blocks() { # SECTION LANGUAGE BEGINNING: the page's blocks of code below the heading whose first line begins so
    awk -v section="## $1" -v fence="\`\`\`$2" -v beginning="$3" '/^## / { here = $0 == section } !here { next }
        /^```/ { code = !code; first = code && $0 == fence; shown = 0; next }
        first { shown = index($0, beginning) == 1; first = 0 } code && shown' "$checkout/$page"
}
sql_of() { blocks "$1" sql '' | grep . || fail "$page has no SQL in the section $1"; }

example() {
    local section
    createdb -T template0 -E UTF8 intranet
    block doc/own-tables.md 'CREATE TABLE account' | sql
    block doc/own-tables.md 'CREATE ROLE directory' | sql
    newest=$(sql -c 'SELECT max(oid::bigint) FROM pg_class')
    for section in "${@:-Tables}"; do
        sql_of "$section" >"$checkout/map.sql"
        run_document "$adding" PostgreSQL
    done
    sql -c ANALYZE
}

# slapd.conf of the example with the sections' directives, which replace those for the same kind and attribute.
merge() { # SECTION, into $T/settings
    blocks "$1" '' pgsql- >"$T/new"
    [ -s "$T/new" ] || [ -n "$(blocks "$1" '' include)" ] || fail "$page has no directives in the section $1"
    awk 'function name() { return $1 " " $2 ($1 ~ /-(values|lookup|attribute)$/ ? " " $3 : "") }
        FILENAME == ARGV[1] { if (/^pgsql-/) replaced[name()]; next }
        /^[^ ]/ { skip = /^pgsql-/ && name() in replaced } !skip' "$T/new" "$T/settings" >"$T/kept"
    { sed '/^include/!d' "$T/kept"; blocks "$1" '' include; sed '/^include/d' "$T/kept"; cat "$T/new"; } >"$T/settings"
}
settings() { # [SECTION…]
    local section
    block doc/own-tables.md 'include /etc/ldap/schema' >"$T/settings"
    for section in "${@:-slapd.conf}"; do merge "$section"; done
    ! grep -q rfc2307bis.schema "$T/settings" || sed -i /nis.schema/d "$T/settings"
    cat "$T/settings"
}
listen() { URI='ldapi:/// ldaps:///' start_slapd "$1"; }
serve() {
    settings "$@" >/etc/ldap/slapd.conf
    listen /etc/ldap/slapd.conf
    settled
}
root=gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth
into_config() { # standard input: a slapd.conf
    sed "s/^database pgsql/database config\naccess to * by dn.exact=$root manage\n&/" >/etc/ldap/slapd.conf
    rm -rf /etc/ldap/slapd.d
    mkdir /etc/ldap/slapd.d
    slaptest -f /etc/ldap/slapd.conf -F /etc/ldap/slapd.d >"$T/slaptest.log" 2>&1 || fail "$(<"$T/slaptest.log")"
    listen /etc/ldap/slapd.d
}
serve_converted() {
    into_config < <(settings "$@")
    settled
}
serve_online() {
    into_config < <(block doc/own-tables.md 'include /etc/ldap/schema')
    blocks slapd.conf '' pgsql- >"$checkout/map.conf"
    local CLIENT= # on the server
    run_document "$page" 'cn=config'
    run_document "$adding" 'cn=config'
    settled
}

advised() {
    local index definition indexes=0
    expect 0 slapd-pgsql-check --brief /etc/ldap/slapd.conf
    lacks "$OUT" 'CREATE INDEX'
    while IFS='|' read -r index definition; do
        sql -c "DROP INDEX $index"
        expect 0 slapd-pgsql-check --brief /etc/ldap/slapd.conf
        contains "$OUT" "$(sed -E 's/^CREATE (UNIQUE )?INDEX [^ ]+ ON public\.([^ ]+) .*/CREATE INDEX ON \2/' <<<"$definition")"
        sql -c "$definition"
        indexes=$((indexes + 1))
    done < <(sql -c "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid::regclass::text NOT LIKE 'pg_%' AND indexrelid > $newest AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)")
    same "$1" "$indexes" "the number of indexes"
}

# nsswitch.conf of the client that runs in the directory: with the page's lines in place of the usual ones.
switch() { # ETC SECTION
    local line
    while IFS= read -r line; do sed -i "/^${line%%:*}:/d" "$1/nsswitch.conf" && echo "$line" >>"$1/nsswitch.conf"; done < <(blocks "$2" '' '' | grep -E '^[a-z]+: +(files|sss|ldap|db)')
}
start_client() {
    stop_client
    CLIENT=$1
    "start_client_$1" "${@:2}"
}
start_client_sssd() {
    local section=${1:-SSSD}
    sssd_conf() { block doc/own-tables.md '[sssd]'; blocks "$section" '' '' | grep -E '^[a-z_]+ = ' || true; }
    start_sssd
    switch "$T/sssd/etc" "$section"
}
start_client_nslcd() {
    rm -rf "$T/nslcd"
    mkdir "$T/nslcd"
    cp -a /etc "$T/nslcd/etc"
    printf '%s\n' '127.0.0.1 localhost' "$LDAP1 ldap1.example.com" >"$T/nslcd/etc/hosts"
    printf '%s\n' 'passwd: files ldap' 'group: files ldap' >"$T/nslcd/etc/nsswitch.conf"
    { block doc/clients/nslcd.md 'uid nslcd'; blocks "${1:-nslcd}" '' nss_; } >"$T/nslcd/etc/nslcd.conf"
    switch "$T/nslcd/etc" "${1:-nslcd}"
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child bash -c '
        set -e
        trap "exit 0" TERM
        mount --bind "$1/etc" /etc
        mount -t tmpfs -o mode=755 run /run
        install -d -o nslcd -g nslcd /run/nslcd
        nslcd -d & wait $!' bash "$T/nslcd" </dev/null >"$T/nslcd/log" 2>&1 &
    NSLCD=$!
    eventually 20 as_client test -S /run/nslcd/socket
}
stop_client() {
    case $CLIENT in
        sssd) stop_sssd ;;
        nslcd) kill -KILL "$NSLCD"; wait "$NSLCD" 2>/dev/null || true ;;
    esac
    CLIENT=
}
as_client() {
    case $CLIENT in
        sssd) in_sssd "$@" ;;
        nslcd) SSSD=$NSLCD in_sssd "$@" ;;
        *) (cd "$checkout" && "$@") ;;
    esac
}

run_document() {
    local section file
    for section in "${@:2}"; do
        rm -rf "$T/shown"
        mkdir "$T/shown"
        awk -v section="## $section" -v to="$T/shown" '/^## / { here = $0 == section } !here { next }
            /^```/ { file = /^```sh$/ ? sprintf("%s/%02d.sh", to, ++n) : /^```text$/ ? sprintf("%s/%02d.text", to, n) : ""; next }
            file { print >file }' "$checkout/$1"
        for file in "$T"/shown/*.sh; do
            [ -e "$file" ] || continue
            expect 0 as_client bash -c "$(<"$file")"
            [ ! -e "${file%.sh}.text" ] || same "$(<"${file%.sh}.text")" "$(sed 's/ *$//' <<<"$OUT${ERR:+$'\n'$ERR}")" "what $(<"$file") prints"
            count=$((count + 1))
        done
    done
}
