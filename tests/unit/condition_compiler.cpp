// A filter becomes an SQL condition that admits every matching row, and says when it may admit
// more.
#include "query/condition_compiler.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::directory;
using pgsql::postgres::statement;
using type = filter::node;

namespace {

constexpr attribute_id uid{0}, uid_number{1}, cn{2}, mail{3}, member{4}, shell{5};

const mapping sample_mapping = {.attributes = {{"uid", matching_rule::ignore_case},
                                               {"uidNumber", matching_rule::integer},
                                               {"cn", matching_rule::ignore_case},
                                               {"mail", matching_rule::ignore_case},
                                               {"memberUid", matching_rule::exact_case},
                                               {"loginShell", matching_rule::exact_case}},
                                .kinds = {}};

kind users()
{
    kind k;
    k.all_classes = {"top", "person", "posixaccount"};
    k.columns = {{"username", column_type::text},
                 {"uid_number", column_type::int4},
                 {"full_name", column_type::text},
                 {"mail", column_type::text}};
    k.sources = {
        {.attribute = uid,
         .column = "username",
         .defaults = {},
         .compare = comparison::lower,
         .required = true},
        {.attribute = uid_number, .column = "uid_number", .defaults = {}, .required = true},
        {.attribute = cn, .column = "full_name", .defaults = {}},
        {.attribute = mail,
         .column = "mail",
         .defaults = {value_template::parse("{username}@example.com", "")},
         .compare = comparison::lower},
        {.attribute = shell, .column = "", .defaults = {value_template::parse("/bin/bash", "")}}};
    k.lookups.push_back(
        {member, pgsql::postgres::parse_placeholders("SELECT username FROM g WHERE m = ?")});
    return k;
}

struct compiled {
    condition is;
    std::vector<std::string> values;
};

compiled compile(const filter& filter)
{
    static const kind k = users();
    statement values;
    condition_compiler compiler(sample_mapping, k, values);
    condition c = compiler.compile(filter);
    return {c, values.values};
}

const kind users_kind = users();

filter has_class(const char* name)
{
    filter f;
    f.type = type::object_class;
    f.value = name;
    return f;
}
filter no(filter f) { return filter::combine(type::negation, {std::move(f)}); }
filter both(filter a, filter b)
{
    return filter::combine(type::conjunction, {std::move(a), std::move(b)});
}
filter either(filter a, filter b)
{
    return filter::combine(type::disjunction, {std::move(a), std::move(b)});
}
const auto ann = filter::equals(uid, "ann");

} // namespace

TEST_CASE("an equality on a column is a parameter")
{
    const auto c = compile(ann);
    CHECK(c.is.sql == "e.\"username\" = $1");
    CHECK(c.is.exact);
    CHECK(c.values == std::vector<std::string>{"ann"});
}

TEST_CASE("integers compare by value, and out of range match nothing")
{
    CHECK(compile(filter::equals(uid_number, "007")).values == std::vector<std::string>{"7"});
    CHECK(compile(filter::equals(uid_number, "-7")).values == std::vector<std::string>{"-7"});
    for (const char* large : {"99999999999999999999", "2147483648", "-2147483649"})
        CHECK(compile(filter::equals(uid_number, large)).is.type == condition::form::never);
    CHECK(compile(no(filter::equals(uid_number, "99999999999999999999"))).is.type ==
          condition::form::always);
    CHECK(compile(filter::equals(uid_number, "-2147483648")).is.type == condition::form::sql);
}

TEST_CASE("a mixed-case column is compared without case, and irregular values by slapd")
{
    const auto c = compile(filter::equals(cn, "ann archer"));
    CHECK(c.is.sql ==
          "(lower(e.\"full_name\" COLLATE \"C\") = $1 OR e.\"full_name\" ~ '^ |  | $|[^ -~]')");
    CHECK_FALSE(c.is.exact);
}

