// connection.cpp: runs statements in one session with PostgreSQL; every wait has a deadline.
#include "postgres/connection.hpp"
#include "postgres/libpq_text.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <cmath>

namespace pgsql::postgres {
namespace {

// A wait of up to this time is too short to call on_long_wait for.
constexpr int short_wait_ms = 5;
constexpr std::size_t most_prepared = 256;
// The settings for a session that a pooler shares, limited to the transaction of the statement.
constexpr const char* settings =
    "SELECT pg_catalog.set_config('statement_timeout', $1, true),"
    " pg_catalog.set_config('transaction_read_only', 'on', true),"
    " pg_catalog.set_config('standard_conforming_strings', 'on', true),"
    " pg_catalog.set_config('DateStyle', 'ISO', true), pg_catalog.set_config('TimeZone', 'UTC', true),"
    " pg_catalog.set_config('bytea_output', 'hex', true), pg_catalog.set_config('jit', 'off', true),"
    " pg_catalog.set_config('client_encoding', $2, true)";

std::string trimmed(const char* message) { return one_line(text_of(message)); }

} // namespace

bool connection::reusable() const noexcept
{
    return !broken_ && PQstatus(handle_.get()) == CONNECTION_OK &&
           PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

bool connection::closed_by_server() noexcept
{
    // The server sends nothing in an idle session; a readable socket means that the server closed
    // it or announced to do so.
    pollfd socket = {PQsocket(handle_.get()), POLLIN, 0};
    return poll(&socket, 1, 0) != 0;
}

void connection::throw_lost()
{
    broken_ = true;
    throw error(error::cause::lost, "connection lost: " + trimmed(PQerrorMessage(handle_.get())));
}

void connection::check_sent(int ok)
{
    if (ok == 0)
        throw_lost();
}

void connection::wait_for(bool writing, const wait_options& options)
{
    const wait_scope here(options);
    for (int slice = short_wait_ms;; slice = static_cast<int>(poll_interval.count())) {
        const int left = milliseconds_until(options.expiry);
        pollfd socket = {PQsocket(handle_.get()),
                         static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN), 0};
        const int ready = poll(&socket, 1, std::min(left, slice));
        if (ready > 0)
            return;
        if (ready < 0 && errno != EINTR)
            throw_lost();
        if (left == 0) {
            broken_ = true;
            throw error(error::cause::deadline, "no answer from PostgreSQL before the deadline");
        }
        if (options.cancelled()) {
            broken_ = true;
            throw error(error::cause::abandoned, "the operation was abandoned");
        }
        options.on_long_wait();
    }
}

result connection::receive(const wait_options& options, std::vector<result>* all)
{
    PGconn* pg = handle_.get();
    result last;
    std::unique_ptr<error> failure;
    for (;;) {
        for (int pending = PQflush(pg); pending != 0; pending = PQflush(pg)) {
            if (pending < 0)
                throw_lost();
            wait_for(true, options);
            // The server may be sending at the same time: without reading, both would block.
            if (PQconsumeInput(pg) == 0)
                throw_lost();
        }
        while (PQisBusy(pg) != 0) {
            wait_for(false, options);
            if (PQconsumeInput(pg) == 0)
                throw_lost();
        }
        PGresult* answer = PQgetResult(pg);
        if (answer == nullptr && pipeline_ && PQstatus(pg) != CONNECTION_BAD)
            continue; // the end of one of the statements in the pipeline
        if (answer == nullptr)
            break;
        const ExecStatusType status = PQresultStatus(answer);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            last = result(answer, server_id_);
            stats_.events_counted.add(pool_stats::row, static_cast<std::uint64_t>(last.count()));
            if (all != nullptr)
                all->push_back(std::move(last));
            continue;
        }
        if (status == PGRES_PIPELINE_SYNC || status == PGRES_PIPELINE_ABORTED) {
            PQclear(answer);
            if (status == PGRES_PIPELINE_SYNC) {
                pipeline_ = false;
                PQexitPipelineMode(pg);
                break;
            }
            continue;
        }
        if (status == PGRES_COPY_OUT || status == PGRES_COPY_IN || status == PGRES_COPY_BOTH) {
            PQclear(answer); // and again each time
            broken_ = true;
            throw error(error::cause::statement, "the statement starts COPY", "0A000");
        }
        const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
        const std::string sqlstate = state != nullptr ? state : "";
        if (failure == nullptr) {
            failure = std::make_unique<error>(cause_of(sqlstate),
                                              trimmed(PQresultErrorMessage(answer)), sqlstate);
            failure->set_objects(PQresultErrorField(answer, PG_DIAG_COLUMN_NAME),
                                 PQresultErrorField(answer, PG_DIAG_CONSTRAINT_NAME));
        }
        PQclear(answer);
        if (PQstatus(pg) == CONNECTION_BAD)
            break;
    }
    if (failure) {
        if (failure->reason() != error::cause::statement)
            broken_ = true;
        throw error(*failure);
    }
    return last;
}

