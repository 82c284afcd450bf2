// Answers are shared while they are true and no longer, within their memory, and asked for once.
#include "cache/result_cache.hpp"

#include <catch2/catch_test_macros.hpp>

#include <malloc.h>

#include <random>
#include <thread>
#include <vector>

using namespace pgsql::directory;
using namespace std::chrono_literals;

namespace {

using clock_type = cache::clock;

answer text(std::string_view what)
{
    return {std::make_shared<const std::string>(what), what.size() + 112, what.empty()};
}

std::string read(const answer& a) { return *static_cast<const std::string*>(a.what.get()); }

std::string known(cache& in, std::string_view key)
{
    const auto reply = in.ask(key);
    return reply.known ? read(*reply.known) : "";
}

void put(cache& in, std::string_view key, std::string_view what)
{
    auto reply = in.ask(key);
    if (reply.mine != nullptr)
        reply.mine->land(text(what));
}

clock_type::time_point in_a_while() { return clock_type::now() + 1h; }

struct listening : cache {
    explicit listening(const limits& most) : cache(most) { listens(in_a_while()); }
};

constexpr std::size_t mebibyte = 1 << 20;

} // namespace

TEST_CASE("an answer is given again, also one that says there is nothing")
{
    listening some({mebibyte, 60, 0});
    CHECK(known(some, "ann").empty());
    put(some, "ann", "2001");
    put(some, "nobody", "");
    CHECK(known(some, "ann") == "2001");
    CHECK(some.ask("nobody").known.has_value());
    CHECK(known(some, "an").empty());
    CHECK(some.figures().hits == 2);
    CHECK(some.figures().entries == 2);
}

TEST_CASE("everybody is given the same object")
{
    listening some({mebibyte, 60, 0});
    put(some, "ann", "2001");
    CHECK(some.ask("ann").known->what == some.ask("ann").known->what);
}

TEST_CASE("a change ends the use of everything that was read before, and frees it")
{
    listening some({mebibyte, 60, 0});
    put(some, "ann", "2001");
    put(some, "bob", "2002");
    some.change();
    CHECK(known(some, "ann").empty());
    CHECK(some.figures().entries == 0);
    CHECK(some.figures().bytes == 0);
    CHECK(some.figures().changes == 1);
    put(some, "ann", "2003");
    CHECK(known(some, "ann") == "2003");
}

TEST_CASE("what was read before a change and arrives after it is not kept")
{
    listening some({mebibyte, 60, 0});
    auto slow = some.ask("ann");
    some.change();
    slow.mine->land(text("old"));
    CHECK(known(some, "ann").empty());
    CHECK(some.figures().entries == 0);
}

TEST_CASE("who asks after a change does not wait for what was read before it")
{
    listening some({mebibyte, 60, 0});
    auto slow = some.ask("ann");
    CHECK(some.ask("ann").others != nullptr);
    some.change();
    auto later = some.ask("ann");
    REQUIRE(later.mine != nullptr);
    later.mine->land(text("new"));
    slow.mine->land(text("old")); // does not take the place of the new one
    CHECK(known(some, "ann") == "new");
}

TEST_CASE("nothing is kept or given while changes are not heard of")
{
    cache some({mebibyte, 60, 0});
    CHECK_FALSE(some.usable());
    put(some, "ann", "2001");
    some.listens(in_a_while());
    CHECK(known(some, "ann").empty());
    put(some, "ann", "2001");
    some.is_deaf();
    CHECK(known(some, "ann").empty());
    CHECK(some.ask("ann").mine != nullptr);
    CHECK(some.ask("ann").mine != nullptr); // nor is anybody waited for
    CHECK(some.figures().entries == 0);
    some.listens(in_a_while()); // who was deaf has missed something
    CHECK(known(some, "ann").empty());
}

TEST_CASE("an answer that is under way while changes are not heard of is not kept")
{
    listening some({mebibyte, 60, 0});
    auto slow = some.ask("ann");
    some.is_deaf();
    some.listens(in_a_while());
    slow.mine->land(text("old"));
    CHECK(known(some, "ann").empty());
}

