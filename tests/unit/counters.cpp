// Counters lose no concurrent additions, and histograms count durations in the right bucket.
#include "base/counters.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>
#include <vector>

using namespace pgsql;
using namespace std::chrono_literals;

TEST_CASE("concurrent additions are all counted, each in its counter")
{
    constexpr int times = 20000;
    counters<3> of;
    std::vector<std::thread> threads;
    for (int i = 0; i < 12; ++i) // more than there are rows
        threads.emplace_back([&of] {
            for (int n = 0; n < times; ++n) {
                of.add(0);
                of.add(2, 5);
            }
        });
    for (auto& t : threads)
        t.join();
    CHECK(of[0] == 12 * times);
    CHECK(of[1] == 0);
    CHECK(of[2] == 12 * times * 5);
}

TEST_CASE("a bucket includes its upper bound")
{
    histogram of;
    of.add(0us);
    of.add(50us);
    of.add(51us);
    of.add(10s);
    of.add(10s + 1us);
    of.add(1h);
    CHECK(of[0] == 2);
    CHECK(of[1] == 1);
    CHECK(of[histogram::bounds.size() - 1] == 1);
    CHECK(of[histogram::bounds.size()] == 2);
    CHECK(of.sum() == 101 + 20'000'001 + 3'600'000'000);
}

TEST_CASE("negative durations count as zero")
{
    histogram of;
    of.add(-5us);
    CHECK(of[0] == 1);
    CHECK(of.sum() == 0);
}