TEST_CASE(
    "the negation of what is exact includes rows without the attribute, of what is not, every row")
{
    CHECK(compile(no(ann)).is.sql == "(e.\"username\" = $1) IS NOT TRUE");
    const auto inexact = compile(no(filter::equals(cn, "x")));
    CHECK(inexact.is.type == condition::form::always);
    CHECK(inexact.values.empty());
    CHECK(compile(no(no(ann))).is.sql == "e.\"username\" = $1");
}

TEST_CASE("undefined is neither true nor false")
{
    const auto undefined = filter::constant_of(truth::undefined);
    CHECK(compile(undefined).is.type == condition::form::never);
    CHECK(compile(no(undefined)).is.type == condition::form::never);
    CHECK(compile(both(ann, undefined)).is.type == condition::form::never);
    CHECK(compile(both(ann, undefined)).values.empty());
    CHECK(compile(either(ann, undefined)).is.sql == "e.\"username\" = $1");
    CHECK(compile(no(either(ann, undefined))).is.type == condition::form::never);
    CHECK(compile(no(both(ann, undefined))).is.sql == "(e.\"username\" = $1) IS NOT TRUE");
}

TEST_CASE("object classes decide without the database")
{
    CHECK(compile(has_class("person")).is.type == condition::form::always);
    CHECK(compile(has_class("posixgroup")).is.type == condition::form::never);
    CHECK(compile(no(has_class("posixgroup"))).is.type == condition::form::always);
    CHECK(compile(both(ann, has_class("posixgroup"))).is.type == condition::form::never);
    CHECK(compile(both(ann, has_class("top"))).is.sql == "e.\"username\" = $1");
}

TEST_CASE("a default is compared by taking it apart")
{
    const auto c = compile(filter::equals(mail, "ann@example.com"));
    CHECK(
        c.is.sql ==
        "(e.\"mail\" = $1 OR ((e.\"mail\" IS NULL OR e.\"mail\" = '') AND (e.\"username\" = $2)))");
    CHECK(c.values == std::vector<std::string>{"ann@example.com", "ann"});
    CHECK(compile(filter::equals(mail, "ann@example.org")).is.sql == "e.\"mail\" = $1");
    CHECK(compile(filter::equals(shell, "/bin/bash")).is.type == condition::form::always);
    CHECK(compile(filter::equals(shell, "/bin/zsh")).is.type == condition::form::never);
}

TEST_CASE("an attribute that only a lookup knows is a semijoin")
{
    CHECK(
        compile(filter::equals(member, "ann")).is.sql ==
        "e.\"username\" IN (SELECT m.\"username\" FROM (SELECT username FROM g WHERE m = $1) AS m)");
}

TEST_CASE("many equalities of one column are one array, with every character kept")
{
    const auto c = compile(
        either(either(ann, filter::equals(uid, "b\"\\,{}")), filter::equals(uid_number, "1")));
    CHECK(c.is.sql == "(e.\"username\" = ANY($1) OR e.\"uid_number\" = $2)");
    CHECK(c.values.at(0) == "{\"ann\",\"b\\\"\\\\,{}\"}");
}

