// A login is remembered for its name, hash and password together, for its time and no longer.
#include "auth/verified_passwords.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace pgsql;
using namespace pgsql::login;

TEST_CASE("only the very same login is remembered")
{
    remembered some(60);
    const secret hash("$6$a");
    some.add("uid=ann", hash, "secret");
    CHECK(some.knows("uid=ann", hash, "secret"));
    CHECK_FALSE(some.knows("uid=ann", hash, "secre"));
    CHECK_FALSE(some.knows("uid=ann", hash, ""));
    CHECK_FALSE(some.knows("uid=bob", hash, "secret"));
    CHECK_FALSE(some.knows("uid=ann", secret("$6$b"), "secret"));
    CHECK_FALSE(some.knows("uid=ann$6$a", secret(""), "secret")); // no other division of one text
    CHECK_FALSE(some.knows("uid=an", secret("n$6$a"), "secret"));
    remembered others(60);
    CHECK_FALSE(others.knows("uid=ann", hash, "secret"));
}

TEST_CASE("nothing is remembered by default, nor after its time")
{
    const secret hash("$6$a");
    remembered none(0);
    none.add("uid=ann", hash, "secret");
    CHECK_FALSE(none.knows("uid=ann", hash, "secret"));
    remembered briefly(1);
    briefly.add("uid=ann", hash, "secret");
    CHECK(briefly.knows("uid=ann", hash, "secret"));
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    CHECK_FALSE(briefly.knows("uid=ann", hash, "secret"));
}

TEST_CASE("however many log in, the memory is bounded")
{
    const secret hash("$6$a");
    for (double seconds = 0.5;; seconds *= 2) {
        remembered some(seconds);
        const auto time_over = in_seconds(seconds);
        for (int i = 0; i < 10'000; ++i)
            some.add("uid=" + std::to_string(i), hash, "secret");
        some.add("uid=late", hash, "secret");
        const bool known = some.knows("uid=late", hash, "secret");
        if (clock::now() >= time_over)
            continue; // it took so long that there was room again
        CHECK_FALSE(known);
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds + 0.05));
        some.add("uid=late", hash, "secret"); // their time is over, so there is room
        CHECK(some.knows("uid=late", hash, "secret"));
        break;
    }
}
