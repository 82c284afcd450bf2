// service.cpp: builds the pools, caches and mapping of a database from its directives and
// PostgreSQL's catalog.
#include "slapd/serving/service.hpp"
#include "slapd/serving/caches.hpp"
#include "slapd/serving/kind_parser.hpp"
#include "slapd/serving/role_parser.hpp"
#include "slapd/serving/virtual_parser.hpp"

#include "slapd/core/entry_uuid.hpp"
#include "slapd/core/paging_cookie.hpp"
#include "slapd/serving/cache_invalidation.hpp"
#include "slapd/serving/connection_gate.hpp"
#include "slapd/serving/container_entries.hpp"
#include "slapd/serving/dummy_hash.hpp"
#include "slapd/serving/feed.hpp"
#include "slapd/serving/mapping_builder.hpp"
#include "slapd/serving/pepper.hpp"
#include "slapd/serving/stalled_clients.hpp"
#include "slapd/serving/transport_log.hpp"

#include "auth/check_chain.hpp"
#include "auth/password_hash.hpp"
#include "auth/push_approval.hpp"
#include "auth/verified_passwords.hpp"
#include "cache/result_cache.hpp"
#include "postgres/fair_semaphore.hpp"
#include "postgres/statement_costs.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace pgsql::slapd {
namespace {

// Derived from everything that determines the entries, and from the password for PostgreSQL. A
// cookie of one server is valid at another that shows the same entries, whatever its limits, and
// nowhere else.
std::string secret_of(const directives& directives, const BackendDB& be)
{
    std::string text(be.be_nsuffix != nullptr ? to_string_view(be.be_nsuffix[0])
                                              : std::string_view());
    for (const auto which :
         {directives::uri, directives::kind, directives::list, directives::lookup,
          directives::values, directives::attribute, directives::private_groups,
          directives::login_filter, directives::hide_denied, directives::roles, directives::role,
          directives::virtual_}) {
        text += '\1';
        for (const auto& value : directives.values_of(which))
            text += value + '\2';
    }
    return digest(text);
}

std::vector<std::string> chain_of(const directives& directives)
{
    const std::string text = directives.text(directives::auth_backends);
    auto out = auth::parse_check_chain(text);
    if (out.size() > 1 && directives.text(directives::push_uri).empty())
        throw config_error(
            "pgsql-auth-backends " + text +
            ": notification needs the address of the push endpoint; add pgsql-push-uri");
    return out;
}

std::shared_ptr<const auth::push_settings> push_of(const directives& directives)
{
    auto out = std::make_shared<auth::push_settings>();
    out->uri = directives.text(directives::push_uri);
    out->ca = directives.text(directives::push_ca);
    out->timeout = directives.number(directives::push_timeout);
    out->window = directives.number(directives::push_window);
    out->capacity = static_cast<std::size_t>(directives.number(directives::push_pending));
    out->most_of_one = static_cast<std::size_t>(directives.number(directives::push_per_user));
    return out;
}

std::string feed_password_ndn_of(const directives& directives)
{
    const std::string dn = directives.text(directives::feed_passwords);
    return dn.empty() ? "" : normalized_dn(dn);
}

void check_feed(const BackendDB& be, const directives& directives)
{
    if (!directives.flag(directives::feed))
        return;
    if (slap_serverID == 0)
        throw config_error("pgsql-feed: the server has no number; add serverID <1 to 4095> before "
                           "the databases, and give each server its own");
    if (BER_BVISEMPTY(&be.be_rootndn))
        throw config_error("pgsql-feed: the database has no rootdn, with whose rights changes are "
                           "replayed; add rootdn");
}

double pool_size(const directives& directives) { return directives.number(directives::pool_size); }

// By default half of the cores or of the sessions, whichever is less; the rest is left to
// authenticated clients.
std::shared_ptr<postgres::fair_semaphore> anonymous_semaphore_of(const directives& directives)
{
    const double cores = std::thread::hardware_concurrency();
    const double most = std::floor(std::min(cores, pool_size(directives)) / 2);
    const double slots = directives.number(directives::anonymous_limit, std::max(1.0, most));
    return std::make_shared<postgres::fair_semaphore>(postgres::fair_semaphore::limits{
        .slots = static_cast<int>(slots), .spare = 1, .max_callers = connection_pool_max * 3 / 4});
}

// Half of the sessions and threads are left to searches and logins.
std::shared_ptr<postgres::fair_semaphore> write_semaphore_of(const directives& directives)
{
    return std::make_shared<postgres::fair_semaphore>(postgres::fair_semaphore::limits{
        .slots = std::max(1, static_cast<int>(pool_size(directives)) / 2),
        .spare = 0,
        .max_callers = std::max(2, connection_pool_max / 2)});
}

auth::hash_budget budget_of(const directives& directives)
{
    const unsigned half = std::max(1U, std::thread::hardware_concurrency() / 2);
    return {static_cast<unsigned>(directives.number(directives::hash_threads, half)),
            static_cast<std::size_t>(directives.number(directives::hash_memory)) * 1024};
}

postgres::endpoint endpoint_of(const directives& directives, double timeout,
                               const std::string& session)
{
    postgres::endpoint out;
    out.uri = directives.text(directives::uri);
    out.connect_timeout = directives.number(directives::connect_timeout);
    out.timeout = timeout;
    out.hosts = std::make_shared<postgres::host_list>(out.uri, session);
    out.dedicated_session = !directives.flag(directives::pooler);
    out.defaults = postgres::user_files(out.uri);
    return out;
}

// Changes of passwords are rare.
constexpr int change_sessions = 2;

} // namespace

