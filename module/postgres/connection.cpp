// connection.cpp: turns statements into rows over one session with PostgreSQL, never waiting past a
// deadline.
#include "connection.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <cmath>

namespace pgsql::postgres {
namespace {

// A long wait looks this often whether the client has abandoned the operation.
constexpr int glance_ms = 25;
// A wait up to here is not worth preparing for.
constexpr int short_wait_ms = 5;
// Texts that depend on the length of a filter are seldom seen twice; preparing them would only fill
// the server's memory.
constexpr std::size_t longest_prepared = 8192;
constexpr std::size_t most_prepared = 256;

std::string trimmed(const char* message)
{
    std::string out = message != nullptr ? message : "";
    while (!out.empty() && (out.back() == '\n' || out.back() == ' '))
        out.pop_back();
    for (char& c : out)
        if (c == '\n')
            c = ' '; // one log line
    return out;
}

// libpq would write notices to standard error; they are the server's log's business.
void ignore_notice(void*, const PGresult*) {}

} // namespace

std::unique_ptr<connection> connection::open(const target& where, const patience& limits,
                                             traffic& counted)
{
    limits.long_wait();
    counted.of.add(traffic::attempt);
    const auto milliseconds = std::to_string(std::max(1L, std::lround(where.timeout * 1000)));
    // What stands before dbname is a default that the administrator's URI may change, what stands
    // behind it is not (libpq manual, PQconnectdbParams with expand_dbname).
    const std::array keys = {"fallback_application_name", "tcp_user_timeout",
                             "keepalives_idle",           "keepalives_interval",
                             "keepalives_count",          "dbname",
                             "client_encoding",           static_cast<const char*>(nullptr)};
    const std::array values = {
        "back-pgsql", milliseconds.c_str(), "30",   "5",
        "3",          where.uri.c_str(),    "UTF8", static_cast<const char*>(nullptr)};
    std::unique_ptr<connection> self(
        new connection(PQconnectStartParams(keys.data(), values.data(), 1), counted));
    PGconn* pg = self->handle_.get();
    if (pg == nullptr)
        throw error(error::cause::lost, "out of memory for a connection");
    PQsetNoticeReceiver(pg, ignore_notice, nullptr);

    patience attempt = limits;
    attempt.until = std::min(limits.until, in_seconds(where.connect_timeout));
    for (auto state = PQstatus(pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
         state != PGRES_POLLING_OK; state = PQconnectPoll(pg)) {
        if (state == PGRES_POLLING_FAILED)
            throw error(error::cause::lost, "cannot connect: " + trimmed(PQerrorMessage(pg)));
        self->wait_for(state == PGRES_POLLING_WRITING, attempt);
    }
    PQsetnonblocking(pg, 1);

    // What the module relies on when it reads values as text, and a server-side end for statements
    // whose client is gone.
    statement session;
    session.text = "SET statement_timeout = " + milliseconds +
                   "; SET default_transaction_read_only = on; SET standard_conforming_strings = on;"
                   " SET DateStyle = 'ISO'; SET TimeZone = 'UTC'; SET bytea_output = 'hex'";
    // The moment of its start, in microseconds, tells one server from all others.
    session.text += "; SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint";
    self->sent(PQsendQuery(pg, session.text.c_str()));
    const rows started = self->collect(limits);
    if (started.count() == 1)
        self->server_ = std::strtol(started.at(0, 0).value_or("0").data(), nullptr, 10);
    counted.of.add(traffic::session);
    return self;
}

bool connection::reusable() const noexcept
{
    return !broken_ && PQstatus(handle_.get()) == CONNECTION_OK &&
           PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

bool connection::stale() noexcept
{
    // An idle session has nothing to say; a readable socket means it was closed (or told so) in the
    // meantime.
    pollfd socket = {PQsocket(handle_.get()), POLLIN, 0};
    return poll(&socket, 1, 0) != 0;
}

void connection::lost()
{
    broken_ = true;
    throw error(error::cause::lost, "connection lost: " + trimmed(PQerrorMessage(handle_.get())));
}

void connection::sent(int ok)
{
    if (ok == 0)
        lost();
}

void connection::wait_for(bool writing, const patience& limits)
{
    for (int slice = short_wait_ms;; slice = glance_ms) {
        const int left = milliseconds_until(limits.until);
        pollfd socket = {PQsocket(handle_.get()),
                         static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN), 0};
        const int ready = poll(&socket, 1, std::min(left, slice));
        if (ready > 0)
            return;
        if (ready < 0 && errno != EINTR)
            lost();
        if (left == 0) {
            broken_ = true;
            throw error(error::cause::deadline, "no answer from PostgreSQL before the deadline");
        }
        if (limits.given_up()) {
            broken_ = true;
            throw error(error::cause::abandoned, "the operation was abandoned");
        }
        limits.long_wait();
    }
}

rows connection::collect(const patience& limits)
{
    PGconn* pg = handle_.get();
    rows last;
    std::unique_ptr<error> failure;
    for (;;) {
        for (int pending = PQflush(pg); pending != 0; pending = PQflush(pg)) {
            if (pending < 0)
                lost();
            wait_for(true, limits);
            if (PQconsumeInput(pg) ==
                0) // the server may be sending while we do: read, or both would wait for ever
                lost();
        }
        while (PQisBusy(pg) != 0) {
            wait_for(false, limits);
            if (PQconsumeInput(pg) == 0)
                lost();
        }
        PGresult* result = PQgetResult(pg);
        if (result == nullptr)
            break;
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            last = rows(result, server_);
            counted_.of.add(traffic::row, static_cast<std::uint64_t>(last.count()));
            continue;
        }
        const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const std::string sqlstate = state != nullptr ? state : "";
        const std::string message = trimmed(PQresultErrorMessage(result));
        PQclear(result);
        if (failure == nullptr)
            failure = std::make_unique<error>(cause_of(sqlstate), message, sqlstate);
        if (PQstatus(pg) == CONNECTION_BAD)
            break;
    }
    if (failure) {
        if (failure->why() != error::cause::statement)
            broken_ = true;
        throw error(*failure);
    }
    return last;
}

const std::string& connection::prepared(const std::string& text, const patience& limits)
{
    if (const auto known = prepared_.find(text); known != prepared_.end())
        return known->second;
    if (prepared_.size() >= most_prepared) {
        sent(PQsendQuery(handle_.get(), "DEALLOCATE ALL"));
        (void)collect(limits);
        prepared_.clear();
    }
    std::string name = "s" + std::to_string(prepared_.size());
    sent(PQsendPrepare(handle_.get(), name.c_str(), text.c_str(), 0, nullptr));
    (void)collect(limits);
    return prepared_.emplace(text, std::move(name)).first->second;
}

// Without a name the text goes along.
void connection::send(const statement& what, const char* prepared_as)
{
    std::vector<const char*> values;
    std::vector<int> lengths;
    values.reserve(what.values.size());
    lengths.reserve(what.values.size());
    for (const auto& value : what.values) {
        values.push_back(value.c_str());
        lengths.push_back(static_cast<int>(value.size()));
    }
    const int count = static_cast<int>(values.size());
    counted_.of.add(traffic::statement);
    sent(prepared_as == nullptr
             ? PQsendQueryParams(handle_.get(), what.text.c_str(), count, nullptr, values.data(),
                                 lengths.data(), nullptr, 0)
             : PQsendQueryPrepared(handle_.get(), prepared_as, count, values.data(), lengths.data(),
                                   nullptr, 0));
}

void connection::send(const statement& what, const patience& limits)
{
    send(what, what.text.size() > longest_prepared ? nullptr : prepared(what.text, limits).c_str());
}

rows connection::run_once(const statement& what, const patience& limits)
{
    send(what, nullptr);
    return collect(limits);
}

bool connection::arrived()
{
    if (PQconsumeInput(handle_.get()) == 0)
        lost();
    return PQflush(handle_.get()) == 0 && PQisBusy(handle_.get()) == 0;
}

bool connection::notified()
{
    if (PQconsumeInput(handle_.get()) == 0)
        lost();
    bool any = false;
    while (PGnotify* one = PQnotifies(handle_.get())) {
        PQfreemem(one);
        any = true;
    }
    return any;
}

rows connection::run(const statement& what, const patience& limits)
{
    for (bool again = false;; again = true) {
        try {
            send(what, limits);
            return collect(limits);
        } catch (const error& e) {
            if (again || !e.outdated_statement())
                throw;
            sent(PQsendQuery(handle_.get(), "DEALLOCATE ALL"));
            (void)collect(limits);
            prepared_.clear();
        }
    }
}

void connection::command(const char* text, const patience& limits)
{
    sent(PQsendQuery(handle_.get(), text));
    (void)collect(limits);
}

rows connection::run_in_vain(const std::vector<std::string>& commands, const statement& query,
                             const patience& limits)
{
    command("BEGIN READ WRITE", limits);
    try {
        for (const auto& one : commands)
            command(one.c_str(), limits);
        rows out = run_once(query, limits);
        command("ROLLBACK", limits);
        return out;
    } catch (const error& e) {
        if (e.why() == error::cause::statement &&
            PQtransactionStatus(handle_.get()) == PQTRANS_INERROR)
            command("ROLLBACK", limits);
        throw;
    }
}

long connection::change(const std::string& text, const std::vector<const std::string*>& values,
                        const patience& limits, long wanted)
{
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const std::string* value : values)
        texts.push_back(value != nullptr ? value->c_str() : nullptr);
    PGconn* pg = handle_.get();
    command("BEGIN READ WRITE", limits);
    try {
        PQsetErrorVerbosity(pg, PQERRORS_TERSE); // details show the row
        counted_.of.add(traffic::statement);
        sent(PQsendQueryParams(pg, text.c_str(), static_cast<int>(values.size()), nullptr,
                               texts.data(), nullptr, nullptr, 0));
        const long changed = collect(limits).changed();
        PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
        patience last = limits;
        if (changed == wanted) // on its way it cannot be called back, so its end is waited for
            last.given_up = [] { return false; };
        command(changed == wanted ? "COMMIT" : "ROLLBACK", last);
        return changed;
    } catch (const error& e) {
        PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
        if (e.why() == error::cause::statement && PQtransactionStatus(pg) == PQTRANS_INERROR)
            command("ROLLBACK", limits);
        throw;
    }
}

