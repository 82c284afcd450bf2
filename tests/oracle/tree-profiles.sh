# tree-profiles.sh: profiles of entries below entries of rows, and a check of what is there by queries that are not the backend's.

trees="tree sites branches crowd"

# The users and groups of tree.sql, with the columns that place them.
placed_conf() { # COLUMNS-OF-USERS [COLUMN-OF-GROUPS [CONDITION-ON-GROUPS]]
    local users="SELECT uid AS username, number AS uid_number, gid AS gid_number, cn AS full_name, sn AS last_name, mail, updated_at, $1 FROM people"
    local groups="SELECT t.gid, t.name, t.gid AS gid_number${2:+, t.$2} FROM teams t"
    manager_conf | bis | sed '/^pgsql-list users/,$d'
    cat <<END
sizelimit unlimited
pgsql-list users $users
pgsql-lookup users uid $users WHERE uid = ?
pgsql-list groups $groups${3:+ WHERE $3}
pgsql-lookup groups memberUid $groups JOIN seats s USING (gid) WHERE s.uid = ?${3:+ AND $3}
END
}

# Units below each other, with users and groups in them; keys are integers, of two sizes.
tree_directory() {
    placed_conf unit_id unit_id
    cat <<'END'
pgsql-kind units rdn=ou class=top,organizationalUnit key=id parent=parent_id
pgsql-list units SELECT id, parent_id, name AS ou, note AS description FROM units
pgsql-kind users parent=units:unit_id
pgsql-kind groups key=gid parent=units:unit_id
pgsql-values groups memberUid SELECT gid, uid FROM seats
pgsql-private-groups off
END
}
tree_data() { data tree tree-expected; }

# The same with more users than a page has rows, of one name at several places.
crowd_directory() { tree_directory; }
crowd_data() { data tree tree-crowd tree-expected; }

# Departments at sites, which are below each other; keys are UUIDs and texts. What is at no place is in a container, or below the suffix.
sites_directory() {
    placed_conf department department
    cat <<'END'
pgsql-kind sites rdn=l class=top,locality key=id parent=above
pgsql-list sites SELECT id, above, name AS l, note AS description FROM sites
pgsql-kind departments rdn=ou class=top,organizationalUnit key=code parent=sites:site_id
pgsql-list departments SELECT code, site_id, name AS ou FROM departments
pgsql-kind users parent=departments:department
pgsql-values users telephoneNumber SELECT uid AS username, phone FROM phones
pgsql-kind groups container=ou=groups key=gid parent=departments:department
pgsql-kind devices container=ou=devices,ou=things rdn=cn class=top,device parent=sites:site
pgsql-list devices SELECT name AS cn, serial AS "serialNumber", site FROM devices
pgsql-lookup devices serialNumber SELECT name AS cn, serial AS "serialNumber", site FROM devices WHERE serial = ?
pgsql-private-groups off
END
}
sites_data() { # members are users here
    data tree tree-expected
    as_superuser manager -c "DELETE FROM seats WHERE uid = 'nobody at all'"
}

# Branches in a container, with users and with roles that have members by DN; groups in a container, private ones too; and access rules.
branches_directory() {
    placed_conf 'number, branch' '' 't.gid > 3021'
    cat <<'END'
pgsql-kind branches container=ou=branches,ou=x rdn=ou class=top,organizationalUnit key=code parent=above
pgsql-list branches SELECT code, above, name AS ou, note AS description FROM branches
pgsql-kind users key=number parent=branches:branch
pgsql-kind groups container=ou=groups
pgsql-kind roles container=ou=roles rdn=cn class=top,groupOfNames key=id parent=branches:branch
pgsql-list roles SELECT id, name AS cn, branch FROM roles
pgsql-values roles member SELECT id, dn FROM holders
access to dn.base="ou=Smith\\2C Jones,ou=East,ou=Head,ou=branches,ou=x,dc=example,dc=com" by * none
access to dn.base="ou=Köln,ou=Smith\\2C Jones,ou=East,ou=Head,ou=branches,ou=x,dc=example,dc=com" attrs=entry by * disclose
access to dn.onelevel="ou=East,ou=Head,ou=branches,ou=x,dc=example,dc=com" filter=(objectClass=posixAccount) by * search
access to dn.children="ou=East,ou=Head,ou=branches,ou=x,dc=example,dc=com" attrs=description,mail,member by * none
access to dn.subtree="ou=Deep Down,ou=Köln,ou=Smith\\2C Jones,ou=East,ou=Head,ou=branches,ou=x,dc=example,dc=com" by * none
access to dn.regex="^uid=u[0-9]5,ou=.*ou=branches,ou=x,dc=example,dc=com$" attrs=entry,uid by * search
access to attrs=hasSubordinates by * search
access to * by * read
END
}
branches_data() { data tree tree-expected; }

# Entries, members and the order of slapcat. The oracle has what our server shows, so that a mistake of every answer is none to the searches.
check_tree() { # PROFILE: afterwards $T/absent has names that no entry has
    local rows=${1/crowd/tree}
    q "SELECT dn || E'\t' || attribute || E'\t' || value FROM expected WHERE profile = '$rows'" >"$T/expected"
    q "SELECT dn FROM absent WHERE profile = '$rows' ORDER BY dn" >"$T/absent"
    [ "$(wc -l <"$T/absent")" -gt 15 ] || fail "there is hardly anything absent"
    "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -o ldif-wrap=no >"$T/slapcat.ldif" 2>"$T/slapcat.log" || { tail -n 5 "$T/slapcat.log"; fail "slapcat"; }
    perl "$TESTS/oracle/expected.pl" "$T/expected" "$T/data.ldif" "$T/slapcat.ldif" && return
    echo "  is what differs in profile $1, with - expected from the tables and + shown by us"
    return 1
}
