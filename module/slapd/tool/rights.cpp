// rights.cpp: finds the rights that the role lacks for the configured statements.
#include "slapd/tool/rights.hpp"

#include <algorithm>
#include <optional>

namespace pgsql::slapd {
namespace {

// The statements that pgsql-write may make, with every column.
void add_derived(const directory::kind& kind, std::vector<postgres::checked_statement>& to)
{
    using enum directory::write_operation;
    if (!kind.writes || kind.writes->derived.empty())
        return;
    const directory::write_target& target = *kind.writes;
    const directory::table_column* const key = target.column_of(kind.row_key());
    struct insertion {
        std::string names;
        std::string values;

        void add(const std::string& column, const std::string& value)
        {
            names += (names.empty() ? "" : ", ") + column;
            values += (values.empty() ? "" : ", ") + value;
        }
    };
    insertion whole;
    insertion least; // leaves out the columns with defaults, which may use sequences
    std::string set;
    std::set<std::string> inserted;
    for (const auto& [shown, column] : target.columns) {
        if (column.generated)
            continue;
        inserted.insert(column.name);
        whole.add(column.name, "NULL");
        if (!column.defaulted)
            least.add(column.name, "NULL");
        set += (set.empty() ? "" : ", ") + column.name + " = NULL";
    }
    for (const auto& constant : target.constants)
        if (!inserted.contains(constant.column))
            for (insertion* one : {&whole, &least})
                one->add(constant.column, "(" + constant.expression.with_parameter("NULL") + ")");
    const std::string directive = "pgsql-write " + kind.name + " operations=";
    const std::string where = " WHERE " + (key != nullptr ? key->name : "NULL") + " = NULL";
    if (target.derived.contains(directory::write_operation::add))
        for (const insertion* one : {&whole, &least})
            to.push_back(
                {directive + "add",
                 "INSERT INTO " + target.table +
                     (one->names.empty() ? " DEFAULT VALUES"
                                         : " (" + one->names + ") VALUES (" + one->values + ")"),
                 true});
    if (target.derived.contains(modify) || target.derived.contains(rename))
        to.push_back({directive + (target.derived.contains(modify) ? "modify" : "rename"),
                      "UPDATE " + target.table + " SET " + set + where, true});
    if (target.derived.contains(remove))
        to.push_back({directive + "delete", "DELETE FROM " + target.table + where, true});
}

} // namespace

std::vector<postgres::checked_statement>
statements_of(const std::vector<directory::kind_setting>& kinds, const directory::mapping* resolved)
{
    std::vector<postgres::checked_statement> out;
    const auto add = [&](const std::string& name, const postgres::query_text& text,
                         bool writes = false) {
        out.push_back({name, text.with_parameter("NULL"), writes});
    };
    for (const auto& k : kinds) {
        add("pgsql-list " + k.name, *k.list);
        if (k.login_filter)
            add("pgsql-login-filter " + k.name,
                directory::restrict_query(*k.list, k.login_filter->text));
        for (const auto& l : k.lookups)
            add("pgsql-lookup " + k.name + " " + l.attribute, l.query);
        for (const auto& v : k.values)
            add("pgsql-values " + k.name + " " + v.attribute, v.query);
        if (k.roles)
            add("pgsql-roles " + k.name, k.roles->query);
        for (const auto& v : k.virtuals)
            add("pgsql-virtual " + k.name + " " + v.attribute, v.query,
                v.write && to_lower(v.query.text.substr(0, 6)) != "select");
        if (k.password_change)
            add("pgsql-password-change " + k.name, *k.password_change, true);
        if (!k.writes)
            continue;
        for (const auto& [what, statement] : k.writes->statements)
            add(directory::directive_of(what) + " " + k.name, statement, true);
        for (const auto& [attribute, statements] : k.writes->values) {
            if (!statements.add.text.empty())
                add("pgsql-add-values " + k.name + " " + attribute, statements.add, true);
            if (!statements.remove.text.empty())
                add("pgsql-delete-values " + k.name + " " + attribute, statements.remove, true);
        }
    }
    if (resolved != nullptr)
        for (const auto& k : resolved->kinds)
            add_derived(k, out);
    return out;
}

namespace {

constexpr const char* no_right = "42501";

// Planning a statement checks its rights and does not run it.
std::optional<postgres::error> refusal_of(const postgres::checked_statement& one,
                                          postgres::connection& session,
                                          const postgres::wait_options& options)
{
    try {
        const std::string text =
            one.writes ? one.text : "SELECT 1 FROM (" + one.text + "\n) AS e LIMIT 0";
        (void)session.run_once({"EXPLAIN " + text, {}}, options);
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        if (!e.caused_by_value()) // the error is caused only by the parameter NULL
            return e;
    }
    return std::nullopt;
}

// Empty if the rights cannot be determined: on a standby, or for a role without TEMPORARY.
std::optional<postgres::needed_rights>
needs_of(const std::vector<postgres::checked_statement>& statements, postgres::connection& session,
         const postgres::wait_options& options)
{
    if (!postgres::may_use_temporary(session, options))
        return std::nullopt;
    try {
        return postgres::needed_rights(session, statements, "", options);
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        return std::nullopt;
    }
}

} // namespace

refused_statements find_refused(const service& service, const directory::mapping* resolved,
                                postgres::connection& session, check_depth how,
                                const postgres::wait_options& options)
{
    refused_statements out;
    out.role = session.run_once({"SELECT pg_catalog.quote_ident(current_user)", {}}, options)
                   .value(0, 0)
                   .value_or("");
    const auto statements = statements_of(service.kinds(), resolved);
    std::map<std::string, postgres::error> refusals;
    for (const auto& one : statements)
        if (auto refusal = refusal_of(one, session, options))
            refusals.emplace(one.name, std::move(*refusal));
    if (refusals.empty() && how == check_depth::brief)
        return out;
    const auto needs = needs_of(statements, session, options);
    for (const auto& one : statements) {
        const auto refusal = refusals.find(one.name);
        postgres::refused_statement found{one.name, "", {}, one.writes};
        if (needs)
            for (const auto& grant : needs->grants(postgres::listed::missing, one.name))
                // EXPLAIN has checked schemas and tables. Functions may be missing in the plan, and
                // sequences advance only when the statement runs.
                if (refusal != refusals.end() || grant.right.starts_with("EXECUTE ") ||
                    grant.right.find(" ON SEQUENCE ") != std::string::npos)
                    found.grants.push_back(grant.right);
        if (refusal != refusals.end()) {
            found.reason = refusal->second.what();
            if (found.grants.empty())
                found.grants = postgres::likely_grants(session, one.text, refusal->second, options);
            // Other errors of a query were reported when its columns were described.
            if (found.grants.empty() && !one.writes && refusal->second.sqlstate() != no_right)
                continue;
        } else if (!found.grants.empty()) {
            found.reason = "a right is missing";
        } else {
            continue;
        }
        out.statements.push_back(std::move(found));
    }
    return out;
}

std::string refused_statements::remedy(const postgres::refused_statement& one) const
{
    std::string out;
    for (const auto& right : one.grants)
        out += (out.empty() ? "GRANT " : "; GRANT ") + right + " TO " + role;
    return out;
}

std::string refused_statements::remedy_of(const std::string& problem) const
{
    for (const auto& one : statements)
        if (problem.starts_with(one.name + ":"))
            return remedy(one);
    return {};
}

std::string refused_statements::remedy_in(const std::string& text) const
{
    for (const auto& one : statements)
        if (text.find(one.reason) != std::string::npos)
            return remedy(one);
    return {};
}

std::string refused_statements::with_remedy(const std::string& problem) const
{
    const std::string help = remedy_of(problem);
    return help.empty() ? problem : problem + "; " + help;
}

std::vector<postgres::refused_statement>
refused_statements::optional_statements(const directory::mapping& of) const
{
    std::vector<postgres::refused_statement> out;
    for (const auto& one : statements)
        if (std::none_of(of.kinds.begin(), of.kinds.end(),
                         [&](const auto& k) { return k.error.starts_with(one.name + ":"); }))
            out.push_back(one);
    return out;
}

std::string refused_statements::fault(const postgres::refused_statement& one)
{
    return (one.name.starts_with("pgsql-password-change ") ? "PostgreSQL refuses the UPDATE: "
            : one.writes                                   ? "PostgreSQL refuses the statement: "
                         : "PostgreSQL refuses to run the query: ") +
           one.reason;
}

std::string refused_statements::problem(const postgres::refused_statement& one) const
{
    return with_remedy(one.name + ": " + fault(one));
}

std::vector<std::string> refused_statements::problems(const directory::mapping& of) const
{
    std::vector<std::string> out;
    for (const auto& k : of.kinds)
        if (const std::string one = with_remedy(k.error);
            !one.empty() && std::find(out.begin(), out.end(), one) == out.end())
            out.push_back(one);
    for (const auto& one : optional_statements(of))
        out.push_back(problem(one));
    return out;
}

} // namespace pgsql::slapd
