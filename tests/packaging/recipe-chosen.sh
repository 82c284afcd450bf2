#!/bin/bash
# Of all recipes, the wizard takes the one of the application whose tables it sees.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
need jq
for sample in "$TESTS"/recipes/*.sql; do
    name=${sample##*/} name=${name%.sql}
    application "$name" <"$sample"
    read -ra options < <(sed -n 's/^-- Options: //p' "$sample") || options=()
    if grep -q '^auto: no' "$PROJECT/packaging/recipes/$name.recipe"; then
        expect 2 wizard --dry-run "${options[@]}"
        options+=(--recipe "$name")
    fi
    expect 0 wizard --dry-run --json "${options[@]}"
    same "$name" "$(jq -r .recipe <<<"$OUT")" "the recipe for the tables of $name"
done
