// transaction.cpp: begins and ends the transactions of a session.
#include "postgres/connection.hpp"

namespace pgsql::postgres {

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
        return command(("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE NOT DEFERRABLE" + pooled +
                        (first.empty() ? "" : "; " + first))
                           .c_str(),
                       options);
    } catch (const error& e) {
        if (e.sqlstate() != "0A000" && e.sqlstate() != "25006") // during recovery
            throw;
        broken_ = true;
        throw error(error::cause::lost, e.what(), "25006");
    }
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
