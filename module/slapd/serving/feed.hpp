// feed.hpp: the versions of the entries that replicas copy, and when they are compared with the
// database.
#pragma once

#include "base/deadline.hpp"
#include "replication/entry_versions.hpp"
#include "replication/row_digests.hpp"
#include "slapd/core/slapd.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

namespace pgsql::slapd {

struct log_message;

/// The rows of the last comparison. Only the job uses them.
struct known_rows {
    std::shared_ptr<const void> mapping; ///< by which they were read
    std::size_t tree = 0;                ///< the digest of the tree of rows
    std::map<std::uint32_t, replication::row_digests> of_kind;

    [[nodiscard]] std::size_t size() const
    {
        std::size_t out = 0;
        for (const auto& [kind, rows] : of_kind)
            out += rows.size();
        return out;
    }
};

/// Belongs to the database and survives changes of the directives. All functions may be called by
/// several threads.
class feed : public std::enable_shared_from_this<feed> {
public:
    struct settings {
        double interval = 0;      ///< the least seconds between two comparisons
        double recheck = 0;       ///< seconds until a comparison without a notification
        std::string file;         ///< of the state; empty: none
        std::string password_ndn; ///< the client that gets password hashes; empty: none
        bool replays = false;     ///< differences become operations, for replicas
        bool claims = false;      ///< a session tells whether another server has the same number
        bool shows_usn = false;   ///< entries have an entryUSN
    };
    /// Runs a comparison; submitted to slapd's pool with a feed_job.
    using job = void* (*)(void* context, void* argument);
    struct figures {
        std::uint64_t comparisons = 0;
        std::uint64_t failures = 0;
        std::uint64_t differences = 0;
        std::uint64_t entries = 0;
        double last_duration = 0; ///< seconds
        double age = 0;           ///< seconds since the last comparison began; 0: there was none
        bool held_back = false;
    };

    /// Set once, when slapd loads the module.
    static inline job runner = nullptr;

    explicit feed(BackendDB& be) : be_(be) {}
    feed(const feed&) = delete;
    feed& operator=(const feed&) = delete;
    ~feed();

    /// Reads the state if it is the first call, or the file has changed. Throws config_error if
    /// the settings cannot change while slapd runs.
    /// `wake` makes the caller of tick() call it.
    void configure(settings wanted, std::function<void()> wake);
    [[nodiscard]] settings current() const;
    [[nodiscard]] BackendDB& database() const noexcept { return be_; }

    /// Whether a session could lock the number of this server, which no other provider of the
    /// database may have. Called until it could.
    void claim(bool succeeded);
    /// Whether another server has the number.
    [[nodiscard]] bool number_taken() const;

    /// The database has changed.
    void request();
    /// Starts a comparison if one is due; returns when to call it again.
    [[nodiscard]] clock::time_point tick();
    /// Called by the job.
    /// `busy`: how long it has burdened the database.
    void finished(clock::time_point began, clock::duration busy, bool succeeded,
                  std::size_t differences);

    /// Whether the versions are those of the database, as of a comparison since the start.
    [[nodiscard]] bool ready() const noexcept { return ready_; }
    void set_ready() noexcept { ready_ = true; }

