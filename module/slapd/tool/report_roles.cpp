// report_roles.cpp: reports assignments of roles that permit nothing, and what a client may do.
#include "slapd/tool/report_context.hpp"

#include "slapd/roles/entry_rights.hpp"
#include "slapd/tool/report.hpp"
#include "slapd/write/entry_row.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pgsql::slapd {
namespace {

using directory::role_action;
using directory::role_rule;
using nlohmann::json;
using level = report_context::level;

/// An operation of a client that no connection has sent, as slapacl(8) makes it.
class asked_operation {
public:
    asked_operation(BackendDB& be, const std::string& dn)
    {
        connection_fake_init2(&connection_, &buffer_, ldap_pvt_thread_pool_context(), 0);
        op_ = &buffer_.ob_op;
        op_->o_bd = &be;
        berval in = to_berval(dn);
        if (dnPrettyNormal(nullptr, &in, &op_->o_dn, &op_->o_ndn, nullptr) != LDAP_SUCCESS)
            throw std::runtime_error("\"" + dn + "\" is not a DN");
    }
    asked_operation(const asked_operation&) = delete;
    asked_operation& operator=(const asked_operation&) = delete;
    ~asked_operation()
    {
        ch_free(op_->o_dn.bv_val);
        ch_free(op_->o_ndn.bv_val);
    }
    [[nodiscard]] Operation& get() noexcept { return *op_; }

private:
    Connection connection_{};
    OperationBuffer buffer_{};
    Operation* op_ = nullptr;
};

struct known_action {
    const char* name;
    role_action action;
    ber_tag_t tag;
};
constexpr std::array<known_action, 8> actions = {
    {{"search", role_action::search, LDAP_REQ_SEARCH},
     {"read", role_action::read, LDAP_REQ_SEARCH},
     {"add", role_action::add, LDAP_REQ_ADD},
     {"modify", role_action::modify, LDAP_REQ_MODIFY},
     {"rename", role_action::rename, LDAP_REQ_MODRDN},
     {"move", role_action::move, LDAP_REQ_MODRDN},
     {"delete", role_action::remove, LDAP_REQ_DELETE},
     {"password", role_action::password, LDAP_REQ_MODIFY}}};

std::string joined(const std::set<std::string>& names)
{
    std::string out;
    for (const std::string& one : names)
        out += (out.empty() ? "" : ",") + one;
    return out;
}

std::string attributes_of(const role_rule& rule)
{
    std::string out = rule.all_attributes ? "*" : joined(rule.attributes);
    if (!rule.except.empty())
        out += " except " + joined(rule.except);
    return out;
}

json described(const role_rule& rule, const std::string& place)
{
    std::string names;
    for (const known_action& one : actions)
        if (rule.permits(one.action))
            names += (names.empty() ? "" : ",") + std::string(one.name);
    std::string limits = rule.names.empty() ? "" : "names of " + rule.names;
    if (rule.targets != role_rule::target::usual)
        limits += (limits.empty() ? "" : "; ") + std::string(rule.targets == role_rule::target::any
                                                                 ? "any target"
                                                                 : "unprivileged targets");
    return {{"kind", rule.kind == "*" ? "all" : rule.kind},
            {"place", rule.self ? "own entry" : place},
            {"actions", names},
            {"attributes", attributes_of(rule)},
            {"role", rule.role},
            {"limits", limits}};
}

// What slapd's access rules decide, and why.
class decision {
public:
    decision(report_context& report, Operation& op, const known_action& action,
             const std::string& target, const std::string& attribute)
        : report_(report), op_(op), rights_(op, report.database), action_(action),
          attribute_(attribute)
    {
        berval in = to_berval(target);
        if (dnPrettyNormal(nullptr, &in, &op.o_req_dn, &op.o_req_ndn, nullptr) != LDAP_SUCCESS)
            throw std::runtime_error("\"" + target + "\" is not a DN");
        op.o_tag = action.tag;
    }
    decision(const decision&) = delete;
    decision& operator=(const decision&) = delete;
    ~decision()
    {
        ch_free(op_.o_req_dn.bv_val);
        ch_free(op_.o_req_ndn.bv_val);
    }

