# The code, the manual, slapd.conf.example and doc/cn-config.ldif name the same directives, defaults and columns.
. "$(dirname "$0")/../lib.sh"
code=$PROJECT/module/slapd manual=$T/slapd-pgsql.5 guide=$T/slapd-pgsql-guide.7 operations=$T/slapd-pgsql-operations.7
for page in "$manual" "$guide" "$operations"; do
    sed -e 's/\\-/-/g; s/\\f[BIRP]//g' "$PROJECT/doc/${page##*/}" >"$page"
done

# The rows of the table: name, OID and default.
rows=$(sed -nE 's/^DIRECTIVE\(([a-z_]+), ([0-9]+), .*, "([^"]*)", "[^"]*"\)$/\1 \2 \3/p' "$code/serving/directives.def")
same "$(grep -c '^DIRECTIVE(' "$code/serving/directives.def")" "$(wc -l <<<"$rows")" "the number of rows that this test can read"
rows=$(sed -E 's/^([a-z_]*[a-z])_ /\1 /' <<<"$rows") # virtual_, since virtual is a word of C++
directives=$(sed 's/ .*//; s/_/-/g; s/^/pgsql-/' <<<"$rows")
attributes=$(sed -E 's/ .*//; s/(^|_)([a-z])/\u\2/g; s/^/olcPg/' <<<"$rows")
same "" "$(cut -d ' ' -f 2 <<<"$rows" | sort | uniq -d)" "OIDs that are given twice"
[ "$(wc -l <<<"$directives")" -ge 10 ] || fail "directives.def is not read correctly: $directives"

headings=$(sed -n '/^\.SH CONFIGURATION/,/^\.SH FILES/p' "$manual" | grep -A 2 '^\.TP')
same "$directives" "$(sed -n 's/^\.BI* \(pgsql-[a-z-]*\).*/\1/p; s/^\.BR \(pgsql-[a-z-]*\).*/\1/p' <<<"$headings")" "directives in the manual"
same "$attributes" "$(sed -n 's/^\.RB ( \(olcPg[A-Za-z]*\).*/\1/p' <<<"$headings")" "attributes in the manual"
same "$directives" "$(sed -n 's/^#*\(pgsql-[a-z-]*\) .*/\1/p' "$PROJECT/slapd.conf.example" | awk '!seen[$0]++')" "directives in the example"
same "" "$(grep -o 'olcPg[A-Za-z]*' "$PROJECT/doc/cn-config.ldif" | grep -vxF -e olcPgsqlConfig -e "$attributes" || true)" "unknown attributes in the LDIF"

# In other places, too, nothing is mentioned that does not exist.
sed 's/^| [^|]*|//' "$PROJECT/CHANGELOG.md" >"$T/changelog" # without the old names in its table
for word in $(grep -oh 'pgsql-[a-z-]*[a-z]' "$manual" "$guide" "$operations" "$PROJECT"/{slapd.conf.example,README.md,doc/*.md,doc/maps/*.md} "$T/changelog" | sort -u); do
    grep -qxF -e "$word" <<<"$directives" || compgen -G "$PROJECT/doc/slapd-$word.[78]" >/dev/null || [ -e "$PROJECT/packaging/slapd-$word" ] || [ -e "$PROJECT/packaging/image/slapd-$word" ] || [ -e "$PROJECT/packaging/debian/slapd-back-pgsql.slapd-$word.service" ] || [[ $word == pgsql-database ]] || fail "there is no $word"
done

# The defaults: of the table, in the manual and in the example.
while read -r key _ value; do
    [[ $value == [0-9]* ]] || continue
    directive=pgsql-${key//_/-}
    section=$(awk -v name="$directive" '$1 ~ /^\.B/ && $2 == name { f = 1 } /^\.TP/ { if (f && seen++) exit } f' "$manual")
    contains "$section" "Default: $value."
    same "#$directive $value" "$(grep "^#$directive " "$PROJECT/slapd.conf.example")" "the example's $directive"
done <<<"$rows"

# The attributes of users and groups, and their columns.
presets=$(tr -s ' \n' ' ' <"$PROJECT/module/mapping/settings.cpp" | grep -oE '\.attribute = "[^"]+"(, \.column = "[^"]+")?' |
    sed -E 's/^\.attribute = "([^"]+)"/\1/; s/, \.column = "([^"]+)"/ \1/')
tables=$(sed -n '/^\.SH ATTRIBUTES AND/,/^The templates/p' "$guide" | sed -n '/^\.nf/,/^\.fi/p' | grep '^[a-z]')
same "$presets" "$(sed -E 's/^([A-Za-z]+) {1,14}([a-z_]+)?.*/\1 \2/; s/ $//' <<<"$tables")" "attributes and columns in the manual"
