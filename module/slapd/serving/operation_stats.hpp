// operation_stats.hpp: counts what a database of slapd's has answered, by kind and outcome, and how
// long it took. It outlives changes of the directives.
#pragma once

#include "slapd/core/slapd.hpp"

#include "base/deadline.hpp"
#include "postgres/pool_stats.hpp"

namespace pgsql::slapd {

class tally {
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

    void count(kind what, outcome how, clock::time_point began) noexcept
    {
        of_[what].add(how);
        took_[what].add(std::chrono::duration_cast<histogram::duration>(clock::now() - began));
    }
    [[nodiscard]] std::uint64_t count_of(kind what, outcome how) const noexcept
    {
        return of_[what][how];
    }
    [[nodiscard]] const histogram& took(kind what) const noexcept { return took_[what]; }

    const std::shared_ptr<postgres::traffic> traffic = std::make_shared<postgres::traffic>();

private:
    std::array<counters<outcomes>, kinds> of_;
    std::array<histogram, kinds> took_;
};

} // namespace pgsql::slapd
