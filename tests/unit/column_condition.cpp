// What a filter asserts of a column becomes SQL that suits the column's type, and says whether it
// is exact.
#include "query/column_condition.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::directory;

namespace {

struct compiled {
    condition is;
    std::vector<std::string> values;
};

template <typename Ask>
compiled on(column_type type, matching_rule rule, Ask ask, comparison compare = comparison::any,
            bool deterministic = true)
{
    const column c{.name = "c", .type = type, .deterministic = deterministic};
    const attribute_source from{
        .attribute = attribute_id(0), .column = "c", .defaults = {}, .compare = compare};
    pgsql::postgres::statement values;
    column_condition terms(c, from, rule, values);
    compiled out{ask(terms), {}};
    out.values = values.values;
    return out;
}

compiled equals(column_type type, matching_rule rule, const std::string& value,
                comparison compare = comparison::any, bool deterministic = true)
{
    return on(
        type, rule, [&](column_condition& t) { return t.equals(value); }, compare, deterministic);
}

const std::string uuid_bytes("\x6b\xa7\xb8\x10\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8",
                             16);
const std::string uuid_value = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

} // namespace

TEST_CASE("numbers are compared by value, and one outside the column's range matches nothing")
{
    CHECK(equals(column_type::int4, matching_rule::integer, "7").is.text() == "e.\"c\" = $1");
    CHECK(equals(column_type::int4, matching_rule::integer, "-007").values.at(0) == "-7");
    CHECK(equals(column_type::int2, matching_rule::integer, "32768").is.type ==
          condition::form::never);
    CHECK(equals(column_type::int2, matching_rule::integer, "-32768").is.type ==
          condition::form::sql);
    CHECK(equals(column_type::int8, matching_rule::integer, "9223372036854775808").is.type ==
          condition::form::never);
    const auto large =
        equals(column_type::numeric, matching_rule::integer, "123456789012345678901234567890");
    CHECK(large.values.at(0) == "123456789012345678901234567890");
    CHECK(large.is.exact);
}

TEST_CASE("a number shown as text equals only the text that PostgreSQL writes")
{
    CHECK(equals(column_type::int4, matching_rule::ignore_case, "7").is.exact);
    CHECK(equals(column_type::int4, matching_rule::ignore_case, "07").is.type ==
          condition::form::never);
    CHECK(equals(column_type::int4, matching_rule::ignore_case, "x").is.type ==
          condition::form::never);
}

TEST_CASE("uuids are compared by value")
{
    CHECK(equals(column_type::uuid, matching_rule::uuid, uuid_bytes).values.at(0) == uuid_value);
    CHECK(equals(column_type::uuid, matching_rule::uuid, uuid_bytes).is.exact);
    CHECK(equals(column_type::uuid, matching_rule::ignore_case, uuid_value).is.exact);
    CHECK(equals(column_type::uuid, matching_rule::ignore_case, "no").is.type ==
          condition::form::never);
    CHECK_FALSE(equals(column_type::text, matching_rule::uuid, uuid_bytes).is.exact);
    CHECK(lookup_parameter(uuid_bytes, matching_rule::uuid, column_type::uuid) == uuid_value);
}

TEST_CASE("several values are one array of the column's type, without those that it cannot hold")
{
    const auto any = [](column_type type, matching_rule rule,
                        const std::vector<std::string>& values,
                        comparison compare = comparison::any) {
        return on(
            type, rule,
            [&](column_condition& t) {
                CHECK(t.takes_several());
                return t.equals_any(values);
            },
            compare);
    };
    const auto uuids = any(column_type::uuid, matching_rule::uuid, {uuid_bytes, "short"});
    CHECK(uuids.is.text() == "e.\"c\" = ANY($1)");
    CHECK(uuids.values.at(0) == "{\"" + uuid_value + "\"}");
    CHECK(uuids.is.exact);
    CHECK(any(column_type::uuid, matching_rule::ignore_case, {"no", uuid_value}).values ==
          uuids.values);
    CHECK(any(column_type::int2, matching_rule::integer, {"007", "99999"}).values.at(0) ==
          "{\"7\"}");
    CHECK(any(column_type::int2, matching_rule::integer, {"99999"}).is.type ==
          condition::form::never);
    CHECK(any(column_type::citext, matching_rule::ignore_case, {"a", "b"}, comparison::lower)
              .is.text() == "e.\"c\" = ANY($1)");
    const auto folded = any(column_type::citext, matching_rule::ignore_case, {"a", "b"});
    CHECK(folded.is.text() == "(e.\"c\" = ANY($1) OR e.\"c\"::text ~ '^ |  | $|[^ -~]')");
    CHECK_FALSE(folded.is.exact);
    CHECK(any(column_type::text, matching_rule::exact_case, {"a", "b"}).is.text() ==
          "(e.\"c\" = ANY($1) OR e.\"c\" ~ '^ |  | $|[^ -~]')");
    CHECK_FALSE(on(column_type::bytea, matching_rule::other, [](column_condition& t) {
                    return t.takes_several() ? condition::never() : condition::always();
                }).is.type == condition::form::never);
}

