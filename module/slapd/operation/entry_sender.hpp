// entry_sender.hpp: sends the entries of a search that match its filter.
#pragma once

#include "slapd/operation/has_subordinates.hpp"
#include "slapd/operation/output_batching.hpp"
#include "slapd/operation/result_pages.hpp"

namespace pgsql::slapd {

/// Tests and sends the entries of one search. operation_limits must be in force.
class entry_sender {
public:
    /// Adds to `sent` the entries that slapd has accepted. (Overlays such as sssvlv keep them for
    /// later, so that sr_nentries does not count them.)
    entry_sender(Operation& op, SlapReply& rs, service& service, result_pages& pages, int& sent);
    entry_sender(const entry_sender&) = delete;
    entry_sender& operator=(const entry_sender&) = delete;

    /// Sends the entry if it matches the filter. `position` and `key`: its place in the order of a
    /// paged search. `stale`: from here on, the database is known to be down.
    [[nodiscard]] search_end offer(Entry& e, const page_position& position, std::string_view key,
                                   bool stale);
    /// Whether the last entry offered matched.
    [[nodiscard]] bool matched() const noexcept { return matched_; }

    /// The socket of the client.
    [[nodiscard]] output_batching& client() noexcept { return client_; }
    /// Call before the assertion control is tested with an entry.
    void before_test(const Entry& e) { subordinates_.before_test(e); }

private:
    /// Ends the search if it must not continue with another entry.
    [[nodiscard]] search_end check_limits(bool stale);
    /// Returns the code of send_search_entry().
    [[nodiscard]] int send(Entry& e);
    /// Throws if a change of the configuration while the client did not read ends the search.
    void check_configuration(unsigned pauses_before) const;

    Operation& op_;
    SlapReply& rs_;
    service& service_;
    result_pages& pages_;
    operation_limits& limits_;
    has_subordinates subordinates_;
    output_batching client_;
    const std::weak_ptr<const char> database_;
    const bool alone_; ///< no overlay or other caller refers to the configuration
    int& sent_;
    bool matched_ = false;
};

} // namespace pgsql::slapd
