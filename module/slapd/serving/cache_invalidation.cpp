// cache_invalidation.cpp: invalidates the cache when PostgreSQL reports changes, and disables it
// when reports may be missing.
#include "slapd/serving/cache_invalidation.hpp"

#include "slapd/serving/configured_queries.hpp"
#include "slapd/serving/feed.hpp"

#include "cache/result_cache.hpp"
#include "postgres/notification_listener.hpp"

namespace pgsql::slapd {
namespace {

constexpr auto channel = "back_pgsql"; // the same as in schema/notify.sql
// How long the cache stays valid after the last reply of the session, whose network may fail
// silently. Longer than a reply takes on a busy machine.
constexpr auto validity = std::chrono::seconds(3);
// Triggers are checked repeatedly, since they can be created and dropped at any time.
constexpr auto check_interval = std::chrono::seconds(60);
constexpr auto recheck_interval = std::chrono::seconds(5);

} // namespace

std::string unnotified_changes(const directory::mapping& map, postgres::connection& session,
                               const postgres::wait_options& options)
{
    return postgres::unnotified_changes(session, configured_queries(map), channel, options);
}

namespace {

// Runs entirely in the maintenance thread. Holds the service weakly, since a configuration change
// may replace it.
class cache_invalidation {
public:
    explicit cache_invalidation(service& service)
        : service_(service.weak_from_this()), caches_(caches_of(service)), feed_(service.feed),
          listener_(service.notify_endpoint(), channel,
                    {.on_ready =
                         [this] {
                             examined_ = {};
                             claimed_.reset();
                             if (const auto feed = feed_.lock())
                                 feed->request(); // for what was missed
                         },
                     .on_notify =
                         [this] {
                             for (const auto& one : caches_)
                                 one->invalidate();
                             if (const auto feed = feed_.lock())
                                 feed->request();
                         },
                     .on_caught_up =
                         [this](postgres::connection& session, clock::time_point since,
                                const postgres::wait_options& options) {
                             on_caught_up(session, since, options);
                         },
                     .on_lost = [this](const std::string& error) { stop(error); }},
                    service.stats->traffic)
    {}
    cache_invalidation(const cache_invalidation&) = delete;
    cache_invalidation& operator=(const cache_invalidation&) = delete;
    /// Operations under way may still use the cache, which must expire soon.
    ~cache_invalidation() { stop_notifications(); }

    [[nodiscard]] postgres::next_run
    listen(const postgres::maintenance_thread::stop_requested& stop_requested)
    {
        return listener_.run(stop_requested);
    }

private:
    static std::vector<std::shared_ptr<directory::result_cache>> caches_of(const service& service)
    {
        std::vector<std::shared_ptr<directory::result_cache>> out;
        // Who sees a new row has the roles of that time as well.
        for (const auto& one : {service.role_cache, service.tree_cache})
            if (one != nullptr)
                out.push_back(one);
        if (service.cache != nullptr && service.caches_results)
            out.push_back(service.cache);
        return out;
    }

    void stop_notifications()
    {
        for (const auto& one : caches_)
            one->stop_notifications();
    }

    void on_caught_up(postgres::connection& session, clock::time_point since,
                      const postgres::wait_options& options)
    {
        claim_number(session, options);
        const auto pause = problem_.empty() ? check_interval : recheck_interval;
        if ((examined_ == clock::time_point() || clock::now() - examined_ > pause) &&
            !examine(session, options))
            return;
        if (!problem_.empty())
            return;
        if (enabled_) {
            for (const auto& one : caches_)
                one->renew(since + validity);
            return;
        }
        for (const auto& one : caches_)
            one->start_notifications(since + validity, session.server_id());
        enabled_ = true;
        log({log_event::cache_enabled, "", "change notifications are active"});
    }

    // The lock lasts as long as the session. Replicas would lose changes of two providers with the
    // same number.
    void claim_number(postgres::connection& session, const postgres::wait_options& options)
    {
        const auto feed = feed_.lock();
        const int number = slap_serverID; // which may change online
        if (claimed_ == number || feed == nullptr || !feed->current().replays ||
            !feed->current().claims)
            return;
        const auto suffix = replication::hash_of(to_string_view(feed->database().be_nsuffix[0]));
        const auto lock = [&](const std::string& function, int of) {
            return session
                       .run_once({"SELECT pg_catalog." + function + "($1::int, $2::int)",
                                  {std::to_string(static_cast<std::int32_t>(suffix)),
                                   std::to_string(of)}},
                                 options)
                       .value(0, 0) == "t";
        };
        if (claimed_)
            (void)lock("pg_advisory_unlock", *std::exchange(claimed_, std::nullopt));
        const bool succeeded = lock("pg_try_advisory_lock", number);
        if (succeeded)
            claimed_ = number;
        feed->claim(succeeded);
    }

    // False while the queries are not known yet.
    bool examine(postgres::connection& session, const postgres::wait_options& options)
    {
        const auto service = service_.lock();
        if (service == nullptr)
            return enabled_;
        const auto mapping = service->known_mapping();
        std::string problem = service->broken_kind();
        if (mapping == nullptr && problem.empty())
            return enabled_;
        if (problem.empty())
            try {
                const postgres::wait_options longer{in_seconds(service->timeout),
                                                    options.cancelled};
                problem = unnotified_changes(mapping->map, session, longer);
            } catch (const postgres::error& e) {
                postgres::rethrow_unless_statement(e);
                problem = e.what();
            }
        examined_ = clock::now();
        if (problem == problem_)
            return true;
        problem_ = std::move(problem);
        if (!problem_.empty())
            stop(problem_);
        return true;
    }

    void stop(const std::string& error)
    {
        stop_notifications();
        log({log_event::cache_disabled, "",
             "changes in the database would go unnoticed: " + error});
        enabled_ = false;
    }

    void log(const log_message& message) const
    {
        if (const auto service = service_.lock())
            service->log(message);
    }

    const std::weak_ptr<service> service_;
    const std::vector<std::shared_ptr<directory::result_cache>> caches_;
    const std::weak_ptr<feed> feed_;
    bool enabled_ = false;
    std::optional<int> claimed_; ///< the number whose lock the session has
    std::string problem_;
    clock::time_point examined_;
    postgres::notification_listener listener_;
};

} // namespace

postgres::maintenance_thread::task notification_task(service& service)
{
    return [l = std::make_shared<cache_invalidation>(service)](
               const postgres::maintenance_thread::stop_requested& stop_requested) {
        return l->listen(stop_requested);
    };
}

} // namespace pgsql::slapd
