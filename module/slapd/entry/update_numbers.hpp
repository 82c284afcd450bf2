// update_numbers.hpp: entryUSN, by which clients such as SSSD read only what has changed.
#pragma once

#include "slapd/entry/filter_translator.hpp"
#include "slapd/serving/feed.hpp"

namespace pgsql::slapd {

/// Registers entryUSN and lastUSN with slapd, unless its schema has them; false if it refuses.
[[nodiscard]] bool register_update_numbers() noexcept;

/// Adds lastUSN, of the first database that has numbers, to the rootDSE.
int add_last_usn(void* unused, Entry* e) noexcept;

/// What a search has to do with the numbers of entries.
class update_numbers {
public:
    update_numbers(const Operation& op, const service& service);

    /// Whether the filter or the client needs them.
    [[nodiscard]] bool needed() const noexcept { return filtered_ || shown_; }
    /// Whether the filter does; it cannot be tested before the first comparison.
    [[nodiscard]] bool filtered() const noexcept { return filtered_; }
    /// As translate_filter(); numbers become names, if they are few.
    [[nodiscard]] directory::filter translate(const Filter* filter, directory_tree& tree,
                                              const resolved_mapping& mapping,
                                              directory::selection& selection) const;
    /// Adds the entry's number, if it is known.
    void complete(Entry& e) const;

private:
    [[nodiscard]] directory::filter names_of(const std::function<bool(std::uint32_t)>& wanted,
                                             directory_tree& tree,
                                             const resolved_mapping& mapping) const;
    [[nodiscard]] directory::filter translate_and(const Filter* filter, directory_tree& tree,
                                                  const resolved_mapping& mapping,
                                                  directory::selection& selection) const;

    const service& service_;
    std::uint32_t highest_ = 0; ///< lastUSN when the search began
    bool filtered_ = false;
    bool shown_ = false;
};

} // namespace pgsql::slapd
