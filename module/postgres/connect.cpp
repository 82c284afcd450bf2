// connect.cpp: opens sessions with PostgreSQL, host by host, and sets them up.
#include "postgres/connection.hpp"
#include "postgres/libpq_text.hpp"
#include "postgres/refusal.hpp"

#include <array>
#include <cmath>

namespace pgsql::postgres {
namespace {

// The fraction of the timeout after which data that the server's kernel has not acknowledged ends
// the session (tcp_user_timeout): if the machine or network is dead, time is left for another
// server. A slow statement does not end the session.
constexpr double unacknowledged_fraction = 1.0 / 3;
// SQL_ASCII means that PostgreSQL does not know the encoding of the stored bytes. With
// client_encoding UTF8, it fails every statement that reads other bytes; with SQL_ASCII it sends
// them unconverted, and the entry omits the values that are not UTF-8.
constexpr const char* no_conversion = "SET client_encoding = 'SQL_ASCII';";

// libpq would write notices to standard error; the server logs them already.
void ignore_notice(void*, const PGresult*) {}

} // namespace

connection::connection(PGconn* handle, const endpoint& endpoint, pool_stats& stats)
    : handle_(handle), stats_(stats),
      timeout_(std::to_string(std::max(1L, std::lround(endpoint.timeout * 1000)))),
      dedicated_(endpoint.dedicated_session)
{}

std::unique_ptr<connection> connection::open(const endpoint& endpoint, const wait_options& options,
                                             pool_stats& stats)
{
    const wait_scope here(options);
    options.on_long_wait(); // the resolver may wait for an unknown time
    stats.events_counted.add(pool_stats::attempt);
    wait_options attempt = options;
    attempt.on_long_wait = attempt.wait_over = [] {}; // all steps are one wait
    attempt.expiry = std::min(options.expiry, in_seconds(endpoint.connect_timeout));
    const auto candidates = endpoint.hosts->candidates();
    std::string problems;
    std::string sqlstate;
    std::size_t silent = 0;
    std::size_t refused = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const auto& host = candidates[i];
        wait_options slice = attempt;
        slice.expiry = clock::now() + (attempt.expiry - clock::now()) / (candidates.size() - i);
        try {
            auto session = open_at(endpoint, host, slice, stats);
            endpoint.hosts->mark_reachable(host);
            stats.events_counted.add(pool_stats::session);
            return session;
        } catch (const error& e) {
            if (e.reason() == error::cause::abandoned)
                throw;
            std::string text = e.what();
            if (e.reason() == error::cause::deadline && e.sqlstate().empty()) {
                ++silent;
                endpoint.hosts->set_aside(host);
                text = "no answer in time" +
                       (host.port.empty()
                            ? ""
                            : " from " + host.name + host.address + " port " + host.port);
            }
            if (e.reason() == error::cause::rejected) {
                ++refused;
                endpoint.hosts->set_aside(host);
                sqlstate = e.sqlstate();
            }
            problems += (problems.empty() ? "cannot connect: " : "; ") + text;
        }
    }
    if (refused == candidates.size())
        throw error(error::cause::rejected, problems, sqlstate, error::server_reply::refused);
    // A reply of one host is more informative than the silence of others.
    throw error(clock::now() >= options.expiry ? error::cause::deadline : error::cause::lost,
                problems, {},
                refused > 0                   ? error::server_reply::refused
                : silent == candidates.size() ? error::server_reply::none
                                              : error::server_reply::error_text);
}

void connection::refuse(const connection_failure& why) const
{
    throw error(why.refused ? error::cause::rejected : error::cause::lost, why.text, why.sqlstate,
                why.refused ? error::server_reply::refused : error::server_reply::error_text);
}

void connection::start(const wait_options& options)
{
    PGconn* const pg = handle_.get();
    PQsetErrorVerbosity(pg, PQERRORS_VERBOSE); // the only way to get the SQLSTATE from libpq
    for (auto state = PQstatus(pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
         state != PGRES_POLLING_OK; state = PQconnectPoll(pg)) {
        if (state == PGRES_POLLING_FAILED)
            refuse(
                read_failure(text_of(PQerrorMessage(pg)), text_of(PQdb(pg)), text_of(PQuser(pg))));
        wait_for(state == PGRES_POLLING_WRITING, options);
    }
    PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
    PQsetnonblocking(pg, 1);
    try {
        set_up(options);
    } catch (const error& e) {
        if (e.sqlstate().empty())
            throw;
        refuse(read_failure(e.what(), std::string(e.sqlstate()), text_of(PQdb(pg)),
                            text_of(PQuser(pg))));
    }
}

void connection::set_up(const wait_options& options)
{
    if (!dedicated_) {
        // Connecting does not show whether the server behind the pooler replies. Each statement
        // sends the settings.
        (void)run_once({"SELECT 1", {}}, options);
        return;
    }
    // The formats that the module expects of values as text, and a timeout at the server for
    // statements whose client has gone.
    const result started = command(
        ((unconverted() ? no_conversion : "") + ("SET statement_timeout = " + timeout_) +
         "; SET default_transaction_read_only = on; SET standard_conforming_strings = on;"
         " SET DateStyle = 'ISO'; SET TimeZone = 'UTC'; SET bytea_output = 'hex'; SET jit = off;"
         // The start time in microseconds identifies the server.
         " SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint")
            .c_str(),
        options);
    if (started.count() == 1)
        server_id_ = std::strtol(started.value(0, 0).value_or("0").data(), nullptr, 10);
}

std::unique_ptr<connection> connection::open_at(const endpoint& endpoint,
                                                const host_list::host& host,
                                                const wait_options& options, pool_stats& stats)
{
    const auto user_timeout = std::to_string(
        std::max(1L, std::lround(endpoint.timeout * 1000 * unacknowledged_fraction)));
    // Keywords before dbname are defaults that the configured URI overrides; keywords after dbname
    // override the URI (libpq manual, PQconnectdbParams with expand_dbname). Empty values are
    // ignored.
    const std::array<std::array<const char*, 2>, 5> first = {{
        {"fallback_application_name", "back-pgsql"},
        {"tcp_user_timeout", user_timeout.c_str()},
        {"keepalives_idle", "30"},
        {"keepalives_interval", "5"},
        {"keepalives_count", "3"},
    }};
    const std::array<std::array<const char*, 2>, 6> last = {{
        {"dbname", endpoint.uri.c_str()},
        {"client_encoding", "UTF8"},
        {"host", host.name.c_str()},
        {"hostaddr", host.address.c_str()},
        {"port", host.port.c_str()},
        {"target_session_attrs", host.session_attrs.c_str()},
    }};
    std::vector<const char*> keys;
    std::vector<const char*> values;
    const auto add = [&](const char* key, const char* value) {
        keys.push_back(key);
        values.push_back(value);
    };
    for (const auto& [key, value] : first)
        add(key, value);
    for (const auto& [key, value] : endpoint.defaults)
        add(key, value.c_str());
    for (const auto& [key, value] : last)
        add(key, value);
    add(nullptr, nullptr);
    std::unique_ptr<connection> self(
        new connection(PQconnectStartParams(keys.data(), values.data(), 1), endpoint, stats));
    if (self->handle_ == nullptr)
        throw error(error::cause::lost, "out of memory for a connection");
    PQsetNoticeReceiver(self->handle_.get(), ignore_notice, nullptr);
    self->start(options);
    return self;
}

} // namespace pgsql::postgres
