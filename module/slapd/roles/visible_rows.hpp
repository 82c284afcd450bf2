// visible_rows.hpp: what the roles of a client let it see, as conditions on rows.
#pragma once

#include "slapd/entry/rows_below.hpp"
#include "slapd/roles/actor_roles.hpp"

namespace pgsql::slapd {

/// Whether entries of the kind, which have others below them, are visible to every client with a
/// role at their place: no rule is about the kind.
[[nodiscard]] bool are_shown_as_containers(const service& service, const directory::kind& kind);

/// Whether an access rule of the database, or a global one, asks for roles.
[[nodiscard]] bool are_roles_asked(const BackendDB& be) noexcept;

/// The rows that a client may see. Access rules decide for each entry; these conditions keep what
/// they would refuse in PostgreSQL.
class visible_rows {
public:
    visible_rows(Operation& op, service& service);

    /// Whether roles alone decide what the client sees. Otherwise nothing is known: an access rule
    /// may show more.
    [[nodiscard]] bool limited();
    /// The condition on the rows of a kind; nothing if the client may see none of them.
    [[nodiscard]] std::optional<directory::filter> of(const resolved_mapping& mapping,
                                                      directory::kind_id kind);
    /// `wanted` and that condition.
    [[nodiscard]] std::optional<directory::filter> among(const resolved_mapping& mapping,
                                                         directory::kind_id kind,
                                                         const directory::filter& wanted);
    /// Whether the client may see an entry of the kind with this DN.
    [[nodiscard]] bool sees(const directory::kind& kind, std::string_view ndn);
    /// The same of a container that exists without a row.
    [[nodiscard]] bool sees_fixed(directory::container_id container);
    /// Whether the client may see an entry immediately below one that has the normalized DN.
    [[nodiscard]] bool sees_below(const resolved_mapping& mapping, directory::container_id above);

private:
    [[nodiscard]] std::optional<directory::filter> condition(const resolved_mapping& mapping,
                                                             directory::kind_id kind);

    Operation& op_;
    service& service_;
    directory_tree tree_;
    actor_roles roles_;
    std::optional<bool> limited_;                                   ///< known once it was asked for
    bool sees_own_ = false;                                         ///< by another access rule
    std::map<std::size_t, std::optional<directory::filter>> known_; ///< by kind
};

} // namespace pgsql::slapd
