# A password verified recently is not verified again until hash or gate changes.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
# argon2id of "costly" and of "other": 32 MiB, 4 passes
expensive='$argon2id$v=19$m=32768,t=4,p=1$c2FsdHNhbHQ$0B+1SZJNRS7hEda1BczaF/eAipWtQSOmcjhmOoRR6yA'
other='$argon2id$v=19$m=32768,t=4,p=1$c2FsdHNhbHQ$vkhvbF5JF/oEGXMM1dYyfCWOD90OqFP3CgVXJRGpg4c'
put() { q "UPDATE \"Users\" SET \"userPassword\" = '$2' WHERE \"uid\" = '$1'"; }
put ann "$expensive"
processor_time() { awk '{ print $14 + $15 }' "/proc/$SLAPD/stat"; } # proc(5): utime, stime
bind() { # CODE USER PASSWORD: afterwards $TOOK is the processor time that slapd spent, in ms
    local start
    start=$(processor_time)
    expect "$1" ldapwhoami -x -H "$URI" -D "uid=$2,$base" -w "$3"
    TOOK=$((($(processor_time) - start) * 1000 / $(getconf CLK_TCK)))
}
slow() { [ "$TOOK" -gt $((full / 2)) ] || fail "$1 took $TOOK ms only, a check takes $full ms"; }
quick() { [ "$TOOK" -lt $((full / 2)) ] || fail "$1 took $TOOK ms, as long as a check ($full ms)"; }

# Not unless it is said.
start_slapd - < <(manager_conf)
expect 0 search -b $base '(uid=ann)' # the first one connects
bind 0 ann costly
full=$TOOK
bind 0 ann costly
slow "the second login without the directive"
stop_slapd

mkdir "$T/slapd.d"
{ manager_conf; echo "pgsql-login-filter users username IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'active')"; echo pgsql-bind-cache-ttl 60; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >/dev/null 2>&1 || fail "slaptest"
start_slapd "$T/slapd.d"
expect 0 search -b $base '(uid=ann)'
bind 0 ann costly
slow "the first login"
bind 0 ann costly
quick "the second"
bind 0 ANN costly
quick "the same name in another spelling"
bind 49 ann wrong
slow "a wrong password"
bind 49 ann wrong
slow "the same wrong password again"
put bob "$expensive"
bind 0 bob costly
slow "the first login of another user with the same hash"

# The row is read each time.
q "UPDATE \"Users\" SET \"status\" = 'suspended' WHERE \"uid\" = 'ann'"
bind 49 ann costly
q "UPDATE \"Users\" SET \"status\" = 'active' WHERE \"uid\" = 'ann'"
bind 0 ann costly
quick "a login after the suspension"
put ann "$other"
bind 49 ann costly
bind 0 ann other
slow "the first login with a new password"
q "DELETE FROM \"UserGroups\"; DELETE FROM \"Users\" WHERE \"uid\" = 'ann'"
bind 49 ann other

# For its seconds; and a change of the configuration forgets all.
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify; }
expect 0 change "replace: olcPgBindCacheTtl" "olcPgBindCacheTtl: 5"
bind 0 bob costly
slow "a login after a change of the configuration"
bind 0 bob costly
quick "the next one"
forgotten() { bind 0 bob costly; slow "a login"; }
eventually 20 eval "(forgotten)" # when the time is over
