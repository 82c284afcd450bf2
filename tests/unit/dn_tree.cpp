// DNs and places of the directory turn into each other.
#include "mapping/dn_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::directory;

static const tree house({{"dc=Example,dc=com", "dc=example,dc=com", -1},
                         {"ou=People,dc=Example,dc=com", "ou=people,dc=example,dc=com", 0}});

TEST_CASE("a DN names a fixed entry, a row below one, or nothing")
{
    CHECK(house.locate("dc=example,dc=com").fixed == 0);
    CHECK(house.locate("ou=people,dc=example,dc=com").fixed == 1);
    const place ann = house.locate("uid=ann,ou=people,dc=example,dc=com");
    CHECK(ann.fixed == -1);
    CHECK(ann.parent == 1);
    CHECK(ann.attribute == "uid");
    CHECK(ann.value == "ann");
    CHECK(house.locate("uid=ann,ou=nowhere,dc=example,dc=com").parent == -1);
    CHECK(house.locate("dc=org").parent == -1);
    CHECK(house.locate("").parent == -1);
    CHECK(house.locate("uid=ann+cn=ann,dc=example,dc=com").parent == -1);
}

TEST_CASE("escaped values come out as they are stored")
{
    CHECK(house.locate("uid=a\\2Cb,dc=example,dc=com").value == "a,b");
    CHECK(house.locate("uid=a\\,b,dc=example,dc=com").value == "a,b");
    CHECK(house.locate("uid=a\\2Cb,dc=example,dc=com").parent == 0);
    CHECK(house.locate("uid=\\C3\\A4,dc=example,dc=com").value == "\xc3\xa4");
    CHECK(house.locate("uid=a\\2Bb,dc=example,dc=com").value == "a+b");
}

TEST_CASE("what is rendered is located again")
{
    for (const std::string& value :
         std::vector<std::string>{"ann", "a,b", "a+b", " lead", "trail ", "#hash", "q\"uote",
                                  "back\\slash", "a=b", "a;b<c>", "tab\t", "\xc3\xa4"}) {
        const place found = house.locate("uid=" + escape_value(value) + ",dc=example,dc=com");
        CHECK(found.parent == 0);
        CHECK(found.value == value);
    }
}

TEST_CASE("only printable ASCII without specials and superfluous blanks is plain")
{
    for (const char* value : {"ann", "Ann Archer", "a.b-c_d", "user%_*"})
        CHECK(plain_value(value));
    for (const char* value :
         {"", " a", "a ", "a  b", "#a", "a,b", "a\\b", "a\tb", "\xc3\xa4", "a+b", "a=b"})
        CHECK_FALSE(plain_value(value));
}

TEST_CASE("an entry lies below itself and what is above it")
{
    CHECK(house.below(1, 0));
    CHECK(house.below(1, 1));
    CHECK_FALSE(house.below(0, 1));
    CHECK(parent_of("uid=a\\,b,dc=x") == "dc=x");
    CHECK(rdn_of("uid=a\\,b,dc=x") == "uid=a\\,b");
}
