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
class cache;
} // namespace pgsql::directory

namespace pgsql::postgres {
class fair_semaphore;
class statement_costs;
} // namespace pgsql::postgres

namespace pgsql::login {
class remembered;
struct push_settings;
} // namespace pgsql::login

namespace pgsql::slapd {

using directory::unusable;

class transport_log;

/// Everything operations need, unchanged from one configuration change to the next. Operations hold
/// it by shared_ptr, so that a change does not pull it away under them.
class service : public std::enable_shared_from_this<service> {
public:
    /// `alarm` has the duties done at once. Throws unusable when the directives contradict each
    /// other, slapd's schema or the suffix.
    service(const BackendDB& be, const directives& from, std::shared_ptr<tally> counts,
            const std::function<void()>& alarm);

    [[nodiscard]] const directory::tree& where() const noexcept { return tree_; }
    [[nodiscard]] Entry& fixed(int index) const
    {
        return *fixed_.at(static_cast<std::size_t>(index));
    }
    [[nodiscard]] postgres::pool& pool() noexcept { return *pool_; }
    /// For what changes something: its sessions are with the primary.
    [[nodiscard]] postgres::pool& changes() noexcept { return *changes_; }
    /// What the directives say, before PostgreSQL is asked.
    [[nodiscard]] const std::vector<directory::kind_setting>& kinds() const noexcept
    {
        return kinds_;
    }
    /// Where rows are read.
    [[nodiscard]] const postgres::target& reads_at() const noexcept { return reads_at_; }
    /// Where PostgreSQL tells of changes: at the primary, for standbys do not.
    [[nodiscard]] const postgres::target& listens_at() const noexcept { return listens_at_; }
    /// What there is to do in the background. They do not hold the service itself.
    [[nodiscard]] std::vector<postgres::watch::duty> duties();
    /// The same, which must not wait for the others: one of those may wait for a server that is
    /// silent, while another tells of changes.
    [[nodiscard]] std::vector<postgres::watch::duty> urgent_duties();

    /// The mapping, if the database has been seen already and served every kind; else null.
    [[nodiscard]] std::shared_ptr<const bound> known_mapping();
    /// What is wrong with a kind that cannot be served, if the database has been seen and there is
    /// one; else empty.
    [[nodiscard]] std::string broken_kind();
    /// The mapping, fitted to the database on first use. Talks to PostgreSQL. Throws
    /// postgres::error, or `unusable` when the queries do not fit.
    [[nodiscard]] std::shared_ptr<const bound> mapping(const postgres::patience& limits);
    /// A statement failed in a way that says the database has changed: look again.
    void forget_mapping();

    /// What lines of the log about this database begin with.
    [[nodiscard]] const std::string& label() const noexcept { return label_; }
    /// A line of the log, led by the database's name.
    void say(const std::string& what) const;
    /// The same, at most once in a while for the same `kind` of problem; `aside` is for the log
    /// alone.
    void complain(const std::string& kind, const std::string& what, double seconds = 10,
                  const char* aside = "");
    /// What gets the complaints in the place of the log, each of them, if it is there. For tools.
    std::function<void(const std::string& kind, const std::string& what)> listener;

    const std::shared_ptr<tally> counted;
    const std::string suffix_ndn;
    const bool anonymous_search;
    const std::shared_ptr<postgres::fair_semaphore>
        anonymous; ///< shared by the searches of those who have not logged in
    const std::shared_ptr<postgres::statement_costs> anonymous_costs; ///< of what they ask
    const bool corks; ///< long answers are sent in full packets
    const double timeout;
    const std::string cookie_secret;      ///< the same wherever the configuration is
    const std::vector<std::string> chain; ///< the checks of a login whose row names none
    const std::shared_ptr<const login::push_settings> push;
    const login::hash_budget budget; ///< of all checks of dear hashes
    const double hash_timeout;       ///< seconds that one of them waits for its turn
    const std::shared_ptr<login::remembered> remembered; ///< right passwords
    const login::argon2_cost new_hashes;
    const bool changes_passwords;
    const std::shared_ptr<directory::cache> answers; ///< of statements; null: none is kept
    const bool hears_changes; ///< or is to hear of them; else answers only become too old
    const std::shared_ptr<directory::cache> accounts; ///< that could log in; null: none is kept

private:
    [[nodiscard]] std::unique_lock<std::timed_mutex> turn_to_bind(const postgres::patience& limits);
    void make_pools(const directives& from, const std::function<void()>& alarm);
    void look_at_hashes(bound& to, postgres::patience limits);

    std::string label_;
    std::string domain_;
    bool private_groups_;
    std::vector<directory::kind_setting> kinds_;
    directory::tree tree_;
    std::vector<own_entry> fixed_;
    std::shared_ptr<postgres::pool> pool_;
    std::shared_ptr<transport_log> transports_;
    const double withdraw_; ///< seconds; 0: never
    postgres::target reads_at_;
    postgres::target listens_at_;
    std::shared_ptr<postgres::pool> changes_; ///< the same one where there is only one server
    complaints complaints_;
    std::timed_mutex binding_; ///< one describes, the others wait
    std::mutex guard_;         ///< of what follows
    std::shared_ptr<const bound> bound_;
    unsigned serial_ = 0;
};

} // namespace pgsql::slapd
