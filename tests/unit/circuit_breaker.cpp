// The circuit breaker opens after lasting failures or a refusal, and a probe closes it.
#include "postgres/circuit_breaker.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace pgsql;
using namespace pgsql::postgres;
using state = circuit_breaker::state;

namespace {

constexpr double timeout = 0.2;

struct record {
    std::atomic<int> alarms{0};
    std::vector<std::string> outages; ///< the reason of each
    std::vector<double> recoveries;   ///< the duration of each outage

    circuit_breaker::callbacks listener()
    {
        return {.on_down = [this](const error& reason) { outages.emplace_back(reason.what()); },
                .on_up = [this](double seconds) { recoveries.push_back(seconds); },
                .request_probe = [this] { ++alarms; }};
    }
};

[[noreturn]] void refused() { throw error(error::cause::lost, "refused"); }

void try_until_down(circuit_breaker& b)
{
    while (b.current() != state::down) {
        try {
            if (!b.attempt_connect([] { refused(); }))
                b.wait_for_attempt({in_seconds(20)});
        } catch (const error&) {
        }
    }
}

} // namespace

TEST_CASE("lasting failures mark the database as down, and a probe ends it", "[breaker]")
{
    record seen;
    circuit_breaker b(timeout, seen.listener());
    CHECK_NOTHROW(b.check());
    const auto started = clock::now();
    try_until_down(b);
    CHECK(clock::now() - started >= std::chrono::duration<double>(0.9 * timeout));
    CHECK_THROWS_AS(b.check(), error);
    CHECK(b.seconds_down() > 0);
    CHECK(seen.alarms == 1);
    CHECK(b.needs_probe());
    CHECK(b.check_connection([] { refused(); }) > 0);
    CHECK(b.current() == state::down);
    CHECK(b.check_connection([] {}) == 0);
    CHECK(b.current() == state::healthy);
    CHECK(b.seconds_down() == 0);
    CHECK(seen.outages == std::vector<std::string>{"refused"});
    REQUIRE(seen.recoveries.size() == 1);
    CHECK(seen.recoveries.front() >= 0.9 * timeout);
}

TEST_CASE("while degraded, one attempt runs at a time, and its success ends it for all",
          "[breaker]")
{
    record seen;
    circuit_breaker b(20, seen.listener());
    CHECK_THROWS_AS(b.attempt_connect([] { refused(); }), error);
    CHECK(b.current() == state::degraded);
    CHECK_FALSE(b.attempt_connect([] {})); // a moment later
    bool done = false;
    while (!done)
        done = b.attempt_connect([&] { CHECK_FALSE(b.attempt_connect([] {})); });
    CHECK(b.current() == state::healthy);
    CHECK(seen.alarms == 0);
    CHECK(b.attempt_connect([&] { CHECK(b.attempt_connect([] {})); }));
}

TEST_CASE("a wait ends with an error at the deadline or when the operation is abandoned",
          "[breaker]")
{
    circuit_breaker b(20, {});
    CHECK_THROWS_AS(b.attempt_connect([] { refused(); }), error);
    CHECK_THROWS_AS(b.wait_for_attempt({clock::now()}), error);
    try {
        b.wait_for_attempt({in_seconds(20), [] { return true; }});
        FAIL("an abandoned operation went on waiting");
    } catch (const error& e) {
        CHECK(e.reason() == error::cause::abandoned);
    }
}

TEST_CASE("without a probe, a database is never down", "[breaker]")
{
    circuit_breaker b(0, {});
    CHECK_THROWS_AS(b.attempt_connect([] { refused(); }), error);
    b.record_deadline();
    b.mark_suspect();
    CHECK(b.current() == state::degraded);
    CHECK_FALSE(b.needs_probe());
}

TEST_CASE("a suspected database is probed at once", "[breaker]")
{
    record seen;
    circuit_breaker b(20, seen.listener());
    b.mark_suspect();
    CHECK(seen.alarms == 1);
    CHECK(b.needs_probe());
    CHECK(b.current() == state::healthy);
    CHECK(b.check_connection([] {}) == 0); // only slow
    CHECK_FALSE(b.needs_probe());
    b.mark_suspect();
    CHECK(b.check_connection([] { refused(); }) > 0);
    CHECK(b.current() == state::down);
}

TEST_CASE("an old failure does not count for a new outage", "[breaker]")
{
    record seen;
    circuit_breaker b(0.05, seen.listener());
    CHECK_THROWS_AS(b.attempt_connect([] { refused(); }), error);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    b.record_deadline(); // for another reason
    CHECK(b.current() == state::degraded);
    CHECK(b.attempt_connect([&] {
        b.record_deadline(); // while this one has only begun
        CHECK(b.current() == state::degraded);
    }));
    CHECK(b.current() == state::healthy);
    CHECK(seen.alarms == 0);
}

TEST_CASE("an attempt that the deadline ends does not hide an earlier error message", "[breaker]")
{
    const error said(error::cause::lost, "said", {}, error::server_reply::error_text);
    const error cut(error::cause::deadline, "no answer", {}, error::server_reply::none);
    const error silence(error::cause::lost, "no answer", {}, error::server_reply::none);
    const auto failing = [](const error& with) { return [&] { throw error(with); }; };
    circuit_breaker b(20, {});
    CHECK(std::string(b.reason_of(cut).what()) == "no answer"); // there is no earlier message
    CHECK_THROWS_AS(b.attempt_connect(failing(said)), error);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    CHECK_THROWS_AS(b.attempt_connect(failing(cut)), error);
    CHECK(std::string(b.reason_of(cut).what()) == "said");
    CHECK(b.reason_of(cut).reason() == error::cause::deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    CHECK_THROWS_AS(b.attempt_connect(failing(silence)), error); // it had its full time
    CHECK(std::string(b.reason_of(silence).what()) == "said; no answer in time since then");
    CHECK(b.reason_of(error(error::cause::busy, "busy")).reason() == error::cause::busy);
}

TEST_CASE("a refusal marks the database as down at once, is reported once, and probed less often",
          "[breaker]")
{
    const error refusal(error::cause::rejected, "no such role", "28000",
                        error::server_reply::refused);
    record seen;
    circuit_breaker b(20, seen.listener());
    CHECK_THROWS_AS(b.attempt_connect([&] { throw error(refusal); }), error);
    b.refused(refusal);
    b.refused(refusal);
    CHECK(b.current() == state::down);
    CHECK(seen.outages == std::vector<std::string>{"no such role"});
    double pause = 1;
    for (int i = 0; i < 8; ++i) {
        const double next = b.check_connection([&] { throw error(refusal); });
        CHECK(next >= pause);
        pause = next;
    }
    CHECK(pause == 5);
    CHECK(b.check_connection([] { throw error(error::cause::lost, "starting up"); }) <= 0.5);
    CHECK(b.check_connection([] {}) == 0);
    CHECK(seen.outages.size() == 1);
    CHECK(seen.recoveries.size() == 1);
}
