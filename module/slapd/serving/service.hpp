// service.hpp: the state that operations on one database share between two configuration changes.
#pragma once

#include "auth/hash_executor.hpp"
#include "auth/hash_format.hpp"
#include "base/distinct_rate.hpp"
#include "mapping/dn_tree.hpp"
#include "mapping/name_policy.hpp"
#include "mapping/role_rule.hpp"
#include "mapping/settings.hpp"
#include "postgres/maintenance_thread.hpp"
#include "postgres/pool.hpp"
#include "query/query_planner.hpp"
#include "slapd/core/schema.hpp"
#include "slapd/core/slapd.hpp"
#include "slapd/serving/directives.hpp"
#include "slapd/serving/log_throttle.hpp"
#include "slapd/serving/operation_stats.hpp"
#include "slapd/serving/recent_writers.hpp"
#include "slapd/serving/resolved_mapping.hpp"
#include <array>
#include <stdexcept>

namespace pgsql::directory {
class result_cache;
} // namespace pgsql::directory

namespace pgsql::postgres {
class fair_semaphore;
class statement_costs;
} // namespace pgsql::postgres

namespace pgsql::auth {
class verified_passwords;
struct push_settings;
} // namespace pgsql::auth

namespace pgsql::slapd {

using directory::config_error;

class feed;
class transport_log;

/// Whether the operation belongs to a consumer (RFC 4533). slapo-syncprov clears the mode of the
/// control in its own searches, and keeps the criticality.
[[nodiscard]] inline bool has_sync_control(const Operation& op) noexcept
{
    return slap_cids.sc_LDAPsync != 0 &&
           (op.o_ctrlflag[slap_cids.sc_LDAPsync] & SLAP_CONTROL_MASK) > SLAP_CONTROL_IGNORED;
}

/// Whether the client wants the data itself, not a copy of it (RFC 6171): neither cached entries
/// nor a standby's. Replicas need the data to which the versions of entries belong.
[[nodiscard]] inline bool wants_no_copy(const Operation& op) noexcept
{
    return get_dontUseCopy(&op) > SLAP_CONTROL_IGNORED || has_sync_control(op);
}

/// Everything operations need, constant from one configuration change to the next. Operations hold
/// it by shared_ptr, so that it survives a change until they end.
class service : public std::enable_shared_from_this<service> {
public:
    /// `wake_tasks` runs the background tasks immediately. Throws config_error when the directives
    /// contradict each other, slapd's schema or the suffix.
    service(const BackendDB& be, const directives& directives,
            std::shared_ptr<operation_stats> counts, const std::function<void()>& wake_tasks);

    /// The containers that exist without a row; see directory_tree.
    [[nodiscard]] const directory::dn_tree& dn_tree() const noexcept { return tree_; }
    /// The attributes, in lower case, that name rows with others below them.
    [[nodiscard]] const std::set<std::string>& row_container_rdns() const noexcept
    {
        return row_container_rdns_;
    }
    [[nodiscard]] Entry& container(directory::container_id id) const { return *containers_[id]; }
    [[nodiscard]] postgres::pool& pool() noexcept { return *pool_; }
    /// For changes: its sessions connect to the primary.
    [[nodiscard]] postgres::pool& primary_pool() noexcept { return *primary_pool_; }
    /// For the reads of a client: the primary if the client has just written or wants no copy.
    [[nodiscard]] postgres::pool& pool_for(const Operation& op)
    {
        return primary_pool_ != pool_ && (wants_no_copy(op) ||
                                          (op.o_conn != nullptr && writers.contains(op.o_connid)))
                   ? *primary_pool_
                   : *pool_;
    }
    recent_writers writers;
    /// The kinds as configured, independent of PostgreSQL.
    [[nodiscard]] const std::vector<directory::kind_setting>& kinds() const noexcept
    {
        return kinds_;
    }
    /// What the roles permit; empty: there are none.
    [[nodiscard]] const std::vector<directory::role_rule>& role_rules() const noexcept
    {
        return role_rules_;
    }
    /// Which unknown names may become entries, and how many in a period.
    [[nodiscard]] const directory::name_policy& name_policy() const noexcept
    {
        return name_policy_;
    }
    [[nodiscard]] distinct_rate& unknown_names() noexcept { return unknown_names_; }
    /// Whether to log a refused name: at most one in a second.
    [[nodiscard]] bool logs_refused_name() noexcept;
    /// Discards everything that was read from the database before.
    void invalidate_caches();
    /// Whether searches may register names.
    [[nodiscard]] bool registers_names() const noexcept;
    /// Whether clients may write entries of some kind.
    [[nodiscard]] bool writes() const noexcept;
    /// The endpoint for reading rows.
    [[nodiscard]] const postgres::endpoint& read_endpoint() const noexcept
    {
        return read_endpoint_;
    }
    /// The endpoint for change notifications: the primary, because standbys send none.
    [[nodiscard]] const postgres::endpoint& notify_endpoint() const noexcept
    {
        return notify_endpoint_;
    }
    /// The background tasks. They do not own the service.
    [[nodiscard]] std::vector<postgres::maintenance_thread::task> tasks();
    /// The background tasks that process change notifications. They run in a thread of their own,
    /// since another task may wait for an unresponsive server.
    [[nodiscard]] std::vector<postgres::maintenance_thread::task> notification_tasks();

