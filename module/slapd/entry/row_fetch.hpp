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
[[nodiscard]] inline postgres::patience prepare(const Operation& op, const service& with,
                                                effort much, const postgres::patience& limits)
{
    postgres::patience out = limits;
    if (auto* const all = operation_limits::of(op); all != nullptr && much == effort::search) {
        all->enter(limits);
        out.until = wait_limit(op, with);
    }
    return out;
}

/// Gives the place to whoever waits for one: between two statements, which take turns.
inline void yield(const Operation& op) noexcept
{
    if (auto* const all = operation_limits::of(op))
        all->yield();
}

/// Waits for a place alone.
inline void wait_for_place(Operation& op, const service& with)
{
    while_waiting(op, with, [&](const postgres::patience& limits) {
        (void)prepare(op, with, effort::search, limits);
        return true;
    });
}

/// Runs `ask` with the operation's patience; a refused statement is named in the log.
template <typename Ask>
postgres::rows rows_of(Operation& op, service& with, const directory::plan& from, effort much,
                       Ask ask)
{
    try {
        return while_waiting(op, with, [&](const postgres::patience& limits) {
            return ask(prepare(op, with, much, limits));
        });
    } catch (const postgres::error& e) {
        if (e.why() != postgres::error::cause::statement)
            throw;
        throw postgres::error(e.why(), "the query of " + from.of->name + " failed: " + e.what(),
                              std::string(e.sqlstate()));
    }
}

/// The rows of one of the plan's statements.
[[nodiscard]] inline postgres::rows fetch(Operation& op, service& with, const directory::plan& from,
                                          effort much, const postgres::statement& page)
{
    const bool measured = much == effort::measured && operation_limits::shares(op);
    if (much == effort::measured)
        much = !measured || with.anonymous_costs->low(page.text) ? effort::lookup : effort::search;
    return rows_of(op, with, from, much, [&](const postgres::patience& limits) {
        const auto began = clock::now();
        auto out = with.pool().run(page, limits);
        if (measured)
            with.anonymous_costs->add(page.text, clock::now() - began);
        return out;
    });
}

/// Throws when the column does not arrive in the type that the mapping was made for. A table that
/// was altered may give others, and not every such statement fails. 0: any will do.
inline void expect_type(const directory::plan& from, const postgres::rows& page, int column,
                        unsigned expected)
{
    if (expected != 0 && page.type(column) != expected)
        throw postgres::error(postgres::error::cause::statement,
                              "the columns of " + from.of->name +
                                  " have other types than when they were looked at");
}

/// The bytes that the first columns of all rows come to.
[[nodiscard]] inline std::size_t bytes_of(const postgres::rows& in, std::size_t columns)
{
    std::size_t bytes = 0;
    for (int row = 0; row < in.count(); ++row)
        for (std::size_t i = 0; i < columns; ++i)
            bytes += in.at(row, static_cast<int>(i)).value_or("").size();
    return bytes;
}

/// Whether the answer came from where changes are heard of.
[[nodiscard]] inline bool heard_of(const service& with, const postgres::rows& answer)
{
    return with.answers == nullptr || with.answers->hears(answer.server());
}

} // namespace pgsql::slapd
