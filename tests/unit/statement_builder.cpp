// A change of an entry becomes the statements that store it, with every value as a parameter.
#include "write/change_set.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::directory;
using pgsql::postgres::change_statement;

namespace {

// A kind of users: uid, sn, mail (an array), createTimestamp, displayName (computed), memberUid
// (rows of another table).
struct example {
    example()
    {
        map.kinds.emplace_back();
        kind& k = map.kinds.front();
        k.name = "users";
        k.password_column = "pass";
        const auto attribute_of = [&](const char* name, const char* column) {
            map.attributes.push_back({.name = name});
            k.sources.push_back({.attribute = map.attributes.id_of(map.attributes.back()),
                                 .column = column,
                                 .defaults = {}});
        };
        attribute_of("uid", "login");
        attribute_of("sn", "sn");
        attribute_of("mail", "mails");
        attribute_of("createTimestamp", "since");
        attribute_of("displayName", "shown");
        map.attributes.push_back({.name = "memberUid"});
        k.columns = {{.name = "login", .type = column_type::text},
                     {.name = "sn", .type = column_type::text},
                     {.name = "mails", .type = column_type::array},
                     {.name = "since", .type = column_type::timestamptz},
                     {.name = "shown", .type = column_type::text},
                     {.name = "pass", .type = column_type::text}};
        k.writes.emplace();
        k.writes->table = "public.users";
        k.writes->derived = {write_operation::add, write_operation::modify, write_operation::rename,
                             write_operation::remove};
        k.writes->columns = {{"login", {"login"}},
                             {"sn", {"\"familyName\""}},
                             {"mails", {"mails"}},
                             {"since", {"since"}},
                             {"pass", {"pass"}}};
        k.writes->constants = {
            {"state", pgsql::postgres::parse_named_parameters("'here'")},
            {"\"number\"", pgsql::postgres::parse_named_parameters("length(:uid) + :old.sn::int")}};
        k.writes->values[id("memberUid")] = {
            pgsql::postgres::parse_named_parameters("INSERT :key :values"),
            pgsql::postgres::parse_named_parameters("DELETE :key :values")};
    }

    [[nodiscard]] attribute_id id(const char* name) const { return map.attribute_named(name); }
    kind& users() { return map.kinds.front(); }

    void set(const char* name, std::vector<std::string> before, std::vector<std::string> after)
    {
        change.attributes.push_back({id(name), std::move(before), std::move(after)});
    }
    // The statements, each as its text with the values after it.
    std::vector<std::string> made()
    {
        result = statements_of(map, users(), change);
        std::vector<std::string> out;
        for (const change_statement& one : result.list) {
            out.push_back(one.text);
            for (const std::string* value : one.values)
                out.back() += " | " + (value != nullptr ? *value : "NULL");
        }
        return out;
    }