service::service(const BackendDB& be, const directives& directives,
                 std::shared_ptr<operation_stats> counts, const std::function<void()>& wake_tasks)
    : stats(std::move(counts)),
      // Tools compare nothing.
      replicates(in_server() && directives.flag(directives::feed)),
      shows_usn(in_server() && directives.flag(directives::usn)),
      suffix_ndn(be.be_nsuffix != nullptr ? std::string(to_string_view(be.be_nsuffix[0]))
                                          : std::string()),
      feed_password_ndn(feed_password_ndn_of(directives)),
      anonymous_search(directives.flag(directives::anonymous_search)),
      anonymous(anonymous_semaphore_of(directives)), write_turns(write_semaphore_of(directives)),
      anonymous_costs(std::make_shared<postgres::statement_costs>()),
      corks(directives.flag(directives::cork)), timeout(directives.number(directives::timeout)),
      cookie_secret(secret_of(directives, be)), check_chain(chain_of(directives)),
      push(push_of(directives)), budget(budget_of(directives)),
      hash_timeout(directives.number(directives::hash_timeout)),
      verified_passwords(std::make_shared<auth::verified_passwords>(
          directives.number(directives::bind_cache_ttl))),
      pepper(read_pepper(directives.text(directives::pepper))),
      new_hashes(directives.text(directives::password_hash)),
      changes_passwords(directives.has(directives::password_change)),
      cache(result_cache_of(directives)), caches_results(cache_mebibytes(directives) > 0),
      uses_notify(notified(directives)), tree_cache(tree_cache_of(directives)),
      role_cache(role_cache_of(directives)), account_cache(account_cache_of(directives)),
      private_groups_(directives.flag(directives::private_groups)),
      unknown_names_(parse_name_rate(directives.text(directives::virtual_rate)).names,
                     parse_name_rate(directives.text(directives::virtual_rate)).period),
      refuse_after_(directives.number(directives::refuse_after))
{
    if (uses_notify && caches_results && directives.flag(directives::pooler))
        throw config_error(
            "pgsql-cache: with pgsql-pooler on, change notifications do not arrive; set "
            "pgsql-cache-notify off");
    if (suffix_ndn.empty())
        throw config_error("the database has no suffix; add suffix \"dc=…\" after database pgsql");
    if (!BER_BVISNULL(&be.be_nsuffix[1]))
        throw config_error(
            "the database has more than one suffix; make one pgsql database for each");
    if (changes_passwords && new_hashes.cost().memory_kib > budget.memory_kib)
        throw config_error(fmt::format(
            "pgsql-password-hash {}: new hashes would take more memory than pgsql-hash-memory allows",
            directives.text(directives::password_hash)));
    label_ = fmt::format("pgsql({}): ", to_string_view(be.be_suffix[0]));
    // dc=example,dc=com → example.com
    for (std::string_view left = suffix_ndn; !left.empty(); left = directory::parent_of(left))
        if (directory::rdn_of(left).starts_with("dc="))
            domain_ +=
                (domain_.empty() ? "" : ".") + std::string(directory::rdn_of(left).substr(3));
    check_feed(be, directives);
    kinds_ = read_kinds(directives, domain_);
    role_rules_ = read_role_rules(directives, kinds_);
    name_policy_ = read_name_policy(directives, kinds_);
    container_entries made = make_fixed_entries(be, kinds_, domain_);
    tree_ = std::move(made.tree);
    for (const auto& below : kinds_)
        for (const auto& above : kinds_)
            if (below.parent_kind == above.name)
                row_container_rdns_.insert(to_lower(above.sources.front().attribute));
    containers_ = std::move(made.entries);
    make_pools(directives, wake_tasks);
}

