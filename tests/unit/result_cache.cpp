// Results are cached while valid, within the memory limit, and loaded once for all requests.
#include "cache/result_cache.hpp"

#include <catch2/catch_test_macros.hpp>

#include <malloc.h>

#include <random>
#include <thread>
#include <vector>

using namespace pgsql::directory;
using namespace std::chrono_literals;

namespace {

using clock_type = result_cache::clock;

cached_result text(std::string_view text)
{
    return {std::make_shared<const std::string>(text), text.size() + 112, text.empty()};
}

std::string read(const cached_result& a) { return *static_cast<const std::string*>(a.value.get()); }

std::string known(result_cache& cache, std::string_view key)
{
    const auto reply = cache.find(key);
    return reply.hit ? read(*reply.hit) : "";
}

void put(result_cache& cache, std::string_view key, std::string_view value)
{
    auto reply = cache.find(key);
    if (reply.lead != nullptr)
        reply.lead->complete(text(value));
}

clock_type::time_point in_a_while() { return clock_type::now() + 1h; }

struct listening : result_cache {
    explicit listening(const limits& most) : result_cache(most)
    {
        start_notifications(in_a_while());
    }
};

constexpr std::size_t mebibyte = 1 << 20;

} // namespace

TEST_CASE("a stored result is a hit, also an empty one")
{
    listening some({mebibyte, 60, 0});
    CHECK(known(some, "ann").empty());
    put(some, "ann", "2001");
    put(some, "nobody", "");
    CHECK(known(some, "ann") == "2001");
    CHECK(some.find("nobody").hit.has_value());
    CHECK(known(some, "an").empty());
    CHECK(some.figures().hits == 2);
    CHECK(some.figures().entries == 2);
}

TEST_CASE("all requests get the same object")
{
    listening some({mebibyte, 60, 0});
    put(some, "ann", "2001");
    CHECK(some.find("ann").hit->value == some.find("ann").hit->value);
}

TEST_CASE("a change invalidates and frees everything that was read before")
{
    listening some({mebibyte, 60, 0});
    put(some, "ann", "2001");
    put(some, "bob", "2002");
    some.invalidate();
    CHECK(known(some, "ann").empty());
    CHECK(some.figures().entries == 0);
    CHECK(some.figures().bytes == 0);
    CHECK(some.figures().changes == 1);
    put(some, "ann", "2003");
    CHECK(known(some, "ann") == "2003");
}

TEST_CASE("a result read before a change and completed after it is not stored")
{
    listening some({mebibyte, 60, 0});
    auto slow = some.find("ann");
    some.invalidate();
    slow.lead->complete(text("old"));
    CHECK(known(some, "ann").empty());
    CHECK(some.figures().entries == 0);
}

TEST_CASE("a request after a change does not wait for a read before it")
{
    listening some({mebibyte, 60, 0});
    auto slow = some.find("ann");
    CHECK(some.find("ann").flight != nullptr);
    some.invalidate();
    auto later = some.find("ann");
    REQUIRE(later.lead != nullptr);
    later.lead->complete(text("new"));
    slow.lead->complete(text("old")); // does not replace the new one
    CHECK(known(some, "ann") == "new");
}

TEST_CASE("without change notifications nothing is stored or served")
{
    result_cache some({mebibyte, 60, 0});
    CHECK_FALSE(some.valid());
    put(some, "ann", "2001");
    some.start_notifications(in_a_while());
    CHECK(known(some, "ann").empty());
    put(some, "ann", "2001");
    some.stop_notifications();
    CHECK(known(some, "ann").empty());
    CHECK(some.find("ann").lead != nullptr);
    CHECK(some.find("ann").lead != nullptr); // requests do not wait for each other
    CHECK(some.figures().entries == 0);
    some.start_notifications(in_a_while()); // some notifications may have been missed
    CHECK(known(some, "ann").empty());
}

TEST_CASE("a result in flight during a gap of notifications is not stored")
{
    listening some({mebibyte, 60, 0});
    auto slow = some.find("ann");
    some.stop_notifications();
    some.start_notifications(in_a_while());
    slow.lead->complete(text("old"));
    CHECK(known(some, "ann").empty());
}

