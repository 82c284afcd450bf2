// result_pages.hpp: divides the result of a search into pages (RFC 2696).
#pragma once

#include "slapd/core/paging_cookie.hpp"
#include "slapd/entry/entry_stream.hpp"
#include "slapd/operation/search_result.hpp"

namespace pgsql::slapd {

/// The page of the result that this search sends: all of it without the paged results control.
class result_pages {
public:
    result_pages(Operation& op, SlapReply& rs, const service& service)
        : op_(op), rs_(rs), service_(service)
    {}
    result_pages(const result_pages&) = delete;
    result_pages& operator=(const result_pages&) = delete;

    /// Reads the control and lowers the size limit by the entries of earlier pages. Ends the search
    /// if the cookie is invalid, the client wants no more pages, or the limit is reached.
    [[nodiscard]] search_end begin();

    /// Where the page starts.
    [[nodiscard]] const page_position& start() const noexcept { return start_; }
    /// Whether the page starts after all containers.
    [[nodiscard]] bool starts_after_containers() const noexcept { return start_.kind_index != 0; }
    /// Whether the page starts after the container with this index.
    [[nodiscard]] bool starts_after_container(directory::container_id container) const;
    /// Whether the page starts after the base, which is the entry of a row.
    [[nodiscard]] bool starts_after_base() const noexcept
    {
        return start_.kind_index != 0 || !start_.key.empty();
    }
    /// Adapts the plan for the kind with this index in a position to the page. Returns how to read
    /// it.
    [[nodiscard]] read_options fit(directory::plan& plan, std::uint16_t kind_index) const;

    /// Whether a matching entry belongs to the next page.
    [[nodiscard]] bool is_full() const noexcept { return paged_ && rs_.sr_nentries >= size_; }
    /// Call for each matching entry, in order, even if access rules hid it; `sent`: 1 or 0. The key
    /// is copied only if there are pages.
    void add(const page_position& position, std::string_view key, int sent);

    /// Sends the result: more pages follow.
    [[nodiscard]] int end_page();
    /// Sends the result: the search is complete.
    [[nodiscard]] int end();

private:
    /// The request that a cookie is bound to: this client's search.
    [[nodiscard]] std::string request() const;
    [[nodiscard]] int end_with(const std::string& cookie);

    Operation& op_;
    SlapReply& rs_;
    const service& service_;
    bool paged_ = false;
    int size_ = 0;
    page_position start_;
    page_position last_; ///< the last entry that matched
};

} // namespace pgsql::slapd
