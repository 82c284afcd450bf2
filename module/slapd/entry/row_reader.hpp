// row_reader.hpp: reads the rows of a plan page by page and builds their entries.
#pragma once

#include "slapd/entry/entry_stream.hpp"
#include "slapd/entry/multi_values.hpp"
#include "slapd/entry/row_salvage.hpp"

#include <map>
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
          tree_(op, service), builder_(service, mapping, plan, tree_), duplicates_(service, plan),
          loose_names_(plan.entry_kind->names_may_coincide()),
          ordered_(options.ordered || !plan.bounded_by_equality), last_key_(options.after_key),
          salvage_(op, service, plan), lists_(op, service, plan)
    {}
    row_reader(const row_reader&) = delete;
    row_reader& operator=(const row_reader&) = delete;
    ~row_reader();

    /// Reads the first page; call it before all other functions. Only this throws value_refused.
    void first_page();
    /// Reads the next page, which may have been prefetched; false after the last.
    [[nodiscard]] bool next_page();
    /// Whether this page is the last one; the first is then the only one.
    [[nodiscard]] bool is_single_page() const noexcept { return !more_; }
    /// The number of rows of the page, without the one that shows that more follow.
    [[nodiscard]] int count() const noexcept { return count_; }

    /// The next row of the page that is an entry or a duplicate, which has no entry; false at the
    /// end of the page.
    [[nodiscard]] bool next(candidate& out);

    /// Starts again with the first row of the page, which must be the first page.
    void rewind();

    /// Whether all results so far came from a server with change notifications.
    [[nodiscard]] bool cacheable() const noexcept { return cacheable_ && lists_.cacheable(); }

    /// Requests the next page, if there is one and a session is free.
    void prefetch();
    /// Whether the next page is being fetched, which uses a session.
    [[nodiscard]] bool prefetching() const { return prefetch_ != nullptr && !prefetch_->ready(); }
    /// Waits for the requested page and releases its session.
    void finish_prefetch();

private:
    /// Whether rows remain for another page.
    [[nodiscard]] bool full() const;
    void read_page();
    [[nodiscard]] postgres::result fetch_rows();
    /// Throws if a requested value caused the failure: value_refused before the first entry.
    void check_values(const postgres::error& why);
    [[nodiscard]] effort effort_of_page() const;
    void accept_page();
    /// Reads the tree of rows again if it lacks one that the page is about.
    void update_tree();
    /// Whether the tree tells of what the row is below and, if it may have others below it, of the
    /// row itself under its present name.
    [[nodiscard]] bool is_known(int row);
    [[nodiscard]] directory::place parent_of(int row) const;
    [[nodiscard]] directory::place place_of(int row) const;
    /// Whether the row, which may have others below it, has an entry.
    [[nodiscard]] bool is_container(int row);
    [[nodiscard]] bool has_name(int row, directory::container_id container);
    /// The position of a row, valid until the next call.
    [[nodiscard]] std::string_view position(int row);
    /// A position with the name as slapd compares it.
    [[nodiscard]] std::string normalized(std::string_view position);
    /// Starts with the first row of the page.
    void begin_page();
    /// Whether two rows of the page have the same DN, regardless of spelling.
    [[nodiscard]] bool names_coincide();
    /// Finds names of the page that earlier pages have in another spelling.
    void find_same_before();
    /// The name of the first row with the DN of this row; nothing if this is the first one.
    [[nodiscard]] std::optional<std::string_view> first_name(std::string_view key);

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    const directory::plan& plan_;
    const read_options& options_;
    directory_tree tree_;
    entry_builder builder_;
    duplicate_names duplicates_;
    const bool loose_names_;
    bool ordered_;
    std::optional<std::string> last_key_; ///< the key after which the next page starts
    std::string previous_key_;            ///< the key after which this page starts
    postgres::result page_;
    std::unique_ptr<postgres::pool::prefetch> prefetch_; ///< of the next page
    row_salvage salvage_;
    multi_values lists_;
    int count_ = 0; ///< rows of the page, without the one that shows that more follow
    bool more_ = false;
    bool first_ = true; ///< no page is read yet
    bool cacheable_ = true;
    // The position in the page.
    int row_ = 0;          ///< the next row
    std::string previous_; ///< the key of the last row; a valid key is never empty
    std::string current_;  ///< the position of the row in use, if it is not its name
    std::set<std::string, std::less<>> seen_; ///< keys of an unordered page
    std::map<std::string, std::string>
        spelled_;                       ///< normalized names so far, if their spelling may differ
    clock::time_point asked_;           ///< before the page's statement was sent
    std::set<std::string> same_before_; ///< normalized names that earlier pages have
};

} // namespace pgsql::slapd
