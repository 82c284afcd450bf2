# Every supported hash accepts the right password under the shown DN and nothing else.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
start_slapd - < <(manager_conf)
bind() { ldapwhoami -x -H "$URI" -D "$1" -w "$2"; }

for user in ann bob carl eve fay gus hal ivy jan; do # argon2id $6$ $2b$ $5$ $y$ {SSHA} $1$ $2a$ $2y$
    expect 0 bind "uid=$user,$base" "$user-secret"
    same "dn:uid=$user,$base" "$OUT" "who $user is"
    expect 49 bind "uid=$user,$base" "$user-secre"
    expect 49 bind "uid=$user,$base" "$user-secret "
    hash=$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = '$user'")
    expect 49 bind "uid=$user,$base" "$hash" # the hash is not the password
done

# Prefixed as slapd would have them, and what is no hash at all.
put() { q "UPDATE \"Users\" SET \"userPassword\" = '$2' WHERE \"uid\" = '$1'"; }
hash_of() { q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = '$1'"; }
put hal "{CRYPT}$(hash_of bob)"
expect 0 bind "uid=hal,$base" bob-secret
put hal "{crypt}$(hash_of bob)"
expect 0 bind "uid=hal,$base" bob-secret
put hal "{ARGON2}$(hash_of ann)"
expect 0 bind "uid=hal,$base" ann-secret
put hal "$(slappasswd -h '{SMD5}' -s hal-new)"
expect 0 bind "uid=hal,$base" hal-new
put hal '{PBKDF2-SHA256}10000$9Yaym9zbstdssAKBcGjhtQ$LcvsQA4r9FmYQDjJOT3ASBy7XtTGice82JD8BejfteE' # slappasswd's; no module is loaded for it
expect 0 bind "uid=hal,$base" secret
expect 49 bind "uid=hal,$base" secre
for value in secret '{NOSUCH}secret' '{CLEARTEXT}secret' '{SASL}secret' '{}secret' '{CRYPT}' '{CRYPT}secret' '{ARGON2}secret' '$6$' '$6$salt$' '$9$salt$hash' '*' '!' '$argon2id$' \
    '$argon2id$v=19$m=4194304,t=3,p=4$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' \
    '$argon2id$v=19$m=65536,t=1000000,p=4$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' \
    '$argon2id$v=19$m=262144,t=64,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' \
    '{PBKDF2-SHA512}2000000000$W5SPPtKAOOVcYsuOlyaePA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' \
    '$6$rounds=9999999$salt$hash' '$6$rounds=999999999$salt$hash' '$2b$31$backpgsqldecoysalt....0000000000000000000000000000000' "$(hash_of ann | cut -c 1-60)"; do
    put hal "$value"
    within 10 expect 49 bind "uid=hal,$base" secret
    expect 49 bind "uid=hal,$base" "$value"
done
logged hash-unusable "a value that is not a known hash; uid=hal,$base cannot bind"
same 1 "$(times_logged hash-unusable 'a value that is not a known hash')" "lines about values that are no hash: one for each kind of problem"
logged hash-unusable "a password in plain text; uid=hal,$base cannot bind"
lacks "$(<"$T/slapd.log")" NOSUCH

# The name: any spelling of the DN that is shown, no other DN.
expect 0 bind "UID=Bob, DC=Example,DC=com" bob-secret
for dn in "uid=nosuch,$base" "uid=bob,ou=people,$base" "cn=Bob Baker,$base" "uid=bob+cn=Bob Baker,$base" "uidNumber=2001,$base" \
    "cn=devs,$base" "$base" "uid=\\00,$base" "uid=bob,uid=ann,$base"; do
    expect 49 bind "$dn" bob-secret
done
expect 0 bind "cn=admin,$base" admin
expect 49 bind "cn=admin,$base" wrong

# An empty password is no login, and no question to the database.
q 'ALTER TABLE "Users" RENAME TO gone'
expect 53 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w ''
q 'ALTER TABLE gone RENAME TO "Users"'

# The manager's own argon2 hash, of its cost: last, as refusals take as long from then on.
manager_hash
expect 0 bind "uid=ann,$base" ann-secret
expect 49 bind "uid=ann,$base" ann-secre
