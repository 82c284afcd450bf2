// operation_stats.hpp: counts the operations of a database by type and outcome, and measures their
// duration. Survives changes of the directives.
#pragma once

#include "slapd/core/slapd.hpp"

#include "auth/password_hash.hpp"
#include "base/deadline.hpp"
#include "postgres/pool_stats.hpp"

namespace pgsql::slapd {

class operation_stats {
public:
    enum kind : std::size_t {
        search,
        bind,
        compare,
        add,
        modify,
        rename,
        remove,
        password_change,
        kinds
    };
    enum outcome : std::size_t {
        answered,    ///< a search: with at least one entry
        empty,       ///< a search without a result
        refused,     ///< answered correctly with an error, such as a wrong password
        limited,     ///< a time, size or administrative limit was exceeded
        busy,        ///< busy (51)
        unavailable, ///< unavailable (52)
        failed,      ///< any other failure of the backend
        abandoned,
        outcomes
    };

    /// The outcome for a result code and the number of entries sent.
    [[nodiscard]] static outcome outcome_of(kind what, int code, int entries) noexcept;

    void count(kind what, outcome how, clock::time_point started) noexcept
    {
        counts_[what].add(how);
        latency_[what].add(std::chrono::duration_cast<histogram::duration>(clock::now() - started));
    }
    [[nodiscard]] std::uint64_t count_of(kind what, outcome how) const noexcept
    {
        return counts_[what][how];
    }
    [[nodiscard]] const histogram& latency(kind what) const noexcept { return latency_[what]; }

    /// What became of names that no row has; see pgsql-virtual.
    enum virtual_outcome : std::size_t { given, admitted, name_refused, virtual_outcomes };
    counters<virtual_outcomes> virtual_names;

    /// Password checks by the algorithm of the stored hash.
    counters<static_cast<std::size_t>(auth::hash_family::count)> checked_hashes;

    const std::shared_ptr<postgres::pool_stats> traffic = std::make_shared<postgres::pool_stats>();

private:
    std::array<counters<outcomes>, kinds> counts_;
    std::array<histogram, kinds> latency_;
};

} // namespace pgsql::slapd
