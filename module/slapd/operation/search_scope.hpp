// search_scope.hpp: decides which entries are within the base and scope of a search.
#pragma once

#include "slapd/serving/resolved_mapping.hpp"

#include "mapping/dn_tree.hpp"

namespace pgsql::slapd {

/// The base and scope of a search, and whether it selects subentries.
class search_scope {
public:
    search_scope(const Operation& op, const directory::dn_tree& tree)
        : op_(op), tree_(tree), base_(tree.locate(to_string_view(op.o_req_ndn)).container)
    {}

    /// The container that is the base; none if the base is the entry of a row or does not exist.
    [[nodiscard]] directory::container_id container() const noexcept { return base_; }
    /// With a container as the base: whether a container is in scope, or the rows of a kind are.
    [[nodiscard]] bool has_containers() const { return selects(false); }
    [[nodiscard]] bool has_container(directory::container_id container) const;
    [[nodiscard]] bool has_rows() const noexcept { return op_.ors_scope != LDAP_SCOPE_BASE; }
    [[nodiscard]] bool has_rows_of(const shared_values& kind) const;
    /// With the entry of a row as the base: whether it is in scope itself.
    [[nodiscard]] bool has_base(const shared_values& kind) const;

private:
    [[nodiscard]] bool selects(bool subentry) const;

    const Operation& op_;
    const directory::dn_tree& tree_;
    const directory::container_id base_;
};

} // namespace pgsql::slapd