    mapping map;
    change_set change;
    change_statements result;
};

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("a new row has the columns with a value, and the constants")
{
    example e;
    e.change.what = write_operation::add;
    e.change.key = e.change.new_key = "ann";
    e.set("uid", {}, {"ann"});
    e.set("sn", {}, {"Archer"});
    e.set("mail", {}, {"a@x", "b,\"c"});
    e.set("createTimestamp", {}, {"20260102030405Z"});
    e.set("memberUid", {}, {"m1", "m2"});
    CHECK(e.made() ==
          texts{"INSERT INTO public.users (login, \"familyName\", mails, since, state, "
                "\"number\") VALUES ($1, $2, $3, $4, ('here'), (length($5) + $6::int)) | ann | "
                "Archer | {\"a@x\",\"b,\\\"c\"} | 2026-01-02 03:04:05+00 | ann | NULL",

                "INSERT $1 $2 | ann | {\"m1\",\"m2\"}"});
    CHECK(e.result.list[1].rows == 2);
}

TEST_CASE("an update has the changed columns, and applies to the row as it was read")
{
    example e;
    e.change.key = e.change.new_key = "ann";
    e.change.row = {{"sn", "Archer"}, {"login", "ann"}, {"mails", std::nullopt}};
    e.set("uid", {"ann"}, {"ann"});
    e.set("sn", {"Archer"}, {"Smith"});
    e.set("mail", {"a"}, {});
    CHECK(e.made() == texts{"UPDATE public.users SET \"familyName\" = $1, mails = NULL WHERE "
                            "login = $2 AND \"familyName\" = $3 | Smith | ann | Archer"});
    CHECK(e.result.list[0].conditional);
    e.change.row["sn"] = std::nullopt; // a default was shown
    CHECK(e.made() == texts{"UPDATE public.users SET \"familyName\" = $1, mails = NULL WHERE "
                            "login = $2 AND \"familyName\" IS NULL | Smith | ann"});
}

TEST_CASE("a change of members is a difference")
{
    example e;
    e.change.key = e.change.new_key = "ann";
    e.set("memberUid", {"a", "b", "c"}, {"c", "d"});
    CHECK(e.made() == texts{"DELETE $1 $2 | ann | {\"a\",\"b\"}", "INSERT $1 $2 | ann | {\"d\"}"});
}

TEST_CASE("nothing to change needs no statement")
{
    example e;
    e.change.what = write_operation::rename;
    e.set("uid", {"ann"}, {"ann"});
    CHECK(e.made().empty());
}

TEST_CASE("a rename changes the key, and members are found by the new one")
{
    example e;
    e.change.what = write_operation::rename;
    e.change.key = "ann";
    e.change.new_key = "eve";
    e.set("uid", {"ann"}, {"eve"});
    e.set("memberUid", {}, {"x"});
    CHECK(e.made() == texts{"UPDATE public.users SET login = $1 WHERE login = $2 | eve | ann",
                            "INSERT $1 $2 | eve | {\"x\"}"});
}

TEST_CASE("what a column cannot hold is refused, and what is computed is left out")
{
    example e;
    e.change.key = "ann";
    e.set("displayName", {"a"}, {"b"});
    CHECK(e.made().empty());
    CHECK(e.result.computed == std::vector<attribute_id>{e.id("displayName")});
    e.set("sn", {"a"}, {"b", "c"});
    CHECK_THROWS_AS(e.made(), unstorable);
    for (const std::string& value : {std::string(""), std::string("a\0b", 3)}) {
        e.change.attributes.clear();
        e.set("sn", {"a"}, {value});
        CHECK_THROWS_AS(e.made(), unstorable);
        e.change.attributes.clear();
        e.set("memberUid", {}, {value});
        CHECK_THROWS_AS(e.made(), unstorable);
    }
    e.change.attributes.clear();
    e.set("createTimestamp", {}, {"20260102030405.5Z"}); // read without the fraction
    CHECK_THROWS_AS(e.made(), unstorable);
}

TEST_CASE("a configured statement gets the values before and after, and the whole row")
{
    example e;
    const std::string hash = "$6$stored";
    e.users().writes->statements[write_operation::modify] = pgsql::postgres::parse_named_parameters(
        "UPDATE u SET a=:sn, b=:mail, c=:createTimestamp, "
        "p=:userPassword WHERE k=:key AND a=:old.sn, :actor");
    e.change.key = "ann";
    e.change.actor = "cn=admin";
    e.change.old_password = &hash;
    e.change.row = {{"sn", "Archer"}, {"mails", "{x,y}"}, {"since", "20260102030405Z"}};
    e.set("sn", {"Archer"}, {"Smith"});
    CHECK(e.made() ==
          texts{"UPDATE u SET a=$1, b=$2, c=$3, p=$4 WHERE k=$5 AND a=$6, $7 | Smith | "
                "{x,y} | 2026-01-02 03:04:05+00 | $6$stored | ann | Archer | cn=admin"});
}

TEST_CASE("passwords go to their column, or to the statement that changes passwords")
{
    example e;
    const std::string hash = "$argon2id$new";
    const std::string old = "$6$old";
    e.change.key = e.change.new_key = "ann";
    e.change.password = &hash;
    e.change.old_password = &old;
    CHECK(e.made() ==
          texts{"UPDATE public.users SET pass = $1 WHERE login = $2 | $argon2id$new | ann"});
    e.users().password_change = "UPDATE p $1 $2 $3";
    CHECK(e.made() == texts{"UPDATE p $1 $2 $3 | $argon2id$new | ann | $6$old"});
    e.change.password = nullptr; // removed
    CHECK(e.made() == texts{"UPDATE p $1 $2 $3 | NULL | ann | $6$old"});
}