    json run()
    {
        const bool adds = action_.action == role_action::add;
        entry_ptr named;
        std::optional<entry_row> row;
        Entry* e = find(op_.o_req_ndn, row);
        if (e == nullptr && !adds)
            return answer(false, "no entry has this name");
        if (e == nullptr) {
            named.reset(entry_alloc());
            ber_dupbv(&named->e_name, &op_.o_req_dn);
            ber_dupbv(&named->e_nname, &op_.o_req_ndn);
            e = named.get();
        }
        if (adds)
            op_.ora_e = e;
        if (row)
            rights_.note_kind(to_string_view(op_.o_req_ndn), *row->kind);
        if (action_.action == role_action::move)
            op_.orr_newSup = op_.orr_nnewSup = &superior_;
        if (!adds && !allowed(*e, slap_schema.si_ad_entry, ACL_DISCLOSE))
            return answer(false, "the entry is hidden from the client, as if it did not exist");
        if (!may_change_children())
            return answer(false, missing(*e));
        const auto* const ad = wanted();
        const bool ok = allowed(*e, const_cast<AttributeDescription*>(ad), access_of(ad));
        return answer(ok, ok ? permitting(*e) : missing(*e));
    }

private:
    Entry* find(const berval& ndn, std::optional<entry_row>& row)
    {
        if (const auto container = report_.database.dn_tree().find(to_string_view(ndn)))
            return &report_.database.container(container);
        row = find_row(op_, report_.database, *report_.mapping, ndn);
        return row ? row->entry.get() : nullptr;
    }

    [[nodiscard]] bool allowed(Entry& e, AttributeDescription* ad, slap_access_t access)
    {
        const bool out = access_allowed(&op_, &e, ad, nullptr, access, nullptr) != 0;
        if (const auto* const limits = operation_limits::find(op_))
            limits->rethrow_failure();
        return out;
    }

    // The access to the children of the entry above that the action needs.
    bool may_change_children()
    {
        slap_access_t access = ACL_WRITE;
        switch (action_.action) {
        case role_action::add:
            access = ACL_WADD;
            break;
        case role_action::remove:
        case role_action::move:
            access = ACL_WDEL;
            break;
        case role_action::rename:
            break;
        default:
            return true;
        }
        const std::string above(directory::parent_of(to_string_view(op_.o_req_ndn)));
        std::optional<entry_row> row;
        Entry* const parent = above.empty() ? nullptr : find(to_berval(above), row);
        return parent != nullptr && allowed(*parent, slap_schema.si_ad_children, access);
    }

    const AttributeDescription* wanted() const
    {
        if (action_.action == role_action::password)
            return slap_schema.si_ad_userPassword;
        if (attribute_.empty())
            return slap_schema.si_ad_entry;
        std::string error;
        const auto* const out = find_attribute(attribute_, error);
        if (out == nullptr)
            throw std::runtime_error("slapd's schema has no attribute \"" + attribute_ + "\"");
        return out;
    }

    slap_access_t access_of(const AttributeDescription* ad) const
    {
        switch (action_.action) {
        case role_action::search:
            return ACL_SEARCH;
        case role_action::read:
            return ACL_READ;
        case role_action::add:
            return ACL_WADD;
        case role_action::remove:
            return ACL_WDEL;
        case role_action::modify:
            return ad == slap_schema.si_ad_entry ? ACL_READ : ACL_WRITE;
        default:
            return ACL_WRITE;
        }
    }

    std::string missing(Entry& e)
    {
        if (op_.o_tag == LDAP_REQ_SEARCH)
            return "no access rule and no role permits it";
        return rights_.what_is_missing(e, action_.action == role_action::password ? "userPassword"
                                                                                  : attribute_);
    }

    // The roles that permit it, which other access rules may do as well.
    std::string permitting(Entry& e)
    {
        const auto* const kind = rights_.kind_of(e);
        actor_roles roles(op_, report_.database);
        auto rules = roles.rules_at(to_string_view(e.e_nname));
        if (roles.is_own(to_string_view(e.e_nname)))
            rules.insert(rules.end(), roles.own_rules().begin(), roles.own_rules().end());
        std::set<std::string> names;
        for (const role_rule* rule : rules)
            if (rule->permits(action_.action) && kind != nullptr && rule->concerns(kind->name))
                names.insert(rule->role);
        return names.empty() ? "an access rule permits it" : "permitted by: " + joined(names);
    }

