# A missing search base returns noSuchObject with the nearest existing DN.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com

missing() { # BASE MATCHED
    local scope
    for scope in base one sub children; do
        expect 32 search -b "$1" -s $scope
        same "" "$OUT" "entries below $1 ($scope)"
        same "Matched DN: $2" "$(grep '^Matched DN' <<<"$ERR")" "matchedDN of $1 ($scope)"
    done
}

start_slapd - < <(manager_conf)
missing uid=nobody,$base $base
missing cn=nobody,$base $base
missing ou=people,$base $base
missing uid=nobody,ou=people,$base $base
missing cn=x,uid=ann,$base uid=ann,$base
missing uid=bob,uid=ann,$base uid=ann,$base
missing cn=x,cn=devs,$base cn=devs,$base
missing "cn=Ann Archer,$base" $base       # a user is not named by cn
missing uid=devs,$base $base              # nor a group by uid
missing uidNumber=2000,$base $base        # nor anything by another attribute
missing "uid=ann+cn=Ann Archer,$base" $base
missing "uid=ann+uidNumber=2000,$base" $base
missing uid=nobody,uid=nobody,$base $base
missing "uid=ann\\,bob,$base" $base
missing "uid=\\2a,$base" $base
missing "uid=an%,$base" $base

# A foreign suffix is not ours: slapd itself answers, and knows no entry nearby.
for foreign in dc=example,dc=org uid=ann,dc=example,dc=org dc=com; do
    expect 32 search -b $foreign
    lacks "$ERR" "Matched DN"
done

# The same DN in other spellings is the same entry, shown as the directory writes it.
for spelling in 'UID=ann,DC=Example,DC=COM' 'uid=ANN,dc=example,dc=com' 'uid = ann , dc = example, dc=com' \
    'userid=ann,dc=example,dc=com' 'uid=\61nn,dc=example,dc=com' \
    '0.9.2342.19200300.100.1.1=ann,dc=example,dc=com'; do
    same "uid=ann,$base" "$(dns -b "$spelling" -s base)" "the entry at $spelling"
done
stop_slapd

start_slapd - < <(manager_conf | sed "/^pgsql-list users/i pgsql-kind users container=ou=people\npgsql-kind groups container=ou=groups")
missing uid=ann,$base $base
missing uid=nobody,ou=people,$base ou=people,$base
missing cn=devs,ou=people,$base ou=people,$base
missing ou=x,uid=ann,ou=people,$base uid=ann,ou=people,$base
missing uid=ann,ou=groups,$base ou=groups,$base
missing ou=other,$base $base
