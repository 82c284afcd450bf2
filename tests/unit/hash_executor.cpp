// Expensive checks run in an order fair to the clients, within threads and memory, until their
// deadline.
#include "auth/hash_executor.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>

using namespace pgsql;
using namespace pgsql::auth;
using namespace std::chrono_literals;
using ending = hash_executor::outcome;

namespace {

hash_cost of(std::size_t mib, unsigned threads = 1) { return {100, mib * 1024, threads}; }
bool never() { return false; }
constexpr const char* host = "192.0.2.1";

// Work that lasts until it is released.
class held {
public:
    hash_executor::work work()
    {
        return [this](unsigned threads) {
            std::unique_lock lock(guard_);
            most_ = std::max(most_, ++running_);
            threads_ = threads;
            changed_.notify_all();
            changed_.wait(lock, [this] { return released_; });
            --running_;
        };
    }
    void until_running(int count)
    {
        std::unique_lock lock(guard_);
        REQUIRE(changed_.wait_for(lock, 20s, [&] { return running_ >= count; }));
    }
    void release()
    {
        const std::lock_guard lock(guard_);
        released_ = true;
        changed_.notify_all();
    }
    int running()
    {
        const std::lock_guard lock(guard_);
        return running_;
    }
    int most() const { return most_; }
    unsigned threads() const { return threads_; }

private:
    std::mutex guard_;
    std::condition_variable changed_;
    int running_ = 0;
    int most_ = 0;
    unsigned threads_ = 0;
    bool released_ = false;
};

void ignore() {}

} // namespace

TEST_CASE("checks use at most the budget's threads")
{
    hash_executor executor;
    executor.set_budget({.threads = 2, .memory_kib = 1024 * 1024});
    held work;
    std::atomic<int> done{0};
    for (int i = 0; i < 10; ++i)
        executor.submit(
            host, of(1), in_seconds(60),
            [&, w = work.work()](unsigned threads) {
                w(threads);
                ++done;
            },
            ignore);
    work.until_running(2);
    std::this_thread::sleep_for(100ms);
    CHECK(work.running() == 2);
    work.release();
    while (done < 10)
        std::this_thread::sleep_for(1ms);
    CHECK(work.most() == 2);
}

TEST_CASE("checks use at most the budget's memory, except a single larger one")
{
    hash_executor executor;
    executor.set_budget({.threads = 8, .memory_kib = 256 * 1024});
    held small;
    for (int i = 0; i < 6; ++i)
        executor.submit(host, of(100), in_seconds(60), small.work(), ignore);
    small.until_running(2);
    std::this_thread::sleep_for(100ms);
    CHECK(small.running() == 2);
    held large;
    executor.submit(host, of(1000), in_seconds(60), large.work(), ignore);
    small.release();
    large.until_running(1);
    CHECK(small.running() == 0);
    held behind;
    executor.submit(host, of(1), in_seconds(60), behind.work(), ignore);
    std::this_thread::sleep_for(100ms);
    CHECK(behind.running() == 0);
    large.release();
    behind.until_running(1);
    behind.release();
}

TEST_CASE("a check with several threads counts as many times")
{
    hash_executor executor;
    executor.set_budget({.threads = 4, .memory_kib = 1024 * 1024});
    held first;
    held second;
    executor.submit(host, of(1, 3), in_seconds(60), first.work(), ignore);
    executor.submit(host, of(1, 16), in_seconds(60), second.work(), ignore);
    first.until_running(1);
    std::this_thread::sleep_for(50ms);
    CHECK(second.running() == 0);
    first.release();
    second.until_running(1);
    CHECK(first.threads() == 3);
    CHECK(second.threads() == 4);
    second.release();
}

