# overlays.sh: turns an overlay into two databases below it, ours and one of back-mdb, written by the same requests.
. "$TESTS/lib/staff.sh"
. "$TESTS/lib/mdb.sh"

theirs=dc=example,dc=org
staff_with_more() { # columns for attributes of several values, for DNs, and for what overlays store
    staff_table
    q 'ALTER TABLE staff ADD boss text, ADD mails text[], ADD urls text[], ADD state text, ADD states text[], ADD times text[],
       ADD locked text, ADD changed text, ADD seen text'
}

# with_overlay "MODULE…" "COLUMN AS ATTRIBUTE, …" "LINE…": both databases begin with the entries ou=staff and uid=clerk, who may write.
# The lines of BEFORE come first, those of AFTER last, those of OURS in our database only. For back-mdb /ours is /theirs, and cn=ours cn=theirs.
with_overlay() {
    local module rules="access to attrs=userPassword by dn.exact=\"uid=clerk,ou=staff,$base\" write by self =xw by * auth
access to * by dn.exact=\"uid=clerk,ou=staff,$base\" write by * read"
    say "with $1"
    WHO=cn=admin PASSWORD=admin
    [ -z "$SLAPD" ] || stop_slapd
    rm -rf "$T/twin" "$T/logs"
    mkdir -p "$T/logs/ours" "$T/logs/theirs"
    q 'DELETE FROM staff'
    {
        base_conf | sed '/^database config/,$d'
        for module in back_mdb $1; do echo "moduleload $module"; done
        printf '%s\n' 'include /etc/ldap/schema/collective.schema' 'database config' 'rootpw config' "${BEFORE:-}"
        staff_conf | sed "1,/^rootpw config/d; s/, pass FROM staff/, pass, boss AS manager, mails AS mail, urls AS \"labeledURI\"${2:+, $2} FROM staff/"
        printf '%s\n' "${OURS:-}" "$rules" "$3"
        twin_conf
        as_twin <<<"$rules
$3" | sed 's|/ours|/theirs|; s/cn=ours/cn=theirs/'
        printf '%s\n' "${AFTER:-}"
    } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
    expect 0 limited ldapadd -x -H "$URI" -D "cn=admin,$theirs" -w admin <<END
dn: $theirs
objectClass: domain
dc: example

dn: ou=staff,$theirs
objectClass: organizationalUnit
ou: staff
END
    both 0 "$(person clerk 'userPassword: clerk-secret')"
}

limited() { timeout $((20 * TIMEOUT_FACTOR)) "$@"; } # a client that gets no result fails the test
person() { printf '%s\n' "dn: uid=$1,ou=staff,$base" 'changetype: add' 'objectClass: inetOrgPerson' "uid: $1" "sn: $1" "cn: $1" "${@:2}"; } # NAME LINE…
entry() { printf '%s\n' "dn: uid=$1,ou=staff,$base" "${@:2}"; } # NAME LINE…: a change

# both CODE LINE…: the change has this result in either database.
both() {
    local change
    change=$(printf '%s\n' "${@:2}")
    expect "$1" limited ldapmodify -x -H "$URI" -D "$WHO,$theirs" -w "$PASSWORD" <<<"$(as_twin <<<"$change")"
    ours "$1" "$change"
}
ours() { expect "$1" limited ldapmodify -x -H "$URI" -D "$WHO,$base" -w "$PASSWORD" <<<"$(printf '%s\n' "${@:2}")"; } # CODE LINE…: where they differ
logins() { # CODE NAME PASSWORD
    expect "$1" limited ldapwhoami -x -H "$URI" -D "uid=$2,ou=staff,$theirs" -w "$3"
    expect "$1" limited ldapwhoami -x -H "$URI" -D "uid=$2,ou=staff,$base" -w "$3"
}
# shown ATTRIBUTE…: our entries, except the clerk's, each as NAME and its lines; and back-mdb shows the same.
shown() {
    local ours
    ours=$(shown_below "$base" "$@")
    same "$(shown_below "$theirs" "$@" | as_ours)" "$ours" "what back-mdb shows (-) and we (+)"
    xargs <<<"$ours"
}
shown_below() { # SUFFIX ATTRIBUTE…
    search -b "ou=staff,$1" '(&(objectClass=inetOrgPerson)(!(uid=clerk)))' "${@:2}" |
        awk 'BEGIN { RS = ""; FS = "\n" } { sub(/^dn: uid=/, ""); sub(/,ou=staff[^\n]*/, ""); gsub(/\n/, " "); print }' | sort
}