TEST_CASE(
    "equalities of any attribute become one array: with defaults, of lists, of names, negated")
{
    const auto several = [](attribute_id attribute, std::initializer_list<const char*> values,
                            type what = type::equality) {
        std::vector<filter> parts;
        for (const char* value : values) {
            parts.push_back(filter::equals(attribute, value));
            parts.back().type = what;
            if (what == type::entry_name)
                parts.back().above = {suffix_container};
        }
        return filter::combine(type::disjunction, std::move(parts));
    };
    const auto mails = compile(several(mail, {"a@x.org", "bob@example.com", "c@example.com"}));
    CHECK(mails.is.sql == "(e.\"mail\" = ANY($1) OR ((e.\"mail\" IS NULL OR e.\"mail\" = '') AND "
                          "(e.\"username\" = ANY($2))))");
    CHECK(mails.values.at(0) == "{\"a@x.org\",\"bob@example.com\",\"c@example.com\"}");
    CHECK(mails.values.at(1) == "{\"bob\",\"c\"}");
    CHECK_FALSE(mails.is.exact);
    CHECK(compile(several(mail, {"a@x.org", "b@y.org"})).is.sql == "e.\"mail\" = ANY($1)");
    CHECK(compile(no(several(uid, {"a", "b"}))).is.sql == "(e.\"username\" = ANY($1)) IS NOT TRUE");
    CHECK(compile(no(several(cn, {"a", "b"}))).is.type == condition::form::always);
    // No value stays behind from terms that are left out.
    const auto left = compile(
        no(filter::combine(type::disjunction, {filter::equals(cn, "a"), filter::equals(cn, "b"),
                                               filter::equals(uid, "u")})));
    CHECK(left.is.sql == "(e.\"username\" = $1) IS NOT TRUE");
    CHECK(left.values == std::vector<std::string>{"u"});
    CHECK(compile(several(uid, {"a", "\xff"})).is.sql == "e.\"username\" = $1");
    CHECK(compile(several(uid, {"\xfe", "\xff"})).is.type == condition::form::never);
    CHECK(compile(several(uid, {"a", "b"}, type::entry_name)).is.sql == "e.\"username\" = ANY($1)");
    CHECK(compile(several(cn, {"a", "b"}, type::entry_name)).is.type == condition::form::never);
    // A few members by the lookup, and nothing lists the others.
    CHECK(compile(several(member, {"a", "b"})).values.size() == 2);
    kind listing = users();
    listing.values = {{.attribute = member,
                       .batch_sql = {},
                       .source_sql = "SELECT username, m FROM l",
                       .value_column = "m",
                       .error = {}}};
    const auto of_members = [&](int count) {
        std::vector<filter> parts;
        for (int i = 0; i < count; ++i)
            parts.push_back(filter::equals(member, "m" + std::to_string(i)));
        compiled out;
        statement values;
        out.is = condition_compiler(sample_mapping, listing, values)
                     .compile(filter::combine(type::disjunction, std::move(parts)));
        out.values = values.values;
        return out;
    };
    CHECK(of_members(4).values.size() == 4);
    CHECK(of_members(10000).values.size() == 1);
    CHECK(of_members(5).is.sql ==
          "e.\"username\" IN (SELECT v.\"username\" FROM (SELECT username, m FROM l) AS v WHERE "
          "(v.\"m\"::text = ANY($1) OR v.\"m\"::text ~ '^ |  | $|[^ -~]'))");
}

TEST_CASE("presence of what every row has is true, of what none has false")
{
    CHECK(compile(filter::present(uid)).is.type == condition::form::always);
    CHECK(compile(no(filter::present(uid))).is.type == condition::form::never);
    CHECK(compile(filter::present(cn)).is.sql == "e.\"full_name\" IS NOT NULL");
    CHECK(compile(no(filter::present(cn))).is.type == condition::form::always);
}

TEST_CASE("substrings are a pattern in which only the stars are wild")
{
    const auto c = compile(filter::contains(uid, {"a_b", "c%", ""}));
    CHECK(c.is.sql == "e.\"username\" LIKE $1");
    CHECK(c.values == std::vector<std::string>{"a\\_b%c\\%%"});
    CHECK(c.is.exact);
    CHECK(compile(filter::contains(uid, {"", "x", "y", ""})).values ==
          std::vector<std::string>{"%x%y%"});
    CHECK(compile(filter::contains(uid, {"back\\", ""})).values ==
          std::vector<std::string>{"back\\\\%"});
    CHECK(compile(filter::contains(uid, {"two words", ""})).is.type == condition::form::always);
    CHECK(compile(filter::contains(uid, {"\xc3\xa4", ""})).is.type == condition::form::always);
    CHECK(compile(no(filter::contains(uid, {"a", ""}))).is.sql ==
          "(e.\"username\" LIKE $1) IS NOT TRUE");
    CHECK(compile(filter::contains(cn, {"a", ""})).is.sql ==
          "(lower(e.\"full_name\" COLLATE \"C\") LIKE $1 OR e.\"full_name\" ~ '^ |  | $|[^ -~]')");
    CHECK(compile(no(filter::contains(cn, {"a", ""}))).is.type == condition::form::always);
    CHECK(compile(filter::contains(mail, {"a", ""})).is.type ==
          condition::form::always); // it has a default
}

