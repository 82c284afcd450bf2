// write_builder.cpp: finds the table and columns behind the entries of a kind that clients may
// write.
//
// PostgreSQL tells which column of which table a column of a query is (libpq, PQftable). Statements
// are made from these columns; those of expressions and of other tables cannot be written. A query
// that reads the table twice is refused, because the two cannot be told apart.
#include "slapd/serving/write_builder.hpp"

#include "advisor/explain.hpp"
#include "slapd/core/schema.hpp"
#include "sql/array_literal.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::write_operation;

class write_builder {
public:
    write_builder(const directory::write_setting& setting, const directory::kind& kind,
                  std::vector<mapping_warning>& warnings, postgres::connection& session,
                  const postgres::wait_options& options)
        : setting_(setting), kind_(kind), warnings_(warnings), session_(session), limits_(options)
    {}

    directory::write_target run(const std::map<std::string, directory::attribute_id>& attributes)
    {
        directory::write_target out;
        out.accepted_classes = closure(setting_.accepted_classes);
        out.magic_number = setting_.magic_number;
        out.strict_memberships = setting_.strict_memberships;
        for (const std::string& name : setting_.ignored_attributes)
            out.ignored_attributes.insert(to_lower(name));
        for (const auto& [what, statement] : setting_.statements)
            if (prepares(directory::directive_of(what) + ' ' + kind_.name, statement.text))
                out.statements.emplace(what, statement);
        for (const auto& [attribute, statements] : setting_.values) {
            directory::values_statements& kept = out.values[attributes.at(attribute)];
            if (prepares("pgsql-add-values " + kind_.name + ' ' + attribute, statements.add.text))
                kept.add = statements.add;
            if (prepares("pgsql-delete-values " + kind_.name + ' ' + attribute,
                         statements.remove.text))
                kept.remove = statements.remove;
            if (statements.add.text.empty() || statements.remove.text.empty())
                warn(fmt::format("pgsql-{}-values {} {}",
                                 statements.add.text.empty() ? "add" : "delete", kind_.name,
                                 attribute),
                     fmt::format("the directive is missing: clients cannot {} values",
                                 statements.add.text.empty() ? "add" : "delete"));
        }
        if (!setting_.derived.empty())
            derive(out);
        return out;
    }

private:
    void warn(const std::string& directive, const std::string& problem)
    {
        warnings_.push_back(
            {log_event::writes_unusable, fmt::format("{}: {}", directive, problem)});
    }

    bool prepares(const std::string& directive, const std::string& text)
    {
        if (text.empty())
            return false;
        try {
            (void)session_.describe(text, limits_);
            return true;
        } catch (const postgres::error& e) {
            postgres::rethrow_unless_statement(e);
            const bool mark = text.find('?') != std::string::npos && e.sqlstate() == "42601";
            warn(directive, fmt::format("PostgreSQL refuses the statement: {}{}", e.what(),
                                        mark ? "; parameters have names here, such as :uid" : ""));
            return false;
        }
    }

    // ---- statements made from the table

    void derive(directory::write_target& out)
    {
        const std::string directive = "pgsql-write " + kind_.name;
        const auto described = session_.describe(kind_.list.text, limits_);
        const auto key = std::find_if(described.begin(), described.end(),
                                      [&](const auto& c) { return c.name == kind_.row_key(); });
        if (key == described.end() || key->table == 0)
            return warn(directive,
                        fmt::format("the column \"{}\", which identifies the rows, is computed: "
                                    "write pgsql-add-entry, pgsql-modify-entry, "
                                    "pgsql-rename-entry and pgsql-delete-entry",
                                    kind_.row_key()));
        const auto found = columns_of(*key, described);
        if (found.count() == 0)
            return warn(directive, "the table was removed");
        const std::string schema(found.value(0, 0).value_or(""));
        const std::string table(found.value(0, 1).value_or(""));
        if (reads_twice(schema, table))
            return warn(directive, fmt::format("pgsql-list {} reads the table {} more than once: "
                                               "write pgsql-modify-entry and the others",
                                               kind_.name, table));
        out.table = postgres::quote_identifier(schema) + '.' + postgres::quote_identifier(table);
        out.derived = setting_.derived;
        for (const auto& [what, statement] : setting_.statements)
            out.derived.erase(what); // also if PostgreSQL refuses the configured one
        for (int row = 0; row < found.count(); ++row) {
            directory::table_column column{
                .name = postgres::quote_identifier(std::string(found.value(row, 2).value_or(""))),
                .generated = found.value(row, 3) == "t",
                .defaulted = found.value(row, 4) == "t",
                .required = found.value(row, 6) == "t"};
            const auto at = std::stoul(std::string(found.value(row, 5).value_or("1"))) - 1;
            // One column twice: each would overwrite the other.
            if (std::any_of(out.columns.begin(), out.columns.end(),
                            [&](const auto& known) { return known.second.name == column.name; }))
                column.generated = true;
            out.columns.emplace(described.at(at).name, std::move(column));
        }
        for (const auto& constant : setting_.constants)
            out.constants.push_back(
                {postgres::quote_identifier(constant.column), constant.expression});
        check_constants(out);
        if (out.derived.contains(write_operation::add))
            warn_of_required(directive, key->table, out);
    }

