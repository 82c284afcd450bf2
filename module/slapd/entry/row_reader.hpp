// row_reader.hpp: reads the rows of a plan page by page and builds their entries.
#pragma once

#include "slapd/entry/cached_entries.hpp"
#include "slapd/entry/entry_source.hpp"
#include "slapd/entry/multi_values.hpp"
#include "slapd/entry/row_salvage.hpp"

#include <set>

namespace pgsql::slapd {

/// Collects duplicate names: a search logs all of them in one line.
class duplicate_names {
public:
    duplicate_names(service& service, const directory::plan& plan) : service_(service), plan_(plan)
    {}

    void add(std::string_view name);
    void clear() noexcept;
    /// Logs one line per name for lookups, but only one for all pages of a list query.
    void report() const;

private:
    service& service_;
    const directory::plan& plan_;
    int names_ = 0;
    std::string last_;
    std::string text_;
};

/// Reads the rows of a plan page by page. All constructor arguments must outlive it.
class row_reader {
public:
    row_reader(Operation& op, service& service, const resolved_mapping& mapping,
               const directory::plan& plan, const read_options& options)
        : op_(op), service_(service), mapping_(mapping), plan_(plan), options_(options),
          builder_(service, mapping, plan), duplicates_(service, plan),
          loose_names_(plan.entry_kind->names_may_coincide()),
          ordered_(options.ordered || !plan.bounded_by_equality), last_key_(options.after_key),
          salvage_(op, service, plan), lists_(op, service, plan)
    {}
    row_reader(const row_reader&) = delete;
    row_reader& operator=(const row_reader&) = delete;

    /// Reads the first page; call it before all other functions.
    void first_page();

    /// Whether the first page is the only one.
    [[nodiscard]] bool is_single_page() const noexcept { return !more_; }

    /// Whether all results so far came from a server with change notifications.
    [[nodiscard]] bool cacheable() const noexcept { return cacheable_ && lists_.cacheable(); }

    /// Copies the entries of a single page to the cache. False if they are too large; then call
    /// visit().
    [[nodiscard]] bool cache_page(cached_entries& copies);

    /// False if the handler stopped. Also copies the handled entries to `kept` and resets it if
    /// they become too large.
    bool visit(const entry_handler& visit, std::shared_ptr<cached_entries>& kept);

private:
    /// Whether rows remain for another page.
    [[nodiscard]] bool full() const;
    /// Reads a page, which may have been prefetched.
    void read_page(std::unique_ptr<postgres::pool::prefetch> under_way);
    [[nodiscard]] effort effort_of_page() const;
    void accept_page();
    /// Whether two rows of the page have the same DN, regardless of spelling.
    [[nodiscard]] bool names_coincide();
    /// Finds names of the page that earlier pages have in another spelling.
    void find_same_before();
    template <typename Each, typename OnDuplicate>
    bool each_row(const Each& each, const OnDuplicate& on_duplicate);

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    const directory::plan& plan_;
    const read_options& options_;
    entry_builder builder_;
    duplicate_names duplicates_;
    const bool loose_names_;
    bool ordered_;
    std::optional<std::string> last_key_; ///< the key after which the next page starts
    std::string previous_key_;            ///< the key after which this page starts
    postgres::result page_;
    row_salvage salvage_;
    multi_values lists_;
    std::set<std::string> same_before_; ///< normalized names that earlier pages have
    int count_ = 0; ///< rows of the page, without the one that shows that more follow
    bool more_ = false;
    bool cacheable_ = true;
};

} // namespace pgsql::slapd
