// role_rule.hpp: what a role permits.
#pragma once

#include <set>
#include <string>

namespace pgsql::directory {

/// What a role permits to do with entries.
enum class role_action : char {
    search,   ///< to find them, and to read what they are found by
    read,     ///< to read their attributes
    add,      ///< to add them
    modify,   ///< to change their attributes
    rename,   ///< to change their RDNs
    move,     ///< to change what they are below
    remove,   ///< to delete them
    password, ///< to set their passwords
};

/// One rule of a role.
struct role_rule {
    std::string role;
    std::string kind; ///< its name; "*": every kind
    std::set<role_action> actions;
    bool self = false;                ///< only for the actor's own entry, wherever it is
    bool all_attributes = true;       ///< of read, add and modify; but those of `except`
    std::set<std::string> attributes; ///< in lower case; those that it is about if not all
    std::set<std::string> except;     ///< in lower case
    std::string
        names; ///< of an attribute with names of entries only those of this kind; empty: all
    /// Which entries may be changed, as far as their roles say; each includes the one before.
    /// `usual`: passwords and members only of those whose roles permit nothing that the actor's own
    /// do not.
    enum class target : char { unprivileged, usual, any } targets = target::usual;

    [[nodiscard]] bool permits(role_action what) const { return actions.contains(what); }
    /// Whether the client sees the entries.
    [[nodiscard]] bool shows() const
    {
        return permits(role_action::search) || permits(role_action::read);
    }
    [[nodiscard]] bool concerns(const std::string& name) const
    {
        return kind == "*" || kind == name;
    }
    /// Whether it is about the attribute, whose name is in lower case.
    [[nodiscard]] bool is_about(const std::string& attribute) const
    {
        return !except.contains(attribute) && (all_attributes || attributes.contains(attribute));
    }
};

} // namespace pgsql::directory