TEST_CASE("one client's checks run in order of arrival, so that a large one is not starved")
{
    hash_executor executor;
    executor.set_budget({.threads = 2, .memory_kib = 1024});
    held first;
    held large;
    held small;
    executor.submit(host, of(0), in_seconds(60), first.work(), ignore);
    first.until_running(1);
    executor.submit(host, {100, 0, 2}, in_seconds(60), large.work(), ignore);
    executor.submit(host, of(0), in_seconds(60), small.work(), ignore);
    std::this_thread::sleep_for(50ms);
    CHECK(small.running() == 0);
    first.release();
    large.until_running(1);
    CHECK(small.running() == 0);
    large.release();
    small.until_running(1);
    small.release();
}

TEST_CASE("a wait ends at the deadline, when abandoned, or with too many callers")
{
    hash_executor executor;
    executor.set_budget({.threads = 1, .memory_kib = 1024});
    CHECK(executor.run(host, of(0), in_seconds(20), 1, never, [](unsigned) {}) == ending::done);
    held work;
    executor.submit(host, of(0), in_seconds(60), work.work(), ignore);
    work.until_running(1);

    bool ran = false;
    const auto mark = [&](unsigned) { ran = true; };
    const auto start = clock::now();
    CHECK(executor.run(host, of(0), in_seconds(0.2), 1, never, mark) == ending::late);
    CHECK(clock::now() - start >= 200ms);
    CHECK(clock::now() - start < 5s); // while the running one has not ended

    std::atomic<bool> gone = false;
    std::thread abandons([&] {
        std::this_thread::sleep_for(50ms);
        gone = true;
    });
    CHECK(executor.run(
              host, of(0), in_seconds(60), 1, [&] { return gone.load(); }, mark) ==
          ending::abandoned);
    abandons.join();

    ending waited = ending::full;
    std::thread waits([&] {
        while (waited == ending::full) // while the other one occupies the slot
            waited = executor.run(host, of(0), in_seconds(60), 1, never, [](unsigned) {});
    });
    ending last = ending::late; // until the other one waits, this one is late at once
    while (last == ending::late)
        last = executor.run(host, of(0), clock::now(), 1, never, mark);
    CHECK(last == ending::full);
    work.release();
    waits.join();
    CHECK(waited == ending::done);
    CHECK_FALSE(ran);
}

TEST_CASE("shutdown waits for running checks and refuses the waiting ones")
{
    std::atomic<int> late{0};
    std::atomic<int> done{0};
    hash_executor executor;
    executor.set_budget({.threads = 1, .memory_kib = 1024});
    held work;
    for (int i = 0; i < 5; ++i)
        executor.submit(
            host, of(0), in_seconds(60),
            [&, w = work.work()](unsigned threads) {
                w(threads);
                ++done;
            },
            [&] { ++late; });
    work.until_running(1);
    std::thread closes([&] { executor.close(); });
    while (late < 4)
        std::this_thread::sleep_for(1ms);
    CHECK(done == 0);
    work.release();
    closes.join();
    CHECK(done == 1);
    executor.submit(host, of(0), in_seconds(60), work.work(), [&] { ++late; });
    CHECK(late == 5);
    CHECK(executor.run(host, of(0), in_seconds(60), 1, never, [](unsigned) {}) == ending::late);
}

TEST_CASE("a smaller budget applies from the next check on")
{
    hash_executor executor;
    executor.set_budget({.threads = 4, .memory_kib = 1024});
    held many;
    for (int i = 0; i < 3; ++i)
        executor.submit(host, of(0), in_seconds(60), many.work(), ignore);
    many.until_running(3);
    executor.set_budget({.threads = 1, .memory_kib = 1024});
    held next;
    executor.submit(host, of(0), in_seconds(60), next.work(), ignore);
    std::this_thread::sleep_for(50ms);
    CHECK(next.running() == 0);
    many.release();
    next.until_running(1);
    next.release();
}

