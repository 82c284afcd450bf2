// Rows that were added, changed or removed between two states are found by their digests.
#include "replication/row_digests.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::replication;

namespace {

row_digests of(std::initializer_list<row_digest> rows)
{
    row_digests out;
    for (const auto& one : rows)
        out.add(one);
    out.sort();
    return out;
}

} // namespace

TEST_CASE("rows that are gone or differ are found")
{
    const auto before = of({{3, 1}, {1, 1}, {2, 1}, {2, 5}});
    CHECK(before.lost_in(before).empty());
    CHECK(before.lost_in(of({})) == std::set<std::uint64_t>{1, 2, 3});
    CHECK(before.lost_in(of({{1, 1}, {2, 1}, {3, 2}})) == std::set<std::uint64_t>{2, 3});
    CHECK(of({}).lost_in(before).empty());
}

TEST_CASE("a row is known with its content only")
{
    const auto rows = of({{7, 1}, {5, 2}});
    CHECK(rows.contains({5, 2}));
    CHECK_FALSE(rows.contains({5, 1}));
    CHECK_FALSE(rows.contains({6, 2}));
}

TEST_CASE("name and key are told apart")
{
    CHECK(row_id("ab", "c") != row_id("a", "bc"));
    CHECK(row_id("a", "") != row_id("", "a"));
    CHECK(row_id("a", "b") == row_id("a", "b"));
}
