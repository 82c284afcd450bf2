// A successful check is cached for exactly its name, hash and password, and for a limited time.
#include "auth/verified_passwords.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace pgsql;
using namespace pgsql::auth;

TEST_CASE("only an identical login is cached")
{
    verified_passwords some(60);
    const secret hash("$6$a");
    some.add("uid=ann", hash, "secret");
    CHECK(some.contains("uid=ann", hash, "secret"));
    CHECK_FALSE(some.contains("uid=ann", hash, "secre"));
    CHECK_FALSE(some.contains("uid=ann", hash, ""));
    CHECK_FALSE(some.contains("uid=bob", hash, "secret"));
    CHECK_FALSE(some.contains("uid=ann", secret("$6$b"), "secret"));
    CHECK_FALSE(
        some.contains("uid=ann$6$a", secret(""), "secret")); // another split of the same text
    CHECK_FALSE(some.contains("uid=an", secret("n$6$a"), "secret"));
    verified_passwords others(60);
    CHECK_FALSE(others.contains("uid=ann", hash, "secret"));
}

TEST_CASE("nothing is cached by default or after expiry")
{
    const secret hash("$6$a");
    verified_passwords none(0);
    none.add("uid=ann", hash, "secret");
    CHECK_FALSE(none.contains("uid=ann", hash, "secret"));
    verified_passwords briefly(1);
    briefly.add("uid=ann", hash, "secret");
    CHECK(briefly.contains("uid=ann", hash, "secret"));
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    CHECK_FALSE(briefly.contains("uid=ann", hash, "secret"));
}

TEST_CASE("the memory is bounded for any number of logins")
{
    const secret hash("$6$a");
    for (double seconds = 0.5;; seconds *= 2) {
        verified_passwords some(seconds);
        const auto time_over = in_seconds(seconds);
        for (int i = 0; i < 10'000; ++i)
            some.add("uid=" + std::to_string(i), hash, "secret");
        some.add("uid=late", hash, "secret");
        const bool known = some.contains("uid=late", hash, "secret");
        if (clock::now() >= time_over)
            continue; // entries have already expired
        CHECK_FALSE(known);
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds + 0.05));
        some.add("uid=late", hash, "secret"); // the others have expired
        CHECK(some.contains("uid=late", hash, "secret"));
        break;
    }
}