void connection::make_room_for(std::size_t statements, const wait_options& options)
{
    if (prepared_.size() + statements <= most_prepared)
        return;
    check_sent(PQsendQuery(handle_.get(), "DEALLOCATE ALL"));
    (void)receive(options);
    prepared_.clear();
}

const std::string& connection::prepared(const std::string& text, const wait_options& options)
{
    if (const auto known = prepared_.find(text); known != prepared_.end())
        return known->second;
    make_room_for(1, options);
    std::string name = "s" + std::to_string(prepared_.size());
    check_sent(PQsendPrepare(handle_.get(), name.c_str(), text.c_str(), 0, nullptr));
    (void)receive(options);
    return prepared_.emplace(text, std::move(name)).first->second;
}

// A pipeline up to its synchronization point is one transaction (PostgreSQL manual §55.2.3) and one
// round trip.
void connection::begin_pooled()
{
    check_sent(PQenterPipelineMode(handle_.get()));
    pipeline_ = true;
    const std::array<const char*, 2> values = {timeout_.c_str(),
                                               unconverted() ? "SQL_ASCII" : "UTF8"};
    check_sent(PQsendQueryParams(handle_.get(), settings, values.size(), nullptr, values.data(),
                                 nullptr, nullptr, 0));
}

void connection::end_pooled() { check_sent(PQpipelineSync(handle_.get())); }

// Without a name the text is sent.
void connection::send(const statement& statement, const char* prepared_as)
{
    const bool pooled = !dedicated_ && !in_transaction();
    if (pooled)
        begin_pooled();
    std::vector<const char*> values;
    std::vector<int> lengths;
    values.reserve(statement.values.size());
    lengths.reserve(statement.values.size());
    for (const auto& value : statement.values) {
        values.push_back(value.c_str());
        lengths.push_back(static_cast<int>(value.size()));
    }
    const int count = static_cast<int>(values.size());
    stats_.events_counted.add(pool_stats::statement);
    check_sent(prepared_as == nullptr
                   ? PQsendQueryParams(handle_.get(), statement.text.c_str(), count, nullptr,
                                       values.data(), lengths.data(), nullptr, 0)
                   : PQsendQueryPrepared(handle_.get(), prepared_as, count, values.data(),
                                         lengths.data(), nullptr, 0));
    if (pooled)
        end_pooled();
}

void connection::send(const statement& statement, const wait_options& options)
{
    const bool prepare = dedicated_ && statement.text.size() <= longest_prepared;
    send(statement, prepare ? prepared(statement.text, options).c_str() : nullptr);
    result_pending_ = true;
}

result connection::collect(const wait_options& options)
{
    result out = receive(options);
    result_pending_ = false;
    return out;
}

bool connection::discard_result(const wait_options& options) noexcept
{
    PGconn* const pg = handle_.get();
    if (!result_pending_ || PQstatus(pg) != CONNECTION_OK)
        return false;
    try {
        (void)receive(options);
    } catch (const std::exception&) {
        // Canceled, failed, or still running.
    }
    if (PQtransactionStatus(pg) != PQTRANS_IDLE)
        return false;
    result_pending_ = false;
    broken_ = false;
    return reusable();
}