    json answer(bool ok, const std::string& why) const
    {
        return {{"allowed", ok},
                {"why", why},
                {"action", action_.name},
                {"target", std::string(to_string_view(op_.o_req_dn))},
                {"attribute", attribute_}};
    }

    report_context& report_;
    Operation& op_;
    entry_rights rights_;
    const known_action& action_;
    const std::string attribute_;
    berval superior_{0, const_cast<char*>("")};
};

std::string text_of(const char* variable)
{
    const char* const value = std::getenv(variable);
    return value != nullptr ? value : "";
}

} // namespace

void report_client(report_context& report)
{
    service& database = report.database;
    asked_operation asked(report.be, text_of(client_variable));
    Operation& op = asked.get();
    const operation_limits limits(op, database, false);
    report.mapping = current_mapping(op, database);
    directory_tree tree(op, database);
    actor_roles roles(op, database);
    json table = json::array();
    for (const assignment_row& row :
         read_roles(op, database, tree, to_string_view(op.o_ndn)).rows) {
        const auto holds = resolve_roles(op, database, tree, {row});
        if (holds.empty())
            report.add_finding(level::warning, "pgsql-roles",
                               fmt::format("the role \"{}\" at \"{}\" permits nothing: it has no "
                                           "pgsql-role, or no entry with others below it is there",
                                           row.role, row.position));
        for (const assignment& one : holds)
            for (const role_rule& rule : database.role_rules())
                if (rule.role == one.role) {
                    json line = described(rule, one.top);
                    line["assignment"] = fmt::format("({}, {})", row.role,
                                                     row.position.empty() ? "NULL" : row.position);
                    table.push_back(std::move(line));
                }
    }
    report.report["client"] = {{"dn", std::string(to_string_view(op.o_dn))},
                               {"root", be_isroot(&op) != 0},
                               {"rights", std::move(table)}};
    const std::string action = text_of(action_variable);
    if (action.empty())
        return;
    const auto known = std::find_if(actions.begin(), actions.end(),
                                    [&](const known_action& one) { return one.name == action; });
    if (known == actions.end())
        throw std::runtime_error("\"" + action +
                                 "\" is none of search, read, add, modify, rename, move, delete "
                                 "and password");
    report.report["client"]["decision"] =
        decision(report, op, *known, text_of(target_variable), text_of(attribute_variable)).run();
}

// Every row of the queries for roles, of all names: assignments that permit nothing.
void report_roles(report_context& report)
{
    if (!report.mapping || report.database.role_rules().empty())
        return;
    asked_operation asked(report.be, report.database.suffix_ndn);
    Operation& op = asked.get();
    directory_tree tree(op, report.database);
    for (const directory::kind& k : report.mapping->map.kinds) {
        if (!k.roles || !k.error.empty())
            continue;
        const std::string object = "pgsql-roles " + k.name;
        if (const auto why = problem_of_roles(k, report.session, report.limits()); !why.empty()) {
            report.add_finding(level::error, object, why);
            continue;
        }
        const std::string parameter =
            "actor." + postgres::quote_identifier(k.roles->by_key ? k.row_key() : k.rdn().column);
        postgres::result found;
        try {
            found = report.session.run_once(
                {"SELECT DISTINCT r.* FROM (" + k.list.text + ") AS actor CROSS JOIN LATERAL (" +
                     k.roles->query.with_parameter(parameter) + "\n) AS r LIMIT 10000",
                 {}},
                report.limits());
        } catch (const postgres::error& e) {
            postgres::rethrow_unless_statement(e);
            report.add_finding(level::error, object, e.what());
            continue;
        }
        std::vector<std::string> unusable;
        for (int row = 0; row < found.count(); ++row) {
            const assignment_row one{std::string(found.value(row, 0).value_or("")),
                                     std::string(found.value(row, 1).value_or(""))};
            if (resolve_roles(op, report.database, tree, {one}).empty())
                unusable.push_back(one.role + " at \"" + one.position + "\"");
        }
        if (unusable.empty())
            continue;
        const std::size_t count = unusable.size();
        unusable.resize(std::min<std::size_t>(count, 3));
        report.add_finding(level::warning, object,
                           fmt::format("assignments permit nothing, because no pgsql-role has the "
                                       "role or no entry with others below it is at the position: "
                                       "{}",
                                       count),
                           "correct the rows, or define the roles", unusable);
    }
}

} // namespace pgsql::slapd