TEST_CASE("listening ends by itself unless it is confirmed")
{
    cache some({mebibyte, 60, 0});
    some.listens(clock_type::now() + 100ms);
    put(some, "ann", "2001");
    some.still_listens(clock_type::now() + 200ms);
    std::this_thread::sleep_for(250ms);
    CHECK_FALSE(some.usable());
    CHECK(known(some, "ann").empty());
    some.still_listens(in_a_while()); // late, but nothing was missed
    CHECK(known(some, "ann") == "2001");
}

TEST_CASE("an answer from elsewhere serves who waits, and is not kept")
{
    listening some({mebibyte, 60, 0});
    auto first = some.ask("ann");
    const auto second = some.ask("ann");
    first.mine->doubt();
    first.mine->land(text("2001"));
    answer out;
    CHECK(second.others->wait(in_a_while(), out) == cache::flight::state::landed);
    CHECK(read(out) == "2001");
    CHECK(known(some, "ann").empty());
}

TEST_CASE("an answer is used for its time")
{
    listening some({mebibyte, 0.1, 0});
    put(some, "ann", "2001");
    std::this_thread::sleep_for(150ms);
    CHECK(known(some, "ann").empty());
}

TEST_CASE("the last known answer is to be had after a change, and while nothing is heard of")
{
    listening some({mebibyte, 60, 60});
    put(some, "ann", "2001");
    some.change();
    CHECK(known(some, "ann").empty());
    REQUIRE(some.last_known("ann").has_value());
    CHECK(read(some.last_known("ann")->first) == "2001");
    CHECK(some.last_known("ann")->second < 30);
    some.is_deaf();
    put(some, "bob", "2002"); // also what is read then
    CHECK(read(some.last_known("bob")->first) == "2002");
    CHECK_FALSE(some.last_known("nobody").has_value());
    CHECK(some.figures().stale == 4);
    some.forget("bob");
    CHECK_FALSE(some.last_known("bob").has_value());
}

TEST_CASE("that there was nothing is never the last known answer, and ends what was known before")
{
    listening some({mebibyte, 60, 60});
    put(some, "ann", "2001");
    some.change();
    put(some, "ann", "");
    CHECK_FALSE(some.last_known("ann").has_value());
    put(some, "cyd", "2003");
    some.change();
    put(some, "cyd", std::string(mebibyte, 'x')); // too large to be kept, but the last known
    CHECK_FALSE(some.last_known("cyd").has_value());
    put(some, "dan", "2004");
    some.change();
    some.ask("dan").mine->leave_alone(); // too long to be kept as well
    CHECK_FALSE(some.last_known("dan").has_value());
}

TEST_CASE("the last known answer becomes too old")
{
    listening some({mebibyte, 60, 0.1});
    put(some, "ann", "2001");
    CHECK(some.last_known("ann").has_value());
    std::this_thread::sleep_for(150ms);
    CHECK_FALSE(some.last_known("ann").has_value());
    listening others({mebibyte, 0.05, 0.1});
    put(others, "bob", "2002");
    std::this_thread::sleep_for(150ms);
    put(others, "cyd", "2003");
    others.forget_old();
    CHECK(others.figures().entries == 1);
    CHECK(others.last_known("cyd").has_value());
    cache none({mebibyte, 60, 0});
    CHECK_FALSE(none.last_known("ann").has_value());
}

TEST_CASE("however much is kept, it occupies no more than it may")
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const bool measurable = false; // they have an allocator of their own
#else
    const bool measurable = true;
