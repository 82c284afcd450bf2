# Runs the commands of a document word for word, as root, in a system of their own: this machine's, with /usr, /etc, /var/lib,
# /var/log, /var/spool, /run and /home that may be written to without a trace. Stand-ins replace what would change a machine or
# is missing here, and check their arguments.
#
#   run_document FILE NAME [BEGINNING]   runs every command in a ```sh block, up to the first one that begins so; before_NAME and
#                            after_NAME get the command
#   block FILE BEGINNING     prints the block of a document whose first line begins with BEGINNING
if [ -z "${OWN_SYSTEM:-}" ] && unshare --net --mount --pid --fork true 2>/dev/null; then
    OWN_SYSTEM=yes exec setpriv --pdeathsig KILL -- unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0"
fi
. "$(dirname "$0")/clients.sh"
[ -n "${OWN_SYSTEM:-}" ] || skip "this machine may not make namespaces"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
need ip cmake zstd psql jq
ip link set lo up
over=/mnt # in this mount namespace nothing else needs it
mount -t tmpfs over "$over"
for place in usr etc var/lib var/log var/spool home; do
    mkdir -p "$over/$place/"{new,work}
    mount -t overlay overlay -o "lowerdir=/$place,upperdir=$over/$place/new,workdir=$over/$place/work" "/$place" 2>/dev/null ||
        skip "this machine may not mount overlays"
done
mount -t tmpfs -o mode=755 run /run
printf '%s\n' '127.0.0.1 localhost ldap1.example.com ldap2.example.com db.example.com' >/etc/hosts

start_postgres
stop_postgres
PGPORT=5432 # as the documents have it: the usual one
start_postgres
export PGHOST=$T/pg PGPORT PGUSER=postgres
PATH=$POSTGRES_BIN:$PATH

checkout=$T/checkout
mkdir -p "$checkout/build" "$T/bin"
cp -R "$PROJECT"/{CMakeLists.txt,LICENSE,README.md,doc,module,packaging,schema} "$checkout"
ln -s "$BUILD" "$checkout/build/release"

# The stand-ins.
stand_in() { { echo '#!/bin/bash'; echo "set -eu; T=$T PROJECT=$PROJECT BUILD=$BUILD checkout=$checkout"; cat; } >"$1" && chmod +x "$1"; }
# packaging/test-deb builds the package and installs it; here cmake installs the same files.
stand_in "$checkout/packaging/build-deb" <<'END'
mkdir -p build/deb
touch build/deb/slapd-back-pgsql_0.2.0-1_amd64.deb
END
stand_in "$T/bin/apt-get" <<'END'
package=$PROJECT/packaging/debian
case "$*" in
    update) ;;
    "install -y ./build/deb/slapd-back-pgsql_"*.deb)
        [ -f "$3" ]
        cmake --install "$BUILD" --prefix /usr >/dev/null
        [ -e /etc/default/slapd-pgsql ] || cp "$package/slapd-pgsql.default" /etc/default/slapd-pgsql
        ;;
    'install -y ./slapd-back-pgsql.deb') # the upgrade restarts a running service
        [ -f "$3" ]
        cmake --install "$BUILD" --prefix /usr >/dev/null
        mkdir -p /run/systemd/system
        sh "$package/slapd-back-pgsql.postinst" configure 0.1
        rmdir /run/systemd/system
        ;;
    'install -y postgresql slapd ldap-utils' | 'install -y python3-django python3-psycopg2' | 'install -y '*'sssd-ldap libnss-sss libpam-sss') dpkg-query -W "${@:3}" >/dev/null ;;
    'purge -y slapd-back-pgsql') sh "$package/slapd-back-pgsql.postrm" purge ;;
    *) echo "apt-get: not understood: $*" >&2; exit 1 ;;
esac
END
stand_in "$T/bin/systemctl" <<'END'
unit=$PROJECT/packaging/debian/slapd-back-pgsql.slapd-pgsql.service
said() { sed -n "s/^$1=//p" "$unit"; }
MAINPID=$(cat "$T/service.pid" 2>/dev/null || true)
alive() { [ -n "$MAINPID" ] && kill -0 "$MAINPID" 2>/dev/null; }
stop() {
    alive || return 0
    eval "$(said ExecStop)"
    kill -TERM "$MAINPID" 2>/dev/null || true # it may have ended by that already
    while alive; do /bin/sleep 0.05; done
}
start() {
    cd /
    env "$(said Environment)" setsid $(said ExecStart) >>"$T/slapd.log" 2>&1 </dev/null &
    MAINPID=$!
    echo "$MAINPID" >"$T/service.pid"
    until ldapsearch -x -o TLS_REQCERT=never -H ldaps://localhost -b '' -s base 1.1 >/dev/null 2>&1; do alive && /bin/sleep 0.05; done
}
case "$*" in
    'enable --now slapd-pgsql') start ;;
    'restart slapd-pgsql') stop; start ;;
    '--system daemon-reload') ;;
    '--quiet is-active slapd-pgsql.service') alive ;;
    '--quiet is-active '*) exit 3 ;;
    'restart slapd') /etc/init.d/slapd restart >>"$T/slapd.log" 2>&1 ;;
    'restart sssd' | 'restart sssd ssh') ;; # the test starts them
    'disable --now slapd-pgsql') stop ;;
    'cat slapd-pgsql') cat "$unit" ;;
    '--no-block restart slapd-pgsql.service') stop; start ;;
    'show --timestamp=unix -p '*' slapd-pgsql.service')
        printf '%s\n' Id=slapd-pgsql.service LoadState=loaded UnitFileState=enabled Job=0 NRestarts=0
        if alive; then printf '%s\n' ActiveState=active "MainPID=$MAINPID" "StateChangeTimestamp=@$(stat -c %Y "$T/service.pid")"; else echo ActiveState=inactive; fi
        ;;
    'show --timestamp=unix -p '*' slapd.service') echo LoadState=not-found ;;
    *) echo "systemctl: not understood: $*" >&2; exit 1 ;;
