// service.hpp: what operations on one database share between two configuration changes.
#pragma once

#include "auth/argon2.hpp"
#include "auth/hash_executor.hpp"
#include "mapping/dn_tree.hpp"
#include "mapping/settings.hpp"
#include "postgres/maintenance_thread.hpp"
#include "postgres/pool.hpp"
#include "query/query_planner.hpp"
#include "slapd/core/schema.hpp"
#include "slapd/core/slapd.hpp"
#include "slapd/serving/bound_mapping.hpp"
#include "slapd/serving/directives.hpp"
#include "slapd/serving/log_throttle.hpp"
#include "slapd/serving/operation_stats.hpp"
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

class transport_log;

/// Everything operations need, unchanged from one configuration change to the next. Operations hold
/// it by shared_ptr, so that a change does not pull it away under them.
class service : public std::enable_shared_from_this<service> {
public:
    /// `alarm` has the duties done at once. Throws unusable when the directives contradict each
    /// other, slapd's schema or the suffix.
    service(const BackendDB& be, const directives& directives,
            std::shared_ptr<operation_stats> counts, const std::function<void()>& alarm);

    [[nodiscard]] const directory::dn_tree& dn_tree() const noexcept { return tree_; }
    [[nodiscard]] Entry& container(int index) const
    {
        return *containers_.at(static_cast<std::size_t>(index));
    }
    [[nodiscard]] postgres::pool& pool() noexcept { return *pool_; }
    /// For what changes something: its sessions are with the primary.
    [[nodiscard]] postgres::pool& primary_pool() noexcept { return *primary_pool_; }
    /// What the directives say, before PostgreSQL is asked.
    [[nodiscard]] const std::vector<directory::kind_setting>& kinds() const noexcept
    {
        return kinds_;
    }
    /// Where rows are read.
    [[nodiscard]] const postgres::endpoint& read_endpoint() const noexcept
    {
        return read_endpoint_;
    }
    /// Where PostgreSQL tells of changes: at the primary, for standbys do not.
    [[nodiscard]] const postgres::endpoint& notify_endpoint() const noexcept
    {
        return notify_endpoint_;
    }
    /// What there is to do in the background. They do not hold the service itself.
    [[nodiscard]] std::vector<postgres::maintenance_thread::task> tasks();
    /// The same, which must not wait for the others: one of those may wait for a server that is
    /// silent, while another tells of changes.
    [[nodiscard]] std::vector<postgres::maintenance_thread::task> notification_tasks();

    /// The mapping, if the database has been seen already and served every kind; else null.
    [[nodiscard]] std::shared_ptr<const resolved_mapping> known_mapping();
    /// What is wrong with a kind that cannot be served, if the database has been seen and there is
    /// one; else empty.
    [[nodiscard]] std::string broken_kind();
    /// The mapping, fitted to the database on first use. Talks to PostgreSQL. Throws
    /// postgres::error, or `unusable` when the queries do not fit.
    [[nodiscard]] std::shared_ptr<const resolved_mapping>
    mapping(const postgres::wait_options& options);
    /// A statement failed in a way that says the database has changed: look again.
    void invalidate_mapping();

    /// What lines of the log about this database begin with.
    [[nodiscard]] const std::string& label() const noexcept { return label_; }
    /// A line of the log, led by the database's name.
    void log(const std::string& text) const;
    /// The same, at most once in a while for the same `kind` of problem; `aside` is for the log
    /// alone.
    void warn_throttled(const std::string& kind, const std::string& text, double seconds = 10,
                        const char* aside = "");
    /// What gets the complaints in the place of the log, each of them, if it is there. For tools.
    std::function<void(const std::string& kind, const std::string& text)> warning_listener;

    const std::shared_ptr<operation_stats> stats;
    const std::string suffix_ndn;
    const bool anonymous_search;
    const std::shared_ptr<postgres::fair_semaphore>
        anonymous; ///< shared by the searches of those who have not logged in
    const std::shared_ptr<postgres::statement_costs> anonymous_costs; ///< of what they ask
    const bool corks; ///< long answers are sent in full packets
    const double timeout;
    const std::string cookie_secret;            ///< the same wherever the configuration is
    const std::vector<std::string> check_chain; ///< the checks of a login whose row names none
    const std::shared_ptr<const auth::push_settings> push;
    const auth::hash_budget budget; ///< of all checks of dear hashes
    const double hash_timeout;      ///< seconds that one of them waits for its turn
    const std::shared_ptr<auth::verified_passwords> verified_passwords; ///< right passwords
    const auth::argon2_cost new_hashes;
    const bool changes_passwords;
    const std::shared_ptr<directory::result_cache> cache; ///< of statements; null: none is kept
    const bool uses_notify; ///< or is to hear of them; else answers only become too old
    const std::shared_ptr<directory::result_cache>
        account_cache; ///< that could log in; null: none is kept

private:
    [[nodiscard]] std::unique_lock<std::timed_mutex>
    turn_to_bind(const postgres::wait_options& options);
    void make_pools(const directives& directives, const std::function<void()>& alarm);
    void inspect_hashes(resolved_mapping& mapping, postgres::wait_options options);

    std::string label_;
    std::string domain_;
    bool private_groups_;
    std::vector<directory::kind_setting> kinds_;
    directory::dn_tree tree_;
    std::vector<entry_ptr> containers_;
    std::shared_ptr<postgres::pool> pool_;
    std::shared_ptr<transport_log> transports_;
    const double refuse_after_; ///< seconds; 0: never
    postgres::endpoint read_endpoint_;
    postgres::endpoint notify_endpoint_;
    std::shared_ptr<postgres::pool> primary_pool_; ///< the same one where there is only one server
    log_throttle log_throttle_;
    std::timed_mutex mapping_mutex_; ///< one describes, the others wait
    std::mutex mutex_;               ///< of what follows
    std::shared_ptr<const resolved_mapping> mapping_;
    unsigned serial_ = 0;
};

} // namespace pgsql::slapd
