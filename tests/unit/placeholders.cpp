// Placeholders of a query become $n; an invalid query is refused with the position of the error.
#include "sql/placeholders.hpp"

#include <catch2/catch_test_macros.hpp>

using pgsql::postgres::parse_placeholders;
using pgsql::postgres::query_error;

static std::string text(const char* sql) { return parse_placeholders(sql).text; }
static std::size_t position(const char* sql)
{
    try {
        (void)parse_placeholders(sql);
    } catch (const query_error& e) {
        return e.position;
    }
    return std::string::npos;
}

TEST_CASE("a question mark outside literals, identifiers and comments is a parameter")
{
    CHECK(text("SELECT 1 WHERE a = ?") == "SELECT 1 WHERE a = $1");
    CHECK(text("SELECT 1 WHERE a IN (?, ?)") == "SELECT 1 WHERE a IN ($1, $2)");
    CHECK(text("SELECT 1 WHERE a LIKE ? || '%'") == "SELECT 1 WHERE a LIKE $1 || '%'");
    CHECK(text("SELECT 1 WHERE a LIKE ?||'%'") == "SELECT 1 WHERE a LIKE $1||'%'");
    CHECK(text("SELECT '?', \"a?\", $$?$$, $t$ ? $t$ /* ? /* ? */ */ WHERE a=?") ==
          "SELECT '?', \"a?\", $$?$$, $t$ ? $t$ /* ? /* ? */ */ WHERE a=$1");
    CHECK(text("SELECT 'it''s ?' WHERE a = ?") == "SELECT 'it''s ?' WHERE a = $1");
    CHECK(text("SELECT E'\\'?' WHERE a = ?") == "SELECT E'\\'?' WHERE a = $1");
    CHECK(text("SELECT '\\' WHERE a = ?") ==
          "SELECT '\\' WHERE a = $1"); // standard_conforming_strings
    CHECK(parse_placeholders("SELECT 1 WHERE a = ? OR b = ?").parameters == 2);
    CHECK(parse_placeholders("SELECT 1").parameters == 0);
}

TEST_CASE("numbered parameters and PostgreSQL's operators are accepted")
{
    CHECK(text("SELECT 1 WHERE a = $1 OR b = $1") == "SELECT 1 WHERE a = $1 OR b = $1");
    CHECK(parse_placeholders("SELECT 1 WHERE a = $1 OR b = $1").parameters == 1);
    CHECK(text("SELECT 1 WHERE a$1 = 2") == "SELECT 1 WHERE a$1 = 2"); // part of a name
    CHECK(text("SELECT 1 WHERE j \\? 'k' AND a = ?") == "SELECT 1 WHERE j ? 'k' AND a = $1");
    CHECK(text("SELECT 1 WHERE j \\?| array['k']") == "SELECT 1 WHERE j ?| array['k']");
}

TEST_CASE("a query may end in a semicolon or a comment")
{
    CHECK(text("SELECT 1 ; ") == "SELECT 1");
    CHECK(text("SELECT 1\n; -- done ") == "SELECT 1\n -- done \n");
    CHECK(text("SELECT 1 -- all\n") == "SELECT 1 -- all\n"); // the comment ends with the line
    CHECK(position("SELECT 1 FROM t -- all WHERE a") == 16); // the only line
    CHECK(text("SELECT 1 -- all\nFROM t") == "SELECT 1 -- all\n\nFROM t");
}

TEST_CASE("ambiguous or unterminated text is refused with its position")
{
    CHECK(position("SELECT 1 WHERE j ? 'k'") == 17);
    CHECK(position("SELECT 1 WHERE f(x) ? 'k'") == 20);
    CHECK(position("SELECT 1 WHERE \"j\" ? 'k'") == 19);
    CHECK(position("SELECT 1 WHERE j ?| array['k']") == 17);
    CHECK(position("SELECT 1 WHERE a = ?& b") == 19);
    CHECK(position("SELECT 1 WHERE a = ?? ") == 19);
    CHECK(position("SELECT 'open") == 7);
    CHECK(position("SELECT \"open") == 7);
    CHECK(position("SELECT $$open") == 7);
    CHECK(position("SELECT /* open") == 7);
    CHECK(position("SELECT 1; SELECT 2") == 10);
    CHECK(position("SELECT 1 WHERE a = ? AND b = $1") == 19);
    CHECK(position("SELECT $0") == 7);
    CHECK(position("SELECT $70000") == 7);
    CHECK(position("") == 0);
    CHECK(position(" -- nothing") == 1);
}

TEST_CASE("a question mark next to a word is a separate parameter")
{
    CHECK(text("SELECT 1 WHERE a LIKE?") == "SELECT 1 WHERE a LIKE $1");
    CHECK(text("SELECT 1 WHERE a=?AND b=?OR c") == "SELECT 1 WHERE a=$1 AND b=$2 OR c");
    CHECK(text("SELECT 1 WHERE a=?1") == "SELECT 1 WHERE a=$1 1"); // which PostgreSQL refuses
    CHECK(parse_placeholders("SELECT 1 LIMIT?").with_parameter("$7") == "SELECT 1 LIMIT $7");
}

TEST_CASE("a NUL character is refused at any position")
{
    using namespace std::string_view_literals;
    for (const auto sql : {"SELECT \0"sv, "SELECT '\0'"sv, "SELECT\"\0\""sv, "SELECT $$\0$$"sv,
                           "SELECT/*\0*/"sv, "SELECT--\0\n"sv, "SELECT E'\0"sv})
        CHECK_THROWS_AS(parse_placeholders(sql), query_error);
}

TEST_CASE("in a query that becomes part of another, only the parameter is renamed")
{
    const auto q = parse_placeholders("SELECT '$1' WHERE a = $1 OR b$1 = 1 OR c = $1");
    CHECK(q.with_parameter("$12") == "SELECT '$1' WHERE a = $12 OR b$1 = 1 OR c = $12");
    CHECK(parse_placeholders("SELECT 1 WHERE a = ?").with_parameter("m.\"x\"") ==
          "SELECT 1 WHERE a = m.\"x\"");
}

TEST_CASE("named parameters become numbers, the same for the same name")
{
    using pgsql::postgres::parse_named_parameters;
    const auto one = parse_named_parameters(
        "UPDATE t SET a = :uid, b = :old.uid::text, c = ':x' || \":y\", d = :uid WHERE k=:key;");
    CHECK(one.text == "UPDATE t SET a = $1, b = $2::text, c = ':x' || \":y\", d = $1 WHERE k=$3");
    CHECK(one.names == std::vector<std::string>{"uid", "old.uid", "key"});
    CHECK(one.with_parameter("NULL") ==
          "UPDATE t SET a = NULL, b = NULL::text, c = ':x' || \":y\", d = NULL WHERE k=NULL");
    CHECK(parse_named_parameters("SELECT a ? 'b', x[1: 2], :a").text ==
          "SELECT a ? 'b', x[1: 2], $1");
    // An attribute may be called old, and nothing follows from a dot after another name.
    CHECK(parse_named_parameters("SELECT :old, :row.x").text == "SELECT $1, $2.x");
    CHECK(parse_named_parameters("SELECT/* :a */$$:b$$").names.empty());
    CHECK_THROWS_AS(parse_named_parameters("SELECT $1"), query_error);
    CHECK_THROWS_AS(parse_named_parameters("SELECT :a; SELECT 1"), query_error);
    CHECK_THROWS_AS(parse_named_parameters("SELECT ':a"), query_error);
    CHECK_THROWS_AS(parse_named_parameters(""), query_error);
}
