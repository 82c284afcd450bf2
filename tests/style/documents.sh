# Manual pages have correct markup, and documents name only what exists and what a test runs.
. "$(dirname "$0")/../lib.sh"
need groff pod2man podchecker

for page in "$PROJECT"/doc/*.[57]; do
    same "" "$(groff -man -ww -Tutf8 -z "$page" 2>&1)" "what groff reports for $page"
    same "" "$(awk '/^\.nf/ { code = 1 } /^\.fi/ { code = 0 } !code' "$page" | grep -nE '^[^.].{105,}$' || true)" "lines that are too long in $page"
    grep -q "^\.TH ${page##*.} " <(sed 's/^\.TH [A-Z-]* /.TH /' "$page") || fail "$page is of another section than its name says"
    grep -q "${page##*/}" "$PROJECT/packaging/CMakeLists.txt" || fail "packaging/CMakeLists.txt does not install $page"
done
# The programs contain their own manual.
programs=$(cd "$PROJECT/packaging" && echo slapd-from-env slapd-pgsql-*)
same "set(programs $(tr ' ' '\n' <<<"$programs" | sort | xargs))" \
    "$(sed -n 's/^set(programs \(.*\))$/\1/p' "$PROJECT/packaging/CMakeLists.txt" | tr ' ' '\n' | sort | xargs | sed 's/.*/set(programs &)/')" "the installed programs"
for program in $programs; do
    expect 0 podchecker "$PROJECT/packaging/$program"
    pod2man --section=8 "$PROJECT/packaging/$program" >"$T/$program.8"
    same "" "$(groff -man -ww -Tutf8 -z "$T/$program.8" 2>&1)" "what groff reports for the manual of $program"
    same "" "$(sed '1,/^=head1 NAME/d' "$PROJECT/packaging/$program" | grep -nE '^[^ =].{100,}$' || true)" "lines that are too long in the manual of $program"
done

# "SECTION in slapd-pgsql-guide(7)": the other page has that section.
references=0
while IFS='|' read -r section page; do
    grep -qxE "\.S[HS] $section" "$PROJECT/doc/$page" || fail "a manual page refers to $section in $page, which is not there"
    references=$((references + 1))
done < <(sed 's/\\-/-/g' "$PROJECT"/doc/*.[57] |
    awk 'last == "in" && before ~ /^\.BR? / && match($0, /^\.BR slapd-pgsql-(guide|operations) \(7\)/) { sub(/^\.BR? /, "", before); gsub(/"/, "", before); n = split(before, names, / +and +/); for (i = 1; i <= n; i++) print names[i] "|" $2 ".7" } { before = last; last = $0 }'
    cat "$PROJECT"/packaging/slapd-* | sed -nE 's/.*L<(slapd-pgsql-(guide|operations))\(7\)\/([^>]+)>.*/\3|\1.7/p')
[ "$references" -ge 20 ] || fail "the manual's references are not read correctly: $references"

readme=$PROJECT/README.md
[ "$(wc -l <"$readme")" -le 120 ] || fail "README.md has more than 120 lines"

anchors() { # FILE: the anchors of its headings, as web pages show Markdown
    grep '^#' "$1" | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | tr -cd 'a-z0-9 \n_-' | tr ' ' '-'
}
for document in "$PROJECT"/*.md "$PROJECT"/doc/*.md "$PROJECT"/doc/{clients,maps}/*.md; do
    name=${document#"$PROJECT"/}
    # Paths, from the project's directory. What is below build/ comes and goes.
    while read -r path; do
        [ -e "$PROJECT/$path" ] || fail "$name names $path, which does not exist"
    done < <(grep -oE '(^|[^A-Za-z0-9_/.-])(\.ci|doc|packaging|schema|tests)/[A-Za-z0-9_/.-]*[A-Za-z0-9_/-]' "$document" | sed -E 's/^[^a-z.]//' | sort -u)
    # Links, from the document's directory.
    while IFS='#' read -r path anchor; do
        target=$document
        [ -z "$path" ] || target=$(dirname "$document")/$path
        [ -e "$target" ] || fail "$name links to $path, which does not exist"
        [ -z "$anchor" ] || anchors "$target" | grep -qxF -e "$anchor" || fail "$name links to #$anchor, which $target lacks"
    done < <(awk '/^```/ { code = !code } !code' "$document" | grep -oE '\]\([^):]+\)' | sed 's/^](//; s/)$//' | sort -u)
    # Lines that fit, except in tables and in code.
    same "" "$(awk '/^```/ { code = !code } !code && !/^\|/' "$document" | grep -nE '^.{101,}$' || true)" "lines that are too long in $name"
    # Commands: a test runs them. CONTRIBUTING.md has those of packaging/setup, which tests/run calls.
    grep -q '^```sh$' "$document" || continue
    [ "$name" = CONTRIBUTING.md ] || grep -qE "^ *run_document ($name|\"?\\\$(page|adding)\"?)( |\$)" $(grep -lF "$name" "$PROJECT"/tests/{clients,lib}/*.sh) || grep -qF "\$PROJECT/$name" "$PROJECT"/tests/slapd/documented*.sh || fail "no test runs the commands of $name"
done

# Every folder of the module has its line in doc/architecture.md, and no other has one.
folders=$(grep -oE '^\| `[a-z/]+/` \|' "$PROJECT/doc/architecture.md" | tr -d '|` ' | sed 's|/$||' | sort)
same "$(cd "$PROJECT/module" && find . -mindepth 1 -type d -printf '%P\n' | sort)" "$folders" "the folders of module/ in doc/architecture.md"
[ "$(wc -l <<<"$folders")" -ge 10 ] || fail "doc/architecture.md is not read correctly: $folders"

# The tests of the packaging state their promise in one short line, below #!.
for test in "$PROJECT"/tests/packaging/*.sh; do
    promise=$(sed -n 2p "$test")
    [[ $promise == '# '*. ]] && [ "$(wc -w <<<"${promise#\# }")" -le 15 ] || fail "$test: the second line is not a promise of at most 15 words: $promise"
done
