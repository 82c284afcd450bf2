// The objects that a query uses are found in the parse trees of PostgreSQL 12 to 15 and later.
#include "advisor/query_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using pgsql::postgres::relation_use;
using pgsql::postgres::uses_in;

TEST_CASE("rights are read from range tables before PostgreSQL 16")
{
    const auto found = uses_in(
        R"(({QUERY :commandType 1 :rtable ({RTE :alias {ALIAS :aliasname u :colnames <>} :eref {ALIAS :aliasname u)"
        R"( :colnames ("uid" "a\ b\ \{RTE\ :relid\ 9\}")} :rtekind 0 :relid 16389 :relkind r :rellockmode 1)"
        R"( :tablesample <> :inh true :requiredPerms 2 :checkAsUser 0 :selectedCols (b 8 10) :insertedCols (b))"
        R"( :updatedCols (b) :extraUpdatedCols (b) :securityQuals <>}) :jointree {FROMEXPR :quals {OPEXPR :opno 98)"
        R"( :opfuncid 67 :args ({VAR :varno 1 :vartype 25 :location 9} {FUNCEXPR :funcid 870 :args ({CONST)"
        R"( :consttype 16500 :constvalue 4 [ 21 0 0 0 ]})})}}}))");
    REQUIRE(found.relations.size() == 1);
    CHECK(found.relations[0].relation == 16389);
    CHECK(found.relations[0].privileges == relation_use::selects);
    CHECK(found.relations[0].selected == std::set<int>{1, 3});
    CHECK(found.functions == std::set<unsigned>{870});
    CHECK(found.operators == std::set<unsigned>{98});
    CHECK(found.types == std::set<unsigned>{16500});
    CHECK(found.column_types == std::set<unsigned>{25});
}

TEST_CASE("rights are read from permission nodes since PostgreSQL 16")
{
    const auto found = uses_in(
        R"(({QUERY :commandType 2 :rtable ({RTE :alias <> :eref {ALIAS :aliasname t :colnames ("a")} :rtekind 0)"
        R"( :relid 16400 :inh true :relkind r :rellockmode 3 :perminfoindex 1 :tablesample <> :lateral false})
        :rteperminfos ({RTEPERMISSIONINFO :relid 16400 :inh true :requiredPerms 6 :checkAsUser 0)"
        R"( :selectedCols (b 8) :insertedCols (b) :updatedCols (b 9)} {RTEPERMISSIONINFO :relid 16401 :inh true)"
        R"( :requiredPerms 2 :checkAsUser 0 :selectedCols (b 7) :insertedCols (b) :updatedCols (b)})}))");
    REQUIRE(found.relations.size() == 2);
    CHECK(found.relations[0].privileges == (relation_use::selects | relation_use::updates));
    CHECK(found.relations[0].selected == std::set<int>{1});
    CHECK(found.relations[0].updated == std::set<int>{2});
    CHECK(found.relations[1].selected == std::set<int>{0}); // the whole row
}

TEST_CASE("values in trees are not mistaken for fields")
{
    const auto found = uses_in(
        R"({RTE :alias {ALIAS :aliasname :relid :colnames ("\}" ":requiredPerms")} :rtekind 0 :relid 7)"
        R"( :requiredPerms 2 :selectedCols (b 9)})");
    REQUIRE(found.relations.size() == 1);
    CHECK(found.relations[0].relation == 7);
    CHECK(uses_in("").relations.empty());
    CHECK(uses_in("} ) {RTE :relid 7 :requiredPerms 2").relations.empty());
}
