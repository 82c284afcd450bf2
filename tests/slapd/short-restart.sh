# A database restart shorter than the deadline fails no lookup and no login.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{ manager_conf; echo "pgsql-timeout 20"; } >"$T/slapd.conf" # also for a machine that is busy with other things
start_slapd "$T/slapd.conf"
everybody=$(dns -b $base '(objectClass=posixAccount)')

one_user() { search -b $base '(uid=ann)' 1.1 | grep -qx "dn: uid=ann,$base"; }
one_login() { ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret >/dev/null; }
one_list() { [ "$(dns -b $base '(objectClass=posixAccount)')" = "$everybody" ]; }
over_and_over() { # ASK: a line for each time, and whether it went well
    until [ -e "$T/enough" ]; do "$1" && echo well || echo "$1 failed with $?"; done >>"$T/$1" 2>&1
}
clients=()
for ask in one_user one_login one_list; do over_and_over $ask & clients+=($!); done
asked() { cat "$T"/one_*; }
more_than() { [ "$(asked | wc -l)" -gt "$1" ]; }
all_wait() { local before; before=$(asked | wc -l); pause 0.5; [ "$(asked | wc -l)" = "$before" ]; }
go_on() { local before; before=$(asked | wc -l); eventually 20 more_than $((before + 6)); }

eventually 20 more_than 6
stop_postgres
eventually 20 all_wait
start_postgres
go_on
restart_postgres immediate
go_on
for _ in 1 2 3; do kill_backends >/dev/null; done
go_on
touch "$T/enough"
wait "${clients[@]}"
same well "$(asked | sort -u)" "what became of the lookups and logins"
not_logged database-down
