// The cache of characters tells which texts the encoding of a database can hold.
#include "mapping/character_set.hpp"

#include <catch2/catch_test_macros.hpp>

using pgsql::directory::character_set;
using verdict = character_set::verdict;

TEST_CASE("ASCII is always held, and other characters once PostgreSQL has confirmed it")
{
    character_set set;
    CHECK(set.look_up("") == verdict::held);
    CHECK(set.look_up("plain ASCII") == verdict::held);
    CHECK(set.look_up("ü") == verdict::unknown);
    set.learn("ü", true);
    set.learn("😀", false);
    CHECK(set.look_up("Müller") == verdict::held);
    CHECK(set.look_up("Müller ж") == verdict::unknown);
    CHECK(set.look_up("ж 😀") == verdict::not_held);
}

TEST_CASE("only unknown characters are collected, each once")
{
    character_set set;
    set.learn("ü", true);
    std::set<std::string> unknown;
    set.collect_unknown("ü ж ж愛", unknown);
    CHECK(unknown == std::set<std::string>{"ж", "愛"});
}

TEST_CASE("a letter and its accent are one character")
{
    character_set set;
    std::set<std::string> unknown;
    set.collect_unknown("か\u309a\u309ae\u0301", unknown);
    CHECK(unknown == std::set<std::string>{"か\u309a", "\u309a", "e\u0301"});
}

TEST_CASE("UTF8 and SQL_ASCII are not limited encodings")
{
    CHECK_FALSE(character_set::limited("UTF8"));
    CHECK_FALSE(character_set::limited("SQL_ASCII"));
    CHECK_FALSE(character_set::limited("")); // not reported by a pooler
    CHECK(character_set::limited("LATIN1"));
}
