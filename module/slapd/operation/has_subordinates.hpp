// has_subordinates.hpp: determines hasSubordinates: whether entries exist below an entry.
#pragma once

#include "slapd/entry/directory_tree.hpp"

namespace pgsql::slapd {

/// Whether entries exist below a container. Executes statements.
[[nodiscard]] bool has_entries_below(Operation& op, service& service, directory_tree& tree,
                                     directory::container_id container);

/// Holds, for the duration of a search, whether its containers have entries below them. slapd
/// requests hasSubordinates within test_filter and send_search_entry, where a database error would
/// be lost, so the value is determined before. Executes a statement only if the search uses
/// hasSubordinates.
class has_subordinates : OpExtra {
public:
    has_subordinates(Operation& op, service& service);
    has_subordinates(const has_subordinates&) = delete;
    has_subordinates& operator=(const has_subordinates&) = delete;
    ~has_subordinates();

    void before_test(const Entry& e)
    {
        if (in_filter_)
            determine(e);
    }
    void before_send(const Entry& e)
    {
        if (in_attributes_)
            determine(e);
    }

    /// The value that the search `op` has determined for a container.
    [[nodiscard]] static std::optional<bool> find_known(const Operation& op, const service& service,
                                                        std::string_view ndn);

private:
    void determine(const Entry& e);

    Operation& op_;
    service& service_;
    directory_tree tree_;
    const bool in_filter_;
    const bool in_attributes_;
    std::map<std::string, bool, std::less<>> known_; ///< by normalized DN
};

} // namespace pgsql::slapd
