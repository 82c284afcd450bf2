// row_fetch.hpp: executes the statements of a plan and checks their results.
#pragma once

#include "slapd/entry/row_position.hpp"
#include "slapd/worker/idle_worker.hpp"
#include "slapd/worker/write_transaction.hpp"

#include "cache/result_cache.hpp"
#include "query/query_planner.hpp"

namespace pgsql::slapd {

/// The cost class of a statement. A lookup finds an entry by its name or number.
enum class effort : char {
    lookup,
    measured, ///< a lookup or search, by the recent cost of the same statement text
    search
};

/// Waits for a slot if the statement costs more than a lookup. Returns the remaining wait options
/// for the statement.
[[nodiscard]] inline postgres::wait_options prepare(const Operation& op, const service& service,
                                                    effort cost,
                                                    const postgres::wait_options& granted)
{
    postgres::wait_options options = granted;
    if (auto* const limits = operation_limits::find(op);
        limits != nullptr && cost == effort::search) {
        limits->enter(options);
        options.expiry = wait_limit(op, service);
    }
    return options;
}

/// Releases the slot if another operation waits for one; called between two statements.
inline void yield(const Operation& op) noexcept
{
    if (auto* const limits = operation_limits::find(op))
        limits->yield();
}

/// Waits only for a slot.
inline void wait_for_slot(Operation& op, const service& service)
{
    while_waiting(op, service, [&](const postgres::wait_options& options) {
        (void)prepare(op, service, effort::search, options);
        return true;
    });
}

/// Runs `ask` with the operation's wait options; adds the kind to the error of a rejected
/// statement.
template <typename Ask>
postgres::result run_for_plan(Operation& op, service& service, const directory::plan& plan,
                              effort cost, Ask ask)
{
    try {
        return while_waiting(op, service, [&](const postgres::wait_options& options) {
            return ask(prepare(op, service, cost, options));
        });
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        throw e.with_context("the query of " + plan.entry_kind->name + " failed");
    }
}

/// Fetches the rows of one statement of the plan.
[[nodiscard]] inline postgres::result fetch_page(Operation& op, service& service,
                                                 const directory::plan& plan, effort cost,
                                                 const postgres::statement& page)
{
    const bool measured = cost == effort::measured && operation_limits::shares(op);
    const auto hash = measured ? postgres::statement_costs::hash_of(page.text) : 0;
    if (cost == effort::measured)
        cost = !measured || service.anonymous_costs->low(hash) ? effort::lookup : effort::search;
    return run_for_plan(op, service, plan, cost, [&](const postgres::wait_options& options) {
        if (auto* const transaction = write_transaction::find(op))
            return transaction->run(page, options);
        const auto started = clock::now();
        auto out = service.pool_for(op).run(page, options);
        if (measured)
            service.anonymous_costs->add(hash, clock::now() - started);
        return out;
    });
}

/// Throws if the column's type differs from that of the mapping. An altered table may return other
/// types, and not every such statement fails. 0 accepts any type.
inline void expect_type(const directory::plan& plan, const postgres::result& page, int column,
                        unsigned expected)
{
    if (expected != 0 && page.type_oid(column) != expected)
        throw postgres::error(postgres::error::cause::statement,
                              "the column types of " + plan.entry_kind->name +
                                  " changed since they were described");
}

/// The total size in bytes of the first columns of all rows.
[[nodiscard]] inline std::size_t bytes_of(const postgres::result& page, std::size_t columns)
{
    std::size_t bytes = 0;
    for (int row = 0; row < page.count(); ++row)
        for (std::size_t i = 0; i < columns; ++i)
            bytes += page.value(row, static_cast<int>(i)).value_or("").size();
    return bytes;
}

/// Whether the result came from a server with change notifications.
[[nodiscard]] inline bool from_notifying_server(const service& service,
                                                const postgres::result& answer)
{
    return service.cache == nullptr || service.cache->covers(answer.server_id());
}

} // namespace pgsql::slapd
