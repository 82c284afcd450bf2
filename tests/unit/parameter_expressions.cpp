// The expressions of a query that depend only on its parameter are found.
#include "postgres/parameter_expressions.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::postgres;

namespace {

std::string found(const std::string& condition)
{
    std::string out;
    for (const auto& one :
         parameter_expressions(parse_placeholders("SELECT a FROM t WHERE " + condition)))
        out += (out.empty() ? "" : "; ") + one;
    return out;
}

} // namespace

TEST_CASE("casts, parentheses and calls around the parameter are included")
{
    CHECK(found("a = (?::text)::int") == "($1::text)::int");
    CHECK(found("a = ( ? :: pg_catalog.\"text\" )::numeric(10, 2)[]") ==
          "( $1 :: pg_catalog.\"text\" )::numeric(10, 2)[]");
    CHECK(found("a = ?::timestamp with time zone AND b") == "$1::timestamp with time zone");
    CHECK(found("a = number_of(?)") == "number_of($1)");
    CHECK(found("a = s.f(lower(?::text), 'x', 7)") == "s.f(lower($1::text), 'x', 7)");
    CHECK(found("a = CAST(? AS double precision)") == "CAST($1 AS double precision)");
    CHECK(found("a IN (?::int)") == "($1::int)");
    CHECK(found("a = $1::int OR b = f($1)") == "$1::int; f($1)");
}

TEST_CASE("other parts of the query are not included")
{
    CHECK(found("a = ?").empty());
    CHECK(found("a = ? AND b = 1").empty());
    CHECK(found("f(?, b) = 1").empty());
    CHECK(found("f(a, ?::int) = 1") == "$1::int");
    CHECK(found("a IN (?, 1)").empty());
    CHECK(found("a = (? || b)").empty());
    CHECK(found("a IN (SELECT (?::text)::int)") == "($1::text)::int");
    CHECK(found("(a = f(?, 'it''s'))").empty());
}
