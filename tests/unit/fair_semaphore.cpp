// Clients share a limited number of slots fairly; in a crowd the client with the most waits is
// refused first.
#include "postgres/fair_semaphore.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace pgsql;
using namespace std::chrono_literals;
using postgres::error;
using postgres::fair_semaphore;
using postgres::wait_options;

namespace {

wait_options for_a(std::chrono::milliseconds time)
{
    return {clock::now() + time, [] { return false; }};
}

// A caller in its own thread: waits for a slot, keeps it for a while, and records its turn.
class caller {
public:
    caller(fair_semaphore& where, std::string client, std::string& turns,
           std::chrono::milliseconds work = 5ms, wait_options options = for_a(10s))
        : thread_([this, &where, client, &turns, work, options] {
              try {
                  fair_semaphore::visit visit(where, client);
                  visit.enter(options);
                  turns += client; // only one holds a slot
                  std::this_thread::sleep_for(work);
                  visit.leave();
              } catch (const error& e) {
                  failed = e.reason();
              }
          })
    {
        std::this_thread::sleep_for(5ms); // so that callers arrive one after the other
    }
    ~caller() { thread_.join(); }

    std::optional<error::cause> failed; ///< valid after join

    void join()
    {
        thread_.join();
        thread_ = std::thread([] {});
    }

private:
    std::thread thread_;
};

} // namespace

TEST_CASE("every caller gets a slot while one is free")
{
    fair_semaphore two({.places = 2, .crowd = 8});
    fair_semaphore::visit a(two, "a");
    fair_semaphore::visit b(two, "a");
    fair_semaphore::visit c(two, "a");
    a.enter(for_a(0ms));
    a.enter(for_a(0ms)); // already holds one
    b.enter(for_a(0ms));
    CHECK_THROWS_AS(c.enter(for_a(0ms)), error);
    a.leave();
    a.leave();
    c.enter(for_a(0ms));
    CHECK((!a.holds() && b.holds() && c.holds()));
    CHECK_THROWS_AS(a.enter(for_a(30ms)), error);
}

TEST_CASE("a spare slot is reserved for a client without one")
{
    fair_semaphore one({.places = 1, .spare = 1, .crowd = 8});
    fair_semaphore::visit a(one, "a");
    fair_semaphore::visit b(one, "a");
    fair_semaphore::visit c(one, "c");
    fair_semaphore::visit d(one, "d");
    a.enter(for_a(0ms));
    CHECK_THROWS_AS(b.enter(for_a(30ms)), error);
    c.enter(for_a(0ms));
    CHECK_THROWS_AS(d.enter(for_a(30ms)), error);
    CHECK(one.current_load().held == 2);
    CHECK(one.current_load().waiting == 0);
    a.leave();
    b.enter(for_a(0ms)); // its client holds no other
    CHECK(one.current_load().held == 2);
    CHECK_THROWS_AS(d.enter(for_a(30ms)), error);
}

TEST_CASE("a slot is released between two steps only if a caller waits")
{
    fair_semaphore one({.places = 1, .crowd = 8});
    fair_semaphore::visit a(one, "a");
    a.enter(for_a(0ms));
    a.yield();
    CHECK(a.holds());
    std::string turns;
    caller b(one, "b", turns);
    a.yield();
    CHECK_FALSE(a.holds());
    a.enter(for_a(10s));
    CHECK(turns == "b");
}

TEST_CASE("a client gets no larger share by more requests")
{
    fair_semaphore one({.places = 1, .crowd = 100});
    std::string turns;
    {
        fair_semaphore::visit a(one, "g");
        a.enter(for_a(0ms));
        std::this_thread::sleep_for(10ms);
        std::vector<std::unique_ptr<caller>> callers;
        for (int i = 0; i < 6; ++i)
            callers.push_back(std::make_unique<caller>(one, "g", turns));
        callers.push_back(std::make_unique<caller>(one, "m", turns));
        a.leave();
    }
    CHECK(turns == "mgggggg");
}

TEST_CASE("a long wait in a crowd fails if the client has more than one")
{
    fair_semaphore one({.places = 1, .crowd = 3});
    std::string turns;
    std::vector<std::unique_ptr<caller>> callers;
    {
        fair_semaphore::visit a(one, "a");
        a.enter(for_a(0ms));
        for (const char* client : {"g", "g", "g", "m"})
            callers.push_back(std::make_unique<caller>(one, client, turns));
        std::this_thread::sleep_for(200ms);
        a.leave();
    }
    int refused = 0;
    for (auto& c : callers) {
        c->join();
        refused += c->failed ? 1 : 0;
    }
    CHECK(refused == 2); // five inside, three allowed
    CHECK(callers[1]->failed == error::cause::busy);
    CHECK(callers[2]->failed == error::cause::busy);
    CHECK(turns.size() == 2);
    CHECK(turns.find('m') != std::string::npos);
}

TEST_CASE("short bursts and many clients with one search each are not a crowd")
{
    fair_semaphore one({.places = 1, .crowd = 2});
    std::string turns;
    {
        std::vector<std::unique_ptr<caller>> callers;
        for (const char* client : {"a", "b", "c", "d", "e", "f"})
            callers.push_back(std::make_unique<caller>(one, client, turns, 30ms));
    }
    CHECK(turns.size() == 6);
}

TEST_CASE("while a holder waits for its client, another caller uses the slot")
{
    fair_semaphore one({.places = 1, .crowd = 8});
    fair_semaphore::visit a(one, "a");
    a.enter(for_a(0ms));
    a.sending_begins();
    std::string turns;
    {
        caller b(one, "b", turns);
    }
    CHECK(turns == "b");
    a.sending_ends();
    CHECK_FALSE(a.holds());
    a.enter(for_a(1s));
    CHECK(a.holds());
}

TEST_CASE("an abandoned wait ends")
{
    fair_semaphore one({.places = 1, .crowd = 8});
    fair_semaphore::visit a(one, "a");
    a.enter(for_a(0ms));
    std::atomic<bool> gone{false};
    std::string turns;
    wait_options options{in_seconds(10), [&] { return gone.load(); }};
    caller b(one, "b", turns, 5ms, options);
    gone = true;
    b.join();
    CHECK(b.failed == error::cause::abandoned);
    a.leave();
    fair_semaphore::visit c(one, "c");
    c.enter(for_a(0ms)); // the abandoned wait left no trace
}
