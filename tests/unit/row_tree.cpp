// The tree of containers grows by rows: broken rows are left out, with everything below them.
#include "mapping/row_tree.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace pgsql::directory;

static constexpr kind_id units{0};
static constexpr kind_id sites{1};

static const dn_tree fixed({{"dc=Example", "dc=example", {}},
                            {"ou=Here,dc=Example", "ou=here,dc=example", suffix_container}});

static tree_row row(const char* key, const char* parent, const std::string& name)
{
    std::string low = name;
    std::transform(low.begin(), low.end(), low.begin(), ::tolower);
    return {.kind = units,
            .key = key,
            .above = *parent == '\0' ? place{suffix_container} : place{{}, units, parent},
            .rdn = "ou=" + name,
            .normalized_rdn = low.empty() ? "" : "ou=" + low};
}

TEST_CASE("rows are containers below each other, whatever their order")
{
    const auto grown =
        grow(fixed, {row("3", "2", "Deep"), row("2", "1", "Middle"), row("1", "", "Top")});
    CHECK(grown.broken.empty());
    const container_id deep = grown.tree.find("ou=deep,ou=middle,ou=top,dc=example");
    REQUIRE(deep);
    CHECK(grown.tree.entries()[deep].dn == "ou=Deep,ou=Middle,ou=Top,dc=Example");
    CHECK(grown.tree.place_of(deep) == place{{}, units, "3"});
    CHECK(grown.tree.at({{}, units, "3"}) == deep);
    CHECK_FALSE(grown.tree.at({{}, sites, "3"}));
    CHECK(grown.tree.find("ou=here,dc=example") == container_id(1)); // keeps its id
    const container_id middle = grown.tree.at({{}, units, "2"});
    CHECK(grown.tree.is_below(deep, middle));
    CHECK_FALSE(grown.tree.is_below(middle, deep));
    CHECK(grown.tree.keys_below(middle, units) == std::vector<std::string>{"2", "3"});
    CHECK(grown.tree.has_containers_below(middle));
    CHECK_FALSE(grown.tree.has_containers_below(deep));
}

TEST_CASE("a circle, an orphan, a second name, a second key and a row without a name are left out")
{
    const auto grown =
        grow(fixed, {row("1", "2", "a"), row("2", "1", "b"), row("3", "2", "below"),
                     row("4", "99", "orphan"), row("5", "", "Twice"), row("6", "", "twice"),
                     row("7", "6", "child"), row("8", "", ""), row("9", "", "Here"),
                     row("5", "", "zebra"), row("10", "10", "self")});
    CHECK(grown.tree.entries().size() == 3);
    CHECK(grown.tree.find("ou=twice,dc=example") == grown.tree.at({{}, units, "5"}));
    std::vector<std::string> keys;
    for (const auto& one : grown.broken)
        keys.push_back(one.key);
    std::sort(keys.begin(), keys.end());
    CHECK(keys == std::vector<std::string>{"1", "10", "2", "3", "4", "5", "6", "7", "8", "9"});
    for (const auto& one : grown.broken)
        if (one.key == "4")
            CHECK(one.reason == "no row has the key in its parent column");
}

TEST_CASE("the tree has a limited depth")
{
    std::vector<tree_row> rows;
    for (int i = 1; i <= deepest_row + 2; ++i)
        rows.push_back(row(std::to_string(i).c_str(), i == 1 ? "" : std::to_string(i - 1).c_str(),
                           "u" + std::to_string(i)));
    const auto grown = grow(fixed, std::move(rows));
    CHECK(grown.tree.entries().size() == 2 + deepest_row);
    CHECK(grown.broken.size() == 2);
}