    [[nodiscard]] std::optional<replication::entry_version> find(std::string_view ndn) const;
    /// As replication::compare().
    [[nodiscard]] replication::differences compare_with(
        const replication::version_map& seen,
        const std::function<bool(const std::string&, const replication::entry_version&)>& unread,
        std::set<std::uint32_t>& mass_removals) const;
    /// The normalized DNs of the entries whose versions `wanted` accepts, and whose names, if it is
    /// not empty, `named` does.
    [[nodiscard]] std::vector<std::string>
    names_if(const std::function<bool(const replication::entry_version&)>& wanted,
             std::size_t most = SIZE_MAX,
             const std::function<bool(const std::string&)>& named = {}) const;
    /// The normalized DN of the entry with this entryUUID; empty if there is none.
    [[nodiscard]] std::string name_of(std::string_view uuid) const;
    /// From which rows entries were read.
    void note_rows(const replication::version_map& seen);
    [[nodiscard]] known_rows& rows() noexcept { return rows_; }
    void set(const std::string& ndn, const replication::entry_version& version);
    void set_all(const replication::version_map& versions);
    void erase(const std::string& ndn);
    /// A client has added an entry: the next comparison replays it even if it is like one before.
    void replace(const std::string& ndn);
    /// A client has changed an entry: the same.
    void spoil(const std::string& ndn);
    /// The normalized DNs of both, with numbers that change if it happens again.
    [[nodiscard]] std::map<std::string, unsigned> written() const;
    /// They are compared.
    void forget_written(const std::map<std::string, unsigned>& names);
    /// Whether many entries seem to have disappeared, so that nothing may be copied now.
    [[nodiscard]] bool holds_back() const;
    /// The stamp for a change at this time of PostgreSQL's clock: later than all before.
    [[nodiscard]] std::int64_t next_stamp(std::int64_t now);
    /// The number for the changes that a comparison found, which began at this second.
    [[nodiscard]] std::uint32_t next_usn(std::int64_t now_seconds);
    /// The last number whose changes are all in force; before the first comparison since the
    /// start, the last one of the kept state. 0: none.
    [[nodiscard]] std::uint32_t last_usn() const noexcept { return shown_usn_; }
    void show_usn();
    /// A change has this stamp: later ones get later ones.
    void note_stamp(std::int64_t stamp);
    /// Whether no versions are known.
    [[nodiscard]] bool is_empty() const;
    /// Replicas have been told, since the start, that they may lack something.
    void set_renewed() noexcept { renewed_ = true; }
    [[nodiscard]] bool renewed() const noexcept { return renewed_; }
    /// The last stamp as a CSN.
    [[nodiscard]] std::string context_csn() const;

    /// Whether the removal of many entries was already seen by a comparison at least a minute ago.
    [[nodiscard]] bool confirms_removal(bool is_mass_removal);

    /// Writes which differences are about to be replayed: only the state after them tells that
    /// they were.
    void announce(const replication::differences& found, const replication::version_map& seen);
    /// Writes the state, if it has changed; logs failures.
    void save();
    [[nodiscard]] figures current_figures() const;

private:
    void log(const log_message& message) const;

    enum class number : char { unknown, own, taken };

    /// Consumers may have another state of the entry than was compared, also after a crash.
    void note_written(const std::string& ndn);
    /// False if another feed uses the file.
    [[nodiscard]] bool claim_file(const std::string& name);
    void load();
    [[nodiscard]] replication::feed_state state() const;
    [[nodiscard]] bool append_changes();
    [[nodiscard]] bool rewrite() const;

    BackendDB& be_;
    mutable std::shared_mutex mutex_; ///< protects the members below
    settings settings_;
    std::function<void()> wake_;
    bool configured_ = false;
    replication::version_map versions_;
    std::int64_t last_stamp_ = 0;
    std::uint32_t last_usn_ = 0;
    std::atomic<std::uint32_t> shown_usn_ = 0;
    /// Of entryUUIDs, sorted; made by the first search for one after a change.
    mutable std::vector<std::pair<std::uint64_t, replication::version_map::place>> by_uuid_;
    mutable std::mutex by_uuid_mutex_;        ///< protects it from other readers
    std::map<std::string, unsigned> written_; ///< by clients
    std::vector<std::string> unsaved_;        ///< what has changed since the state was written
    bool appends_ = false;                    ///< the file has all but these changes
    std::size_t appended_ = 0;                ///< its lines since it was written as a whole
    known_rows rows_;
    std::optional<clock::time_point> removal_seen_;
    figures figures_;
    clock::time_point last_began_;
    clock::time_point not_before_;
    clock::duration last_busy_{};
    bool running_ = false;
    std::atomic<bool> requested_ = true;
    number number_ = number::unknown;
    bool reported_taken_ = false;
    clock::time_point configured_at_;
    std::atomic<bool> ready_ = false;
    std::atomic<bool> renewed_ = false;
};

/// The argument of a job.
using feed_job = std::weak_ptr<feed>;

} // namespace pgsql::slapd
