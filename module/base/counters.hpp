// counters.hpp: counters and histograms for many threads, without locks or a shared cache line.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pgsql {

/// Numbers that only grow. Each thread adds to its own row; with more threads than rows, some share
/// one. A reader sums the rows and may miss concurrent additions.
template <std::size_t Count> class counters {
public:
    void add(std::size_t index, std::uint64_t amount = 1) noexcept
    {
        rows_[row_of_thread()].values[index].fetch_add(amount, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t operator[](std::size_t index) const noexcept
    {
        std::uint64_t out = 0;
        for (const row& r : rows_)
            out += r.values[index].load(std::memory_order_relaxed);
        return out;
    }

private:
    static constexpr std::size_t rows = 8;
    struct alignas(64) row {
        std::array<std::atomic<std::uint64_t>, Count> values{};
    };

    [[nodiscard]] static std::size_t row_of_thread() noexcept
    {
        static std::atomic<std::size_t> threads{0};
        thread_local const std::size_t thread = threads.fetch_add(1, std::memory_order_relaxed);
        return thread % rows;
    }

    std::array<row, rows> rows_;
};

/// The distribution of durations.
class histogram {
public:
    using duration = std::chrono::microseconds;

    /// The inclusive upper bounds of the buckets, in microseconds; one more bucket has no bound.
    static constexpr std::array<std::int64_t, 17> bounds = {
        50,     100,     200,     500,     1'000,     2'000,     5'000,     10'000,    20'000,
        50'000, 100'000, 200'000, 500'000, 1'000'000, 2'000'000, 5'000'000, 10'000'000};
    static constexpr std::size_t buckets = bounds.size() + 1;

    void add(duration elapsed) noexcept
    {
        const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), elapsed.count());
        counts_.add(static_cast<std::size_t>(bucket - bounds.begin()));
        counts_.add(buckets,
                    static_cast<std::uint64_t>(std::max<std::int64_t>(0, elapsed.count())));
    }
    /// The count of one bucket, not cumulative.
    [[nodiscard]] std::uint64_t operator[](std::size_t bucket) const noexcept
    {
        return counts_[bucket];
    }
    /// The sum of all durations, in microseconds.
    [[nodiscard]] std::uint64_t sum() const noexcept { return counts_[buckets]; }

private:
    counters<buckets + 1> counts_;
};

} // namespace pgsql
