// service.cpp: turns directives, slapd's schema and PostgreSQL's answers into what operations are
// served from.
#include "slapd/serving/service.hpp"
#include "slapd/serving/kind_parser.hpp"

#include "slapd/core/entry_uuid.hpp"
#include "slapd/core/paging_cookie.hpp"
#include "slapd/serving/cache_invalidation.hpp"
#include "slapd/serving/connection_gate.hpp"
#include "slapd/serving/container_entries.hpp"
#include "slapd/serving/mapping_builder.hpp"
#include "slapd/serving/stalled_clients.hpp"
#include "slapd/serving/transport_log.hpp"

#include "auth/check_chain.hpp"
#include "auth/password_hash.hpp"
#include "auth/push_approval.hpp"
#include "auth/verified_passwords.hpp"
#include "cache/result_cache.hpp"
#include "postgres/fair_semaphore.hpp"
#include "postgres/statement_costs.hpp"

#include <algorithm>
#include <cmath>

namespace pgsql::slapd {
namespace {

// What decides which entries there are, and the password for PostgreSQL: a cookie of one server is
// good at another that shows the same, whatever its limits, and at no other.
std::string secret_of(const directives& from, const BackendDB& be)
{
    std::string text(be.be_nsuffix != nullptr ? view(be.be_nsuffix[0]) : std::string_view());
    for (const auto which :
         {directives::uri, directives::kind, directives::list, directives::lookup,
          directives::values, directives::attribute, directives::private_groups,
          directives::login_filter, directives::hide_denied}) {
        text += '\1';
        for (const auto& value : from.all(which))
            text += value + '\2';
    }
    return digest(text);
}

std::vector<std::string> chain_of(const directives& from)
{
    const std::string text = from.text(directives::auth_backends);
    auto out = login::parse_chain(text);
    if (out.size() > 1 && from.text(directives::push_uri).empty())
        throw unusable("pgsql-auth-backends " + text +
                       ": notification needs the address of the push endpoint; add pgsql-push-uri");
    return out;
}

std::shared_ptr<const login::push_settings> push_of(const directives& from)
{
    auto out = std::make_shared<login::push_settings>();
    out->uri = from.text(directives::push_uri);
    out->ca = from.text(directives::push_ca);
    out->timeout = from.number(directives::push_timeout);
    out->window = from.number(directives::push_window);
    out->most = static_cast<std::size_t>(from.number(directives::push_pending));
    out->most_of_one = static_cast<std::size_t>(from.number(directives::push_per_user));
    return out;
}

// In MiB.
double size_of_cache(const directives& from) { return from.number(directives::cache); }

// What is kept of the database's answers: to be used again, or for want of it only.
std::shared_ptr<directory::cache> answers_of(const directives& from)
{
    constexpr double mebibyte = 1024 * 1024;
    constexpr double for_want_of_it = 32;
    const double size = size_of_cache(from);
    const double stale = from.number(directives::serve_stale);
    const bool notify = from.flag(directives::cache_notify);
    if (!notify && !from.has(directives::cache_ttl))
        throw unusable(
            "pgsql-cache-notify off: nothing but their age would end the use of answers; "
            "say how old they may become with pgsql-cache-ttl");
    if (!in_server() || (size <= 0 && stale <= 0))
        return nullptr;
    auto out = std::make_shared<directory::cache>(directory::cache::limits{
        static_cast<std::size_t>((size > 0 ? size : for_want_of_it) * mebibyte),
        from.number(directives::cache_ttl), stale});
    if (size > 0 && !notify)
        out->listens(clock::time_point::max());
    return out;
}

std::shared_ptr<directory::cache> accounts_of(const directives& from)
{
    constexpr std::size_t bytes = 8 << 20;
    const double stale = from.number(directives::serve_stale_binds);
    if (!in_server() || stale <= 0)
        return nullptr;
    return std::make_shared<directory::cache>(directory::cache::limits{bytes, 0, stale});
}

double pool_size(const directives& from) { return from.number(directives::pool_size); }

// A core is left to others, and half of the sessions.
std::shared_ptr<postgres::fair_semaphore> anonymous_share_of(const directives& from)
{
    const double cores = std::thread::hardware_concurrency();
    const double most = std::floor(std::min(cores, pool_size(from)) / 2);
    const double places = from.number(directives::anonymous_limit, std::max(1.0, most));
    return std::make_shared<postgres::fair_semaphore>(postgres::fair_semaphore::limits{
        .places = static_cast<int>(places), .spare = 1, .crowd = connection_pool_max * 3 / 4});
}

login::hash_budget budget_of(const directives& from)
{
    const unsigned half = std::max(1U, std::thread::hardware_concurrency() / 2);
    return {static_cast<unsigned>(from.number(directives::hash_threads, half)),
            static_cast<std::size_t>(from.number(directives::hash_memory)) * 1024};
}

postgres::target target_of(const directives& from, double timeout, const std::string& session)
{
    postgres::target out;
    out.uri = from.text(directives::uri);
    out.connect_timeout = from.number(directives::connect_timeout);
    out.timeout = timeout;
    out.hosts = std::make_shared<postgres::route>(out.uri, session);
    out.own_session = !from.flag(directives::pooler);
    out.defaults = postgres::own_files(out.uri);
    return out;
}

// Changes of passwords are rare.
constexpr int change_sessions = 2;

} // namespace

service::service(const BackendDB& be, const directives& from, std::shared_ptr<tally> counts,
                 const std::function<void()>& alarm)
    : counted(std::move(counts)),
      suffix_ndn(be.be_nsuffix != nullptr ? std::string(view(be.be_nsuffix[0])) : std::string()),
      anonymous_search(from.flag(directives::anonymous_search)),
      anonymous(anonymous_share_of(from)),
      anonymous_costs(std::make_shared<postgres::statement_costs>()),
      corks(from.flag(directives::cork)), timeout(from.number(directives::timeout)),
      cookie_secret(secret_of(from, be)), chain(chain_of(from)), push(push_of(from)),
      budget(budget_of(from)), hash_timeout(from.number(directives::hash_timeout)),
      remembered(std::make_shared<login::remembered>(from.number(directives::bind_cache_ttl))),
      new_hashes(login::parse_argon2_cost(from.text(directives::password_hash))),
      changes_passwords(from.has(directives::password_change)), answers(answers_of(from)),
      hears_changes(size_of_cache(from) > 0 && from.flag(directives::cache_notify)),
      accounts(accounts_of(from)), private_groups_(from.flag(directives::private_groups)),
      withdraw_(from.number(directives::refuse_after))
{
    if (hears_changes && from.flag(directives::pooler))
        throw unusable("pgsql-cache: behind a proxy that gives each transaction to another session "
                       "(pgsql-pooler on) changes are not heard of; say pgsql-cache-notify off");
    if (suffix_ndn.empty())
        throw unusable("the database has no suffix; add suffix \"dc=…\" behind database pgsql");
    if (!BER_BVISNULL(&be.be_nsuffix[1]))
        throw unusable("the database has more than one suffix; make one pgsql database for each");
    if (changes_passwords && new_hashes.memory_kib > budget.memory_kib)
        throw unusable("pgsql-password-hash m=" + std::to_string(new_hashes.memory_kib) +
                       ": new hashes would take more memory than pgsql-hash-memory allows");
    label_ = "pgsql(" + std::string(view(be.be_suffix[0])) + "): ";
    // dc=example,dc=com → example.com
    for (std::string_view left = suffix_ndn; !left.empty(); left = directory::parent_of(left))
        if (directory::rdn_of(left).starts_with("dc="))
            domain_ +=
                (domain_.empty() ? "" : ".") + std::string(directory::rdn_of(left).substr(3));
    kinds_ = read_kinds(from, domain_);
    fixed_entries made = make_fixed_entries(be, kinds_, domain_);
    tree_ = std::move(made.where);
    fixed_ = std::move(made.entries);
    make_pools(from, alarm);
}

void service::make_pools(const directives& from, const std::function<void()>& alarm)
{
    const auto tell = [&](const std::string& about) {
        return postgres::breaker::listener{[before = label_ + about](const std::string& what) {
                                               Debug(LDAP_DEBUG_ANY, "%s%s\n", before.c_str(),
                                                     what.c_str());
                                           },
                                           alarm};
    };
    transports_ = std::make_shared<transport_log>(label_);
    const auto opened = [&](const std::string& about) {
        return
            [log = transports_, about](const postgres::transport& how) { log->opened(about, how); };
    };
    const std::string session = from.text(directives::target_session_attrs);
    postgres::pool_limits limits{static_cast<int>(pool_size(from)),
                                 from.number(directives::session_lifetime),
                                 from.number(directives::session_idle_timeout)};
    reads_at_ = target_of(from, timeout, session);
    pool_ =
        std::make_shared<postgres::pool>(reads_at_, limits, counted->traffic, tell(""), opened(""));
    changes_ = pool_;
    const bool one_server = session.empty() && reads_at_.hosts->hosts() < 2;
    listens_at_ = one_server ? reads_at_ : target_of(from, timeout, "primary");
    if (!changes_passwords || one_server)
        return;
    limits.size = change_sessions;
    changes_ = std::make_shared<postgres::pool>(target_of(from, timeout, "primary"), limits,
                                                counted->traffic, tell("password changes: "),
                                                opened("password changes: "));
}

std::shared_ptr<const bound> service::known_mapping()
{
    const std::lock_guard lock(guard_);
    return bound_ != nullptr && bound_->complete ? bound_
                                                 : nullptr; // what was wrong may have been fixed
}

// One examines the queries, the others wait.
std::unique_lock<std::timed_mutex> service::turn_to_bind(const postgres::patience& limits)
{
    constexpr auto glance = std::chrono::milliseconds(25);
    const postgres::wait_scope here(limits);
    std::unique_lock out(binding_, std::defer_lock);
    while (!out.try_lock_until(std::min(limits.until, clock::now() + glance))) {
        if (clock::now() >= limits.until)
            throw postgres::error(postgres::error::cause::deadline,
                                  "the queries were still being examined at the deadline");
        if (limits.given_up())
            throw postgres::error(postgres::error::cause::abandoned, "the operation was abandoned");
        limits.long_wait();
    }
    return out;
}

std::shared_ptr<const bound> service::mapping(const postgres::patience& limits)
{
    const std::unique_lock one = turn_to_bind(limits);
    if (auto known = known_mapping()) // whoever held the lock has done it
        return known;
    auto fresh = pool_->with_connection(limits, [&](postgres::connection& session) {
        return bind_mapping(kinds_, domain_, private_groups_, tree_, session, limits);
    });
    look_at_hashes(*fresh, limits);
    transports_->carries_hashes(
        std::any_of(fresh->map.kinds.begin(), fresh->map.kinds.end(),
                    [](const auto& k) { return !k.password_column.empty(); }));
    const std::lock_guard lock(guard_);
    fresh->serial = ++serial_;
    return bound_ = std::move(fresh);
}

std::vector<postgres::watch::duty> service::duties()
{
    std::vector<postgres::watch::duty> out;
    out.push_back([pool = pool_](const auto& dismissed) { return pool->tend(dismissed); });
    if (changes_ != pool_)
        out.push_back([pool = changes_](const auto& dismissed) { return pool->tend(dismissed); });
    out.push_back(watch_for_stalled_clients(*this));
    for (const auto& kept : {answers, accounts})
        if (kept != nullptr)
            out.push_back([kept](const auto&) -> postgres::appointment {
                kept->forget_old();
                const double longest = std::max(kept->most().use, kept->most().stale);
                return {in_seconds(std::clamp(longest / 4, 1.0, 60.0))};
            });
    if (withdraw_ > 0)
        out.push_back([pool = pool_, vote = std::make_shared<refusal_vote>(),
                       grace = withdraw_](const auto&) -> postgres::appointment {
            const double away = pool->health().away_for();
            if (away > 0 && away < grace)
                return {in_seconds(grace - away)};
            const bool done = vote->refuse(away > 0);
            return {in_seconds(done ? 3600 : away > 0 ? 30 : 1)};
        });
    return out;
}

std::vector<postgres::watch::duty> service::urgent_duties()
{
    if (answers == nullptr || !hears_changes)
        return {};
    return {listen_for_changes(*this)};
}

std::string service::broken_kind()
{
    const std::lock_guard lock(guard_);
    if (bound_ != nullptr)
        for (const auto& k : bound_->map.kinds)
            if (!k.problem.empty())
                return k.problem;
    return {};
}

void service::forget_mapping()
{
    const std::lock_guard lock(guard_);
    bound_.reset();
}

void service::say(const std::string& what) const
{
    Debug(LDAP_DEBUG_ANY, "%s%s\n", label_.c_str(), what.c_str());
}

void service::complain(const std::string& kind, const std::string& what, double seconds,
                       const char* aside)
{
    if (listener)
        listener(kind, what);
    else if (complaints_.worth_saying(kind, seconds))
        say(what + aside);
}

// The commonest cost among some of the stored hashes: what a name that does not exist must cost as
// well. Not at any price: everybody waits for it, and a list that takes long must not keep lookups
// from being quick.
void service::look_at_hashes(bound& to, postgres::patience limits)
{
    // Nor at more memory than a check may take: rows whose hashes do are refused unchecked.
    const auto fits = [&](const login::password_hash& dummy) {
        return dummy.cost().memory_kib <= budget.memory_kib;
    };
    to.dummy = login::parse_hash(login::default_cost)->dummy();
    if (!fits(*to.dummy))
        to.dummy = login::parse_hash("$6$")->dummy();
    const int users = to.map.kind_named("users");
    if (users < 0)
        return;
    const directory::kind& k = to.map.kinds[static_cast<std::size_t>(users)];
    if (!k.problem.empty() || k.password_column.empty())
        return;
    postgres::statement sample;
    const std::string column = postgres::quote_identifier(k.password_column);
    sample.text = "SELECT " + column + " FROM (" + k.list.text + ") AS e WHERE " + column +
                  " IS NOT NULL LIMIT 100";
    limits.until = std::min(limits.until, in_seconds(std::min(1.0, timeout / 2)));
    struct commonness {
        std::shared_ptr<const login::password_hash> dummy;
        int rows = 0;
    };
    std::map<std::string, commonness> costs; ///< by the dummy hash of the cost
    try {
        const auto rows = pool_->run(sample, limits);
        for (int i = 0; i < rows.count(); ++i) {
            auto dummy = login::parse_hash(rows.at(i, 0).value_or(""))->dummy();
            rows.wipe(i, 0);
            if (dummy == nullptr || !fits(*dummy))
                continue;
            commonness& of = costs[dummy->stored().reveal()];
            of.dummy = std::move(dummy);
            ++of.rows;
        }
    } catch (const postgres::error& e) {
        if (e.why() != postgres::error::cause::deadline &&
            e.why() != postgres::error::cause::busy && !e.about_a_value())
            throw;
        to.remarks.push_back(std::string("pgsql-list users ") +
                             (e.about_a_value() ? "has a row that PostgreSQL cannot read, "
                                                : "is too slow for a look at ") +
                             "the password hashes: a bind with an unknown name takes the time of " +
                             std::string(login::default_cost) + ", whatever the users' own take");
    }
    const auto most =
        std::max_element(costs.begin(), costs.end(), [](const auto& a, const auto& b) {
            return a.second.rows < b.second.rows;
        });
    if (most != costs.end())
        to.dummy = most->second.dummy;
}

} // namespace pgsql::slapd