postgres::circuit_breaker::callbacks
service::breaker_callbacks(const std::string& subject,
                           const std::function<void()>& request_probe) const
{
    const auto on_down = [label = label_, subject](const postgres::error& why) {
        const bool refused = why.reason() == postgres::error::cause::rejected;
        write_log({refused ? log_event::sessions_refused : log_event::database_down, subject,
                   why.what(), "operations fail with unavailable (52) until it recovers"},
                  label.c_str());
    };
    const auto on_up = [label = label_, subject](double seconds) {
        const std::string fact = fmt::format("available again after {:.0f} s", seconds);
        write_log({log_event::database_up, subject, fact}, label.c_str());
    };
    return {on_down, on_up, request_probe};
}

void service::make_pools(const directives& directives, const std::function<void()>& wake_tasks)
{
    transports_ = std::make_shared<transport_log>(label_);
    const auto opened = [&](const std::string& subject) {
        return [log = transports_, subject](const postgres::transport& how) {
            log->opened(subject, how);
        };
    };
    const std::string session = directives.text(directives::target_session_attrs);
    postgres::pool_limits limits{static_cast<int>(pool_size(directives)),
                                 directives.number(directives::session_lifetime),
                                 directives.number(directives::session_idle_timeout)};
    read_endpoint_ = endpoint_of(directives, timeout, session);
    pool_ = std::make_shared<postgres::pool>(read_endpoint_, limits, stats->traffic,
                                             breaker_callbacks("", wake_tasks), opened(""));
    primary_pool_ = pool_;
    const bool one_server = session.empty() && read_endpoint_.hosts->size() < 2;
    notify_endpoint_ = one_server ? read_endpoint_ : endpoint_of(directives, timeout, "primary");
    if ((!changes_passwords && !writes() && !registers_names()) || one_server)
        return;
    if (!writes())
        limits.size = change_sessions;
    primary_pool_ = std::make_shared<postgres::pool>(
        endpoint_of(directives, timeout, "primary"), limits, stats->traffic,
        breaker_callbacks("changes", wake_tasks), opened("changes"));
}

bool service::registers_names() const noexcept
{
    return std::any_of(kinds_.begin(), kinds_.end(), [](const auto& kind) {
        return std::any_of(kind.virtuals.begin(), kind.virtuals.end(),
                           [](const auto& one) { return one.write; });
    });
}

bool service::writes() const noexcept
{
    return std::any_of(kinds_.begin(), kinds_.end(),
                       [](const auto& kind) { return kind.writes.has_value(); });
}

std::shared_ptr<const resolved_mapping> service::known_mapping()
{
    const std::lock_guard lock(mutex_);
    return mapping_ != nullptr && mapping_->complete ? mapping_
                                                     : nullptr; // the error may have been fixed
}

// One thread examines the queries, the others wait.
std::unique_lock<std::timed_mutex> service::lock_mapping(const postgres::wait_options& options)
{
    const postgres::wait_scope here(options);
    std::unique_lock out(mapping_mutex_, std::defer_lock);
    while (!out.try_lock_until(std::min(options.expiry, clock::now() + poll_interval))) {
        if (clock::now() >= options.expiry)
            throw postgres::error(postgres::error::cause::deadline,
                                  "timed out while the queries were being examined");
        if (options.cancelled())
            throw postgres::error(postgres::error::cause::abandoned, "the operation was abandoned");
        options.on_long_wait();
    }
    return out;
}

