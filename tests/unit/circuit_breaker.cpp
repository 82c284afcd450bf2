// When a database counts as away, and who waits for it.
#include "postgres/circuit_breaker.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace pgsql;
using namespace pgsql::postgres;
using state = breaker::state;

namespace {

constexpr double timeout = 0.2;

struct record {
    std::atomic<int> alarms{0};
    std::vector<std::string> said;

    breaker::listener listener()
    {
        return {[this](const std::string& what) { said.push_back(what); }, [this] { ++alarms; }};
    }
};

[[noreturn]] void refused() { throw error(error::cause::lost, "refused"); }

void try_until_away(breaker& b)
{
    while (b.now() != state::away) {
        try {
            if (!b.attempt([] { refused(); }))
                b.wait({in_seconds(20)});
        } catch (const error&) {
        }
    }
}

} // namespace

TEST_CASE("trouble that lasts makes the database away, and a probe ends it", "[breaker]")
{
    record seen;
    breaker b(timeout, seen.listener());
    CHECK_NOTHROW(b.pass());
    const auto began = clock::now();
    try_until_away(b);
    CHECK(clock::now() - began >= std::chrono::duration<double>(0.9 * timeout));
    CHECK_THROWS_AS(b.pass(), error);
    CHECK(b.away_for() > 0);
    CHECK(seen.alarms == 1);
    CHECK(b.in_doubt());
    CHECK(b.probe([] { refused(); }) > 0);
    CHECK(b.now() == state::away);
    CHECK(b.probe([] {}) == 0);
    CHECK(b.now() == state::well);
    CHECK(b.away_for() == 0);
    CHECK(seen.said.size() == 2);
}

TEST_CASE("in trouble one tries at a time, and success ends it for all", "[breaker]")
{
    record seen;
    breaker b(20, seen.listener());
    CHECK_THROWS_AS(b.attempt([] { refused(); }), error);
    CHECK(b.now() == state::troubled);
    CHECK_FALSE(b.attempt([] {})); // a moment later
    bool done = false;
    while (!done)
        done = b.attempt([&] { CHECK_FALSE(b.attempt([] {})); });
    CHECK(b.now() == state::well);
    CHECK(seen.alarms == 0);
    CHECK(b.attempt([&] { CHECK(b.attempt([] {})); }));
}

TEST_CASE("whoever waits is told when it is too late or not wanted any more", "[breaker]")
{
    breaker b(20, {});
    CHECK_THROWS_AS(b.attempt([] { refused(); }), error);
    CHECK_THROWS_AS(b.wait({clock::now()}), error);
    try {
        b.wait({in_seconds(20), [] { return true; }});
        FAIL("waited for nobody");
    } catch (const error& e) {
        CHECK(e.why() == error::cause::abandoned);
    }
}

TEST_CASE("without somebody who probes, a database is never away", "[breaker]")
{
    breaker b(0, {});
    CHECK_THROWS_AS(b.attempt([] { refused(); }), error);
    b.ran_out();
    b.suspect();
    CHECK(b.now() == state::troubled);
    CHECK_FALSE(b.in_doubt());
}

TEST_CASE("a suspicion is looked into at once", "[breaker]")
{
    record seen;
    breaker b(20, seen.listener());
    b.suspect();
    CHECK(seen.alarms == 1);
    CHECK(b.in_doubt());
    CHECK(b.now() == state::well);
    CHECK(b.probe([] {}) == 0); // slow, no more
    CHECK_FALSE(b.in_doubt());
    b.suspect();
    CHECK(b.probe([] { refused(); }) > 0);
    CHECK(b.now() == state::away);
}

TEST_CASE("a failure that nothing followed for long says nothing of today", "[breaker]")
{
    record seen;
    breaker b(0.05, seen.listener());
    CHECK_THROWS_AS(b.attempt([] { refused(); }), error);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    b.ran_out(); // for another reason
    CHECK(b.now() == state::troubled);
    CHECK(b.attempt([&] {
        b.ran_out(); // while this one has only begun
        CHECK(b.now() == state::troubled);
    }));
    CHECK(b.now() == state::well);
    CHECK(seen.alarms == 0);
}

TEST_CASE("a cut off attempt does not hide what was said before it", "[breaker]")
{
    const error said(error::cause::lost, "said", {}, error::heard::words);
    const error cut(error::cause::deadline, "no answer", {}, error::heard::nothing);
    const error silence(error::cause::lost, "no answer", {}, error::heard::nothing);
    const auto failing = [](const error& with) { return [&] { throw error(with); }; };
    breaker b(20, {});
    CHECK(std::string(b.reason_of(cut).what()) == "no answer"); // nothing was said
    CHECK_THROWS_AS(b.attempt(failing(said)), error);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    CHECK_THROWS_AS(b.attempt(failing(cut)), error);
    CHECK(std::string(b.reason_of(cut).what()) == "said");
    CHECK(b.reason_of(cut).why() == error::cause::deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    CHECK_THROWS_AS(b.attempt(failing(silence)), error); // it had all its time
    CHECK(std::string(b.reason_of(silence).what()) == "said; since then no answer in time");
    CHECK(b.reason_of(error(error::cause::busy, "busy")).why() == error::cause::busy);
}

TEST_CASE("a refusal makes the database away at once, is said once, and probed seldom", "[breaker]")
{
    const error refusal(error::cause::refused, "no such role", "28000", error::heard::refusal);
    record seen;
    breaker b(20, seen.listener());
    CHECK_THROWS_AS(b.attempt([&] { throw error(refusal); }), error);
    b.refused(refusal);
    b.refused(refusal);
    CHECK(b.now() == state::away);
    REQUIRE(seen.said.size() == 1);
    CHECK(seen.said.front() == "PostgreSQL refuses sessions, and operations get result 52 at once "
                               "until it accepts one: no such role");
    double pause = 1;
    for (int i = 0; i < 8; ++i) {
        const double next = b.probe([&] { throw error(refusal); });
        CHECK(next >= pause);
        pause = next;
    }
    CHECK(pause == 5);
    CHECK(b.probe([] { throw error(error::cause::lost, "starting up"); }) <= 0.5);
    CHECK(b.probe([] {}) == 0);
    CHECK(seen.said.size() == 2);
}
