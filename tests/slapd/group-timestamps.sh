# Groups show modifyTimestamp only on request, because member changes do not update it.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "UPDATE \"Groups\" SET \"updatedAt\" = '2025-02-03 04:05:06Z'; UPDATE \"Users\" SET \"updatedAt\" = '2025-02-03 04:05:06Z'"
times() { search -b "$1" -s base modifyTimestamp | sed -n 's/^modifyTimestamp: //p'; }
conf() { # AS WHAT THE GROUPS' TIME IS SHOWN
    manager_conf | sed "s/g.\"gidNumber\" AS gid_number\$/&, g.\"updatedAt\" AS $1/; s/\"userPassword\" AS password/&, \"updatedAt\" AS updated_at/"
}
conf updated_at >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
same 20250203040506Z "$(times "uid=ann,$base")" "when ann was changed"
for group in devs fay; do same "" "$(times "cn=$group,$base")" "when $group was changed"; done
same "" "$(dns -b $base '(&(objectClass=posixGroup)(modifyTimestamp>=19700101000000Z))')" "groups by their time of change"
stop_slapd
conf '\"modifyTimestamp\"' >"$T/asked.conf"
start_slapd "$T/asked.conf"
same 20250203040506Z "$(times "cn=devs,$base")" "when devs was changed, as the column is named"
contains "$(dns -b $base '(&(objectClass=posixGroup)(modifyTimestamp>=20250101000000Z))')" "cn=devs,$base"
