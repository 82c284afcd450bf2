// row_fetch.hpp: turns the statements of a plan into rows, and refuses rows that do not fit the
// plan.
#pragma once

#include "slapd/worker/idle_worker.hpp"

#include "cache/result_cache.hpp"
#include "query/query_planner.hpp"

namespace pgsql::slapd {

/// What a statement takes. A lookup finds an entry by its name or number.
enum class effort : char {
    lookup,
    measured, ///< a lookup or a search, as those of its text were lately
    search
};

/// Waits for a place, if the statement takes more than a lookup. Returns the patience that is left
/// for the statement.
[[nodiscard]] inline postgres::wait_options prepare(const Operation& op, const service& service,
                                                    effort much,
                                                    const postgres::wait_options& granted)
{
    postgres::wait_options options = granted;
    if (auto* const all = operation_limits::find(op); all != nullptr && much == effort::search) {
        all->enter(options);
        options.expiry = wait_limit(op, service);
    }
    return options;
}

/// Gives the place to whoever waits for one: between two statements, which take turns.
inline void yield(const Operation& op) noexcept
{
    if (auto* const all = operation_limits::find(op))
        all->yield();
}

/// Waits for a place alone.
inline void wait_for_place(Operation& op, const service& service)
{
    while_waiting(op, service, [&](const postgres::wait_options& options) {
        (void)prepare(op, service, effort::search, options);
        return true;
    });
}

/// Runs `ask` with the operation's patience; a refused statement is named in the log.
template <typename Ask>
postgres::result run_for_plan(Operation& op, service& service, const directory::plan& plan,
                              effort much, Ask ask)
{
    try {
        return while_waiting(op, service, [&](const postgres::wait_options& options) {
            return ask(prepare(op, service, much, options));
        });
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::statement)
            throw;
        throw postgres::error(e.reason(),
                              "the query of " + plan.entry_kind->name + " failed: " + e.what(),
                              std::string(e.sqlstate()));
    }
}

/// The rows of one of the plan's statements.
[[nodiscard]] inline postgres::result fetch_page(Operation& op, service& service,
                                                 const directory::plan& plan, effort much,
                                                 const postgres::statement& page)
{
    const bool measured = much == effort::measured && operation_limits::shares(op);
    if (much == effort::measured)
        much =
            !measured || service.anonymous_costs->low(page.text) ? effort::lookup : effort::search;
    return run_for_plan(op, service, plan, much, [&](const postgres::wait_options& options) {
        const auto started = clock::now();
        auto out = service.pool().run(page, options);
        if (measured)
            service.anonymous_costs->add(page.text, clock::now() - started);
        return out;
    });
}

/// Throws when the column does not arrive in the type that the mapping was made for. A table that
/// was altered may give others, and not every such statement fails. 0: any will do.
inline void expect_type(const directory::plan& plan, const postgres::result& page, int column,
                        unsigned expected)
{
    if (expected != 0 && page.type_oid(column) != expected)
        throw postgres::error(postgres::error::cause::statement,
                              "the columns of " + plan.entry_kind->name +
                                  " have other types than when they were looked at");
}

/// The bytes that the first columns of all rows come to.
[[nodiscard]] inline std::size_t bytes_of(const postgres::result& in, std::size_t columns)
{
    std::size_t bytes = 0;
    for (int row = 0; row < in.count(); ++row)
        for (std::size_t i = 0; i < columns; ++i)
            bytes += in.value(row, static_cast<int>(i)).value_or("").size();
    return bytes;
}

/// Whether the answer came from where changes are heard of.
[[nodiscard]] inline bool from_notifying_server(const service& service,
                                                const postgres::result& answer)
{
    return service.cache == nullptr || service.cache->covers(answer.server_id());
}

} // namespace pgsql::slapd