result connection::run_once(const statement& statement, const wait_options& options)
{
    send(statement, nullptr);
    return receive(options);
}

bool connection::ready()
{
    if (PQconsumeInput(handle_.get()) == 0)
        throw_lost();
    return PQflush(handle_.get()) == 0 && PQisBusy(handle_.get()) == 0;
}

bool connection::notified()
{
    if (PQconsumeInput(handle_.get()) == 0)
        throw_lost();
    bool any = false;
    while (PGnotify* one = PQnotifies(handle_.get())) {
        PQfreemem(one);
        any = true;
    }
    return any;
}

result connection::run(const statement& statement, const wait_options& options)
{
    for (bool again = false;; again = true) {
        result_pending_ = false;
        try {
            send(statement, options);
            return collect(options);
        } catch (const error& e) {
            if (again || !dedicated_ || !e.outdated_statement())
                throw;
            throw_if_outdated(e);
            check_sent(PQsendQuery(handle_.get(), "DEALLOCATE ALL"));
            (void)receive(options);
            prepared_.clear();
        }
    }
}

result connection::command(const char* text, const wait_options& options)
{
    check_sent(PQsendQuery(handle_.get(), text));
    return receive(options);
}

result connection::run_and_roll_back(const std::vector<std::string>& commands,
                                     const statement& query, const wait_options& options)
{
    command("BEGIN READ WRITE", options);
    try {
        for (const auto& one : commands)
            command(one.c_str(), options);
        result out = run_once(query, options);
        command("ROLLBACK", options);
        return out;
    } catch (const error& e) {
        if (e.reason() == error::cause::statement &&
            PQtransactionStatus(handle_.get()) == PQTRANS_INERROR)
            command("ROLLBACK", options);
        throw;
    }
}

void connection::send_change(const change_statement& statement, const char* prepared_as)
{
    std::vector<const char*> texts;
    texts.reserve(statement.values.size());
    for (const std::string* value : statement.values)
        texts.push_back(value != nullptr ? value->c_str() : nullptr);
    const int count = static_cast<int>(texts.size());
    stats_.events_counted.add(pool_stats::statement);
    check_sent(prepared_as == nullptr
                   ? PQsendQueryParams(handle_.get(), statement.text.c_str(), count, nullptr,
                                       texts.data(), nullptr, nullptr, 0)
                   : PQsendQueryPrepared(handle_.get(), prepared_as, count, texts.data(), nullptr,
                                         nullptr, 0));
}

long connection::change(const change_statement& statement, const wait_options& options,
                        bool prepare)
{
    PGconn* pg = handle_.get();
    prepare = prepare && dedicated_ && statement.text.size() <= longest_prepared;
    PQsetErrorVerbosity(pg, PQERRORS_TERSE); // the details contain the row
    try {
        const char* const name = prepare ? prepared(statement.text, options).c_str() : nullptr;
        send_change(statement, name);
        const long changed = receive(options).affected_rows();
        PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
        return changed;
    } catch (const error& e) {
        PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
        throw_if_outdated(e);
        throw;
    }
}

std::vector<described_column> connection::describe(const std::string& text,
                                                   const wait_options& options,
                                                   std::vector<Oid>* parameters)
{
    PGconn* pg = handle_.get();
    if (!dedicated_)
        begin_pooled();
    check_sent(PQsendPrepare(pg, "", text.c_str(), 0, nullptr));
    if (dedicated_)
        (void)receive(options);
    check_sent(PQsendDescribePrepared(pg, ""));
    if (!dedicated_)
        end_pooled();
    const result description = receive(options);
    const PGresult* of = description.handle();
    std::vector<described_column> columns;
    for (int i = 0; i < PQnfields(of); ++i)
        columns.push_back(
            {PQfname(of, i), PQftype(of, i), PQfmod(of, i), PQftable(of, i), PQftablecol(of, i)});
    for (int i = 0; parameters != nullptr && i < PQnparams(of); ++i)
        parameters->push_back(PQparamtype(of, i));
    return columns;
}

} // namespace pgsql::postgres
