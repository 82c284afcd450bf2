// The table of column types is complete and agrees with the statements made of it.
#include "mapping/column.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string_view>

using namespace pgsql::directory;

TEST_CASE("each type is found by its number in the catalog, and by no other")
{
    std::set<unsigned> numbers;
    for (int i = 0; i <= static_cast<int>(column_type::other); ++i) {
        const type_traits& traits = traits_of(static_cast<column_type>(i));
        CHECK(traits.type == static_cast<column_type>(i));
        if (traits.oid == 0)
            continue;
        CHECK(numbers.insert(traits.oid).second);
        CHECK(column_type_of(traits.oid) == traits.type);
    }
    CHECK(column_type_of(1043) == column_type::text); // varchar
    CHECK(column_type_of(0) == column_type::other);
    CHECK(column_type_of(869) == column_type::other); // inet
}

TEST_CASE("a statement names the column wherever the table has its place")
{
    for (int i = 0; i <= static_cast<int>(column_type::other); ++i) {
        const column c{.name = "a%b", .type = static_cast<column_type>(i), .type_oid = 25};
        CHECK(select_expression(c).find("e.\"a%b\"") != std::string::npos);
        CHECK(is_missing_sql(c).find("e.\"a%b\"") != std::string::npos);
        CHECK(is_missing_sql(c).find("IS NULL") != std::string::npos);
        CHECK((result_type_oid(c) == 25) == (select_expression(c) == "e.\"a%b\""));
    }
}
