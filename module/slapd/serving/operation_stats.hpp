// operation_stats.hpp: counts what a database of slapd's has answered, by kind and outcome, and how
// long it took. It outlives changes of the directives.
#pragma once

#include "slapd/core/slapd.hpp"

#include "base/deadline.hpp"
#include "postgres/pool_stats.hpp"

namespace pgsql::slapd {

class operation_stats {
public:
    enum kind : std::size_t { search, bind, compare, password_change, kinds };
    enum outcome : std::size_t {
        answered,    ///< by an entry at least, if it was a search
        empty,       ///< a search that found nothing
        refused,     ///< not what the client wanted, but what it deserves
        limited,     ///< a limit of time, size or administration was met
        busy,        ///< result 51
        unavailable, ///< result 52
        failed,      ///< any other failure of ours
        abandoned,
        outcomes
    };

    /// What a result code means; `entries` were sent along.
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

    const std::shared_ptr<postgres::pool_stats> traffic = std::make_shared<postgres::pool_stats>();

private:
    std::array<counters<outcomes>, kinds> counts_;
    std::array<histogram, kinds> latency_;
};

} // namespace pgsql::slapd