    // New rows need a value in every column that takes no NULL.
    void warn_of_required(const std::string& directive, Oid table,
                          const directory::write_target& target)
    {
        std::vector<std::string> known;
        for (const auto& [shown, column] : target.columns)
            known.push_back(column.name);
        for (const auto& constant : target.constants)
            known.push_back(constant.column);
        postgres::statement ask;
        ask.text =
            "SELECT pg_catalog.string_agg(a.attname::text, ', ' ORDER BY a.attnum) "
            "FROM pg_catalog.pg_attribute a WHERE a.attrelid = " +
            ask.bind(std::to_string(table)) +
            "::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull "
            "AND NOT a.atthasdef AND a.attidentity = '' "
            "AND pg_catalog.quote_ident(a.attname) <> ALL(" +
            ask.bind(postgres::array_literal(known)) +
            "::text[]) AND '\"' || pg_catalog.replace(a.attname, '\"', '\"\"') || '\"' <> ALL(" +
            ask.bind(postgres::array_literal(known)) + "::text[])";
        const auto found = session_.run_once(ask, limits_);
        if (const auto columns = found.value(0, 0))
            warn(directive,
                 fmt::format("clients cannot add entries while these columns of {} take no NULL "
                             "and get no value: {}; add pgsql-column-value {} <column> "
                             "<expression>",
                             target.table, *columns, kind_.name));
    }

    // The columns of the query that are columns of the table of `key`.
    postgres::result columns_of(const postgres::described_column& key,
                                const std::vector<postgres::described_column>& described)
    {
        std::vector<std::string> numbers;
        for (const auto& c : described)
            numbers.push_back(std::to_string(c.table == key.table ? c.table_column : 0));
        postgres::statement ask;
        ask.text =
            "SELECT n.nspname::text, c.relname::text, a.attname::text, "
            "a.attgenerated <> '' OR a.attidentity = 'a', a.atthasdef OR a.attidentity <> '', "
            "q.position, a.attnotnull "
            "FROM unnest(" +
            ask.bind(postgres::array_literal(numbers)) +
            "::int2[]) WITH ORDINALITY AS q(number, position) "
            "JOIN pg_catalog.pg_attribute a ON a.attnum = q.number AND a.attrelid = " +
            ask.bind(std::to_string(key.table)) +
            "::oid AND q.number > 0 JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
            "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY q.position";
        return session_.run_once(ask, limits_);
    }

    bool reads_twice(const std::string& schema, const std::string& table)
    {
        const auto plan = postgres::explain_statement({kind_.list.text, {}}, session_, limits_);
        return std::count_if(plan.scans.begin(), plan.scans.end(), [&](const auto& scan) {
                   return scan.schema == schema && scan.table == table;
               }) > 1;
    }

    void check_constants(directory::write_target& out)
    {
        if (!out.derived.contains(write_operation::add))
            return;
        for (const auto& constant : out.constants) {
            const std::string text =
                fmt::format("SELECT CASE WHEN false THEN e.{} ELSE ({}) END "
                            "FROM {} AS e",
                            constant.column, constant.expression.text, out.table);
            if (!prepares(fmt::format("pgsql-column-value {} {}", kind_.name, constant.column),
                          text))
                out.derived.erase(write_operation::add);
        }
    }

    const directory::write_setting& setting_;
    const directory::kind& kind_;
    std::vector<mapping_warning>& warnings_;
    postgres::connection& session_;
    const postgres::wait_options& limits_;
};

} // namespace

directory::write_target
build_write_target(const directory::write_setting& setting, const directory::kind& kind,
                   const std::map<std::string, directory::attribute_id>& attributes,
                   std::vector<mapping_warning>& warnings, postgres::connection& session,
                   const postgres::wait_options& options)
{
    return write_builder(setting, kind, warnings, session, options).run(attributes);
}

} // namespace pgsql::slapd
