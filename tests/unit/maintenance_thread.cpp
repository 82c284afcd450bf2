// The maintenance thread runs tasks when they are due, woken or readable, and stops them.
#include "postgres/maintenance_thread.hpp"

#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>

using namespace pgsql;
using postgres::maintenance_thread;
using postgres::next_run;
using std::chrono::milliseconds;

namespace {

// Whether the condition becomes true within a time that suffices on a busy machine.
template <typename Condition> bool soon(Condition condition)
{
    for (const auto end = in_seconds(20); clock::now() < end;
         std::this_thread::sleep_for(milliseconds(2)))
        if (condition())
            return true;
    return false;
}

const auto never = [] { return clock::now() + std::chrono::hours(1); };

} // namespace

TEST_CASE("a task runs at once, when it is due, and when it is woken", "[maintenance_thread]")
{
    maintenance_thread w;
    std::atomic<int> often{0};
    std::atomic<int> seldom{0};
    w.set_tasks({[&](const auto&) {
                     ++often;
                     return next_run{clock::now() + milliseconds(1)};
                 },
                 [&](const auto&) {
                     ++seldom;
                     return next_run{never()};
                 }});
    CHECK(soon([&] { return often >= 10 && seldom >= 1; }));
    CHECK(seldom == 1);
    w.wake();
    CHECK(soon([&] { return seldom == 2; }));
}

TEST_CASE("a task runs when its socket is readable", "[maintenance_thread]")
{
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    std::atomic<int> heard{0};
    std::atomic<bool> listening{false};
    {
        maintenance_thread w;
        w.set_tasks({[&](const auto&) {
            char byte = 0;
            if (listening && read(ends[0], &byte, 1) == 1)
                heard = byte;
            listening = true;
            return next_run{never(), ends[0]};
        }});
        REQUIRE(soon([&] { return listening.load(); }));
        CHECK(heard == 0);
        CHECK(write(ends[1], "x", 1) == 1);
        CHECK(soon([&] { return heard == 'x'; }));
    }
    close(ends[0]);
    close(ends[1]);
}

TEST_CASE("new tasks replace the old ones, which are stopped and destroyed", "[maintenance_thread]")
{
    maintenance_thread w;
    auto held = std::make_shared<int>(0);
    const std::weak_ptr<int> before = held;
    std::atomic<bool> waiting{false};
    w.set_tasks({[held, &waiting](const auto& dismissed) {
        for (waiting = true; !dismissed();)
            std::this_thread::sleep_for(milliseconds(1));
        return next_run{clock::now()};
    }});
    held.reset();
    REQUIRE(soon([&] { return waiting.load(); }));
    std::atomic<int> after{0};
    w.set_tasks({[&](const auto& dismissed) {
        CHECK_FALSE(dismissed());
        ++after;
        return next_run{never()};
    }});
    CHECK(soon([&] { return after == 1 && before.expired(); }));
    w.close();
    w.close();
    w.set_tasks({[&](const auto&) {
        ++after;
        return next_run{clock::now()};
    }});
    w.wake();
    CHECK(after == 1);
}

TEST_CASE("closing ends a waiting task, and a failed task is retried", "[maintenance_thread]")
{
    std::atomic<int> tries{0};
    std::atomic<bool> waiting{false};
    {
        maintenance_thread w;
        w.set_tasks({[&](const auto& dismissed) -> next_run {
            if (++tries == 1)
                throw std::bad_alloc();
            for (waiting = true; !dismissed();)
                std::this_thread::sleep_for(milliseconds(1));
            return {clock::now()};
        }});
        REQUIRE(soon([&] { return waiting.load(); }));
    }
    CHECK(tries == 2);
}

TEST_CASE("the maintenance thread blocks signals", "[maintenance_thread]")
{
    maintenance_thread w;
    std::atomic<int> blocked{-1};
    w.set_tasks({[&](const auto&) {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGHUP) == 1 ? 1 : 0;
        return next_run{never()};
    }});
    CHECK(soon([&] { return blocked == 1; }));
}