TEST_CASE("numbers are ordered, and beyond the column's range lie on one side of all")
{
    const auto at_least = [](const char* value) {
        return compile(filter::compares(type::at_least, uid_number, value));
    };
    const auto at_most = [](const char* value) {
        return compile(filter::compares(type::at_most, uid_number, value));
    };
    CHECK(at_least("010").is.sql == "e.\"uid_number\" >= $1");
    CHECK(at_least("010").values == std::vector<std::string>{"10"});
    CHECK(at_most("-5").is.sql == "e.\"uid_number\" <= $1");
    CHECK(at_least("99999999999999999999").is.type == condition::form::never);
    CHECK(at_most("99999999999999999999").is.sql == "e.\"uid_number\" IS NOT NULL");
    CHECK(at_least("-99999999999999999999").is.sql == "e.\"uid_number\" IS NOT NULL");
    CHECK(at_most("-2147483649").is.type == condition::form::never);
    CHECK(compile(filter::compares(type::at_least, uid, "a")).is.type == condition::form::always);
}

TEST_CASE("values that PostgreSQL cannot hold match nothing and are not sent")
{
    for (const std::string& bad :
         {std::string("a\0b", 3), std::string("\xff"), std::string("\xed\xa0\x80"),
          std::string("\xc0\x80"), std::string("\xf5\x80\x80\x80"), std::string("\xe4")}) {
        CHECK(compile(filter::equals(uid, bad)).is.type == condition::form::never);
        CHECK(compile(no(filter::equals(uid, bad))).is.type == condition::form::always);
    }
    CHECK(is_valid_utf8("j\xc3\xb6rg \xe2\x82\xac \xf0\x9f\x98\x80"));
}

TEST_CASE("deep filters end in a superset instead of a deep statement")
{
    filter f = ann;
    for (int i = 0; i < 1000; ++i)
        f = i % 2 != 0 ? both(f, filter::equals(uid_number, "1"))
                       : either(f, filter::equals(uid_number, "2"));
    const auto c = compile(f);
    CHECK(c.is.type != condition::form::never);
    CHECK(c.is.sql.size() < 10000);
}

TEST_CASE("a value that a lookup refuses belongs to no row")
{
    statement values;
    const filter asked = filter::equals(member, "ann");
    condition_compiler first(sample_mapping, users_kind, values);
    CHECK(first.compile(asked).type == condition::form::sql);
    REQUIRE(first.requested_values().size() == 1);
    const auto refused = first.requested_values();
    condition_compiler second(sample_mapping, users_kind, values, refused);
    CHECK(second.compile(asked).type == condition::form::never);
    CHECK(second.compile(no(asked)).type == condition::form::always);
    CHECK(second.compile(filter::equals(member, "bob")).type == condition::form::sql);
}

TEST_CASE("text outside the encoding is found by no lookup")
{
    mapping limited = sample_mapping;
    limited.characters = std::make_shared<character_set>();
    limited.characters->learn("😀", false);
    statement values;
    condition_compiler compiler(limited, users_kind, values);
    CHECK(compiler.compile(filter::equals(member, "😀")).type == condition::form::never);
    CHECK(compiler.compile(filter::equals(mail, "😀@example.com")).type == condition::form::never);
    CHECK(compiler.compile(filter::equals(uid, "ж")).type == condition::form::always);
    CHECK(values.values.empty());
}
