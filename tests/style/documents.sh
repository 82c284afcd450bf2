# The manual pages are free of mistakes in their markup, and the README names only what exists and every room of module/.
. "$(dirname "$0")/../lib.sh"
need groff

for page in "$PROJECT"/doc/*.[1-8]; do
    same "" "$(groff -man -ww -Tutf8 -z "$page" 2>&1)" "what groff says of $page"
    grep -q "^\.TH ${page##*.} " <(sed 's/^\.TH [A-Z-]* /.TH /' "$page") || fail "$page is of another section than its name says"
done

readme=$PROJECT/README.md
# Paths and links. What is below build/ comes and goes.
while read -r path; do
    [ -e "$PROJECT/$path" ] || fail "README.md names $path, which does not exist"
done < <({ grep -oE '(^|[^A-Za-z0-9_/.-])(\.ci|doc|module|packaging|schema|tests)/[A-Za-z0-9_/.-]*[A-Za-z0-9_/-]' "$readme" | sed -E 's/^[^a-z.]//'
    grep -oE '\]\([^):]+\)' "$readme" | sed 's/^](//; s/)$//'; } | sort -u)

for floor in "$PROJECT"/module/*/; do
    floor=$(basename "$floor")
    rooms=$(grep -F "| \`module/$floor/\` |" "$readme" | cut -d '|' -f 4 | grep -oE '`[a-z0-9_]+(\.hpp)?`' | tr -d '\140' | sed 's/\.hpp$//' | sort -u)
    same "$(find "$PROJECT/module/$floor" -name '*.[ch]pp' | sed -E 's|.*/([a-z0-9_]+)\.[ch]pp|\1|' | sort -u)" "$rooms" "the rooms of module/$floor in README.md"
done
