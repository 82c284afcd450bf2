# Password hashes reach only the client of pgsql-feed-passwords, over TLS, and only in its copies.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replica-logins.sh"
secure_provider "pgsql-password-change users
  UPDATE \"Users\" SET \"userPassword\" = ?, \"updatedAt\" = now() WHERE \"uid\" = ? AND \"userPassword\" = ?
access to attrs=userPassword by dn.exact=$BIND_DN read by self =xw by * auth
access to dn.exact=uid=hal,$base attrs=mail by dn.exact=$BIND_DN read by set=\"this/userPassword\" read by * none
access to * by * read"
q "UPDATE \"Users\" SET checks = 'sql,notification' WHERE \"uid\" = 'ivy'; UPDATE \"Users\" SET checks = 'sql' WHERE \"uid\" = 'jan'"
secure_replica push refreshAndPersist
copied "the first copy" 20

# Stock slapd checks all forms.
for user in ann bob carl fay gus hal jan; do expect 0 bind_at "${REPLICA[push]}" $user; done
expect 49 bind_at "${REPLICA[push]}" bob wrong
same '{ARGON2}$argon2id$' "$(hash_at push ann | cut -c 1-18)" "the form of argon2"
for form in 'bob {CRYPT}$6$' 'carl {CRYPT}$2b$' 'fay {CRYPT}$y$' 'hal {CRYPT}$1$' 'gus {SSHA}' 'jan {CRYPT}$2y$'; do
    [[ $(hash_at push "${form% *}") == "${form#* }"* ]] || fail "the form of ${form% *}: $(hash_at push "${form% *}")"
done
for user in dora eve ivy; do # suspended, pending, with an approval
    same "" "$(hash_at push $user)" "the hash of $user"
    expect 49 bind_at "${REPLICA[push]}" $user
done

# What the provider refuses is not copied either.
for stored in '{CLEARTEXT}bob-secret' '{SASL}root' '{CRYPT}_J9..K0AyUubYFBFR8ZM' '$argon2id$v=19$m=4194304,t=3,p=4$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'; do
    q "UPDATE \"Users\" SET \"userPassword\" = '$stored', cn = 'Refused ${stored:0:6}' WHERE \"uid\" = 'bob'"
    replicated push '(uid=bob)' "cn: Refused ${stored:0:6}"
    same "" "$(hash_at push bob)" "the copy of $stored"
done
q "UPDATE \"Users\" SET \"userPassword\" = '$(openssl passwd -6 bob-secret)', cn = 'Bob' WHERE \"uid\" = 'bob'"
eventually 10 bind_at "${REPLICA[push]}" bob

# Nothing for anybody else, or elsewhere.
rep=(-D "$BIND_DN" -w "$CREDENTIALS") admin=(-D "cn=admin,$base" -w admin) nobody=()
no_hash() { [[ $OUT$ERR != *userPassword:* ]] || fail "shows a hash: $OUT"; }
for mode in ro rp; do
    for filter in '(objectClass=*)' '(uid=ann)'; do
        expect 13 timeout 10 ldapsearch -x -H "$URI" "${rep[@]}" -b $base -E "!sync=$mode" "$filter" '*' + userPassword
        no_hash
        for who in nobody admin; do
            declare -n credentials=$who
            expect 50 timeout 10 ldapsearch -x -ZZ -o TLS_CACERT="$T/ca.pem" -H "$URI" "${credentials[@]}" -b $base -E "!sync=$mode" "$filter" '*' + userPassword
            no_hash
        done
    done
done
expect 50 over_tls -D "uid=bob,$base" -w bob-secret -E sync=ro '(uid=bob)' userPassword
no_hash
for who in rep admin; do
    declare -n credentials=$who
    for attributes in '*' '* +' 'userPassword' '@posixAccount' '* + userPassword'; do
        # shellcheck disable=SC2086
        expect 0 over_tls "${credentials[@]}" '(objectClass=*)' $attributes
        no_hash
        expect 0 over_tls "${credentials[@]}" -s base -b "uid=bob,$base" $attributes
        no_hash
    done
    same "" "$(over_tls "${credentials[@]}" '(userPassword=*)' 1.1)" "whose userPassword can be searched for"
    expect 16 ldapcompare -x -ZZ -o TLS_CACERT="$T/ca.pem" -H "$URI" "${credentials[@]}" "uid=bob,$base" "userPassword:$(hash_at push bob)"
done
same "" "$(search -b $base '(uid=hal)' mail | grep ^mail)" "what an access rule sees of a hash"
grep -q "$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'gus'")" "$T/feed" && fail "the state has a hash"
same 600 "$(stat -c %a "$T/feed")" "the mode of the state"

# A password that is changed by LDAP, and one by SQL; others that are removed.
expect 0 ldappasswd -x -H "$URI" -D "uid=bob,$base" -w bob-secret -s bob-new
eventually 10 bind_at "${REPLICA[push]}" bob bob-new
expect 49 bind_at "${REPLICA[push]}" bob
q "UPDATE \"Users\" SET \"userPassword\" = '$(slappasswd -h '{SSHA}' -s gus-new)' WHERE \"uid\" = 'gus'; UPDATE \"Users\" SET \"status\" = 'suspended' WHERE \"uid\" = 'carl'
   ; UPDATE \"Users\" SET checks = 'notification' WHERE \"uid\" = 'jan'; UPDATE \"Users\" SET checks = NULL WHERE \"uid\" = 'ivy'"
eventually 10 bind_at "${REPLICA[push]}" gus gus-new
eventually 10 bind_at "${REPLICA[push]}" ivy
for user in carl jan; do
    expect 49 bind_at "${REPLICA[push]}" $user
    same "" "$(hash_at push $user)" "the hash of $user"
done
copied "the end"
