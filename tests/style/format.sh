# The C++ looks as .clang-format says.
. "$(dirname "$0")/../lib.sh"
need clang-format

mapfile -t files < <(find "$PROJECT/module" "$PROJECT/tests" -name '*.[ch]pp' | sort)
[ ${#files[@]} -gt 0 ] || fail "no sources found"
clang-format --dry-run -Werror "${files[@]}" || fail "run: clang-format -i on the files above"
