#!/bin/bash
# The image's scripts ignore everything that another user has put into /tmp.
if [ "$(id -u)" = 0 ] && [ -z "${OWN_MOUNTS:-}" ] && unshare --mount --pid --fork true 2>/dev/null; then
    OWN_MOUNTS=yes exec setpriv --pdeathsig KILL -- unshare --mount --pid --fork --kill-child --mount-proc -- bash "$0"
fi
. "$(dirname "$0")/../lib.sh"
[ -n "${OWN_MOUNTS:-}" ] || skip "containers of one's own need root"
mount -t tmpfs -o ro tmpfs /run
mkdir -p "$T/tmp" "$T/usr/slapd-pgsql" "$T/bin"
cp -R "$PROJECT/packaging/image/supervise" "$T/usr/slapd-pgsql/"
cp "$PROJECT/packaging/image/slapd-pgsql-run" "$PROJECT/packaging/slapd-pgsql-status" "$T/bin/"
cp -R "$PROJECT/packaging/lib" "$T/bin/"
chmod 1777 "$T/tmp"
mount --bind "$T" /mnt
image() { # PROGRAM: with /tmp and /usr/share of its own; Perl's library is at /media
    unshare --mount bash -c 'mount --bind /usr/share/perl /media && mount --bind /mnt/usr /usr/share && mount --bind /mnt/tmp /tmp &&
        PERL5LIB=$(echo /media/5.*.*) PATH=/mnt/bin:$PATH exec "$1"' bash "$1"
}
stand_in() { cat >"$T/bin/$1" && chmod +x "$T/bin/$1"; }
stand_in s6-svscan <<<$'#!/bin/sh\ncat "$1/slapd/run"'
stand_in s6-svstat <<<$'#!/bin/sh\n[ -d "$3/supervise" ] && echo "true true true 1 5"'
stand_in s6-svdt <<<'#!/bin/sh'
stand_in ip <<<'#!/bin/sh'

expect 0 image slapd-pgsql-run
contains "$OUT" 's6-notifyoncheck'
expect 0 image slapd-pgsql-run # again: what the last one left is replaced
mkdir "$T/tmp/slapd-pgsql/slapd/supervise"
expect 1 image slapd-pgsql-status # process 1 is not slapd, which would have to answer
contains "$OUT" '"state": "unresponsive", "wanted": "up", '
contains "$OUT" '"since": 5'
chown nobody "$T/tmp/slapd-pgsql"
expect 1 image slapd-pgsql-status
contains "$OUT" '"state": "down"'

# Another user is quicker.
stand_in rm <<'END'
#!/bin/sh
/bin/rm "$@"
mkdir -p /tmp/slapd-pgsql/slapd && echo 'echo theirs' >/tmp/slapd-pgsql/slapd/run
chown -R nobody /tmp/slapd-pgsql
END
expect 1 image slapd-pgsql-run
lacks "$OUT" theirs
