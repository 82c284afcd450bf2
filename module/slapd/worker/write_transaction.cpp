// write_transaction.cpp: the transaction of an operation that writes, in which its statements run.
#include "slapd/worker/write_transaction.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

char extra_key; // its address identifies this type of OpExtra

// FNV-1a: the same number on every server, so that two servers exclude each other.
std::int64_t lock_of(std::string_view dn)
{
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : dn) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 1099511628211U;
    }
    return static_cast<std::int64_t>(hash);
}

} // namespace

write_transaction::write_transaction(Operation& op, postgres::connection& session,
                                     const postgres::wait_options& options,
                                     std::span<const name_lock> wanted, isolation isolation)
    : OpExtra{}, op_(op), session_(session), limits_(options)
{
    std::vector<std::pair<std::int64_t, bool>> locks;
    for (const name_lock& one : wanted)
        locks.emplace_back(lock_of(one.name), one.shared);
    std::sort(locks.begin(), locks.end()); // two operations never wait for each other
    first_.text = isolation == isolation::snapshot
                      ? "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                      : "SELECT pg_catalog.txid_current()";
    for (const auto& [number, shared] : locks)
        first_.text += std::string(", pg_catalog.pg_advisory_xact_lock") +
                       (shared ? "_shared" : "") + "(" + first_.bind(std::to_string(number)) +
                       "::bigint)";
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

write_transaction::~write_transaction()
{
    LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
    if (ended_ || !begun_)
        return;
    try {
        postgres::wait_options options = limits_;
        options.expiry = std::max(options.expiry, in_seconds(1));
        session_.roll_back(options);
    } catch (const std::exception& e) {
        // The pool closes the session, which rolls back.
        write_operation_log(op_.o_log_prefix,
                            {log_event::database_unavailable, "ROLLBACK", e.what()});
    }
}

write_transaction* write_transaction::find(const Operation& op) noexcept
{
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (extra->oe_key == &extra_key)
            return static_cast<write_transaction*>(extra);
    }
    return nullptr;
}

namespace {

// The pointers are valid as long as the query.
postgres::change_statement pointing_to(const postgres::statement& query)
{
    postgres::change_statement out{.text = query.text, .values = {}};
    for (const std::string& value : query.values)
        (void)out.bind(&value);
    return out;
}

} // namespace

void write_transaction::note_id(const postgres::result& first)
{
    if (first.count() > 0) // a snapshot has none
        id_ = first.value(0, 0).value_or("");
}

void write_transaction::begin(const postgres::wait_options& options)
{
    if (std::exchange(begun_, true))
        return;
    std::vector<postgres::result> results;
    session_.run_together({pointing_to(first_)}, true, options, results);
    note_id(results.front());
}

postgres::result write_transaction::begin_with(const postgres::statement& query,
                                               const postgres::wait_options& options)
{
    begun_ = true;
    std::vector<postgres::result> results;
    session_.run_together({pointing_to(first_), pointing_to(query)}, true, options, results);
    note_id(results.front());
    return std::move(results.back());
}

postgres::result write_transaction::change_with(const postgres::statement& query,
                                                const postgres::wait_options& options)
{
    begin(options);
    const auto* const change = std::exchange(later_, nullptr);
    std::vector<postgres::result> results;
    try {
        session_.run_together({*change, pointing_to(query)}, false, options, results);
    } catch (const postgres::error& e) {
        if (results.empty() && e.reason() == postgres::error::cause::statement)
            throw change_refused{e}; // the reader of the query's rows must not take it for its own
        throw;
    }
    changed_rows_ = results.front().affected_rows();
    return std::move(results.back());
}

postgres::result write_transaction::run(const postgres::statement& query,
                                        const postgres::wait_options& options)
{
    try {
        return later_ != nullptr ? change_with(query, options)
               : begun_          ? session_.run(query, options)
                                 : begin_with(query, options);
    } catch (const postgres::error& e) {
        // Callers repeat a query without the values that PostgreSQL rejects.
        if (e.reason() == postgres::error::cause::statement && !changed_ && !ended_) {
            session_.roll_back(options);
            begun_ = false;
        }
        throw;
    }
}

long write_transaction::change(const postgres::change_statement& statement,
                               const postgres::wait_options& options)
{
    begin(options);
    changed_ = true;
    return session_.change(statement, options);
}

void write_transaction::change_later(const postgres::change_statement& statement)
{
    changed_ = true;
    later_ = &statement;
    changed_rows_.reset();
}

long write_transaction::finish_change(const postgres::wait_options& options)
{
    if (const auto* const statement = std::exchange(later_, nullptr))
        return change(*statement, options);
    return changed_rows_.value_or(0);
}

void write_transaction::commit(const postgres::wait_options& options)
{
    begin(options);
    ended_ = true;
    try {
        session_.commit(options);
    } catch (const postgres::error& e) {
        if (e.reason() == postgres::error::cause::statement || e.conflict())
            throw; // PostgreSQL has rolled back: a deferred constraint
        throw commit_unanswered(e, id_);
    }
}

void write_transaction::set_savepoint(const postgres::wait_options& options)
{
    begin(options);
    session_.command(
        has_savepoint_ ? "RELEASE SAVEPOINT entry; SAVEPOINT entry" : "SAVEPOINT entry", options);
    has_savepoint_ = true;
    changed_ = true; // the transaction cannot begin again
}

void write_transaction::roll_back(const postgres::wait_options& options)
{
    later_ = nullptr;
    if (has_savepoint_) {
        session_.command("ROLLBACK TO SAVEPOINT entry", options);
        return;
    }
    ended_ = true;
    session_.roll_back(options);
}

} // namespace pgsql::slapd
