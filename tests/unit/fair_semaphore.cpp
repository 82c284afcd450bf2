// Slots are shared fairly among clients; beyond max_callers, those of the client with most are
// evicted first.
#include "postgres/fair_semaphore.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
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

// A caller in a separate thread: waits for a slot, holds it for a while, and records its turn.
class caller {
public:
    caller(fair_semaphore& where, std::string client, std::string& turns,
           std::chrono::milliseconds work = 5ms, wait_options options = for_a(10s))
        : before_(where.current_load().waiting),
          thread_([this, &where, client, &turns, work, options] {
              try {
                  fair_semaphore::visit visit(where, client);
                  visit.enter(options);
                  settled_ = true;
                  turns += client; // only one caller holds a slot
                  std::this_thread::sleep_for(work);
                  visit.leave();
              } catch (const error& e) {
                  failed = e.reason();
                  settled_ = true;
              }
          })
    {
        // Callers arrive in order, unless the machine is too busy.
        for (int i = 0; i < 500 && !settled_ && where.current_load().waiting <= before_; ++i)
            std::this_thread::sleep_for(1ms);
    }
    ~caller() { thread_.join(); }

    std::optional<error::cause> failed; ///< read it after join()

    void join()
    {
        thread_.join();
        thread_ = std::thread([] {});
    }

private:
    const int before_;                  ///< waiting callers
    std::atomic<bool> settled_ = false; ///< it has got a slot or an error
    std::thread thread_;
};

} // namespace

TEST_CASE("callers get slots while some are free")
{
    fair_semaphore two({.slots = 2, .max_callers = 8});
    fair_semaphore::visit a(two, "a");
    fair_semaphore::visit b(two, "a");
    fair_semaphore::visit c(two, "a");
    a.enter(for_a(0ms));
    a.enter(for_a(0ms)); // it holds one already
    b.enter(for_a(0ms));
    CHECK_THROWS_AS(c.enter(for_a(0ms)), error);
    a.leave();
    a.leave();
    c.enter(for_a(0ms));
    CHECK((!a.holds() && b.holds() && c.holds()));
    CHECK_THROWS_AS(a.enter(for_a(30ms)), error);
}

TEST_CASE("a spare slot is for a client that holds none")
{
    fair_semaphore one({.slots = 1, .spare = 1, .max_callers = 8});
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

TEST_CASE("yield releases the slot only if another caller waits")
{
    fair_semaphore one({.slots = 1, .max_callers = 8});
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

TEST_CASE("a client gets no more turns with more callers")
{
    fair_semaphore one({.slots = 1, .max_callers = 100});
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

TEST_CASE("in a long wait, a max_callers is reduced by callers of clients with several")
{
    fair_semaphore one({.slots = 1, .max_callers = 3});
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
    int away = 0;
    for (auto& c : callers) {
        c->join();
        away += c->failed ? 1 : 0;
    }
    CHECK(away == 2); // of five callers, three may stay
    CHECK(callers[1]->failed == error::cause::busy);
    CHECK(callers[2]->failed == error::cause::busy);
    CHECK(turns.size() == 2);
    CHECK(turns.find('m') != std::string::npos);
}

TEST_CASE("a short burst turns no caller away, and neither do many clients with one search each")
{
    fair_semaphore one({.slots = 1, .max_callers = 2});
    std::string turns;
    {
        std::vector<std::unique_ptr<caller>> callers;
        for (const char* client : {"a", "b", "c", "d", "e", "f"})
            callers.push_back(std::make_unique<caller>(one, client, turns, 30ms));
    }
    CHECK(turns.size() == 6);
}

TEST_CASE("while a holder waits for its client, another caller gets the slot")
{
    fair_semaphore one({.slots = 1, .max_callers = 8});
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
    fair_semaphore one({.slots = 1, .max_callers = 8});
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
    c.enter(for_a(0ms)); // the slot is free
}

TEST_CASE("a caller that has released its slot is not counted for its client")
{
    fair_semaphore one({.slots = 1, .max_callers = 1});
    std::string turns;
    fair_semaphore::visit finished(one, "a"); // the client may have its result already
    finished.enter(for_a(1s));
    finished.leave();
    fair_semaphore::visit other(one, "b");
    other.enter(for_a(1s));
    caller next(one, "a", turns);
    std::this_thread::sleep_for(100ms); // longer than a wait in a burst
    other.leave();
    next.join();
    CHECK_FALSE(next.failed);
    CHECK(turns == "a");
}
