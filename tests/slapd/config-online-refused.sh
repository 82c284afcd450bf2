# An invalid online change is refused with a reason and changes nothing.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
mkdir "$T/slapd.d"
manager_conf >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify; }
settings() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep ^olc | sort; }
settings >"$T/before"
search -b $base | grep . | sort >"$T/entries"

refuse() { # "MODIFICATION LINE"… -- TEXT…
    local lines=() text
    while [ "$1" != -- ]; do lines+=("$1"); shift; done
    shift
    local status=0
    change "${lines[@]}" >"$T/answer" 2>&1 || status=$?
    [ "$status" != 0 ] || fail "accepted: ${lines[*]}"
    for text; do contains "$(<"$T/answer")" "$text"; done
    same "$(<"$T/before")" "$(settings)" "cn=config after the refusal of: ${lines[*]}"
    same "$(<"$T/entries")" "$(search -b $base | grep . | sort)" "the directory after the refusal of: ${lines[*]}"
}

refuse "add: olcPgLookup" "olcPgLookup: users mail SELECT 1 WHERE 1 = ? OR 2 = ?" -- "users mail" parameter
refuse "add: olcPgLookup" "olcPgLookup: users nosuch SELECT 1 WHERE 1 = ?" -- nosuch
refuse "add: olcPgLookup" "olcPgLookup: people uid SELECT 1 WHERE 1 = ?" -- people
refuse "add: olcPgList" "olcPgList: users SELECT 'twice' AS username" -- users
refuse "replace: olcPgList" "olcPgList: users SELECT 'open" -- users position
refuse "add: olcPgAttribute" "olcPgAttribute: users mail colum=x" -- colum
refuse "add: olcPgAttribute" "olcPgAttribute: users nosuch column=x" -- nosuch
refuse "add: olcPgKind" "olcPgKind: users container=people" -- people
refuse "replace: olcPgTimeout" "olcPgTimeout: soon" -- soon
refuse "replace: olcPgTimeout" "olcPgTimeout: 0" -- imeout
refuse "replace: olcPgPoolSize" "olcPgPoolSize: 0" -- ool
refuse "replace: olcPgUri" "olcPgUri: nosuch=1" -- "connection option"
refuse "add: olcPgAuthBackends" "olcPgAuthBackends: sql notification" -- pgsql-push-uri
refuse "add: olcPgAuthBackends" "olcPgAuthBackends: otp" -- otp
refuse "add: olcPgPushUri" "olcPgPushUri: ftp://push/" -- http
refuse "add: olcPgPushPending" "olcPgPushPending: 0" -- "logins between"
refuse "delete: olcPgList" -- pgsql-list # a database without queries

# A modification is one: its good part does not stay when another part is wrong.
refuse "add: olcPgPrivateGroups" "olcPgPrivateGroups: FALSE" "-" "add: olcPgTimeout" "olcPgTimeout: -1" -- imeout
refuse "add: olcPgKind" "olcPgKind: users container=ou=people" "-" "add: olcPgAttribute" "olcPgAttribute: users mail compare=loosely" -- loosely
refuse "add: olcPgLookup" "olcPgLookup: users mail SELECT 1 AS username WHERE 'x' = ?" \
    "olcPgLookup: users sn SELECT 1 AS username WHERE 'x' = ? OR 'y' = ?" -- "users sn"

# And a right one is still taken.
change "add: olcPgPrivateGroups" "olcPgPrivateGroups: FALSE" >/dev/null
same "" "$(dns -b $base '(cn=fay)')" "fay's group"