TEST_CASE("the validity expires unless it is renewed")
{
    result_cache some({mebibyte, 60, 0});
    some.start_notifications(clock_type::now() + 100ms);
    put(some, "ann", "2001");
    some.renew(clock_type::now() + 200ms);
    std::this_thread::sleep_for(250ms);
    CHECK_FALSE(some.valid());
    CHECK(known(some, "ann").empty());
    some.renew(in_a_while()); // late, but nothing was missed
    CHECK(known(some, "ann") == "2001");
}

TEST_CASE("an uncacheable result serves waiting requests and is not stored")
{
    listening some({mebibyte, 60, 0});
    auto first = some.find("ann");
    const auto second = some.find("ann");
    first.lead->mark_uncacheable();
    first.lead->complete(text("2001"));
    cached_result out;
    CHECK(second.flight->wait(in_a_while(), out) == result_cache::in_flight::state::done);
    CHECK(read(out) == "2001");
    CHECK(known(some, "ann").empty());
}

TEST_CASE("a result expires after the TTL")
{
    listening some({mebibyte, 0.1, 0});
    put(some, "ann", "2001");
    std::this_thread::sleep_for(150ms);
    CHECK(known(some, "ann").empty());
}

TEST_CASE("stale results are available after a change and without notifications")
{
    listening some({mebibyte, 60, 60});
    put(some, "ann", "2001");
    some.invalidate();
    CHECK(known(some, "ann").empty());
    REQUIRE(some.stale_result("ann").has_value());
    CHECK(read(some.stale_result("ann")->first) == "2001");
    CHECK(some.stale_result("ann")->second < 30);
    some.stop_notifications();
    put(some, "bob", "2002"); // also stored without notifications
    CHECK(read(some.stale_result("bob")->first) == "2002");
    CHECK_FALSE(some.stale_result("nobody").has_value());
    CHECK(some.figures().stale == 4);
    some.erase("bob");
    CHECK_FALSE(some.stale_result("bob").has_value());
}

TEST_CASE("an empty result is never served stale, and replaces an earlier result")
{
    listening some({mebibyte, 60, 60});
    put(some, "ann", "2001");
    some.invalidate();
    put(some, "ann", "");
    CHECK_FALSE(some.stale_result("ann").has_value());
    put(some, "cyd", "2003");
    some.invalidate();
    put(some, "cyd", std::string(mebibyte, 'x')); // too large to store, but the latest
    CHECK_FALSE(some.stale_result("cyd").has_value());
    put(some, "dan", "2004");
    some.invalidate();
    some.find("dan").lead->release_followers(); // also too large to store
    CHECK_FALSE(some.stale_result("dan").has_value());
}

TEST_CASE("stale results expire")
{
    listening some({mebibyte, 60, 0.1});
    put(some, "ann", "2001");
    CHECK(some.stale_result("ann").has_value());
    std::this_thread::sleep_for(150ms);
    CHECK_FALSE(some.stale_result("ann").has_value());
    listening others({mebibyte, 0.05, 0.1});
    put(others, "bob", "2002");
    std::this_thread::sleep_for(150ms);
    put(others, "cyd", "2003");
    others.erase_expired();
    CHECK(others.figures().entries == 1);
    CHECK(others.stale_result("cyd").has_value());
    result_cache none({mebibyte, 60, 0});
    CHECK_FALSE(none.stale_result("ann").has_value());
}

TEST_CASE("memory never exceeds the limit")
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const bool measurable = false; // sanitizers replace the allocator
#else
    const bool measurable = true;
#endif
    constexpr std::size_t limit = 4 * mebibyte;
    const auto occupied = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
    const auto before = occupied();
    listening some({limit, 60, 0});
    std::minstd_rand random(1); // NOLINT: the same every time
    for (int i = 0; i < 60'000; ++i) {
        const std::string key = "key " + std::to_string(i) + std::string(random() % 100, 'k');
        const std::size_t size = random() % 1000;
        put(some, key, std::string(size + 1, 'x'));
        REQUIRE(some.figures().bytes <= limit);
        if (i % 1000 == 0)
            i += static_cast<int>(random() % 10);
    }
    CHECK(some.figures().bytes > limit / 2);
    CHECK(some.figures().evictions > 1000);
    if (measurable)
        CHECK(occupied() - before <= limit + 64 * 1024);
}

