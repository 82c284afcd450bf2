# The code, the manual, slapd.conf.example and doc/cn-config.ldif name the same directives, defaults and columns.
. "$(dirname "$0")/../lib.sh"
code=$PROJECT/module/slapd manual=$T/slapd-pgsql.5 guide=$T/slapd-pgsql-guide.7 operations=$T/slapd-pgsql-operations.7
for page in "$manual" "$guide" "$operations"; do
    sed -e 's/\\-/-/g; s/\\f[BIRP]//g' "$PROJECT/doc/${page##*/}" >"$page"
done

# NAME, and NAME of the attribute, as slapd is told.
directives=$(grep -o '\.name = "pgsql-[^"]*' "$code/config.cpp" | cut -d '"' -f 2)
attributes=$(grep -o "NAME 'olcPg[^']*" "$code/config.cpp" | cut -d "'" -f 2 | grep -v '^olcPgsqlConfig$')
same "$(wc -l <<<"$directives")" "$(wc -l <<<"$attributes")" "the number of attributes"
same "" "$(grep -o '[0-9.]* NAME' "$code/config.cpp" | sort | uniq -d)" "OIDs that are given twice"
[ "$(wc -l <<<"$directives")" -ge 10 ] || fail "config.cpp is not read rightly any more: $directives"

headings=$(sed -n '/^\.SH CONFIGURATION/,/^\.SH FILES/p' "$manual" | grep -A 2 '^\.TP')
same "$directives" "$(sed -n 's/^\.BI* \(pgsql-[a-z-]*\).*/\1/p; s/^\.BR \(pgsql-[a-z-]*\).*/\1/p' <<<"$headings")" "directives in the manual"
same "$attributes" "$(sed -n 's/^\.RB ( \(olcPg[A-Za-z]*\).*/\1/p' <<<"$headings")" "attributes in the manual"
same "$directives" "$(sed -n 's/^#*\(pgsql-[a-z-]*\) .*/\1/p' "$PROJECT/slapd.conf.example" | awk '!seen[$0]++')" "directives in the example"
same "" "$(grep -o 'olcPg[A-Za-z]*' "$PROJECT/doc/cn-config.ldif" | grep -vxF -e olcPgsqlConfig -e "$attributes" || true)" "unknown attributes in the LDIF"

# In other places, too, nothing is mentioned that does not exist.
for word in $(grep -oh 'pgsql-[a-z-]*[a-z]' "$manual" "$guide" "$operations" "$PROJECT"/{slapd.conf.example,README.md,CHANGELOG.md,doc/*.md} | sort -u); do
    grep -qxF -e "$word" <<<"$directives" || compgen -G "$PROJECT/doc/slapd-$word.[78]" >/dev/null || [ -e "$PROJECT/packaging/image/slapd-$word" ] || [[ $word == pgsql-database ]] || fail "there is no $word"
done

# Numbers: what the code takes where nothing is said, what the manual says it does, what the example shows.
for number in timeout connect_timeout pool session_lifetime session_idle withdraw push_timeout push_window push_pending push_per_user hash_memory hash_timeout remember_binds \
    cache cache_ttl stale stale_binds; do
    directive=pgsql-${number//_/-}
    value=$(sed -nE "s/.*directives::$number, ([0-9.]+)\).*/\1/p" "$code/serving/service.cpp")
    [ -n "$value" ] || fail "service.cpp is not read rightly any more: no default for $number"
    section=$(awk -v name="$directive" '$1 ~ /^\.B/ && $2 == name { f = 1 } /^\.TP/ { if (f && seen++) exit } f' "$manual")
    contains "$section" "Default: $value."
    same "#$directive $value" "$(grep "^#$directive " "$PROJECT/slapd.conf.example")" "the example's $directive"
done

# The attributes of users and groups, and their columns.
presets=$(tr -s ' \n' ' ' <"$PROJECT/module/mapping/settings.cpp" | grep -oE '\.attribute = "[^"]+"(, \.column = "[^"]+")?' |
    sed -E 's/^\.attribute = "([^"]+)"/\1/; s/, \.column = "([^"]+)"/ \1/')
tables=$(sed -n '/^\.SH ATTRIBUTES AND/,/^The templates/p' "$guide" | sed -n '/^\.nf/,/^\.fi/p' | grep '^[a-z]')
same "$presets" "$(sed -E 's/^([A-Za-z]+) {1,14}([a-z_]+)?.*/\1 \2/; s/ $//' <<<"$tables")" "attributes and columns in the manual"
