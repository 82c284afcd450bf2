// Names become virtual entries only if pattern and deny list permit it, and numbers only if
// machines do not use them.
#include "mapping/name_policy.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace pgsql::directory;

namespace {

std::string refusal(const std::string& pattern, const std::string& name)
{
    name_policy policy;
    policy.set_pattern("users", name_pattern(pattern));
    policy.deny("eve1");
    policy.deny("db*");
    const char* const reason = policy.refusal("users", name);
    return reason != nullptr ? reason : "";
}

number_range range(std::int64_t first, std::int64_t last) { return {first, last}; }

bool parses_as(const std::string& text, const number_range& expected)
{
    const number_range parsed = parse_number_range(text);
    return parsed.first == expected.first && parsed.last == expected.last;
}

} // namespace

TEST_CASE("a pattern matches whole names")
{
    const name_pattern pattern("[a-z]+[0-9]");
    CHECK(pattern.matches("alice1"));
    CHECK_FALSE(pattern.matches("alice"));
    CHECK_FALSE(pattern.matches("alice12"));
    CHECK_FALSE(pattern.matches("1alice1"));
    CHECK_FALSE(pattern.matches("alice1\nx"));
    CHECK_FALSE(pattern.matches(""));
    const name_pattern alternatives("a|bc");
    CHECK(alternatives.matches("a"));
    CHECK(alternatives.matches("bc"));
    CHECK_FALSE(alternatives.matches("ac"));
    CHECK_FALSE(alternatives.matches("abc"));
}

TEST_CASE("a parenthesis without a partner does not end the pattern")
{
    const name_pattern pattern("a)|b");
    CHECK(pattern.matches("b"));
    CHECK_FALSE(pattern.matches("ax"));
    CHECK_FALSE(pattern.matches("xb)"));
}

TEST_CASE("an expression that does not compile by itself is refused")
{
    for (const char* const expression : {"[a-z", "(a", "a)(b", "a)|(b", "a\\", "a{2,1}"})
        CHECK_THROWS_AS(name_pattern(expression), std::invalid_argument);
    CHECK_NOTHROW(name_pattern("(a)(b)"));
}

TEST_CASE("names are refused by length, characters, pattern and deny list, in this order")
{
    CHECK(refusal("[a-z]+[0-9]", "alice1").empty());
    CHECK(refusal(".*", std::string(32, 'a')).empty());
    CHECK(refusal(".*", std::string(33, 'a')) == "length");
    CHECK(refusal(".*", "") == "length");
    CHECK(refusal(".*", "a b") == "characters");
    CHECK(refusal(".*", "a\x7f") == "characters");
    CHECK(refusal(".*", "\xc3\xa4") == "characters");
    CHECK(refusal(".*", std::string("a\0b", 3)) == "characters");
    CHECK(refusal("[a-z]+", "root1") == "pattern");
    CHECK(refusal("[a-z]+[0-9]", "eve1") == "deny list");
    CHECK(refusal("[a-z]+[0-9]", "eve2").empty());
    for (const char* const name :
         {"root", "www-data", "messagebus", "systemd-x", "_x", "host$", "4711", "db", "dbx7"})
        CHECK(refusal(".*", name) == "deny list");
    for (const char* const name : {"roots", "xsystemd-x", "a_x", "a$b", "4711a", "ddb"})
        CHECK(refusal(".*", name).empty());
}

TEST_CASE("a kind without a pattern has no virtual entries")
{
    name_policy policy;
    policy.set_pattern("users", name_pattern(".*"));
    CHECK(policy.has_pattern("users"));
    CHECK_FALSE(policy.has_pattern("groups"));
    CHECK(policy.refusal("groups", "alice1") == std::string("pattern"));
    CHECK(policy.numbers.contains(30000));
    CHECK(policy.numbers.contains(59999));
    CHECK_FALSE(policy.numbers.contains(29999));
    CHECK_FALSE(policy.numbers.contains(60000));
}

TEST_CASE("a range has no number that machines use themselves")
{
    CHECK(parses_as("1000-60000", range(1000, 60000)));
    CHECK(parses_as("65536-2147483647", range(65536, 2147483647)));
    CHECK(parses_as("30000-30000", range(30000, 30000)));
    for (const char* const text :
         {"999-2000", "0-2000", "30000-60001", "60001-60100", "65535-70000", "1000-70000",
          "2147483648-2147483650", "70000-2147483648", "70000-99999999999999999999"})
        CHECK_THROWS_AS(parse_number_range(text), std::invalid_argument);
    for (const char* const text : {"", "-", "30000", "30000-", "-30000", "30000-40000x",
                                   "30000 - 40000", "a-b", "40000-30000", "+30000-40000"})
        CHECK_THROWS_AS(parse_number_range(text), std::invalid_argument);
}
