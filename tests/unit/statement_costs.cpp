// A statement's cost is low while it takes at most a few milliseconds on average.
#include "postgres/statement_costs.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace pgsql;
using namespace std::chrono_literals;

namespace {

auto hash(const std::string& text) { return postgres::statement_costs::hash_of(text); }

} // namespace

TEST_CASE("the cost of a statement is the average of recent ones with its text")
{
    postgres::statement_costs costs;
    CHECK_FALSE(costs.low(hash("SELECT 1")));
    costs.add(hash("SELECT 1"), 1ms);
    CHECK(costs.low(hash("SELECT 1")));
    CHECK_FALSE(costs.low(hash("SELECT 2")));
    costs.add(hash("SELECT 1"), 15ms); // once
    CHECK(costs.low(hash("SELECT 1")));
    for (int i = 0; i < 5; ++i)
        costs.add(hash("SELECT 1"), 15ms);
    CHECK_FALSE(costs.low(hash("SELECT 1")));
    for (int i = 0; i < 10; ++i)
        costs.add(hash("SELECT 1"), 1ms);
    CHECK(costs.low(hash("SELECT 1")));
}

TEST_CASE("the number of stored texts is limited")
{
    postgres::statement_costs costs;
    costs.add(hash("SELECT 0"), 1ms);
    for (int i = 1; i < 2000; ++i)
        costs.add(hash("SELECT " + std::to_string(i)), 1ms);
    CHECK_FALSE(costs.low(hash("SELECT 0")));
    CHECK(costs.low(hash("SELECT 1999")));
}
