// actor_roles.hpp: the roles of the client of an operation, and the rules that follow from them.
#pragma once

#include "mapping/role_rule.hpp"
#include "slapd/roles/assigned_roles.hpp"

#include <map>

namespace pgsql::slapd {

/// The roles of the authorized identity of an operation (RFC 4370 counts). They are read by one
/// statement when they are first needed, once for all users of the object in one operation, and
/// come from memory while change notifications arrive and pgsql-cache is set.
class actor_roles : OpExtra {
public:
    using rules = std::vector<const directory::role_rule*>;

    actor_roles(Operation& op, service& service);
    actor_roles(const actor_roles&) = delete;
    actor_roles& operator=(const actor_roles&) = delete;
    ~actor_roles();

    /// Whether roles decide what the client may see and do: some are configured, and it is not the
    /// rootdn.
    [[nodiscard]] bool decide() const;
    /// All of the following throw postgres::error if the roles cannot be read.
    [[nodiscard]] const std::vector<assignment>& all();
    /// The rules that hold for the entry with the normalized DN and below it, but for those about
    /// the client's own entry.
    [[nodiscard]] rules rules_at(std::string_view ndn);
    /// The rules about the client's own entry.
    [[nodiscard]] const rules& own_rules();
    /// Whether the DN is the client's.
    [[nodiscard]] bool is_own(std::string_view ndn) const
    {
        return !ndn.empty() && ndn == to_string_view(op_.o_ndn);
    }

private:
    [[nodiscard]] actor_roles& holder() { return outer_ != nullptr ? *outer_ : *this; }
    void update();
    [[nodiscard]] std::vector<assignment_row> read();

    Operation& op_;
    service& service_;
    actor_roles* const outer_; ///< of the same operation; holds the roles
    directory_tree tree_;
    std::string actor_; ///< whose roles they are
    std::optional<std::vector<assignment>> assigned_;
    std::map<std::string, rules, std::less<>> at_; ///< by the place where they hold
    rules own_;
    std::string last_; ///< the DN of `found_`
    rules found_;
};

} // namespace pgsql::slapd
