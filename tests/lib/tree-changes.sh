# tree-changes.sh: changes the units of tree.sh by SQL, and waits until clients see it. Needs tree_tables.

bremen=ou=Bremen,$base berlin=ou=berlin,$base nord=ou=bremen-nord,$base
conf() { tree_conf; printf '%s\n' "$@"; }
short() { sed "s/,$base\$//; s/ou=a.2C b .2B c/ou=abc/"; }
status_of() { local status=0; search "$@" >/dev/null 2>&1 || status=$?; echo $status; }

is_at() { [ "$(dns -b $base "(uid=$1)" | short)" = "$2" ]; } # USER DN
exists() { [ "$(status_of -b "$1,$base" -s base)" = 0 ]; }
is_absent() { [ "$(status_of -b "$1,$base" -s base)" = 32 ]; }
# changed SQL CONDITION: it is true of what is asked for 100 ms later.
changed() {
    local end begin
    q "$1"
    end=$(($(now) + 100000 * TIMEOUT_FACTOR))
    for (( ; ; )); do
        begin=$(now)
        ! eval "$2" || return 0
        [ "$begin" -lt $end ] || fail "not seen in time: $1"
    done
}
holds() { eval "$1" || fail "not true: $1"; }

changes() { # and back
    changed "UPDATE units SET name = 'Hamburg' WHERE id = 1" 'is_at sven uid=sven,ou=Steintor,ou=Hamburg'
    holds 'exists uid=ann,ou=Hamburg && is_absent uid=ann,ou=Bremen && is_absent ou=Bremen'
    same "cn=gb,ou=Hamburg" "$(dns -b "ou=Hamburg,$base" '(cn=gb)' | short)" "a group below a unit that was renamed"
    changed "UPDATE units SET parent = 4 WHERE id = 2" 'is_at dora uid=dora,ou=abc,ou=Steintor,ou=bremen-nord'
    holds 'is_at sven uid=sven,ou=Steintor,ou=bremen-nord && is_absent ou=Steintor,ou=Hamburg'
    same "ou=Steintor,ou=bremen-nord ou=abc,ou=Steintor,ou=bremen-nord uid=dora,ou=abc,ou=Steintor,ou=bremen-nord uid=sven,ou=Steintor,ou=bremen-nord" \
        "$(dns -b "ou=Steintor,$nord" | short | sort | xargs)" "what is below a unit that was moved"
    changed "UPDATE units SET parent = 3, name = 'STEINTOR' WHERE id = 2" 'is_at sven uid=sven,ou=STEINTOR,ou=berlin' # where another one has that name
    same "ou=STEINTOR,ou=berlin" "$(dns -b "$berlin" -s one '(ou=*)' | short)" "the one of two units"
    changed "UPDATE units SET parent = 1, name = 'Steintor' WHERE id = 2" 'is_at sven uid=sven,ou=Steintor,ou=Hamburg'
    holds 'exists ou=Steintor,ou=berlin'
    changed "INSERT INTO units VALUES (20, 3, 'Mitte'); INSERT INTO people VALUES (20, 20, 'new', 1020)" 'exists uid=new,ou=Mitte,ou=berlin'
    holds 'is_at new uid=new,ou=Mitte,ou=berlin'
    same "hasSubordinates: TRUE" "$(search -b "ou=Mitte,$berlin" -s base hasSubordinates | grep ^has)" "a unit that was added"
    changed "DELETE FROM units WHERE id = 20" 'is_absent uid=new,ou=Mitte,ou=berlin'
    holds 'is_at new "" && is_absent ou=Mitte,ou=berlin'
    changed "UPDATE people SET unit = 2 WHERE id = 20" 'is_at new uid=new,ou=Steintor,ou=Hamburg'
    changed "DELETE FROM people WHERE id = 20; UPDATE units SET name = 'Bremen' WHERE id = 1" 'is_at sven uid=sven,ou=Steintor,ou=Bremen'
    holds 'is_absent ou=Hamburg && is_at new ""'
}
