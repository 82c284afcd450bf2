# slapd answers every operation while databases and overlays are added, changed and deleted.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
need perl
length=${CHURN_SECONDS:-10} # more with a sanitizer
[ -n "${CHURN_SECONDS:-}" ] || [ ${#PRELOAD[@]} = 0 ] || length=60
export SEED=${SEED:-$RANDOM} MALLOC_PERTURB_=90 # overwrites freed memory
say "SEED=$SEED, $length s"
start_postgres
quick_hashes
start_push
users_say 'after 0.4 approve'
user_says fay 'after 2 reject'
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
mkdir "$T/slapd.d" "$T/mdb" "$T/tables"
queries() { sed -e "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|" -e 's|^include .*/inetorgperson.schema|&\ninclude /etc/ldap/schema/dyngroup.schema|'; }
{
    manager_conf | queries | sed 's/^moduleload.*/&\nmoduleload back_mdb\nmoduleload back_relay\nmoduleload rwm\nmoduleload ppolicy\nmoduleload dynlist\nmoduleload valsort\nmoduleload constraint/'
    printf '%s\n' 'pgsql-timeout 5' 'pgsql-password-hash m=1024 t=1 p=1' \
        'pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3'
    manager_conf | sed '1,/^database pgsql/d; s/dc=example,dc=com/dc=push/' | sed '1i database pgsql'
    push_conf
    printf '%s\n' 'database relay' 'suffix o=other' 'overlay rwm' "rwm-suffixmassage o=other $base"
    printf '%s\n' 'database mdb' 'suffix dc=local' 'rootdn cn=admin,dc=local' 'rootpw admin' "directory $T/mdb" 'maxsize 100000000'
} >"$T/slapd.conf"
printf '%s\n' 'dn: dc=local' 'objectClass: domain' 'dc: local' '' 'dn: cn=list,dc=local' 'objectClass: groupOfURLs' 'cn: list' \
    "memberURL: ldap:///$base??sub?(uid=a*)" >"$T/local.ldif"
"${PRELOAD[@]}" slapadd -f "$T/slapd.conf" -b dc=local -l "$T/local.ldif" >"$T/slapadd.log" 2>&1 || fail "slapadd: $(<"$T/slapadd.log")"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || fail "slaptest: $(<"$T/slaptest.log")"
LOG_LEVEL=none start_slapd "$T/slapd.d"
# What the administrator adds again: each database as it is now, without the attributes that slapd adds itself.
for suffix in $base dc=push o=other; do
    database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$suffix)" 1.1 | sed -n 's/^dn: //p')
    as_config ldapsearch -LLL -o ldif-wrap=no -b "$database" -s sub '(objectClass=*)' |
        sed -E 's/^(dn: |olcDatabase: )(olcDatabase=)?\{[0-9]+\}/\1\2/; s/^(dn: .*,olcDatabase=)\{[0-9]+\}/\1/; s/^(dn: olcOverlay=|olcOverlay: )\{[0-9]+\}/\1/' >"$T/tables/$suffix"
done

# Statements wait for less and for more than the grace period of a configuration change.
lock_tables() {
    while [ ! -e "$T/stop" ]; do
        q 'BEGIN; LOCK TABLE "Users", "UserGroups"; SELECT pg_sleep(random() ^ 4 * 2); COMMIT; SELECT pg_sleep(random() * 0.5)' >/dev/null
    done
}
export URI STOP=$T/stop TABLES=$T/tables
lock_tables & parts=($!)
"$TESTS/lib/churn" administrator >"$T/said.0" 2>&1 & parts+=($!)
for n in 1 2 3 4 5 6; do "$TESTS/lib/churn" client $n >"$T/said.$n" 2>&1 & parts+=($!); done
for ((second = 0; second < length; ++second)); do
    sleep 1
    kill -0 "$SLAPD" 2>/dev/null || { wait "$SLAPD" || say "slapd ended with $?"; SLAPD=; sanitizer_reports || true; fail "slapd has died"; }
done
touch "$T/stop"
for part in "${parts[@]}"; do wait "$part" || fail "a client or the administrator failed: $(cat "$T"/said.*)"; done
[ -z "${VERBOSE:-}" ] || cat "$T"/said.*
lacks "$(cat "$T"/said.*)" WRONG
same 1 "$(dns -b $base '(uid=ann)' | wc -l)" "ann, at the end"
for what in add delete change; do contains "$(<"$T/said.0")" "$what"; done
for what in lookup paged by_rule dynamic by_relay compare bind approved passwd; do contains "$(cat "$T"/said.[1-9])" "$what "; done
