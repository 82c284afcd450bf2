// named_entries.hpp: values that name entries which the client may not see.
#pragma once

#include "slapd/core/entry_ptr.hpp"
#include "slapd/roles/visible_rows.hpp"

#include <set>

namespace pgsql::slapd {

/// Whether values of the attribute name entries: memberUid, by uid, and attributes of DN syntax.
[[nodiscard]] bool is_naming(const resolved_mapping& mapping, const AttributeDescription& ad);

/// What is hidden from a client is absent from other entries, too.
class named_entries {
public:
    named_entries(Operation& op, service& service, const resolved_mapping& mapping,
                  visible_rows& visible);

    /// Whether the client may see some entries and not others, so that values have to be looked at.
    [[nodiscard]] bool hides();
    /// Whether entries of the kind may have such values.
    [[nodiscard]] bool concerns(const directory::kind& kind) const;
    /// Makes the terms of a filter on such values inexact: PostgreSQL knows also hidden ones.
    void loosen(directory::filter& tree);
    /// Removes the values that name hidden entries, and adds them to the entries in `removed`,
    /// which is parallel or empty. Reads names with one statement for each kind that has some.
    void hide(const std::vector<Entry*>& entries, const std::vector<Entry*>& removed = {});
    /// Whether each of the normalized values names an entry that the client may see. Names outside
    /// of this database do.
    [[nodiscard]] bool are_visible(const AttributeDescription& ad,
                                   const std::vector<std::string>& values);
    /// Whether each of the normalized values names an entry of the kind that the client may see.
    [[nodiscard]] bool are_all_of(const AttributeDescription& ad,
                                  const std::vector<std::string>& values,
                                  const directory::kind& kind);

private:
    /// What is known of a name.
    struct state {
        bool visible = false;
        bool hidden = false;                    ///< of an entry that the client may not see
        std::set<const directory::kind*> kinds; ///< of the entries
    };
    using states = std::map<std::string, state>;

    /// What the names are of; names that are not read are taken as told by their places.
    [[nodiscard]] states states_of(bool dns, const std::set<std::string>& names, bool read_all);
    void read_accounts(const std::set<std::string>& names, states& out);
    void read_entries(directory::container_id above, const std::string& rdn,
                      const std::map<std::string, std::string>& names, states& out);
    void read(const directory::kind& kind, directory::attribute_id by,
              const directory::filter& wanted,
              const std::function<void(const Entry&, const directory::kind&)>& found);
    [[nodiscard]] std::vector<std::pair<const directory::kind*, directory::attribute_id>>
    accounts() const;

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    directory_tree tree_;
    visible_rows& visible_;
    std::optional<bool> hides_; ///< known once it was asked for
};

} // namespace pgsql::slapd
