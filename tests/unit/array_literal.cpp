// An array literal is read as the texts that were written, whatever they contain.
#include "sql/array_literal.hpp"

#include <catch2/catch_test_macros.hpp>

using pgsql::postgres::array_elements;
using pgsql::postgres::array_literal;

TEST_CASE("an array literal is read as the texts that were written")
{
    const std::vector<std::vector<std::string>> samples = {
        {},
        {""},
        {"a", "b"},
        {"NULL", "null"},
        {"{", "}", ",", "\"", "\\", "\\\"", "a b", " "},
        {"[0:1]={a,b}", "\xf0\x9f\x98\x80", "line\nbreak", "tab\t"}};
    for (const auto& texts : samples)
        CHECK(array_elements(array_literal(texts)) == texts);
}

TEST_CASE("every text of up to three special characters is read as it was written")
{
    const std::string special = "\\\"{},a N";
    for (const char a : special)
        for (const char b : special)
            for (const char c : special) {
                const std::vector<std::string> texts = {{a}, {a, b}, {a, b, c}};
                CHECK(array_elements(array_literal(texts)) == texts);
            }
}

TEST_CASE("the forms that PostgreSQL writes are read")
{
    using texts = std::vector<std::string>;
    CHECK(array_elements("{a,NULL,\"NULL\"}") == texts{"a", "NULL"});
    CHECK(array_elements("[0:1]={a,b}") == texts{"a", "b"});
    CHECK(array_elements("{{a,b},{c,d}}") == texts{"a", "b", "c", "d"});
    CHECK(array_elements("") == texts{});
    CHECK(array_elements("no array") == texts{});
}