namespace {

// Runs checks one after the other and records their clients.
class one_by_one {
public:
    one_by_one()
    {
        executor.set_budget({.threads = 1, .memory_kib = 1024});
        executor.submit("blocker", of(0), in_seconds(60), blocker_.work(), ignore);
        blocker_.until_running(1);
    }
    void add(const std::string& client)
    {
        executor.submit(
            client, of(0), in_seconds(60),
            [this, client](unsigned) {
                const std::lock_guard lock(guard_);
                order_ += client + " ";
            },
            [this, client] {
                const std::lock_guard lock(guard_);
                order_ += client + "-late ";
            });
    }
    std::string order()
    {
        blocker_.release();
        while (executor.load().waiting + executor.load().threads > 0)
            std::this_thread::sleep_for(1ms);
        const std::lock_guard lock(guard_);
        return order_;
    }
    std::string order_so_far()
    {
        const std::lock_guard lock(guard_);
        return order_;
    }
    hash_executor executor;

private:
    held blocker_;
    std::mutex guard_;
    std::string order_;
};

} // namespace

TEST_CASE("a client with many checks gets no larger share than one with few")
{
    one_by_one queue;
    for (const char* client : {"a", "a", "a", "a", "b", "c", "b"})
        queue.add(client);
    CHECK(queue.order() == "a b c a b a a ");
}

TEST_CASE("a client with recently refused logins comes after the others")
{
    one_by_one queue;
    for (int i = 0; i < 3; ++i)
        queue.executor.note_refusal("a");
    queue.executor.note_refusal("b");
    for (const char* client : {"a", "a", "b", "c", "c"})
        queue.add(client);
    CHECK(queue.order() == "c c b a a ");
}

TEST_CASE("the addresses of one IPv6 network are one client")
{
    one_by_one queue;
    for (const char* client : {"[2001:db8::1]", "[2001:db8::2]", "[2001:db8:0:1::3]"})
        queue.add(client);
    CHECK(queue.order() == "[2001:db8::1] [2001:db8:0:1::3] [2001:db8::2] ");
    CHECK(network_of("192.0.2.1") == "192.0.2.1");
    CHECK(network_of("[::ffff:192.0.2.1]") == "192.0.2.1");
    CHECK(network_of("[fe80::1%eth0]") == "fe80::/64");
    CHECK(network_of("/run/slapd/ldapi") == "/run/slapd/ldapi");
    CHECK(network_of("[nonsense]") == "[nonsense]");
}

TEST_CASE("a full queue evicts a job for a client with fewer jobs")
{
    one_by_one queue;
    for (int i = 0; i < 1000; ++i)
        queue.add("a");
    queue.add("b");
    CHECK(queue.order_so_far() == "a-late ");
    queue.add("a");
    CHECK(queue.order_so_far() == "a-late a-late ");
    CHECK(queue.executor.load().waiting == 1000);
    const std::string order = queue.order().substr(14);
    CHECK((order.starts_with("a b a a ") || order.starts_with("b a a ")));
}

TEST_CASE("refusals and clients expire")
{
    client_use use;
    const auto now = clock::now();
    for (int i = 0; i < 5; ++i)
        use.add_refusal("a", now);
    use.add_work("a", 100, now);
    use.add_refusal("b", now);
    CHECK(use.rank_of("a", now).refusals == 3);
    CHECK(use.rank_of("b", now).refusals == 1);
    CHECK(use.rank_of("c", now) == client_use::rank{});
    CHECK(use.rank_of("b", now + 59s).refusals == 1);
    CHECK(use.rank_of("b", now + 61s).refusals == 0);
    CHECK(use.rank_of("a", now + 61s).refusals == 1);
    CHECK(use.rank_of("a", now + 30s).work == 50);
    for (int i = 0; i < 100'000; ++i)
        use.add_refusal("a", now);
    CHECK(use.rank_of("a", now + 361s).refusals == 0);
    for (int i = 0; i < 30'000; ++i)
        use.add_work("host" + std::to_string(i), 100, now);
    CHECK(use.size() <= 10'000);
    CHECK(use.size() >= 7'500);
    CHECK(use.rank_of("host29999", now).work == 100);
    CHECK(use.rank_of("a", now).refusals > 0); // the lowest ranks expire first
}
