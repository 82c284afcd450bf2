// metrics.cpp: the catalog of all metrics. A metric is a row here and a line in
// slapd-pgsql-operations(7), MONITORING; tests/style/metrics.sh compares the two.
#include "slapd/monitor/metrics.hpp"

#include "slapd/auth/async_bind.hpp"
#include "slapd/serving/feed.hpp"

#include "cache/result_cache.hpp"
#include "postgres/fair_semaphore.hpp"

namespace pgsql::slapd {
namespace {

using reader = std::function<std::uint64_t(const metric_source&)>;
using event = postgres::pool_stats::event;
using figures = directory::cache_stats;

constexpr auto counter = metric_type::counter;
constexpr auto gauge = metric_type::gauge;
constexpr auto count = metric_unit::count;
constexpr auto seconds = metric_unit::seconds;
constexpr auto microseconds = metric_unit::microseconds;
constexpr auto bytes = metric_unit::bytes;

// ---- how a metric is read

reader traffic(event what)
{
    return [what](const metric_source& s) { return s.counted.traffic->events_counted[what]; };
}

reader checked_hashes(auth::hash_family what)
{
    return [what](const metric_source& s) {
        return s.counted.checked_hashes[static_cast<std::size_t>(what)];
    };
}

reader virtual_names(operation_stats::virtual_outcome what)
{
    return [what](const metric_source& s) { return s.counted.virtual_names[what]; };
}

// For objects that exist only while the database is open.
template <typename Read> reader binds(Read read)
{
    return [read](const metric_source& s) {
        return s.binds != nullptr ? static_cast<std::uint64_t>(read(*s.binds)) : 0;
    };
}

template <typename Read> reader serving(Read read)
{
    return [read](const metric_source& s) {
        return s.serving != nullptr ? static_cast<std::uint64_t>(read(*s.serving)) : 0;
    };
}

template <typename Read> reader feed_figure(Read read)
{
    return serving([read](service& s) -> std::uint64_t {
        return s.feed != nullptr ? static_cast<std::uint64_t>(read(s.feed->current_figures())) : 0;
    });
}

reader cache_of(const std::shared_ptr<directory::result_cache> service::*which,
                std::uint64_t (*read)(const figures&))
{
    return serving([which, read](service& s) {
        return s.*which != nullptr ? read((s.*which)->figures()) : 0;
    });
}

reader cache(std::uint64_t (*read)(const figures&)) { return cache_of(&service::cache, read); }

reader stale_binds(std::uint64_t (*read)(const figures&))
{
    return cache_of(&service::account_cache, read);
}

// ---- the rows

std::vector<metric> numbers()
{
    return {
        {2, "olmPgStatements", counter, count, "Statements that were sent to PostgreSQL",
         traffic(event::statement)},
        {3, "olmPgRows", counter, count, "Rows that PostgreSQL has returned", traffic(event::row)},
        {4, "olmPgConnectAttempts", counter, count, "Attempts to connect to PostgreSQL",
         traffic(event::attempt)},
        {5, "olmPgConnects", counter, count, "Connections to PostgreSQL that were opened",
         traffic(event::session)},
        {6, "olmPgRetries", counter, count, "Operations repeated because a connection was lost",
         traffic(event::repeated)},
        {7, "olmPgPoolSize", gauge, count, "Maximum number of connections to PostgreSQL",
         serving([](service& s) { return s.pool().size(); })},
        {8, "olmPgPoolInUse", gauge, count, "Connections to PostgreSQL in use",
         serving([](service& s) { return s.pool().leased(); })},
        {9, "olmPgPoolWaits", counter, count, "Waits for a connection that was in use",
         traffic(event::wait)},
        {14, "olmPgConnectionsLost", counter, count,
         "Connections that broke while they were in use", traffic(event::lost)},
        {15, "olmPgConnectionsRetired", counter, count,
         "Connections closed for their age or because they were unused", traffic(event::retired)},
        {16, "olmPgDatabaseState", gauge, count,
         "1 while connecting to PostgreSQL fails, 2 once it counts as down",
         serving([](service& s) { return static_cast<int>(s.pool().health().current()); })},
        {17, "olmPgDatabaseDowntime", gauge, seconds,
         "Seconds since PostgreSQL counts as down, 0 when it does not",
         serving([](service& s) { return s.pool().health().seconds_down(); })},
        {18, "olmPgFailedFast", counter, count,
         "Connections that were requested while PostgreSQL was down", traffic(event::refused)},
        {19, "olmPgAnonymousRunning", gauge, count, "Unauthenticated searches that hold a slot",
         serving([](service& s) { return s.anonymous->current_load().held; })},
        {20, "olmPgAnonymousWaiting", gauge, count, "Unauthenticated searches that wait for a slot",
         serving([](service& s) { return s.anonymous->current_load().waiting; })},
        {10, "olmPgHashesWaiting", gauge, count, "Password checks that wait for their turn",
         binds([](async_binds& r) { return r.executor()->load().waiting; })},
        {11, "olmPgHashesRunning", gauge, count, "Threads that check password hashes",
         binds([](async_binds& r) { return r.executor()->load().threads; })},
        {21, "olmPgHashesArgon", counter, count, "Password checks against hashes of argon2",
         checked_hashes(auth::hash_family::argon2)},
        {22, "olmPgHashesBcrypt", counter, count, "Password checks against hashes of bcrypt",
         checked_hashes(auth::hash_family::bcrypt)},
        {23, "olmPgHashesPbkdf", counter, count,
         "Password checks against hashes of PBKDF2 and SCRAM",
         checked_hashes(auth::hash_family::pbkdf2)},
        {24, "olmPgHashesScrypt", counter, count, "Password checks against hashes of scrypt",
         checked_hashes(auth::hash_family::scrypt)},
        {25, "olmPgHashesCrypt", counter, count, "Password checks against other hashes of crypt(5)",
         checked_hashes(auth::hash_family::crypt)},
        {26, "olmPgHashesOther", counter, count, "Password checks against hashes of other schemes",
         checked_hashes(auth::hash_family::other)},
        {12, "olmPgApprovalsPending", gauge, count,
         "Approvals that were requested and not given yet",
         binds([](async_binds& r) { return r.push()->load().prompts; })},
        {13, "olmPgLoginsWaiting", gauge, count, "Logins that wait for an approval",
         binds([](async_binds& r) { return r.push()->load().logins; })},
        {30, "olmPgCacheHits", counter, count, "Query results served from the cache",
         cache([](const figures& f) -> std::uint64_t { return f.hits; })},
        {31, "olmPgCacheMisses", counter, count, "Query results that were not in the cache",
         cache([](const figures& f) -> std::uint64_t { return f.misses; })},
        {32, "olmPgCacheShared", counter, count,
         "Misses that were answered by the statement of another operation",
         cache([](const figures& f) -> std::uint64_t { return f.shared; })},
        {33, "olmPgCacheChanges", counter, count,
         "Reported changes, each of which invalidated all query results",
         cache([](const figures& f) -> std::uint64_t { return f.changes; })},
        {34, "olmPgCacheEvictions", counter, count,
         "Query results evicted because memory was short",
         cache([](const figures& f) -> std::uint64_t { return f.evictions; })},
        {35, "olmPgCacheEntries", gauge, count, "Query results in the cache",
         cache([](const figures& f) -> std::uint64_t { return f.entries; })},
        {36, "olmPgCacheBytes", gauge, bytes, "Bytes that the query results in the cache occupy",
         cache([](const figures& f) -> std::uint64_t { return f.bytes; })},
        {37, "olmPgCacheAge", gauge, seconds,
         "Seconds since the oldest query result in the cache was read",
         serving([](service& s) { return s.cache != nullptr ? s.cache->age() : 0; })},
        {38, "olmPgCacheListening", gauge, count, "1 while changes are reported",
         serving([](service& s) { return s.cache != nullptr && s.cache->valid() ? 1 : 0; })},
        {39, "olmPgStaleAnswers", counter, count,
         "Responses from stale data while the database was down",
         cache([](const figures& f) -> std::uint64_t { return f.stale; })},
        {40, "olmPgStaleBinds", counter, count,
         "Logins checked against stale data while the database was down",
         stale_binds([](const figures& f) -> std::uint64_t { return f.stale; })},
        {44, "olmPgFeedComparisons", counter, count, "Comparisons of the entries with the database",
         feed_figure([](const feed::figures& f) { return f.comparisons; })},
        {45, "olmPgFeedFailures", counter, count, "Comparisons that failed",
         feed_figure([](const feed::figures& f) { return f.failures; })},
        {46, "olmPgFeedDifferences", counter, count, "Entries that comparisons found changed",
         feed_figure([](const feed::figures& f) { return f.differences; })},
        {47, "olmPgFeedEntries", gauge, count, "Entries whose versions are known",
         feed_figure([](const feed::figures& f) { return f.entries; })},
        {48, "olmPgFeedDuration", gauge, microseconds, "Duration of the last comparison",
         feed_figure([](const feed::figures& f) { return f.last_duration * 1e6; })},
        {49, "olmPgFeedAge", gauge, seconds, "Seconds since the last comparison began",
         feed_figure([](const feed::figures& f) { return f.age; })},
        {50, "olmPgFeedHeldBack", gauge, count,
         "1 while the removal of many entries waits for confirmation",
         feed_figure([](const feed::figures& f) { return f.held_back ? 1 : 0; })},
        {51, "olmPgFeedReady", gauge, count, "1 once the entries were compared with the database",
         serving([](service& s) { return s.feed != nullptr && s.feed->ready() ? 1 : 0; })},
        {52, "olmPgFeedNumberTaken", gauge, count,
         "1 while another server that feeds replicas has the same serverID",
         serving([](service& s) { return s.feed != nullptr && s.feed->number_taken() ? 1 : 0; })},
        {41, "olmPgVirtualGiven", counter, count, "Virtual entries that a query has returned",
         virtual_names(operation_stats::given)},
        {42, "olmPgVirtualAdmitted", counter, count, "Unknown names that were registered",
         virtual_names(operation_stats::admitted)},
        {43, "olmPgVirtualRefused", counter, count, "Unknown names that did not become entries",
         virtual_names(operation_stats::name_refused)},
    };
}

struct operation_row {
    operation_stats::kind kind;
    int number; ///< the OID of its first outcome
    int histogram_number;
    const char* name;
};
constexpr operation_row operations[] = {
    {operation_stats::search, 100, 201, "olmPgSearch"},
    {operation_stats::bind, 110, 202, "olmPgBind"},
    {operation_stats::compare, 120, 203, "olmPgCompare"},
    {operation_stats::password_change, 130, 204, "olmPgPasswordChange"},
    {operation_stats::add, 140, 205, "olmPgAdd"},
    {operation_stats::modify, 150, 206, "olmPgModify"},
    {operation_stats::rename, 160, 207, "olmPgRename"},
    {operation_stats::remove, 170, 208, "olmPgDelete"},
};
static_assert(std::size(operations) == operation_stats::kinds);

struct outcome_row {
    operation_stats::outcome outcome;
    const char* name;
    bool searches_only = false;
};
constexpr outcome_row outcomes[] = {
    {operation_stats::answered, "Answered"}, {operation_stats::empty, "Empty", true},
    {operation_stats::refused, "Refused"},   {operation_stats::limited, "Limited"},
    {operation_stats::busy, "Busy"},         {operation_stats::unavailable, "Unavailable"},
    {operation_stats::failed, "Failed"},     {operation_stats::abandoned, "Abandoned"},
};
static_assert(std::size(outcomes) == operation_stats::outcomes);

void add_outcomes(std::vector<metric>& to)
{
    for (const auto& operation : operations)
        for (const auto& how : outcomes)
            if (!how.searches_only || operation.kind == operation_stats::search)
                to.push_back(
                    {operation.number + static_cast<int>(how.outcome),
                     std::string(operation.name) + how.name, counter, count,
                     "Operations of this type with this outcome",
                     [kind = operation.kind, outcome = how.outcome](const metric_source& s) {
                         return s.counted.count_of(kind, outcome);
                     }});
}

std::vector<histogram_metric> durations()
{
    std::vector<histogram_metric> out = {
        {200, "olmPgPoolWaitTime", "Waits for a connection, by duration in seconds",
         [](const metric_source& s) -> const histogram& { return s.counted.traffic->waited; }}};
    for (const auto& operation : operations)
        out.push_back({operation.histogram_number, std::string(operation.name) + "Time",
                       "Operations of this type, by duration in seconds",
                       [kind = operation.kind](const metric_source& s) -> const histogram& {
                           return s.counted.latency(kind);
                       }});
    return out;
}

metric_catalog make_catalogue()
{
    metric_catalog out{numbers(), durations()};
    add_outcomes(out.metrics);
    for (const auto& h : out.histograms)
        out.metrics.push_back({h.number + 50, h.name + "Sum", counter, microseconds,
                               "Sum of these durations, in microseconds",
                               [read = h.read](const metric_source& s) { return read(s).sum(); }});
    return out;
}

} // namespace

const metric_catalog& all_metrics()
{
    static const metric_catalog& only = *new metric_catalog(make_catalogue());
    return only; // never freed: slapd may read cn=Monitor until it exits
}

std::string bound_name(std::size_t bucket)
{
    if (bucket == histogram::bounds.size())
        return "inf";
    char text[32];
    snprintf(text, sizeof text, "%.6f", static_cast<double>(histogram::bounds[bucket]) / 1e6);
    std::string out = text;
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.')
        out.pop_back();
    return out;
}

std::array<std::uint64_t, histogram::buckets> cumulated(const histogram& of)
{
    std::array<std::uint64_t, histogram::buckets> out{};
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = sum += of[i];
    return out;
}

} // namespace pgsql::slapd
