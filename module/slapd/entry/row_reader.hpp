// row_reader.hpp: turns the statements of a plan into entries, page by page.
#pragma once

#include "slapd/entry/cached_entries.hpp"
#include "slapd/entry/entry_source.hpp"
#include "slapd/entry/multi_values.hpp"
#include "slapd/entry/row_salvage.hpp"

#include <set>

namespace pgsql::slapd {

/// Rows with names that others have: a search says in one line which they are, however many.
class duplicate_names {
public:
    duplicate_names(service& service, const directory::plan& plan) : service_(service), plan_(plan)
    {}

    void add(std::string_view name);
    void clear() noexcept;
    /// A line for each name that is looked up, but only one for lists and their pages.
    void report() const;

private:
    service& service_;
    const directory::plan& plan_;
    int names_ = 0;
    std::string last_;
    std::string text_;
};

/// The rows of a plan, page by page. Everything it is given has to outlive it.
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

    /// Asks for it; comes before all else.
    void first_page();

    /// Whether the first page is the only one.
    [[nodiscard]] bool is_single_page() const noexcept { return !more_; }

    /// Whether all that was read so far came from where changes are heard of.
    [[nodiscard]] bool cacheable() const noexcept { return cacheable_ && lists_.cacheable(); }

    /// Keeps the entries of the only page. False if they are too much to be kept; then they have to
    /// be visited.
    [[nodiscard]] bool cache_page(cached_entries& in);

    /// False when the visitor stopped. What it is shown is kept as well, until that is too long.
    bool visit(const entry_handler& visit, std::shared_ptr<cached_entries>& kept);

private:
    /// What follows was left for another page.
    [[nodiscard]] bool full() const;
    /// Fetches a page, which may be on its way.
    void read_page(std::unique_ptr<postgres::pool::prefetch> under_way);
    [[nodiscard]] effort effort_of_page() const;
    void accept_page();
    /// Whether two of the page's rows have the same DN, however their names are spelled.
    [[nodiscard]] bool names_coincide();
    /// Which of the page's names rows of earlier pages have, in another spelling.
    void find_same_before();
    template <typename Each, typename Twin> bool each_row(const Each& each, const Twin& twin);

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    const directory::plan& plan_;
    const read_options& options_;
    entry_builder builder_;
    duplicate_names duplicates_;
    const bool loose_names_;
    bool ordered_;
    std::optional<std::string> last_key_; ///< the name behind which the next page begins
    std::string previous_key_;            ///< and this one
    postgres::result page_;
    row_salvage salvage_;
    multi_values lists_;
    std::set<std::string> same_before_; ///< names, normalised, that earlier pages have
    int count_ = 0;                     ///< of the page's rows, without the one that tells of more
    bool more_ = false;
    bool cacheable_ = true;
};

} // namespace pgsql::slapd