TEST_CASE("used results stay, unused ones are evicted")
{
    listening some({64 * 1024, 60, 0});
    put(some, "favourite", "here");
    for (int i = 0; i < 2000; ++i) {
        put(some, "passer-by " + std::to_string(i), std::string(100, 'x'));
        REQUIRE(known(some, "favourite") == "here");
    }
    CHECK(known(some, "passer-by 0").empty());
}

TEST_CASE("one large result does not evict all others")
{
    listening some({mebibyte, 60, 0});
    put(some, "ann", "2001");
    put(some, "everybody", std::string(some.max_entry_bytes() + 1, 'x'));
    CHECK(known(some, "everybody").empty());
    CHECK(known(some, "ann") == "2001");
}

TEST_CASE("concurrent requests for a key wait for one result")
{
    listening some({mebibyte, 60, 0});
    auto first = some.find("ann");
    std::vector<std::thread> others;
    std::atomic<int> right{0};
    for (int i = 0; i < 8; ++i) {
        auto reply = some.find("ann");
        REQUIRE(reply.flight != nullptr);
        others.emplace_back([&right, on = reply.flight] {
            cached_result out;
            if (on->wait(in_a_while(), out) == result_cache::in_flight::state::done &&
                read(out) == "2001")
                ++right;
        });
    }
    first.lead->complete(text("2001"));
    for (auto& one : others)
        one.join();
    CHECK(right == 8);
    CHECK(some.figures().misses == 9);
    CHECK(some.figures().shared == 8);
}

TEST_CASE("if the leader fails, another request takes over")
{
    listening some({mebibyte, 60, 0});
    auto first = some.find("ann");
    const auto second = some.find("ann");
    first.lead.reset(); // as by an exception
    cached_result out;
    CHECK(second.flight->wait(in_a_while(), out) == result_cache::in_flight::state::failed);
    const auto again = some.find("ann");
    CHECK(again.lead != nullptr);
}

TEST_CASE("a request does not wait past its deadline, nor for an uncacheable result")
{
    listening some({mebibyte, 60, 0});
    auto first = some.find("ann");
    const auto second = some.find("ann");
    cached_result out;
    CHECK(second.flight->wait(clock_type::now() + 50ms, out) ==
          result_cache::in_flight::state::under_way);
    first.lead->release_followers();
    CHECK(second.flight->wait(in_a_while(), out) == result_cache::in_flight::state::uncacheable);
    first.lead->complete(text("2001")); // it may be stored nevertheless
    CHECK(known(some, "ann") == "2001");
}

TEST_CASE("concurrent reads, changes and evictions never serve outdated results")
{
    listening some({32 * 1024, 60, 0});
    std::atomic<int> truth{0};
    std::atomic<int> heard{0};
    std::atomic<bool> wrong{false};
    std::atomic<bool> done{false};
    std::vector<std::thread> readers;
    for (int r = 0; r < 4; ++r)
        readers.emplace_back([&, r] {
            std::minstd_rand random(static_cast<unsigned>(r)); // NOLINT
            while (!done) {
                const std::string key = std::to_string(random() % 200);
                const int least = heard;
                auto reply = some.find(key);
                if (reply.hit && std::stoi(read(*reply.hit)) < least)
                    wrong = true;
                cached_result out;
                if (reply.flight != nullptr &&
                    reply.flight->wait(clock_type::now() + 20ms, out) ==
                        result_cache::in_flight::state::done &&
                    std::stoi(read(out)) < least)
                    wrong = true;
                if (reply.lead != nullptr && random() % 8 != 0)
                    reply.lead->complete(text(std::to_string(truth)));
            }
        });
    int next = 0;
    for (const auto end = clock_type::now() + 300ms; clock_type::now() < end;) {
        ++next;
        truth = next; // the commit; readers must see it only after its notification
        some.invalidate();
        heard = next;
        std::this_thread::yield();
    }
    done = true;
    for (auto& one : readers)
        one.join();
    CHECK_FALSE(wrong);
    CHECK(some.figures().bytes <= 32 * 1024);
}