std::vector<described_column> connection::describe(const std::string& text, const patience& limits,
                                                   std::vector<Oid>* parameters)
{
    PGconn* pg = handle_.get();
    sent(PQsendPrepare(pg, "", text.c_str(), 0, nullptr));
    (void)collect(limits);
    sent(PQsendDescribePrepared(pg, ""));
    // The description arrives as a result without rows, which `rows` does not show: read it here.
    std::vector<described_column> columns;
    for (;;) {
        while (PQflush(pg) > 0)
            wait_for(true, limits);
        while (PQisBusy(pg) != 0) {
            wait_for(false, limits);
            if (PQconsumeInput(pg) == 0)
                lost();
        }
        PGresult* result = PQgetResult(pg);
        if (result == nullptr)
            return columns;
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            const std::string message = trimmed(PQresultErrorMessage(result));
            PQclear(result);
            broken_ = true;
            throw error(error::cause::lost, message);
        }
        for (int i = 0; i < PQnfields(result); ++i)
            columns.push_back({PQfname(result, i), PQftype(result, i), PQfmod(result, i),
                               PQftable(result, i), PQftablecol(result, i)});
        for (int i = 0; parameters != nullptr && i < PQnparams(result); ++i)
            parameters->push_back(PQparamtype(result, i));
        PQclear(result);
    }
}

} // namespace pgsql::postgres
