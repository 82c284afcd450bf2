// column_catalog.cpp: asks PostgreSQL for the columns that a query returns.
#include "slapd/serving/column_catalog.hpp"

#include "mapping/mapping.hpp"
#include "postgres/connection.hpp"
#include "sql/array_literal.hpp"

#include <algorithm>

namespace pgsql::slapd {

using directory::column_type;
using directory::config_error;

namespace {

// Reads what type OIDs do not reveal: arrays, types of extensions, and collations.
void read_catalog(std::vector<directory::column>& columns,
                  const std::vector<postgres::described_column>& from,
                  postgres::connection& session, const postgres::wait_options& options)
{
    std::vector<std::string> tables;
    std::vector<std::string> numbers;
    std::vector<std::string> types;
    for (const auto& c : from) {
        tables.push_back(std::to_string(c.table));
        numbers.push_back(std::to_string(c.table_column));
        types.push_back(std::to_string(c.type));
    }
    postgres::statement ask;
    ask.text =
        "SELECT t.typoutput = 'pg_catalog.array_out'::pg_catalog.regproc, t.typname, "
        "coalesce(c.collisdeterministic, true), t.typlen < 0, "
        "CASE i.typtype WHEN 'd' THEN i.typbasetype ELSE i.oid END, "
        // Nothing is lost by the casts of name, \"char\" and character(n), or only spaces.
        "CASE WHEN t.typoutput = 'pg_catalog.array_out'::pg_catalog.regproc "
        "THEN t.typdelim <> ',' OR 1042 IN (i.oid, i.typbasetype) "
        "ELSE t.oid = 142 OR (t.oid NOT IN (18, 19, 1042) AND EXISTS (SELECT FROM pg_catalog.pg_cast "
        "WHERE castsource = t.oid AND casttarget = 25 AND castmethod = 'f')) END "
        ", t.typcollation <> 0 FROM unnest(" +
        ask.bind(postgres::array_literal(tables)) + "::oid[], " +
        ask.bind(postgres::array_literal(numbers)) + "::int2[], " +
        ask.bind(postgres::array_literal(types)) +
        "::oid[]) WITH ORDINALITY AS q(tab, number, type, position) "
        "LEFT JOIN pg_catalog.pg_type t ON t.oid = q.type "
        "LEFT JOIN pg_catalog.pg_type i ON i.oid = t.typelem "
        "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = q.tab AND a.attnum = q.number "
        "LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation ORDER BY q.position";
    const auto found = session.run(ask, options);
    for (int i = 0; i < found.count(); ++i) {
        directory::column& column = columns.at(static_cast<std::size_t>(i));
        column.own_cast = found.value(i, 5) == "t";
        if (found.value(i, 0) == "t" && column.type == column_type::other) {
            column.type = column_type::array;
            column.element = directory::column_type_of(static_cast<Oid>(
                std::strtoul(found.value(i, 4).value_or("0").data(), nullptr, 10)));
        }
        if (found.value(i, 1) == "citext")
            column.type = column_type::citext;
        column.deterministic = found.value(i, 2) != "f";
        column.collates = found.value(i, 6) == "t";
        column.whole_seconds =
            column.type == column_type::date ||
            (directory::is_time(column.type) && from.at(static_cast<std::size_t>(i)).modifier == 0);
        // numeric has its own limit, and varchar(n) and character(n) say theirs, in characters.
        constexpr int short_enough = 1024;
        const int modifier = from.at(static_cast<std::size_t>(i)).modifier;
        column.wide = found.value(i, 3) != "f" && column.type != column_type::numeric &&
                      (modifier < 0 || modifier > short_enough);
    }
}

// The collations by which a query's texts are compared, which a UNION or an expression may give
// them: the catalog has only those of tables.
void ask_collations(std::vector<directory::column>& columns, const std::string& directive,
                    const std::string& query, postgres::connection& session,
                    const postgres::wait_options& options)
{
    std::vector<directory::column*> texts;
    postgres::statement ask;
    for (directory::column& c : columns) {
        if (!c.collates)
            continue;
        texts.push_back(&c);
        ask.text += (texts.size() == 1 ? "SELECT " : ", ") +
                    std::string("(SELECT c.collisdeterministic FROM pg_catalog.pg_collation c "
                                "WHERE c.oid = pg_catalog.pg_collation_for(e.") +
                    postgres::quote_identifier(c.name) + ")::pg_catalog.regcollation)";
    }
    if (texts.empty())
        return;
    ask.text += " FROM (SELECT 1) AS one LEFT JOIN (SELECT * FROM (" + query +
                ") AS q LIMIT 0) AS e ON true"; // a row of NULLs
    postgres::result found;
    try {
        found = session.run_once(ask, options);
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::statement || e.sqlstate() != "42501")
            throw;
        return; // running the query reports the missing right
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        directory::column& c = *texts[i];
        const auto deterministic = found.value(0, static_cast<int>(i));
        if (!deterministic)
            throw config_error(directive +
                               ": PostgreSQL cannot tell the collation of the column \"" + c.name +
                               "\", which is made of columns with different ones; say which, " +
                               "for instance (…) COLLATE \"C\" AS \"" + c.name + "\"");
        c.deterministic = deterministic != "f";
    }
}

} // namespace

std::vector<directory::column> columns_of(postgres::connection& session,
                                          const std::string& directive, const std::string& query,
                                          const postgres::wait_options& options,
                                          std::vector<unsigned>* parameters)
{
    std::vector<directory::column> out;
    try {
        const auto described =
            session.describe("SELECT * FROM (" + query + ") AS e", options, parameters);
        for (const auto& c : described) {
            if (std::any_of(out.begin(), out.end(),
                            [&](const auto& o) { return o.name == c.name; }))
                throw config_error(directive + ": the query returns two columns named \"" + c.name +
                                   "\"; rename one with AS");
            out.push_back(
                {.name = c.name, .type = directory::column_type_of(c.type), .type_oid = c.type});
        }
        read_catalog(out, described, session, options);
        if (parameters == nullptr)
            ask_collations(out, directive, query, session, options);
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        throw config_error(directive + ": PostgreSQL refuses the query: " + e.what());
    }
    return out;
}

} // namespace pgsql::slapd