std::shared_ptr<const resolved_mapping> service::mapping(const postgres::wait_options& options)
{
    const std::unique_lock one = lock_mapping(options);
    if (auto known = known_mapping()) // built by the previous holder of the lock
        return known;
    auto fresh = pool_->with_connection(options, [&](postgres::connection& session) {
        return build_mapping(kinds_, domain_, private_groups_, tree_, session, options);
    });
    choose_dummy_hash(*fresh, *pool_, budget, timeout, options);
    transports_->carries_hashes(
        std::any_of(fresh->map.kinds.begin(), fresh->map.kinds.end(),
                    [](const auto& k) { return !k.password_column.empty(); }));
    for (const auto& [event, text] : fresh->warnings)
        if (event == log_event::writes_unusable) // clients do not learn the reason
            log({event, text});
    const std::lock_guard lock(mutex_);
    fresh->serial = ++serial_;
    return mapping_ = std::move(fresh);
}

std::shared_ptr<const resolved_mapping>
service::mapping_for(postgres::connection& session, const postgres::wait_options& options) const
{
    return build_mapping(kinds_, domain_, private_groups_, tree_, session, options);
}

std::vector<postgres::maintenance_thread::task> service::tasks()
{
    std::vector<postgres::maintenance_thread::task> out;
    out.push_back([pool = pool_](const auto& dismissed) { return pool->maintain(dismissed); });
    if (primary_pool_ != pool_)
        out.push_back(
            [pool = primary_pool_](const auto& dismissed) { return pool->maintain(dismissed); });
    out.push_back(watch_for_stalled_clients(*this));
    for (const auto& kept : {cache, tree_cache, role_cache, account_cache})
        if (kept != nullptr)
            out.push_back([kept](const auto&) -> postgres::next_run {
                kept->erase_expired();
                const double longest = std::max(kept->config().ttl, kept->config().stale);
                return {in_seconds(std::clamp(longest / 4, 1.0, 60.0))};
            });
    if (feed != nullptr)
        out.push_back([weak = std::weak_ptr(feed)](const auto&) -> postgres::next_run {
            const auto held = weak.lock();
            return {held != nullptr ? held->tick() : in_seconds(3600)};
        });
    if (refuse_after_ > 0)
        out.push_back([pool = pool_, vote = std::make_shared<listener_vote>(),
                       grace = refuse_after_](const auto&) -> postgres::next_run {
            const double away = pool->health().seconds_down();
            if (away > 0 && away < grace)
                return {in_seconds(grace - away)};
            const bool done = vote->vote(away > 0);
            return {in_seconds(done ? 3600 : away > 0 ? 30 : 1)};
        });
    return out;
}

std::vector<postgres::maintenance_thread::task> service::notification_tasks()
{
    if (feed == nullptr && ((cache == nullptr && tree_cache == nullptr) || !uses_notify))
        return {};
    return {notification_task(*this)};
}

std::string service::broken_kind()
{
    const std::lock_guard lock(mutex_);
    if (mapping_ != nullptr)
        for (const auto& k : mapping_->map.kinds)
            if (!k.error.empty())
                return k.error;
    return {};
}

void service::invalidate_caches()
{
    for (const auto& kept : {role_cache, tree_cache, cache})
        if (kept != nullptr)
            kept->invalidate();
    if (feed != nullptr) // a client has written
        feed->request();
}

bool service::logs_refused_name() noexcept
{
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(clock::now().time_since_epoch()).count();
    auto last = refusal_logged_.load(std::memory_order_relaxed);
    return last != now && refusal_logged_.compare_exchange_strong(last, now);
}

void service::invalidate_mapping()
{
    const std::lock_guard lock(mutex_);
    mapping_.reset();
}

void service::log(const log_message& message)
{
    if (log_listener)
        log_listener(message);
    else if (log_throttle_.should_log(message.event, message.object))
        write_log(message, label_.c_str());
}

} // namespace pgsql::slapd
