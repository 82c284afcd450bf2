// plan.cpp: the statements that fetch the rows of a plan.
#include "query/plan.hpp"

#include "query/column_condition.hpp"

#include <algorithm>
#include <array>

namespace pgsql::directory {

using postgres::quote_identifier;

namespace {

// The sum of what comes before a row; of the first one, NULL.
std::string sum_before(const std::string& bytes, const std::string& order)
{
    return ", sum(" + bytes + ") OVER (" + order +
           "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS back_pgsql_before";
}

// The rows of a query with such sums, up to the limit.
std::string within_page_bytes(const std::string& query)
{
    return "SELECT * FROM (" + query +
           ") AS p WHERE (p.back_pgsql_before >= " + std::to_string(page_bytes) + ") IS NOT TRUE";
}

// What separates a name from the second key in a position: no text of PostgreSQL has it.
constexpr char separator = '\0';

// The order of rows by their names, and by the second key of the kind.
class name_order {
public:
    explicit name_order(const kind& kind, bool names_repeat = true)
        : key_("e." + quote_identifier(kind.rdn().column))
    {
        if (const column* second = names_repeat ? kind.second_key() : nullptr)
            second_ = "(coalesce(" + printed(select_expression(*second), second->own_cast) +
                      ", '') COLLATE \"C\")";
        // Names that are equal to the column's own order, and not to the directory, need a second
        // one.
        const column* named = kind.find_column(kind.rdn().column);
        tied_ = named != nullptr && (named->type == column_type::citext || !named->deterministic);
        spelling_ = "(" + key_ + "::text COLLATE \"C\")";
    }

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    /// The name as deterministic text.
    [[nodiscard]] const std::string& spelling() const noexcept { return spelling_; }
    [[nodiscard]] std::string clause() const
    {
        return "ORDER BY " + key_ + (tied_ ? ", " + spelling_ : "") +
               (second_.empty() ? "" : ", " + second_) + ' ';
    }
    /// The second key as a column that follows the name; empty: there is none.
    [[nodiscard]] const std::string& second() const noexcept { return second_; }
    /// That the row's position compares with the value as `than` says: >, >= or <=.
    [[nodiscard]] std::string is(const std::string& than, const std::string& value,
                                 postgres::statement& values) const
    {
        const auto end = value.find(separator);
        const std::string name = value.substr(0, end);
        if (!tied_ && second_.empty())
            return key_ + ' ' + than + ' ' + values.bind(name);
        const std::string strictly = than.substr(0, 1);
        std::string rest;
        if (second_.empty()) {
            rest = spelling_ + ' ' + than + ' ' + values.bind(name);
        } else {
            const std::string second =
                values.bind(end == std::string::npos ? "" : value.substr(end + 1));
            rest = tied_ ? "(" + spelling_ + ", " + second_ + ") " + than + " (" +
                               values.bind(name) + "::text COLLATE \"C\", " + second + "::text)"
                         : second_ + ' ' + than + ' ' + second;
        }
        return key_ + ' ' + strictly + "= " + values.bind(name) + " AND (" + key_ + ' ' + strictly +
               ' ' + values.bind(name) + " OR " + rest + ")";
    }

private:
    std::string key_;
    std::string spelling_;
    std::string second_;
    bool tied_ = false;
};

// The second key as a further column, behind the name.
std::string and_second(const name_order& by)
{
    return by.second().empty() ? "" : ", " + by.second();
}

std::string limit(int skip, int count)
{
    return "LIMIT " + std::to_string(count) + " OFFSET " + std::to_string(skip);
}

void add_condition(std::string& to, const std::string& condition)
{
    to += (to.empty() ? "" : " AND ") + condition;
}

// The rows of a plan that the condition holds for; one more than a page, so that it is known
// whether another one follows.
void select_rows(postgres::statement& out, const plan& plan, const std::string& condition,
                 const std::string& order)
{
    out.text.reserve(plan.select_sql.size() + plan.from_sql.size() + condition.size() + 100);
    out.text = plan.select_sql + (plan.width_sql.empty() ? "" : sum_before(plan.width_sql, order)) +
               plan.from_sql;
    if (!condition.empty())
        out.text += " WHERE " + condition;
    out.text += ' ' + order + "LIMIT " + std::to_string(plan.rows + 1);
    if (!plan.width_sql.empty())
        out.text = within_page_bytes(out.text);
}

} // namespace

std::string position(std::string_view name, std::string_view second_key)
{
    return std::string(name).append(1, separator).append(second_key);
}

postgres::statement plan::page_statement(const std::optional<std::string>& last_key,
                                         bool ordered) const
{
    postgres::statement out;
    out.values = values;
    const name_order by(*entry_kind, second_key.has_value());
    std::string condition = where_sql;
    if (last_key)
        add_condition(condition, by.is(">", *last_key, out));
    select_rows(out, *this, condition, ordered ? by.clause() : "");
    return out;
}

postgres::statement plan::range(const std::string& first, const std::string& last) const
{
    postgres::statement out;
    out.values = values;
    const name_order by(*entry_kind, second_key.has_value());
    std::string condition = where_sql;
    add_condition(condition, by.is(">=", first, out));
    add_condition(condition, by.is("<=", last, out));
    select_rows(out, *this, condition, by.clause());
    return out;
}

postgres::statement plan::names(const std::optional<std::string>& after, int skip, int count) const
{
    postgres::statement out;
    out.values = values;
    const name_order by(*entry_kind, second_key.has_value());
    std::string condition = where_sql;
    add_condition(condition, by.key() + " IS NOT NULL");
    if (after)
        add_condition(condition, by.is(">", *after, out));
    // PostgreSQL computes no columns that nobody asks for.
    out.text = std::string("SELECT n.name") + (second_key ? ", n.second" : "") + " FROM (" +
               select_sql + from_sql + " WHERE " + condition + ' ' + by.clause() +
               limit(skip, count) + ") AS n(name" + (second_key ? ", second" : "") + ")";
    return out;
}

postgres::statement names_of(const kind& kind, const std::optional<std::string>& after, int skip,
                             int count)
{
    postgres::statement out;
    const name_order by(kind);
    std::string condition = by.key() + " IS NOT NULL";
    if (after)
        add_condition(condition, by.is(">", *after, out));
    const column* named = kind.find_column(kind.rdn().column);
    out.text = "SELECT " + (named != nullptr ? select_expression(*named) : by.key()) +
               and_second(by) + " FROM (" + kind.list.text + ") AS e WHERE " + condition + ' ' +
               by.clause() + limit(skip, count);
    return out;
}

postgres::statement plan::listed(const std::string& name, bool all) const
{
    postgres::statement out;
    std::string shown;
    const auto show = [&](const column& c) {
        shown += (shown.empty() ? "" : ", ") + select_expression(c);
    };
    if (all) {
        for (const column& c : entry_kind->columns)
            if (c.name != entry_kind->password_column)
                show(c);
    } else {
        for (const column* c : columns)
            show(*c);
    }
    const name_order by(*entry_kind, second_key.has_value());
    const auto end = name.find(separator);
    out.text = "SELECT " + shown + " FROM (" + entry_kind->list.text + ") AS e WHERE " + by.key() +
               " = " + out.bind(name.substr(0, end));
    if (!by.second().empty() && end != std::string::npos)
        out.text += " AND " + by.second() + " = " + out.bind(name.substr(end + 1));
    return out;
}

postgres::statement plan::same_before(const std::string& first,
                                      const std::vector<std::string>& names) const
{
    postgres::statement out;
    out.values = values;
    const name_order by(*entry_kind, second_key.has_value());
    const column* named = entry_kind->find_column(entry_kind->rdn().column);
    const bool plain = named != nullptr && named->type == column_type::text && named->deterministic;
    std::string condition = where_sql;
    add_condition(condition, case_insensitive_equals_any(plain ? by.key() : by.spelling(),
                                                         matching_rule::ignore_case, names, out)
                                 .text());
    // Rows that are equal to the order are told apart by their spelling.
    add_condition(condition, by.is("<", first, out));
    // With all the columns, since these have parameters as well.
    out.text = std::string("SELECT s.n") + (second_key ? ", s.second" : "") + " FROM (" +
               select_sql + from_sql + " WHERE " + condition + ") AS s(n" +
               (second_key ? ", second" : "") + ")";
    return out;
}

namespace {

// PostgreSQL's hash functions for records (since version 14) refuse types without one.
bool has_hash_function(unsigned type)
{
    // boolean, char, name, bigint, smallint, integer, text, oid, real, double precision, bpchar,
    // varchar, date, timestamp, timestamptz, numeric, uuid, jsonb
    constexpr std::array known = {16U,  18U,   19U,   20U,   21U,   23U,   25U,   26U,   700U,
                                  701U, 1042U, 1043U, 1082U, 1114U, 1184U, 1700U, 2950U, 3802U};
    return std::find(known.begin(), known.end(), type) != known.end();
}

} // namespace

postgres::statement plan::digests() const
{
    postgres::statement out;
    out.values = values;
    const int key = row_key.value_or(0);
    std::string names;
    for (int i = 0; i <= key; ++i)
        names += (i == 0 ? "c" : ", c") + std::to_string(i);
    // Equal values of a nondeterministic collation have the same hash.
    const bool plain = !types.empty() &&
                       std::all_of(types.begin(), types.end(), has_hash_function) &&
                       std::all_of(columns.begin(), columns.end(),
                                   [](const column* c) { return c->deterministic; });
    out.text = "SELECT s.c0::text, " +
               (key == 0 ? "NULL::text" : "s.c" + std::to_string(key) + "::text") +
               (plain ? ", pg_catalog.hash_record_extended(ROW(s.*), 0)"
                      : ", pg_catalog.hashtextextended(ROW(s.*)::text, 0)") +
               " FROM (" + select_sql + from_sql +
               (where_sql.empty() ? "" : " WHERE " + where_sql) + ") AS s(" + names + ")";
    return out;
}

postgres::statement digests_of(const values_query& query)
{
    // The values have no order, and the same one may occur twice. OFFSET keeps PostgreSQL from
    // computing each hash for both aggregates.
    return {"SELECT h.k, NULL::text, pg_catalog.bit_xor(h.h) # pg_catalog.sum((h.h >> 32)::int) "
            "FROM (SELECT v.k::text AS k, pg_catalog.hashtextextended(ROW(v.*)::text, 0) AS h "
            "FROM (" +
                query.all_sql + ") AS v(k, value) OFFSET 0) AS h GROUP BY h.k",
            {}};
}

postgres::statement values_of(const values_query& query, const std::vector<std::string>& names)
{
    postgres::statement out;
    if (names.size() == 1) {
        (void)out.bind(names.front());
        out.text = query.single_sql;
        return out;
    }
    (void)out.bind(array_literal(names));
    out.text = query.batch_sql;
    out.text += " LIMIT " + std::to_string(page_values + 1);
    if (query.wide)
        out.text = within_page_bytes(
            "SELECT w.*" + sum_before("coalesce(octet_length(w.v::text)::float8, 0)", "") +
            " FROM (" + out.text + ") AS w(k, v)");
    return out;
}

// The statements' text follows from the mapping and what is here: it is long, and this is kept for
// every answer.
std::string plan::identity() const
{
    std::string out;
    const auto number = [&](auto n) { out.append(std::to_string(n)).append(1, ' '); };
    const auto text = [&](const std::string& t) {
        number(t.size());
        out += t;
    };
    out.reserve(where_sql.size() + 4 * columns.size() + chosen.size() + 40);
    number(executed_lookup == nullptr ? -1 : executed_lookup - entry_kind->lookups.data());
    number(columns.size());
    for (const column* c : columns)
        number(c - entry_kind->columns.data());
    for (const bool one : chosen)
        out += one ? '1' : '0';
    number(values_queries.size());
    for (const values_query* v : values_queries)
        number(v - entry_kind->values.data());
    number(match_columns.size());
    for (const match_column& m : match_columns) {
        number(m.attribute.index());
        number(m.position.value_or(-1));
        text(m.value);
    }
    text(where_sql);
    for (const std::string& v : values)
        text(v);
    return out;
}

} // namespace pgsql::directory
