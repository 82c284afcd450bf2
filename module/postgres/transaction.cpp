// transaction.cpp: begins and ends the transactions of a session.
#include "postgres/connection.hpp"

namespace pgsql::postgres {
namespace {

constexpr const char* begin_text = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE";

} // namespace

void connection::throw_if_outdated(const error& e)
{
    if (!in_transaction() || !e.outdated_statement())
        return;
    broken_ = true; // its prepared statements cannot be dropped before the transaction ends
    throw error(error::cause::lost, e.what());
}

result connection::begin(const wait_options& options, const std::string& first)
{
    // During a transaction a pooler does not assign the session to another client.
    // A session of its own has these settings already.
    const std::string pooled =
        dedicated_ ? ""
                   : "; SET LOCAL statement_timeout = " + timeout_ +
                         "; SET LOCAL standard_conforming_strings = on; SET LOCAL DateStyle = ISO; "
                         "SET LOCAL TimeZone = 'UTC'; SET LOCAL bytea_output = hex; "
                         "SET LOCAL jit = off; SET LOCAL client_encoding = " +
                         (unconverted() ? "'SQL_ASCII'" : "'UTF8'");
    try {
        return command((begin_text + pooled + (first.empty() ? "" : "; " + first)).c_str(),
                       options);
    } catch (const error& e) {
        throw begin_failure(e);
    }
}

// During recovery PostgreSQL cannot write.
error connection::begin_failure(const error& e)
{
    if (e.sqlstate() != "0A000" && e.sqlstate() != "25006")
        return e;
    broken_ = true;
    return {error::cause::lost, e.what(), "25006"};
}

void connection::run_together(const std::vector<change_statement>& statements, bool begin,
                              const wait_options& options, std::vector<result>& out)
{
    PGconn* const pg = handle_.get();
    if (!dedicated_) {
        if (begin)
            (void)this->begin(options);
        for (const change_statement& one : statements) {
            send_change(one, nullptr);
            out.push_back(receive(options));
        }
        return;
    }
    // Preparing takes a round trip, once.
    make_room_for(statements.size() + 1, options);
    std::vector<std::string> names;
    if (begin)
        names.push_back(prepared(begin_text, options));
    for (const change_statement& one : statements)
        names.push_back(one.text.size() <= longest_prepared ? prepared(one.text, options)
                                                            : std::string());
    PQsetErrorVerbosity(pg, PQERRORS_TERSE); // the details contain the row
    std::vector<result> all;
    try {
        check_sent(PQenterPipelineMode(pg));
        pipeline_ = true;
        auto name = names.begin();
        if (begin)
            check_sent(PQsendQueryPrepared(pg, (name++)->c_str(), 0, nullptr, nullptr, nullptr, 0));
        for (const change_statement& one : statements) {
            send_change(one, name->empty() ? nullptr : name->c_str());
            ++name;
        }
        check_sent(PQpipelineSync(pg));
        (void)receive(options, &all);
        PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
    } catch (const error& e) {
        PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
        const std::size_t before = begin ? 1 : 0;
        for (std::size_t i = before; i < all.size(); ++i)
            out.push_back(std::move(all[i]));
        if (begin && all.empty())
            throw begin_failure(e);
        throw_if_outdated(e);
        throw;
    }
    for (std::size_t i = begin ? 1 : 0; i < all.size(); ++i)
        out.push_back(std::move(all[i]));
}

void connection::roll_back(const wait_options& options)
{
    if (!broken_ && in_transaction())
        command("ROLLBACK", options);
}

void connection::commit(const wait_options& options)
{
    wait_options last = options; // a COMMIT that was sent cannot be undone, so wait for its result
    last.cancelled = [] { return false; };
    command("COMMIT", last);
}

long connection::execute_update(const std::string& text,
                                const std::vector<const std::string*>& values,
                                const wait_options& options, long wanted)
{
    (void)begin(options);
    try {
        const long changed = change({.text = text, .values = values}, options, false);
        if (changed == wanted)
            commit(options);
        else
            roll_back(options);
        return changed;
    } catch (const error& e) {
        if (e.reason() == error::cause::statement)
            roll_back(options);
        throw;
    }
}

} // namespace pgsql::postgres
