# Logs have the hashes of added entries but no changed values; delta-syncrepl loses them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replica-logins.sh"
# The log is a database with a syncprov of its own, as delta-syncrepl needs it.
mkdir "$T/log"
log_conf() {
    printf '%s\n' 'database mdb' 'suffix cn=log' 'rootdn cn=log' 'rootpw admin' "directory $T/log" 'maxsize 10000000' 'index reqStart,reqResult,entryCSN eq' \
        "limits dn.exact=\"$BIND_DN\" size=unlimited" "access to * by dn.exact=\"$BIND_DN\" read by * none" \
        'overlay syncprov' 'syncprov-nopresent TRUE' 'syncprov-reloadhint TRUE'
}
eval "feed_$(declare -f secure_conf)"
secure_conf() {
    feed_secure_conf "$@" | awk -v log_conf="$(log_conf)" '/^moduleload/ && !n++ { print "moduleload back_mdb\nmoduleload accesslog\nmoduleload auditlog" }
        /^database pgsql/ { print log_conf } 1'
    printf '%s\n' 'overlay accesslog' 'logdb cn=log' 'logops writes' 'logsuccess TRUE' 'overlay auditlog' "auditlog $T/audit.ldif"
}
secure_provider
secure_replica push refreshAndPersist
secure_replica delta refreshAndPersist syncdata=accesslog logbase=cn=log 'logfilter="(&(objectClass=auditWriteObject)(reqResult=0))"'
copied "the first copy" 20
records() { search -D cn=log -w admin -b cn=log "$1" reqMod | sed -n 's/^reqMod: //p'; } # FILTER

# Added and deleted entries arrive either way, added ones with their hashes, which are in both logs.
hash=$(slappasswd -h '{SSHA}' -s zoe-secret)
q "INSERT INTO \"Users\" (\"uid\", \"uidNumber\", \"gidNumber\", \"cn\", \"sn\", \"givenName\", \"mail\", \"homeDirectory\", \"userPassword\", \"status\", \"createdAt\", \"updatedAt\")
   VALUES ('zoe', 2600, 2001, 'Zoe', 'Zoe', 'Zoe', 'zoe@example.com', '/home/zoe', '$hash', 'active', now(), now()); DELETE FROM \"Users\" WHERE \"uid\" = 'jan'"
for name in push delta; do
    replicated $name '(uid=zoe)' 'mail: zoe@example.com'
    replicated $name '(uid=jan)'
    expect 0 bind_at "${REPLICA[$name]}" zoe
done
contains "$(records "(&(reqType=add)(reqDN=uid=zoe,$base))")" "userPassword:+ $hash"
contains "$(<"$T/audit.ldif")" "userPassword:: $(base64 -w 0 <<<"$hash" | cut -c 1-40)"

# Of a changed entry the logs have its new version only. The replica that reads them believes that it has the new values.
q "UPDATE \"Users\" SET \"mail\" = 'new@example.com', \"userPassword\" = '$(slappasswd -h '{SSHA}' -s zoe-new)' WHERE \"uid\" = 'zoe'"
replicated push '(uid=zoe)' 'mail: new@example.com'
version_of() { at_replica "$1" '(uid=zoe)' entryCSN | sed -n 's/^entryCSN: //p'; }
same_version() { [ "$(version_of push)" = "$(version_of delta)" ]; }
eventually 10 same_version
contains "$(at_replica delta '(uid=zoe)' mail)" 'mail: zoe@example.com'
expect 0 bind_at "${REPLICA[delta]}" zoe
expect 49 bind_at "${REPLICA[push]}" zoe
same "entryCSN:= $(version_of push)" "$(records "(&(reqType=modify)(reqDN=uid=zoe,$base))")" "what accesslog has of the change"
lacks "$(sed -n '/^changetype: modify/,/^# end/p' "$T/audit.ldif")" userPassword

# Without syncdata it has to be made anew: entries of a known version are not copied again.
stop_replica delta
sed -i 's/syncdata=[^ ]*//' "$T/replica-delta/slapd.conf"
run_replica delta
q "UPDATE \"Users\" SET \"cn\" = 'Then' WHERE \"uid\" = 'bob'"
replicated delta '(uid=bob)' 'cn: Then'
contains "$(at_replica delta '(uid=zoe)' mail)" 'mail: zoe@example.com'
stop_replica delta
rm "$T"/replica-delta/*.mdb
run_replica delta
copied "a replica that is made anew" 20
