// entry_stream.hpp: the entries of a plan, from the cache or page by page from PostgreSQL.
#pragma once

#include "cache/result_cache.hpp"
#include "slapd/entry/entry_builder.hpp"
#include "slapd/worker/idle_worker.hpp"

namespace pgsql::slapd {

class cached_entries;
class row_reader;

/// An entry with the row it was built from. Other threads may read the same entry concurrently.
struct candidate {
    Entry* entry = nullptr;                 ///< null: a duplicate row
    std::string_view name;                  ///< the row's key; of a duplicate: the first row's
    const directory::plan* plan = nullptr;  ///< never null
    bool from_stale = false;                ///< cached data, used while the database is down
    const postgres::result* page = nullptr; ///< never null if the plan reads secrets
    int row = 0;
};

/// Whether the login filter hides the row: plans for secrets return such rows too.
[[nodiscard]] bool is_hidden(const candidate& candidate);

/// The mapping, resolved against the database; waits for PostgreSQL the first time.
[[nodiscard]] std::shared_ptr<const resolved_mapping> current_mapping(Operation& op,
                                                                      service& service);

/// The selection of all attributes.
[[nodiscard]] directory::selection all_attributes();

/// Whether the failure means that the database is currently unavailable.
[[nodiscard]] bool is_unreachable(const postgres::error& e) noexcept;

/// How an entry_stream reads.
struct read_options {
    /// By key from the first page on, so that reading can continue after any row.
    bool ordered = false;
    std::optional<std::string> after_key; ///< start after the row with this key
    bool prefetch = false;                ///< request the next page while this one is in use
    bool duplicates = false;              ///< return duplicate rows, too
    bool fresh = false;                   ///< neither from the cache nor for it
};

/// The entries of a plan, in the order of their rows. Cached entries need no statement. If the
/// database is unavailable and the configuration allows it, stale entries are used. All arguments
/// except the options must outlive the stream.
class entry_stream {
public:
    /// Finds the entries in the cache or reads the first page. Only this throws value_refused. No
    /// other operation waits for this one afterward: the use of an entry may cause slapd to run the
    /// same query within this operation.
    entry_stream(Operation& op, service& service, const resolved_mapping& mapping,
                 const directory::plan& plan, read_options options = {});
    entry_stream(const entry_stream&) = delete;
    entry_stream& operator=(const entry_stream&) = delete;
    ~entry_stream();

    /// The next entry; null after the last. Valid until the next call.
    [[nodiscard]] const candidate* next();

    /// The same in two steps, for work between pages. next_page() proceeds to the first or next
    /// page and returns false after the last; next_in_page() returns null at the end of the page.
    [[nodiscard]] bool next_page();
    [[nodiscard]] const candidate* next_in_page();
    /// The number of rows of the page, which may have fewer entries. Cached entries are one page.
    [[nodiscard]] int page_rows() const;

    /// Whether the next page is being fetched, which uses a session.
    [[nodiscard]] bool prefetching() const;
    /// Waits for the next page and releases its session.
    void finish_prefetch();

private:
    [[nodiscard]] std::string cache_key();
    /// Whether DNs of its entries depend on the rows of the tree.
    [[nodiscard]] bool depends_on_tree() const;
    /// Whether the entries were built with the tree of the cache key.
    [[nodiscard]] bool is_same_tree();
    void obtain(const std::string& key);
    void read_rows(std::unique_ptr<directory::result_cache::leader> lead);
    void use_cached(const directory::cached_result& result);
    [[nodiscard]] bool next_cached();
    /// Copies the current entry for the cache, unless the copies become too large.
    void keep_current();
    /// Stores the copies after the last entry.
    void store_kept();

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    const directory::plan& plan_;
    const read_options options_;
    directory_tree tree_;
    std::size_t tree_digest_ = 0; ///< in the cache key
    std::shared_ptr<const cached_entries> cached_;
    std::size_t position_ = 0;                              ///< index of the next cached entry
    std::unique_ptr<row_reader> rows_;                      ///< null: the entries are cached
    std::unique_ptr<directory::result_cache::leader> lead_; ///< stores several pages in the cache
    std::shared_ptr<cached_entries> kept_;                  ///< for the leader
    bool in_page_ = false;                                  ///< next_page() was called
    candidate current_;
};

} // namespace pgsql::slapd
