# No password remains in slapd's memory after its check or approval.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
[ ${#PRELOAD[@]} = 0 ] || skip "a sanitizer maps more memory than can be looked through"
start_postgres
start_push
user_says ann 'after 0.5 approve' # later than its worker leaves it: slapd frees those requests that are answered at once as they are
user_says carl 'after 0.5 reject'
base=dc=example,dc=com
start_slapd - < <(manager_conf; push_conf; echo 'pgsql-bind-cache-ttl 60')
copies() { # WORD: how often it is in the memory that slapd may write to
    python3 - "$SLAPD" "$1" <<'END'
import re, sys
process, word, found = sys.argv[1], sys.argv[2].encode(), 0
with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
    for begin, end in re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) rw", maps.read()):
        try:
            memory.seek(int(begin, 16))
            found += memory.read(int(end, 16) - int(begin, 16)).count(word)
        except OSError:
            pass
print(found)
END
}
login() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }

# Their hashes are expensive: argon2 and bcrypt.
expect 0 login ann ann-secret
expect 49 login ann wrong-word-of-ann
expect 49 login carl carl-secret
for _ in 1 2 3; do expect 0 login ann ann-secret; done
[ "$(copies "uid=ann,$base")" -gt 0 ] || skip "slapd's memory cannot be looked through"
for word in ann-secret wrong-word-of-ann carl-secret; do same 0 "$(copies "$word")" "copies of $word"; done
