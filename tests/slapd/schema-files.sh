# Each schema's LDIF defines what its schema file defines, and loads online.
. "$(dirname "$0")/../lib.sh"

head_conf() { base_conf | grep -v -e nis.schema -e '^moduleload' | sed "s|^pidfile|${1:-}\n&|"; }
published() { search -b cn=Subschema -s base attributeTypes objectClasses | grep -v ^dn: | sort; }

same "$(cd "$PROJECT/schema" && ls ./*.schema | sed 's/schema$/ldif/')" "$(cd "$PROJECT/schema" && ls ./*.ldif | grep -v default-roles)" "the files"
head_conf >"$T/without.conf"
for file in "$PROJECT"/schema/*.schema; do
    name=$(basename "$file" .schema)
    head_conf "include $file" >"$T/with.conf"
    start_slapd "$T/with.conf"
    expected=$(published)
    stop_slapd

    mkdir "$T/$name"
    slaptest -f "$T/without.conf" -F "$T/$name" >"$T/slaptest.log" 2>&1 || fail "$(<"$T/slaptest.log")"
    start_slapd "$T/$name"
    [ "$expected" != "$(published)" ] || fail "$name.schema defines nothing"
    expect 0 as_config ldapadd -f "$PROJECT/schema/$name.ldif"
    same "$expected" "$(published)" "the schema with $name.ldif"
    stop_slapd
    # As it was stored, it is read again.
    start_slapd "$T/$name"
    same "$expected" "$(published)" "the schema with $name.ldif, after a restart"
    stop_slapd
done