TEST_CASE("a lookup is executed only for what its parameter can be")
{
    const auto asked = lookup_parameter;
    CHECK(asked("007", matching_rule::integer, column_type::int4) == "7");
    CHECK(asked("7", matching_rule::ignore_case, column_type::int4) == "7");
    CHECK(asked("007", matching_rule::ignore_case, column_type::int4) == std::nullopt);
    CHECK(asked("junk", matching_rule::ignore_case, column_type::int4) == std::nullopt);
    CHECK(asked("99999999999", matching_rule::integer, column_type::int4) == std::nullopt);
    CHECK(asked("junk", matching_rule::ignore_case, column_type::uuid) == std::nullopt);
    CHECK(asked(uuid_value, matching_rule::ignore_case, column_type::uuid) == uuid_value);
    CHECK(asked("007", matching_rule::integer, column_type::text) == "7");
    CHECK(asked("junk", matching_rule::exact_case, column_type::text) == "junk");
    CHECK(asked("\xff", matching_rule::exact_case, column_type::text) == std::nullopt);
}

TEST_CASE("times are those of whole seconds")
{
    const auto second = equals(column_type::timestamptz, matching_rule::time, "20240229120000Z");
    CHECK(second.values.at(0) == "2024-02-29 12:00:00");
    CHECK(second.is.exact);
    for (const char* none : {"20240229120000.5Z", "20240229115960Z"})
        CHECK(equals(column_type::timestamptz, matching_rule::time, none).is.type ==
              condition::form::never);
    for (const char* unknown : {"00000229120000Z", "20230229120000Z", "20241329120000Z", "x"}) {
        const auto c = equals(column_type::timestamptz, matching_rule::time, unknown);
        CHECK(c.is.type == condition::form::always);
        CHECK_FALSE(c.is.exact);
    }
    const auto since = on(column_type::date, matching_rule::time,
                          [](column_condition& t) { return t.ordering(true, "20240229120000Z"); });
    CHECK(since.is.exact);
    CHECK(since.is.text().starts_with("(e.\"c\" >= $1"));
}

TEST_CASE("text that PostgreSQL's = might not find is admitted by its looks")
{
    CHECK_FALSE(equals(column_type::text, matching_rule::ignore_case, "ann").is.exact);
    CHECK(
        equals(column_type::text, matching_rule::ignore_case, "ann", comparison::lower).is.text() ==
        "e.\"c\" = $1");
    CHECK_FALSE(
        equals(column_type::text, matching_rule::ignore_case, "ann", comparison::lower, false)
            .is.exact); // a collation to which more is equal
    CHECK(equals(column_type::citext, matching_rule::ignore_case, "ann")
              .is.text()
              .starts_with("(e.\"c\" = $1 OR e.\"c\"::text ~ "));
    CHECK_FALSE(
        equals(column_type::citext, matching_rule::exact_case, "ann", comparison::exact).is.exact);
    CHECK(
        equals(column_type::other, matching_rule::exact_case, "ann", comparison::exact).is.text() ==
        "e.\"c\"::text = $1");
}

TEST_CASE("LIKE and ~ never meet a nondeterministic collation")
{
    const auto c = on(
        column_type::text, matching_rule::exact_case,
        [](column_condition& t) {
            return t.contains({"a%", "b_", ""});
        },
        comparison::exact, false);
    CHECK(c.is.text() == "(e.\"c\" COLLATE \"C\") LIKE $1");
    CHECK(c.values.at(0) == "a\\%%b\\_%");
    CHECK_FALSE(c.is.exact); // the value that fits may be none of the attribute's, and be left out
}

TEST_CASE("what PostgreSQL cannot hold equals nothing")
{
    for (const auto type : {column_type::text, column_type::citext, column_type::array})
        CHECK(equals(type, matching_rule::ignore_case, std::string("a\0b", 3)).is.type ==
              condition::form::never);
}

TEST_CASE("a value outside of ASCII is among the values that slapd has to compare")
{
    const std::string irregular = "~ '^ |  | $|[^ -~]'";
    CHECK(equals(column_type::text, matching_rule::ignore_case, "ü").is.sql ==
          "(e.\"c\" " + irregular + ")");
    CHECK(equals(column_type::citext, matching_rule::ignore_case, "ü").is.sql ==
          "(e.\"c\"::text " + irregular + ")");
    const auto several = on(column_type::text, matching_rule::exact_case, [](column_condition& t) {
        return t.equals_any({"a", "ü", "b"});
    });
    CHECK(several.values.at(0) == "{\"a\",\"b\"}");
    CHECK(on(column_type::citext, matching_rule::exact_case, [](column_condition& t) {
              return t.equals_any({"ü", "ж"});
          }).values.empty());
}

