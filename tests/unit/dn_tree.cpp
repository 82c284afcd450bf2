// DNs are located in the tree of containers, and RDN values are escaped and unescaped.
#include "mapping/dn_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::directory;

static const dn_tree
    house({{"dc=Example,dc=com", "dc=example,dc=com", {}},
           {"ou=People,dc=Example,dc=com", "ou=people,dc=example,dc=com", suffix_container}});

static constexpr container_id people{1};

TEST_CASE("a DN names a container, a row below one, or nothing")
{
    CHECK(house.locate("dc=example,dc=com").container == suffix_container);
    CHECK(house.locate("ou=people,dc=example,dc=com").container == people);
    const dn_location ann = house.locate("uid=ann,ou=people,dc=example,dc=com");
    CHECK_FALSE(ann.container);
    CHECK(ann.parent == people);
    CHECK(ann.attribute == "uid");
    CHECK(ann.value == "ann");
    CHECK_FALSE(house.locate("uid=ann,ou=nowhere,dc=example,dc=com").parent);
    CHECK_FALSE(house.locate("dc=org").parent);
    CHECK_FALSE(house.locate("").parent);
    CHECK_FALSE(house.locate("uid=ann+cn=ann,dc=example,dc=com").parent);
}

TEST_CASE("escaped values are unescaped to the stored value")
{
    CHECK(house.locate("uid=a\\2Cb,dc=example,dc=com").value == "a,b");
    CHECK(house.locate("uid=a\\,b,dc=example,dc=com").value == "a,b");
    CHECK(house.locate("uid=a\\2Cb,dc=example,dc=com").parent == suffix_container);
    CHECK(house.locate("uid=\\C3\\A4,dc=example,dc=com").value == "\xc3\xa4");
    CHECK(house.locate("uid=a\\2Bb,dc=example,dc=com").value == "a+b");
}

TEST_CASE("a DN with an escaped value is located again")
{
    for (const std::string& value :
         std::vector<std::string>{"ann", "a,b", "a+b", " lead", "trail ", "#hash", "q\"uote",
                                  "back\\slash", "a=b", "a;b<c>", "tab\t", "\xc3\xa4"}) {
        const dn_location found = house.locate("uid=" + escape_value(value) + ",dc=example,dc=com");
        CHECK(found.parent == suffix_container);
        CHECK(found.value == value);
    }
}

TEST_CASE("only printable ASCII without special characters and redundant spaces needs no escaping")
{
    for (const char* value : {"ann", "Ann Archer", "a.b-c_d", "user%_*"})
        CHECK(needs_no_escaping(value));
    for (const char* value :
         {"", " a", "a ", "a  b", "#a", "a,b", "a\\b", "a\tb", "\xc3\xa4", "a+b", "a=b"})
        CHECK_FALSE(needs_no_escaping(value));
}

TEST_CASE("an entry is below itself and its superiors")
{
    CHECK(house.is_below(people, suffix_container));
    CHECK(house.is_below(people, people));
    CHECK_FALSE(house.is_below(suffix_container, people));
    CHECK(parent_of("uid=a\\,b,dc=x") == "dc=x");
    CHECK(rdn_of("uid=a\\,b,dc=x") == "uid=a\\,b");
}
