// entry_rights.hpp: what the roles of a client permit to do with an entry.
#pragma once

#include "slapd/roles/named_entries.hpp"
#include "slapd/roles/target_roles.hpp"
#include "slapd/roles/visible_rows.hpp"

namespace pgsql::slapd {

/// The rights of a client by its roles, in the terms of slapd's access rules. While an object
/// exists, access rules that are evaluated within the same operation use it.
class entry_rights : OpExtra {
public:
    entry_rights(Operation& op, service& service);
    entry_rights(const entry_rights&) = delete;
    entry_rights& operator=(const entry_rights&) = delete;
    ~entry_rights();

    /// The object of the operation, or null.
    [[nodiscard]] static entry_rights* find(const Operation& op) noexcept;
    /// Tells the kind of the entry with the normalized DN. Otherwise its classes do.
    void note_kind(std::string_view ndn, const directory::kind& kind)
    {
        kinds_.insert_or_assign(std::string(ndn), &kind);
    }
    /// What the client may see.
    [[nodiscard]] visible_rows& visible() noexcept { return visible_; }

    /// The privileges (ACL_PRIV_…) to an attribute of the entry, or to the pseudo-attributes entry
    /// and children (slapd.access(5)). Throws postgres::error.
    [[nodiscard]] slap_mask_t on(Entry& e, AttributeDescription& ad);
    /// The kind of an entry, which need not exist; null if none can have it.
    [[nodiscard]] const directory::kind* kind_of(const Entry& e);
    /// What the client would need to do what the operation asks for, in words.
    [[nodiscard]] std::string what_is_missing(Entry& e, const std::string& attribute);

private:
    [[nodiscard]] slap_mask_t on_container(directory::container_id container,
                                           const AttributeDescription& ad);
    [[nodiscard]] const resolved_mapping& mapping();
    /// The kind of an entry that was built from a row and not changed; null for others.
    [[nodiscard]] const directory::kind* kind_of_row(const Entry& e);
    [[nodiscard]] slap_mask_t by_rules(Entry& e, AttributeDescription& ad,
                                       const directory::kind& of);
    [[nodiscard]] slap_mask_t by_rule(Entry& e, AttributeDescription& ad,
                                      const directory::kind& kind,
                                      const directory::role_rule& rule);
    [[nodiscard]] slap_mask_t on_password(Entry& e, const directory::role_rule& rule);
    [[nodiscard]] slap_mask_t on_entry(Entry& e, const directory::role_rule& rule);
    [[nodiscard]] slap_mask_t on_children(const Entry& container);
    /// The kinds that an entry with the DN may have.
    [[nodiscard]] std::vector<const directory::kind*> kinds_at(std::string_view ndn);
    [[nodiscard]] std::vector<const directory::kind*> kinds_of_target();
    [[nodiscard]] bool may_change(Entry& e, const directory::role_rule& rule, bool usually_covered);
    [[nodiscard]] bool names_only(Entry& e, AttributeDescription& ad,
                                  const directory::role_rule& rule);
    [[nodiscard]] bool changes_rdn() const;
    [[nodiscard]] bool moves() const;
    [[nodiscard]] bool writes() const noexcept;

    Operation& op_;
    service& service_;
    const void* const database_; ///< whose entries it is about
    directory_tree tree_;
    actor_roles roles_;
    visible_rows visible_;
    std::shared_ptr<const resolved_mapping> mapping_;                  ///< null until it is needed
    std::map<std::string, const directory::kind*, std::less<>> kinds_; ///< by DN, as noted
    std::map<std::string, bool, std::less<>> covered_; ///< whether the own roles cover an entry's
    struct {
        const directory::kind* kind = nullptr;
        bool own = false;
        std::string place;
        std::string client;
        std::vector<std::pair<const AttributeDescription*, slap_mask_t>> rights;
    } known_; ///< the rights to read entries of a kind at a place
};

} // namespace pgsql::slapd
