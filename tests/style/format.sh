# The C++ looks as .clang-format says.
. "$(dirname "$0")/../lib.sh"
need clang-format

mapfile -t files < <(find "$PROJECT/module" "$PROJECT/tests" -name '*.[ch]pp' | sort)
[ ${#files[@]} -gt 0 ] || fail "no sources found"
clang-format --dry-run -Werror "${files[@]}" || fail "run: clang-format -i on the files above"

# CMake takes a semicolon in a test's name for the end of it, and the test would never run.
names=$(cat "$PROJECT"/tests/unit/*.cpp | tr '\n' ' ' | grep -oE 'TEST_CASE\( *"[^"]*"')
lacks "$names" ";"