TEST_CASE("a value that the database's encoding lacks equals nothing that is stored")
{
    character_set known;
    known.learn("ü", true);
    known.learn("😀", false);
    const auto stored = [&](column_type type, const std::vector<std::string>& alternatives) {
        const column c{.name = "c", .type = type};
        const attribute_source from{.attribute = attribute_id(0),
                                    .column = "c",
                                    .defaults = {},
                                    .compare = comparison::exact};
        pgsql::postgres::statement values;
        column_condition terms(c, from, matching_rule::exact_case, values, &known);
        return alternatives.size() == 1 ? terms.equals(alternatives.front())
                                        : terms.equals_any(alternatives);
    };
    for (const auto type :
         {column_type::text, column_type::citext, column_type::other, column_type::array}) {
        CHECK(stored(type, {"ü"}).type == condition::form::sql);
        CHECK(stored(type, {"ü😀"}).type == condition::form::never);
        CHECK(stored(type, {"ü"}).exact ==
              (type != column_type::citext)); // whose = ignores more than slapd does
        const condition unknown = stored(type, {"ж"});
        CHECK(unknown.type == condition::form::always);
        CHECK_FALSE(unknown.exact);
    }
    CHECK(stored(column_type::text, {"ü", "😀"}).type == condition::form::sql);
    CHECK(stored(column_type::text, {"😀", "a😀"}).type == condition::form::never);
    CHECK_FALSE(stored(column_type::text, {"ü", "ж"}).exact);
}

TEST_CASE("a column is read and compared as PostgreSQL prints it")
{
    const column c{.name = "c", .type = column_type::other, .own_cast = true};
    const attribute_source from{
        .attribute = attribute_id(0), .column = "c", .defaults = {}, .compare = comparison::exact};
    pgsql::postgres::statement values;
    CHECK(select_expression(c) == "e.\"c\"");
    CHECK(column_condition(c, from, matching_rule::exact_case, values).equals("10.0.0.1").sql ==
          "concat(e.\"c\") = $1");
}

TEST_CASE("a column whose type does not fit the matching rule is left to test_filter")
{
    CHECK_FALSE(equals(column_type::bytea, matching_rule::ignore_case, "a").is.exact);
    CHECK_FALSE(equals(column_type::text, matching_rule::integer, "7").is.exact);
    CHECK_FALSE(equals(column_type::text, matching_rule::time, "20240229120000Z").is.exact);
    CHECK_FALSE(equals(column_type::text, matching_rule::other, "a").is.exact);
}

TEST_CASE("an equality falls apart into conditions with an index each")
{
    const auto of = [](column_type type, matching_rule rule, comparison compare,
                       bool deterministic = true) {
        const column c{.name = "c", .type = type, .deterministic = deterministic};
        const attribute_source from{
            .attribute = attribute_id(0), .column = "c", .defaults = {}, .compare = compare};
        pgsql::postgres::statement values;
        column_condition terms(c, from, rule, values);
        const std::string value = rule == matching_rule::uuid ? uuid_bytes : "7";
        std::string whole;
        std::string indexes;
        const auto parts = terms.branches(value);
        for (const branch& b : parts) {
            CHECK(b.column == "e.\"c\"");
            whole += (whole.empty() ? "" : " OR ") + b.condition.text;
            indexes += b.index + "; ";
        }
        // Together they are what the search asks for.
        CHECK(values.values.empty());
        CHECK(terms.equals(value).text() == (parts.size() > 1 ? "(" + whole + ")" : whole));
        return indexes;
    };
    using enum column_type;
    const auto any = comparison::any;
    CHECK(of(text, matching_rule::ignore_case, comparison::lower) == "(e.\"c\"); ");
    CHECK(of(text, matching_rule::ignore_case, any) ==
          "(lower(e.\"c\" COLLATE \"C\")); ((true)) WHERE e.\"c\" ~ '^ |  | $|[^ -~]'; ");
    CHECK(of(text, matching_rule::exact_case, any) ==
          "(e.\"c\"); ((true)) WHERE e.\"c\" ~ '^ |  | $|[^ -~]'; ");
    CHECK(
        of(text, matching_rule::exact_case, any, false) ==
        "((e.\"c\" COLLATE \"C\")); ((true)) WHERE (e.\"c\" COLLATE \"C\") ~ '^ |  | $|[^ -~]'; ");
    CHECK(of(citext, matching_rule::ignore_case, any) ==
          "(e.\"c\"); ((true)) WHERE e.\"c\"::text ~ '^ |  | $|[^ -~]'; ");
    CHECK(of(int4, matching_rule::integer, any) == "(e.\"c\"); ");
    CHECK(of(int4, matching_rule::ignore_case, any) == "(e.\"c\"); ");
    CHECK(of(uuid, matching_rule::uuid, any) == "(e.\"c\"); ");
    CHECK(of(text, matching_rule::uuid, any) == "(lower(e.\"c\")); ");
    CHECK(of(array, matching_rule::ignore_case, comparison::lower) == "; "); // none is known
}

TEST_CASE("a column that is read in a form of its own does not arrive in its own type")
{
    for (int type = 0; type <= static_cast<int>(column_type::other); ++type) {
        const column c{.name = "c", .type = static_cast<column_type>(type), .type_oid = 25};
        CHECK((result_type_oid(c) == 25) == (select_expression(c) == R"(e."c")"));
    }
}
