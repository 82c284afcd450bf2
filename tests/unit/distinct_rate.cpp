// So many different keys are accepted in any period, each as often as it comes.
#include "base/distinct_rate.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>
#include <vector>

using namespace pgsql;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("different keys up to the limit are accepted, and again within the period")
{
    distinct_rate rate(2, seconds(60));
    const clock::time_point start = clock::now();
    CHECK(rate.accept("a", start));
    CHECK(rate.accept("b", start));
    CHECK_FALSE(rate.accept("c", start));
    CHECK(rate.accept("a", start + seconds(59)));
    CHECK(rate.accept("b", start + seconds(59)));
    CHECK_FALSE(rate.accept("c", start + milliseconds(59999)));
}

TEST_CASE("a key counts for one period since it was accepted first")
{
    distinct_rate rate(2, seconds(60));
    const clock::time_point start = clock::now();
    CHECK(rate.accept("a", start));
    CHECK(rate.accept("b", start + seconds(30)));
    CHECK(rate.accept("a", start + seconds(50))); // does not prolong
    CHECK(rate.accept("c", start + seconds(60)));
    CHECK_FALSE(rate.accept("a", start + seconds(60)));
    CHECK_FALSE(rate.accept("d", start + seconds(89)));
    CHECK(rate.accept("a", start + seconds(90)));
    CHECK_FALSE(rate.accept("b", start + seconds(90)));
}

TEST_CASE("in no period more keys than the limit are accepted")
{
    distinct_rate rate(5, seconds(10));
    const clock::time_point start = clock::now();
    std::vector<int> accepted;
    for (int second = 0; second < 100; ++second)
        for (int n = 0; n < 3; ++n)
            if (rate.accept(std::to_string(second) + "." + std::to_string(n),
                            start + seconds(second)))
                accepted.push_back(second);
    CHECK(accepted.size() == 50);
    for (std::size_t i = 5; i < accepted.size(); ++i)
        CHECK(accepted[i] - accepted[i - 5] >= 10);
}

TEST_CASE("threads share the limit")
{
    distinct_rate rate(100, seconds(3600));
    std::vector<int> accepted(4, 0);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&rate, &accepted, t] {
            for (int n = 0; n < 100; ++n)
                if (rate.accept(std::to_string(t) + "." + std::to_string(n)))
                    ++accepted[static_cast<std::size_t>(t)];
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(accepted[0] + accepted[1] + accepted[2] + accepted[3] == 100);
}