esac
END
stand_in "$T/bin/deb-systemd-invoke" <<'END'
[ "$1" = restart ] && exec "$T/bin/systemctl" restart "${2%.service}"
END
# What mmdebstrap makes is tested by tests/packaging/image.sh.
stand_in "$T/bin/mmdebstrap" <<'END'
for argument; do case $argument in *.tar) tar -cf "$argument" -T /dev/null ;; esac; done
END
stand_in "$T/bin/docker" <<'END'
image=$(cd "$checkout" && echo build/image/*.oci.tar)
manifest() { tar -xOf "$checkout/$image" manifest.json; }
config() { tar -xOf "$checkout/$image" "$(manifest | sed 's/.*"Config": "\([^"]*\)".*/\1/')"; }
command=$1
shift
case $command in
    load) [ "$1" = -i ] && [ "$2" = "$image" ] ;;
    run)
        while [[ $1 == -* ]]; do
            case $1 in
                --env-file) grep -q '^SQL_URI=' "$2"; shift ;;
                -p) config | grep -q "\"${2##*:}/tcp\""; shift ;;
                -v) config | grep -q "\"Volumes\": {\"${2##*:}\""; shift ;;
                --name) echo "$2" >"$T/docker.name"; shift ;;
                --hostname | --restart) shift ;;
                -d) ;;
                *) exit 1 ;;
            esac
            shift
        done
        manifest | grep -qF "\"RepoTags\": [\"$1\"]"
        ;;
    exec) [ "$1" = "$(cat "$T/docker.name")" ] && [ -x "$PROJECT/packaging/$2" ] ;;
    *) exit 1 ;;
esac
END
mkdir -p /var/lib/vz/template/cache
stand_in "$T/bin/pct" <<'END'
command=$1 container=$2
shift 2
case $command in
    create) [[ $1 == local:vztmpl/* ]] && [ -s "/var/lib/vz/template/cache/${1#local:vztmpl/}" ] && [[ "$*" == *' --hostname ldap1 '* ]] && echo "$container" >"$T/pct.id" ;;
    start) [ "$container" = "$(cat "$T/pct.id")" ] ;;
    push) [ "$container" = "$(cat "$T/pct.id")" ] && [ -f "$1" ] && grep -qF "$2" "$PROJECT/packaging/image/supervise/slapd/run" ;;
    exec) [ "$container" = "$(cat "$T/pct.id")" ] && [ "$1" = -- ] && [ -x "$PROJECT/packaging/$2" ] ;;
    *) exit 1 ;;
esac
END
stand_in "$T/bin/ssh" <<'END'
if [[ $1 == -* ]]; then # slapd-pgsql-pair
    while [ "$1" != -- ]; do shift; done
    shift
fi
[[ $1 == ldap[12].example.com ]]
exec sh -c "${*:2}"
END
stand_in "$T/bin/scp" <<'END'
[[ $2 == ldap[12].example.com:* ]]
cp "$1" "${2#*:}"
END
stand_in /usr/local/sbin/make-container <<'END'
[[ $1 == ldap[12] ]]
systemctl restart slapd-pgsql
END
printf '#!/bin/sh\nexec /bin/sleep 0.2\n' >"$T/bin/sleep" # for slapd-pgsql-pair, which gives clients half a minute
chmod +x "$T/bin/sleep"

block() { # FILE BEGINNING: the block of a document whose first line begins so
    awk -v beginning="$2" '/^```/ { open = !open; first = open; shown = 0; next } first { shown = index($0, beginning) == 1; first = 0 } open && shown' "$checkout/$1"
}
typed() { # COMMAND: what is typed when it asks
    case $1 in
        *'\password ldap'*) printf '%s\n' password password ;;
        *'ldapwhoami '*' -W') echo ann-secret ;;
    esac
}
elsewhere() { [[ $1 == packaging/demo || $1 == tests/run ]]; } # tests/packaging/demo.sh; the caller of this
# Runs every command of FILE. OUT has what the last one that ran has written; a function after_COMMAND looks at it.
commands() { awk '/^```sh$/ { shown = 1; next } /^```/ { shown = 0 } shown && NF' "$checkout/$1"; }
run_document() {
    local line before=before_$2 after=after_$2
    while IFS= read -r line; do
        elsewhere "$line" && continue
        [[ -z ${3:-} || $line != "$3"* ]] || break
        "$before" "$line"
        case $line in
            'getent '* | 'id '* | 'chown -hR '* | 'su - ann '* | 'sss_cache '* | 'ssh -i '*) expect 0 in_sssd bash -c "cd $checkout && $line" </dev/null ;;
            *) expect 0 at_a_prompt "$line" ;;
        esac
        "$after" "$line"
        count=$((count + 1))
    done < <(commands "$1")
}
at_a_prompt() { typed "$1" | (cd "$checkout" && PATH=$T/bin:$PATH exec setsid --wait bash -c "$1"); }
count=0