    /// The mapping, if it was already built and every kind can be served; otherwise null.
    [[nodiscard]] std::shared_ptr<const resolved_mapping> known_mapping();
    /// The error of a kind that cannot be served, if the mapping was already built; otherwise
    /// empty.
    [[nodiscard]] std::string broken_kind();
    /// The mapping, resolved against the database on first use. Queries PostgreSQL. Throws
    /// postgres::error, or config_error when the queries do not fit.
    [[nodiscard]] std::shared_ptr<const resolved_mapping>
    mapping(const postgres::wait_options& options);
    /// The mapping as another session sees the database. Throws as mapping() does.
    [[nodiscard]] std::shared_ptr<const resolved_mapping>
    mapping_for(postgres::connection& session, const postgres::wait_options& options) const;
    /// Discards the mapping after a failure that indicates a changed database schema.
    void invalidate_mapping();

    /// Logs a message about this database, unless its event was logged for the same object within
    /// its period.
    void log(const log_message& message);
    /// Receives every message instead of the log, if set. For tools.
    std::function<void(const log_message&)> log_listener;

    const std::shared_ptr<operation_stats> stats;
    std::shared_ptr<slapd::feed> feed; ///< null: the versions of entries are unknown
    const bool replicates;             ///< whether replicas can copy the database
    const bool shows_usn;              ///< whether entries have an entryUSN
    const std::string suffix_ndn;
    const std::string feed_password_ndn; ///< whose copies have password hashes; empty: none have
    const bool anonymous_search;
    const std::shared_ptr<postgres::fair_semaphore>
        anonymous; ///< shared by unauthenticated searches
    const std::shared_ptr<postgres::fair_semaphore>
        write_turns; ///< shared by operations that write
    const std::shared_ptr<postgres::statement_costs>
        anonymous_costs; ///< of unauthenticated searches
    const bool corks;    ///< whether long responses are sent in full packets
    const double timeout;
    const std::string cookie_secret; ///< equal on all servers with the same configuration
    const std::vector<std::string> check_chain; ///< for logins whose row names no checks
    const std::shared_ptr<const auth::push_settings> push;
    const auth::hash_budget budget; ///< of all checks of expensive hashes
    const double hash_timeout;      ///< seconds that such a check waits for its turn
    const std::shared_ptr<auth::verified_passwords>
        verified_passwords;                           ///< cached successful checks
    const std::shared_ptr<const auth::secret> pepper; ///< of bcrypt hashes; null: none
    const auth::hash_format new_hashes;
    const bool changes_passwords;
    const std::shared_ptr<directory::result_cache> cache; ///< of query results; null: no cache
    const bool caches_results; ///< otherwise `cache` serves only while the database is down
    const bool uses_notify; ///< whether NOTIFY invalidates results; otherwise only their age does
    const std::shared_ptr<directory::result_cache>
        tree_cache; ///< of the rows that have others below them; null: no cache
    const std::shared_ptr<directory::result_cache> role_cache; ///< null: no cache
    const std::shared_ptr<directory::result_cache>
        account_cache; ///< accounts that could log in; null: no cache

private:
    [[nodiscard]] std::unique_lock<std::timed_mutex>
    lock_mapping(const postgres::wait_options& options);
    [[nodiscard]] postgres::circuit_breaker::callbacks
    breaker_callbacks(const std::string& subject, const std::function<void()>& request_probe) const;
    void make_pools(const directives& directives, const std::function<void()>& wake_tasks);

    std::string label_; ///< the prefix of log lines about this database
    std::string domain_;
    bool private_groups_;
    std::vector<directory::kind_setting> kinds_;
    std::vector<directory::role_rule> role_rules_;
    directory::name_policy name_policy_;
    distinct_rate unknown_names_;
    std::atomic<clock::rep> refusal_logged_ = 0; ///< in seconds
    directory::dn_tree tree_;
    std::set<std::string> row_container_rdns_;
    directory::id_vector<entry_ptr, directory::container> containers_;
    std::shared_ptr<postgres::pool> pool_;
    std::shared_ptr<transport_log> transports_;
    const double refuse_after_; ///< seconds; 0: never
    postgres::endpoint read_endpoint_;
    postgres::endpoint notify_endpoint_;
    std::shared_ptr<postgres::pool> primary_pool_; ///< the same pool if there is only one server
    log_throttle log_throttle_;
    std::timed_mutex mapping_mutex_; ///< held while the queries are examined
    std::mutex mutex_;               ///< protects the members below
    std::shared_ptr<const resolved_mapping> mapping_;
    unsigned serial_ = 0;
};

} // namespace pgsql::slapd
