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
            if (!v.listing.empty()) // else it is made of the others
                out.push_back({"pgsql-values " + k.name + " " +
                                   map.attributes[static_cast<std::size_t>(v.attribute)].name,
                               v.listing});
    }
    return out;
}

} // namespace

std::string untold_changes(const directory::mapping& map, postgres::connection& session,
                           const postgres::patience& limits)
{
    return postgres::untold_changes(session, queries_of(map), channel, limits);
}

namespace {

// In the watch's thread, all of it. Does not keep the service, whose configuration may be replaced.
class listening {
public:
    explicit listening(service& with)
        : whose_(with.weak_from_this()), answers_(with.answers),
          ear_(with.listens_at(), channel,
               {.on_ready = [this] { examined_ = {}; },
                .on_notify = [this] { answers_->change(); },
                .on_word =
                    [this](postgres::connection& session, clock::time_point since,
                           const postgres::patience& limits) { word(session, since, limits); },
                .on_lost = [this](const std::string& why) { stop(why); }},
               with.counted->traffic)
    {}
    listening(const listening&) = delete;
    listening& operator=(const listening&) = delete;
    ~listening() { answers_->is_deaf(); } // whoever still uses them must not do so for long

    [[nodiscard]] postgres::appointment listen(const postgres::watch::dismissal& dismissed)
    {
        return ear_.listen(dismissed);
    }

private:
    void word(postgres::connection& session, clock::time_point since,
              const postgres::patience& limits)
    {
        const auto pause = problem_.empty() ? look_again : look_again_soon;
        if ((examined_ == clock::time_point() || clock::now() - examined_ > pause) &&
            !examine(session, limits))
            return;
        if (!problem_.empty())
            return;
        if (used_) {
            answers_->still_listens(since + trust);
            return;
        }
        answers_->listens(since + trust, session.server());
        used_ = true;
        say("the cache is used: changes in the database are heard of");
    }

    // False while it is not known which queries there are.
    bool examine(postgres::connection& session, const postgres::patience& limits)
    {
        const auto with = whose_.lock();
        if (with == nullptr)
            return used_;
        const auto mapping = with->known_mapping();
        std::string problem = with->broken_kind();
        if (mapping == nullptr && problem.empty())
            return used_;
        if (problem.empty())
            try {
                const postgres::patience longer{in_seconds(with->timeout), limits.given_up};
                problem = untold_changes(mapping->map, session, longer);
            } catch (const postgres::error& e) {
                if (e.why() != postgres::error::cause::statement)
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

    void stop(const std::string& why)
    {
        answers_->is_deaf();
        say("the cache is not used, since changes in the database would not be heard of: " + why);
        used_ = false;
    }

    void say(const std::string& what) const
    {
        if (const auto with = whose_.lock())
            with->say(what);
    }

    const std::weak_ptr<service> whose_;
    const std::shared_ptr<directory::cache> answers_;
    bool used_ = false;
    std::string problem_;
    clock::time_point examined_;
    postgres::ear ear_;
};

} // namespace

postgres::watch::duty listen_for_changes(service& with)
{
    return [l = std::make_shared<listening>(with)](const postgres::watch::dismissal& dismissed) {
        return l->listen(dismissed);
    };
}

} // namespace pgsql::slapd
