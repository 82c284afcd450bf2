# A state file that is damaged or replaced, also while slapd runs, costs replicas nothing.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
number=0
changed() { # WHAT
    q "UPDATE \"Users\" SET \"cn\" = 'Number $((number += 1))' WHERE \"uid\" = 'bob'"
    copied "$1" 20
}
damaged() { # WHAT COMMAND…: while slapd runs, which then crashes, and changes meanwhile
    "${@:2}"
    changed "$1, and slapd runs"
    "${@:2}"
    q "DELETE FROM \"Users\" WHERE \"uid\" = 'extra'; UPDATE \"Users\" SET \"uid\" = 'extra' WHERE \"uid\" = 'u$((2100 + number))'"
    restart_provider KILL 2>/dev/null
    changed "$1, and slapd was restarted"
}
emptied() { : >"$T/feed"; }
cut() { truncate -s -100 "$T/feed"; }
begun_only() { truncate -s 40 "$T/feed"; }
removed() { rm -f "$T/feed"; }
linked() { echo 'of somebody else' >"$T/other" && ln -sf "$T/other" "$T/feed"; }
a_directory() { rm -rf "$T/feed" && mkdir "$T/feed"; }
add_users 2100 2120
for how in emptied cut begun_only removed linked a_directory; do
    damaged "$how" "$how"
    [ "$how" != linked ] || same 'of somebody else' "$(<"$T/other")" "the file behind a symbolic link"
done
logged feed-state-lost 'another format'
logged feed-state-lost 'is damaged'
logged feed-state-lost 'Is a directory'
rmdir "$T/feed"
changed "the directory is gone"
eventually 10 test -f "$T/feed"
same 600 "$(stat -c %a "$T/feed")" "the mode of the state"
