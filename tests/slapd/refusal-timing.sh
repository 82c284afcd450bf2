# The time of a refused login reveals neither the account, its state nor its hash.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
# Most rows have argon2id: 64 MiB, 4 passes, of "costly".
expensive='$argon2id$v=19$m=65536,t=4,p=1$c2FsdHNhbHQ$vIxPeH1uy8z2tYOsh1BKf+YhCJmGIezgO5AEe7zzdRE'
q "INSERT INTO \"Users\" SELECT 5000 + n, 'u' || n, 2001, '/home/u' || n, '/bin/sh', 'U', 'U', 'U', 'u' || n || '@x', NULL,
   '$expensive', 'active', NULL, NULL, now(), now() FROM generate_series(1, 30) n; UPDATE \"Users\" SET \"userPassword\" = '!' WHERE \"uid\" = 'hal';
   UPDATE \"Users\" SET \"userPassword\" = '' WHERE \"uid\" = 'ivy'; UPDATE \"Users\" SET \"userPassword\" = '{NOSUCH}x' WHERE \"uid\" = 'jan'"
{ manager_conf; echo "pgsql-login-filter users username NOT IN (SELECT \"uid\" FROM \"Users\" WHERE \"status\" = 'suspended')"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
took() { # CODE DN PASSWORD: slapd's processor time in ms, the lesser of two; time on the clock depends on who else is at it
    local code=$1 least=1000000 start ms
    shift
    for _ in 1 2; do
        start=$(processor_time)
        expect "$code" ldapwhoami -x -H "$URI" -D "$1" -w "$2"
        ms=$((($(processor_time) - start) * 1000 / $(getconf CLK_TCK)))
        [ $ms -ge $least ] || least=$ms
    done
    echo $least
}
processor_time() { awk '{ print $14 + $15 }' "/proc/$SLAPD/stat"; } # proc(5): utime, stime
expect 49 ldapwhoami -x -H "$URI" -D "uid=u1,$base" -w wrong # the first one connects
right=$(took 0 "uid=u1,$base" costly)
say "a right password: $right ms"
# wrong password; unknown name; denied by the login filter; cheap hashes: $6$, {SSHA}, $1$; a locked one; none; unknown scheme; other DNs
for dn in uid=u1 uid=nobody uid=dora uid=bob uid=gus uid=hal uid=ivy uid=jan cn=devs uid=x,ou=nowhere; do
    ms=$(took 49 "$dn,$base" wrong)
    say "$dn: $ms ms"
    [ $((ms * 2)) -gt "$right" ] && [ "$ms" -lt $((right * 2)) ] || fail "$dn took $ms ms, not the $right ms of a check"
done
ms=$(took 0 "uid=bob,$base" bob-secret)
[ $((ms * 2)) -lt "$right" ] || fail "bob, who has a cheap hash, costs $ms ms"
