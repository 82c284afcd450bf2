// search_scope.hpp: decides which entries are within the base and scope of a search.
#pragma once

#include "slapd/entry/rows_below.hpp"

namespace pgsql::slapd {

/// The base and scope of a search, and whether it selects subentries.
class search_scope {
public:
    search_scope(const Operation& op, directory_tree& tree)
        : op_(op), tree_(tree), ndn_(to_string_view(op.o_req_ndn)), has_base_(container())
    {}

    /// The container that is the base; none if the base is an entry that can have none below it, or
    /// does not exist.
    [[nodiscard]] directory::container_id container() const { return tree_.find(ndn_); }
    /// Whether the base exists without a row.
    [[nodiscard]] bool has_fixed_base() const { return bool(tree_.fixed().find(ndn_)); }
    /// With a container as the base: whether a container that exists without a row is in scope.
    [[nodiscard]] bool has_containers() const { return selects(false); }
    [[nodiscard]] bool has_container(directory::container_id container) const;
    /// Throws cut_short if the base was moved or deleted meanwhile.
    /// With a container as the base: whether rows may be in scope, and the condition on those of a
    /// kind; nothing if none of them is.
    [[nodiscard]] bool has_rows() const noexcept
    {
        return has_base_ && op_.ors_scope != LDAP_SCOPE_BASE;
    }
    [[nodiscard]] std::optional<directory::filter> rows_of(const resolved_mapping& mapping,
                                                           directory::kind_id kind) const;
    /// With the entry of a row as the base: whether it is in scope itself.
    [[nodiscard]] bool has_base(const shared_values& kind) const;

private:
    [[nodiscard]] bool selects(bool subentry) const;

    const Operation& op_;
    directory_tree& tree_;
    const std::string ndn_; ///< of the base, whose id changes if the tree is read again
    const bool has_base_;
};

} // namespace pgsql::slapd
