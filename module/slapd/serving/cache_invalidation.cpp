// cache_invalidation.cpp: turns what PostgreSQL tells of changes into a cache that shows none but
// what is true.
#include "slapd/serving/cache_invalidation.hpp"

#include "cache/result_cache.hpp"
#include "postgres/notification_listener.hpp"
#include "postgres/trigger_audit.hpp"

namespace pgsql::slapd {
namespace {

constexpr auto channel = "back_pgsql"; // schema/notify.sql has it too
// So long after the last word of the session changes may still be unheard of, should its network be
// dead without a sign: longer than a word takes on a busy machine.
constexpr auto trust = std::chrono::seconds(3);
// Triggers come and go.
constexpr auto look_again = std::chrono::seconds(60);
constexpr auto look_again_soon = std::chrono::seconds(5);

// Every query of the configuration. Parameters do not matter for which tables are read.
std::vector<postgres::named_query> queries_of(const directory::mapping& map)
{
    std::vector<postgres::named_query> out;
    for (const auto& k : map.kinds) {
        out.push_back({"pgsql-list " + k.name, k.list.text}); // without hidden rows
        for (const auto& l : k.lookups)
            out.push_back({"pgsql-lookup " + k.name + " " +
                               map.attributes[static_cast<std::size_t>(l.attribute)].name,
                           l.query.with_parameter("NULL")});
        for (const auto& v : k.values)
            if (!v.source_sql.empty()) // else it is made of the others
                out.push_back({"pgsql-values " + k.name + " " +
                                   map.attributes[static_cast<std::size_t>(v.attribute)].name,
                               v.source_sql});
    }
    return out;
}

} // namespace

std::string unnotified_changes(const directory::mapping& map, postgres::connection& session,
                               const postgres::wait_options& options)
{
    return postgres::unnotified_changes(session, queries_of(map), channel, options);
}

namespace {

// In the watch's thread, all of it. Does not keep the service, whose configuration may be replaced.
class cache_invalidation {
public:
    explicit cache_invalidation(service& service)
        : service_(service.weak_from_this()), answers_(service.cache),
          ear_(
              service.notify_endpoint(), channel,
              {.on_ready = [this] { examined_ = {}; },
               .on_notify = [this] { answers_->invalidate(); },
               .on_caught_up =
                   [this](postgres::connection& session, clock::time_point since,
                          const postgres::wait_options& options) { word(session, since, options); },
               .on_lost = [this](const std::string& error) { stop(error); }},
              service.stats->traffic)
    {}
    cache_invalidation(const cache_invalidation&) = delete;
    cache_invalidation& operator=(const cache_invalidation&) = delete;
    ~cache_invalidation()
    {
        answers_->stop_notifications();
    } // whoever still uses them must not do so for long

    [[nodiscard]] postgres::next_run
    listen(const postgres::maintenance_thread::stop_requested& dismissed)
    {
        return ear_.run(dismissed);
    }

private:
    void word(postgres::connection& session, clock::time_point since,
              const postgres::wait_options& options)
    {
        const auto pause = problem_.empty() ? look_again : look_again_soon;
        if ((examined_ == clock::time_point() || clock::now() - examined_ > pause) &&
            !examine(session, options))
            return;
        if (!problem_.empty())
            return;
        if (used_) {
            answers_->renew(since + trust);
            return;
        }
        answers_->start_notifications(since + trust, session.server_id());
        used_ = true;
        say("the cache is used: changes in the database are heard of");
    }

    // False while it is not known which queries there are.
    bool examine(postgres::connection& session, const postgres::wait_options& options)
    {
        const auto service = service_.lock();
        if (service == nullptr)
            return used_;
        const auto mapping = service->known_mapping();
        std::string problem = service->broken_kind();
        if (mapping == nullptr && problem.empty())
            return used_;
        if (problem.empty())
            try {
                const postgres::wait_options longer{in_seconds(service->timeout),
                                                    options.cancelled};
                problem = unnotified_changes(mapping->map, session, longer);
            } catch (const postgres::error& e) {
                if (e.reason() != postgres::error::cause::statement)
                    throw;
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
        answers_->stop_notifications();
        say("the cache is not used, since changes in the database would not be heard of: " + error);
        used_ = false;
    }

    void say(const std::string& text) const
    {
        if (const auto service = service_.lock())
            service->log(text);
    }

    const std::weak_ptr<service> service_;
    const std::shared_ptr<directory::result_cache> answers_;
    bool used_ = false;
    std::string problem_;
    clock::time_point examined_;
    postgres::notification_listener ear_;
};

} // namespace

postgres::maintenance_thread::task notification_task(service& service)
{
    return [l = std::make_shared<cache_invalidation>(service)](
               const postgres::maintenance_thread::stop_requested& dismissed) {
        return l->listen(dismissed);
    };
}

} // namespace pgsql::slapd
