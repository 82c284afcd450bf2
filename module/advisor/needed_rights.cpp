// needed_rights.cpp: finds the rights that a role needs to run statements.
#include "advisor/needed_rights.hpp"

#include "advisor/rights_queries.hpp"

#include <algorithm>
#include <charconv>

namespace pgsql::postgres {
namespace {

std::string text_at(const result& from, int row, int column)
{
    return std::string(from.value(row, column).value_or(""));
}

unsigned number_at(const result& from, int row, int column)
{
    return static_cast<unsigned>(std::strtoul(text_at(from, row, column).c_str(), nullptr, 10));
}

template <typename Numbers> std::string array_of(const Numbers& from)
{
    std::string out = "{";
    for (const unsigned one : from)
        out += (out.size() == 1 ? "" : ",") + std::to_string(one);
    return out + "}";
}

std::string joined(const std::vector<std::string>& parts)
{
    std::string out;
    for (const auto& one : parts)
        out += (out.empty() ? "" : ", ") + one;
    return out;
}

constexpr unsigned usage = 16;

struct privilege {
    unsigned bit;
    const char* name;
    std::set<int> relation_use::*columns; ///< null: for whole tables only
};
constexpr privilege all_privileges[] = {
    {relation_use::selects, "SELECT", &relation_use::selected},
    {relation_use::inserts, "INSERT", &relation_use::inserted},
    {relation_use::updates, "UPDATE", &relation_use::updated},
    {relation_use::deletes, "DELETE", nullptr},
};

void merge(relation_use& to, const relation_use& from)
{
    // A use without columns (count(*), for instance) needs a right on any column.
    to.privileges |= from.privileges;
    to.selected.insert(from.selected.begin(), from.selected.end());
    to.inserted.insert(from.inserted.begin(), from.inserted.end());
    to.updated.insert(from.updated.begin(), from.updated.end());
}

} // namespace

needed_rights::needed_rights(connection& session, const std::vector<checked_statement>& statements,
                             const std::string& role, const wait_options& options)
{
    for (const auto& one : statements)
        parse(session, one, role, options);
    ask_defaults(session, options);
    ask_relations(session, options);
    ask_columns(session, options);
    ask_functions(session, options);
    ask_schemas(session, options);
    ask_remarks(session, options);
}

void needed_rights::parse(connection& session, const checked_statement& one,
                          const std::string& role, const wait_options& options)
{
    std::vector<std::string> commands;
    if (one.writes)
        commands = {"CREATE TEMPORARY TABLE back_pgsql_rights ()",
                    "CREATE RULE back_pgsql_rights AS ON INSERT TO pg_temp.back_pgsql_rights DO "
                    "INSTEAD " +
                        one.text};
    else
        commands = {"CREATE TEMPORARY VIEW back_pgsql_rights AS SELECT 1 AS one FROM (" + one.text +
                    "\n) AS e"};
    result found;
    try {
        found =
            session.run_and_roll_back(commands, {trees, {one.writes ? "t" : "f", role}}, options);
    } catch (const error& e) {
        rethrow_unless_statement(e);
        refused_.push_back(
            {one.name, e.what(), likely_grants(session, one.text, e, options), one.writes});
        return;
    }
    uses& to = uses_.emplace_back();
    to.name = one.name;
    for (int row = 0; row < found.count(); ++row)
        if (found.value(row, 0) == "tree")
            add(to, uses_in(found.value(row, 3).value_or("")), found.value(row, 2) == "t",
                found.value(row, 1) == "t");
        else
            to.sequences.insert(number_at(found, row, 3));
}

void needed_rights::add(uses& to, const tree_uses& from, bool checked, bool named)
{
    if (checked)
        for (const auto& use : from.relations) {
            relation_use& known = to.relations[use.relation];
            known.relation = use.relation;
            merge(known, use);
        }
    to.functions.insert(from.functions.begin(), from.functions.end());
    to.operators.insert(from.operators.begin(), from.operators.end());
    if (!named)
        return;
    to.named.relations.insert(to.named.relations.end(), from.relations.begin(),
                              from.relations.end());
    const auto insert = [&](std::set<unsigned> tree_uses::*of) {
        (to.named.*of).insert((from.*of).begin(), (from.*of).end());
    };
    for (const auto of : {&tree_uses::functions, &tree_uses::operators, &tree_uses::types,
                          &tree_uses::column_types, &tree_uses::collations})
        insert(of);
}

std::set<unsigned> needed_rights::numbers(std::set<unsigned> uses::*of) const
{
    std::set<unsigned> out;
    for (const auto& one : uses_)
        out.insert((one.*of).begin(), (one.*of).end());
    return out;
}

std::set<unsigned> needed_rights::relation_numbers(unsigned privileges) const
{
    std::set<unsigned> out;
    for (const auto& one : uses_)
        for (const auto& [number, use] : one.relations)
            if ((use.privileges & privileges) != 0)
                out.insert(number);
    return out;
}

// Columns that an INSERT omits have defaults, which may use a sequence.
void needed_rights::ask_defaults(connection& session, const wait_options& options)
{
    const auto tables = relation_numbers(relation_use::inserts);
    if (tables.empty())
        return;
    const result found = session.run_once(
        {"SELECT a.adrelid, a.adnum, s.oid FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_depend "
         "d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = a.oid JOIN "
         "pg_catalog.pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' WHERE a.adrelid = "
         "ANY($1::oid[])",
         {array_of(tables)}},
        options);
    for (int row = 0; row < found.count(); ++row)
        for (uses& one : uses_)
            if (const auto at = one.relations.find(number_at(found, row, 0));
                at != one.relations.end() && (at->second.privileges & relation_use::inserts) != 0 &&
                !at->second.inserted.contains(static_cast<int>(number_at(found, row, 1))))
                one.sequences.insert(number_at(found, row, 2));
}

void needed_rights::ask_relations(connection& session, const wait_options& options)
{
    auto wanted = relation_numbers(~0U);
    wanted.merge(numbers(&uses::sequences));
    const result found = session.run_once({relations, {array_of(wanted)}}, options);
    for (int row = 0; row < found.count(); ++row)
        relations_[number_at(found, row, 0)] = {.name = text_at(found, row, 1),
                                                .schema = number_at(found, row, 2),
                                                .is_sequence = found.value(row, 3) == "t",
                                                .is_public = found.value(row, 4) == "t",
                                                .held = number_at(found, row, 5),
                                                .columns = {}};
}

void needed_rights::ask_columns(connection& session, const wait_options& options)
{
    const result found = session.run_once({columns, {array_of(relation_numbers(~0U))}}, options);
    for (int row = 0; row < found.count(); ++row)
        if (const auto at = relations_.find(number_at(found, row, 0)); at != relations_.end())
            at->second.columns[std::stoi(text_at(found, row, 1))] = {text_at(found, row, 2),
                                                                     number_at(found, row, 3)};
}

void needed_rights::ask_functions(connection& session, const wait_options& options)
{
    const result behind = session.run_once(
        {"SELECT oid, oprcode::oid FROM pg_catalog.pg_operator WHERE oid = ANY($1::oid[])",
         {array_of(numbers(&uses::operators))}},
        options);
    for (int row = 0; row < behind.count(); ++row)
        for (uses& one : uses_)
            if (one.operators.contains(number_at(behind, row, 0)))
                one.functions.insert(number_at(behind, row, 1));
    // With this search_path, argument types are written with their schemas.
    const result found =
        session.run_and_roll_back({"SET LOCAL search_path = pg_catalog"},
                                  {functions, {array_of(numbers(&uses::functions))}}, options);
    for (int row = 0; row < found.count(); ++row)
        functions_[number_at(found, row, 0)] = {.name = text_at(found, row, 1),
                                                .held = found.value(row, 3) == "t",
                                                .is_public = found.value(row, 2) == "t"};
}

void needed_rights::ask_schemas(connection& session, const wait_options& options)
{
    const result path =
        session.run_once({"SELECT pg_catalog.current_schemas(false)::text", {}}, options);
    std::map<unsigned, std::string> in_path; // by position
    for (uses& one : uses_) {
        std::set<unsigned> of_relations;
        for (const auto& use : one.named.relations)
            if (const auto at = relations_.find(use.relation); at != relations_.end())
                of_relations.insert(at->second.schema);
        for (const unsigned sequence : one.sequences)
            if (const auto at = relations_.find(sequence); at != relations_.end())
                of_relations.insert(at->second.schema);
        const result found = session.run_once(
            {schemas,
             {array_of(of_relations), array_of(one.named.functions), array_of(one.named.operators),
              array_of(one.named.types), array_of(one.named.column_types),
              array_of(one.named.collations), text_at(path, 0, 0)}},
            options);
        for (int row = 0; row < found.count(); ++row) {
            const unsigned number = number_at(found, row, 0);
            schemas_[number] = {.name = text_at(found, row, 1), .held = found.value(row, 2) == "t"};
            one.schemas.insert(number);
            if (found.value(row, 3))
                in_path[number_at(found, row, 3)] = schemas_[number].name;
        }
    }
    for (const auto& [position, name] : in_path)
        path_.push_back(name);
}

void needed_rights::ask_remarks(connection& session, const wait_options& options)
{
    constexpr unsigned writing =
        relation_use::inserts | relation_use::updates | relation_use::deletes;
    const result found = session.run_and_roll_back(
        {"SET LOCAL search_path = pg_catalog"},
        {remark_lines,
         {array_of(relation_numbers(~0U)), array_of(numbers(&uses::functions)),
          array_of(relation_numbers(writing))}},
        options);
    for (int row = 0; row < found.count(); ++row)
        remarks_.push_back(text_at(found, row, 0));
}

std::vector<grant> needed_rights::grants(listed which, const std::string& name) const
{
    const bool all = which == listed::every_column;
    std::vector<grant> out;
    const auto add = [&](const std::string& right, const auto& uses_it) {
        grant& one = out.emplace_back();
        one.right = right;
        for (const uses& of : uses_)
            if ((name.empty() || of.name == name) && uses_it(of))
                one.statements.push_back(of.name);
        if (one.statements.empty())
            out.pop_back();
    };
    for (const auto& [number, schema] : schemas_)
        if (all || !schema.held)
            add("USAGE ON SCHEMA " + schema.name,
                [&, number = number](const uses& of) { return of.schemas.contains(number); });
    std::vector<std::pair<std::string, unsigned>> by_name;
    for (const auto& [number, one] : relations_)
        by_name.emplace_back(one.name, number);
    std::sort(by_name.begin(), by_name.end());
    for (const auto& [relation_name, number] : by_name) {
        const relation& on = relations_.at(number);
        const std::string on_it = (on.is_sequence ? " ON SEQUENCE " : " ON ") + on.name;
        relation_use use;
        for (const uses& of : uses_)
            if (const auto at = of.relations.find(number);
                at != of.relations.end() && (name.empty() || of.name == name))
                merge(use, at->second);
        for (const privilege& one : all_privileges) {
            if ((use.privileges & one.bit) == 0 ||
                (on.is_public && one.bit == relation_use::selects))
                continue;
            const auto uses_it = [&, number = number](const uses& of) {
                const auto at = of.relations.find(number);
                return at != of.relations.end() && (at->second.privileges & one.bit) != 0;
            };
            if (!all && (on.held & one.bit) != 0)
                continue;
            const std::set<int> wanted =
                one.columns == nullptr ? std::set<int>() : use.*(one.columns);
            if (one.columns == nullptr || wanted.contains(0) || on.is_sequence) {
                add(one.name + on_it, uses_it);
                continue;
            }
            std::vector<std::string> names;
            bool any_held = false;
            std::string first;
            for (const auto& [position, at] : on.columns) {
                const bool held = (at.held & one.bit) != 0;
                any_held = any_held || held;
                if (first.empty() && position > 0)
                    first = at.name;
                if (wanted.contains(position) && (all || !held))
                    names.push_back(at.name);
            }
            if (wanted.empty() && (all || !any_held) && !first.empty())
                names.push_back(first); // a right on any column suffices
            if (!names.empty())
                add(std::string(one.name) + " (" + joined(names) + ")" + on_it, uses_it);
            else if (wanted.empty() && first.empty())
                add(one.name + on_it, uses_it);
        }
        if (on.is_sequence && (all || (on.held & usage) == 0))
            add("USAGE" + on_it, [&, number = number](const uses& of) {
                return of.sequences.contains(number) && !of.relations.contains(number);
            });
    }
    for (const auto& [number, function] : functions_)
        if (!function.is_public && (all || !function.held))
            add("EXECUTE ON FUNCTION " + function.name,
                [&, number = number](const uses& of) { return of.functions.contains(number); });
    return out;
}

std::vector<std::string> likely_grants(connection& session, const std::string& statement,
                                       const error& refusal, const wait_options& options)
{
    std::vector<std::string> out;
    const auto error = refusal.sqlstate();
    const bool is_missing =
        error == "42P01" || error == "42883" || error == "42704" || error == "3F000";
    if (error != "42501" && !is_missing)
        return out;
    const result found =
        session.run_once({likely, {refusal.what(), statement, is_missing ? "t" : "f"}}, options);
    for (int row = 0; row < found.count(); ++row)
        out.push_back(text_at(found, row, 0));
    return out;
}

bool may_use_temporary(connection& session, const wait_options& options)
{
    const result found = session.run_once(
        {"SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')",
         {}},
        options);
    return found.value(0, 0) == "t";
}

} // namespace pgsql::postgres
