// assigned_roles.cpp: the roles of an entry, as the queries of its kind tell.
#include "slapd/roles/assigned_roles.hpp"

#include "slapd/entry/entry_stream.hpp"
#include "slapd/entry/rdn.hpp"
#include "slapd/entry/row_fetch.hpp"

#include "base/ascii.hpp"
#include "mapping/column.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::filter;

constexpr const char* two_columns =
    "the query does not return two columns, the role and the position";

// The query for the roles of rows that may have the name, which is the last column. The row is
// found first, so that neither a name that nobody has any more nor a namesake at another place has
// roles. Nothing if no row can have the name.
std::optional<postgres::statement> role_statement(const resolved_mapping& mapping,
                                                  const directory::kind& kind,
                                                  const directory::place& above,
                                                  const std::string& name)
{
    filter named = filter::equals(kind.rdn().attribute, name);
    if (kind.parent_kind)
        named = filter::combine(filter::node::conjunction, {named, filter::below(above)});
    const auto plan = directory::make_plan(mapping.map, kind, named, {});
    if (!plan)
        return std::nullopt;
    const std::string shown = "actor." + postgres::quote_identifier(kind.rdn().column);
    const std::string column =
        kind.roles->by_key ? "actor." + postgres::quote_identifier(kind.row_key()) : shown;
    postgres::statement out{"SELECT r.*, (" + shown + ")::text FROM (SELECT e.*" + plan->from_sql +
                                " WHERE " + (plan->where_sql.empty() ? "true" : plan->where_sql) +
                                ") AS actor CROSS JOIN LATERAL (" +
                                kind.roles->query.with_parameter(column) + "\n) AS r",
                            plan->values};
    return out;
}

// Not "no roles". The session has not failed, which the code tells.
postgres::error unavailable(std::string sqlstate)
{
    return {postgres::error::cause::lost, "the roles cannot be read", std::move(sqlstate)};
}

postgres::result run(Operation& op, service& service, const directory::kind& kind,
                     const postgres::statement& query)
{
    try {
        return while_waiting(op, service, [&](const postgres::wait_options& options) {
            if (auto* const transaction = write_transaction::find(op))
                return transaction->run(query, options);
            return service.pool_for(op).run(query, options);
        });
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::statement)
            throw;
        service.log(
            {log_event::roles_unreadable, fmt::format("pgsql-roles {}", kind.name), e.what()});
        throw unavailable(std::string(e.sqlstate()));
    }
}

// Nothing if the text is no DN.
std::optional<std::string> normalized(const std::string& dn)
{
    berval in = to_berval(dn);
    berval out{};
    if (dnNormalize(0, nullptr, nullptr, &in, &out, nullptr) != LDAP_SUCCESS)
        return std::nullopt;
    std::string text(to_string_view(out));
    ch_free(out.bv_val);
    return text;
}

// The container of a position; empty if there is none.
std::string top_of(const resolved_mapping& mapping, service& service, directory_tree& tree,
                   const std::string& position)
{
    if (position.empty())
        return service.suffix_ndn;
    if (position.find('=') != std::string::npos) {
        auto top = normalized(position);
        const berval suffix = to_berval(service.suffix_ndn);
        const berval whole = top ? to_berval(*top) : berval{};
        if (!top || dnIsSuffix(&whole, &suffix) == 0)
            top = normalized(position + "," + service.suffix_ndn);
        return top && tree.find(*top) ? *top : std::string();
    }
    std::string out;
    for (const directory::kind& kind : mapping.map.kinds)
        if (kind.has_children)
            if (const auto top = tree.at({{}, mapping.map.kinds.id_of(kind), position})) {
                if (!out.empty())
                    return {};
                out = tree.container(top).ndn;
            }
    return out;
}

} // namespace

assignment_rows read_roles(Operation& op, service& service, directory_tree& tree,
                           std::string_view ndn)
{
    assignment_rows out;
    const std::string named(ndn);
    const directory::dn_location location = tree.locate_row(named);
    if (!location.parent)
        return out;
    const auto mapping = current_mapping(op, service);
    const directory::place above = tree.place_of(location.parent);
    for (const directory::kind& kind : mapping->map.kinds) {
        if (!kind.roles || !kind.may_be_below(above) ||
            !same_ignoring_case(mapping->map.attributes[kind.rdn().attribute].name,
                                location.attribute))
            continue;
        if (!kind.error.empty())
            throw config_error(kind.error);
        const auto query = role_statement(*mapping, kind, above, location.value);
        if (!query)
            continue;
        const auto found = run(op, service, kind, *query);
        if (PQnfields(found.handle()) != 3) {
            service.log({log_event::roles_unreadable, fmt::format("pgsql-roles {}", kind.name),
                         two_columns});
            throw unavailable("42P10");
        }
        const attribute_type& type = mapping->types[kind.rdn().attribute];
        for (int row = 0; row < found.count(); ++row) {
            const auto rdn = make_rdn(type, found.value(row, 2).value_or(""));
            if (!rdn || rdn->normalized != directory::rdn_of(named))
                continue; // the condition admits rows in other spellings
            out.rows.push_back({std::string(found.value(row, 0).value_or("")),
                                std::string(found.value(row, 1).value_or(""))});
        }
        out.cacheable = out.cacheable && from_notifying_server(service, found);
    }
    return out;
}

std::string problem_of_roles(const directory::kind& kind, postgres::connection& session,
                             const postgres::wait_options& options)
{
    if (!kind.roles)
        return {};
    try {
        const auto found =
            session.run_once({"SELECT r.* FROM (VALUES (NULL::text)) AS actor(name) CROSS JOIN "
                              "LATERAL (" +
                                  kind.roles->query.with_parameter("NULL") + "\n) AS r LIMIT 0",
                              {}},
                             options);
        return PQnfields(found.handle()) == 2 ? "" : two_columns;
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        return e.caused_by_value() ? "" : "PostgreSQL refuses the query: " + std::string(e.what());
    }
}

std::vector<assignment> resolve_roles(Operation& op, service& service, directory_tree& tree,
                                      const std::vector<assignment_row>& rows, bool of_target)
{
    std::vector<assignment> out;
    if (rows.empty())
        return out;
    const auto mapping = current_mapping(op, service);
    const auto& rules = service.role_rules();
    std::map<std::string, std::string> tops; // by position
    std::size_t unusable = 0;
    std::string first;
    const char* why = nullptr;
    for (const assignment_row& row : rows) {
        const bool known = std::any_of(rules.begin(), rules.end(),
                                       [&](const auto& rule) { return rule.role == row.role; });
        auto top = tops.find(row.position);
        if (known && top == tops.end())
            top = tops.emplace(row.position, top_of(*mapping, service, tree, row.position)).first;
        if (known && !top->second.empty()) {
            out.push_back({row.role, top->second});
            continue;
        }
        if (known && of_target)
            out.push_back({row.role, service.suffix_ndn});
        if (of_target || unusable++ > 0)
            continue;
        first = postgres::one_line(
            fmt::format("{} at \"{}\"", row.role.substr(0, 60), row.position.substr(0, 60)));
        why = known ? "no entry that has others below it is there, or several have the key"
                    : "no pgsql-role has the role";
    }
    if (unusable > 0)
        service.log({log_event::role_unusable, first, why,
                     unusable > 1 ? fmt::format("{} more permit nothing", unusable - 1) : ""});
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace pgsql::slapd