#endif
    constexpr std::size_t most = 4 * mebibyte;
    const auto occupied = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
    const auto before = occupied();
    listening some({most, 60, 0});
    std::minstd_rand random(1); // NOLINT: the same every time
    for (int i = 0; i < 60'000; ++i) {
        const std::string key = "key " + std::to_string(i) + std::string(random() % 100, 'k');
        const std::size_t size = random() % 1000;
        put(some, key, std::string(size + 1, 'x'));
        REQUIRE(some.figures().bytes <= most);
        if (i % 1000 == 0)
            i += static_cast<int>(random() % 10);
    }
    CHECK(some.figures().bytes > most / 2);
    CHECK(some.figures().evictions > 1000);
    if (measurable)
        CHECK(occupied() - before <= most + 64 * 1024);
}

TEST_CASE("what is used stays, what is not goes")
{
    listening some({64 * 1024, 60, 0});
    put(some, "favourite", "here");
    for (int i = 0; i < 2000; ++i) {
        put(some, "passer-by " + std::to_string(i), std::string(100, 'x'));
        REQUIRE(known(some, "favourite") == "here");
    }
    CHECK(known(some, "passer-by 0").empty());
}

TEST_CASE("one answer does not drive out all the others")
{
    listening some({mebibyte, 60, 0});
    put(some, "ann", "2001");
    put(some, "everybody", std::string(some.most_of_one() + 1, 'x'));
    CHECK(known(some, "everybody").empty());
    CHECK(known(some, "ann") == "2001");
}

TEST_CASE("who wants the same at the same time waits for one answer")
{
    listening some({mebibyte, 60, 0});
    auto first = some.ask("ann");
    std::vector<std::thread> others;
    std::atomic<int> right{0};
    for (int i = 0; i < 8; ++i) {
        auto reply = some.ask("ann");
        REQUIRE(reply.others != nullptr);
        others.emplace_back([&right, on = reply.others] {
            answer out;
            if (on->wait(in_a_while(), out) == cache::flight::state::landed && read(out) == "2001")
                ++right;
        });
    }
    first.mine->land(text("2001"));
    for (auto& one : others)
        one.join();
    CHECK(right == 8);
    CHECK(some.figures().misses == 9);
    CHECK(some.figures().shared == 8);
}

TEST_CASE("when the one who asks fails, another takes over")
{
    listening some({mebibyte, 60, 0});
    auto first = some.ask("ann");
    const auto second = some.ask("ann");
    first.mine.reset(); // an exception on its way
    answer out;
    CHECK(second.others->wait(in_a_while(), out) == cache::flight::state::failed);
    const auto again = some.ask("ann");
    CHECK(again.mine != nullptr);
}

TEST_CASE("nobody waits past his deadline, nor for what is too long to share")
{
    listening some({mebibyte, 60, 0});
    auto first = some.ask("ann");
    const auto second = some.ask("ann");
    answer out;
    CHECK(second.others->wait(clock_type::now() + 50ms, out) == cache::flight::state::under_way);
    first.mine->leave_alone();
    CHECK(second.others->wait(in_a_while(), out) == cache::flight::state::alone);
    first.mine->land(text("2001")); // it may be kept all the same
    CHECK(known(some, "ann") == "2001");
}

TEST_CASE("readers, changes and evictions at the same time never show what is outdated")
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
                auto reply = some.ask(key);
                if (reply.known && std::stoi(read(*reply.known)) < least)
                    wrong = true;
                answer out;
                if (reply.others != nullptr &&
                    reply.others->wait(clock_type::now() + 20ms, out) ==
                        cache::flight::state::landed &&
                    std::stoi(read(out)) < least)
                    wrong = true;
                if (reply.mine != nullptr && random() % 8 != 0)
                    reply.mine->land(text(std::to_string(truth)));
            }
        });
    int next = 0;
    for (const auto end = clock_type::now() + 300ms; clock_type::now() < end;) {
        ++next;
        truth = next; // the commit; only after the news of it is anybody owed the new value
        some.change();
        heard = next;
        std::this_thread::yield();
    }
    done = true;
    for (auto& one : readers)
        one.join();
    CHECK_FALSE(wrong);
    CHECK(some.figures().bytes <= 32 * 1024);
}
