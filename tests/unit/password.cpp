// A stored hash and a password give a verdict; what is no hash is refused, and a decoy costs what
// the real one costs.
#include "login/password.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::login;

static verdict judge(std::string_view stored, std::string_view password)
{
    return check(secret(stored), password).what;
}

// openssl passwd -6 -salt saltsalt secret
static const std::string sha512 =
    "$6$saltsalt$TH7QSl2nhDbm0PQGmqHZaOAgVYXWhRQ4QIGPrZHTQqhq1fYQ6GVx3sgT2z7fq2ZTnlmbgNfQb2D8VlCsHcFBb1";

TEST_CASE("what is no hash is never compared with the password")
{
    for (const char* stored :
         {"secret", "", "plain text", "*", "!", "$", "$argon2", "{CRYPT}", "{ARGON2}"})
        CHECK(judge(stored, stored) == verdict::refused);
    CHECK(judge("{CRYPT}secret", "{CRYPT}secret") ==
          verdict::mismatch); // an old DES hash, to crypt(3)
    CHECK(judge(sha512, sha512) != verdict::match);
}

TEST_CASE("absurd costs are refused before they are paid")
{
    for (const char* stored : {"$argon2id$v=19$m=4194304,t=3,p=4$c2FsdHNhbHRzYWx0$AAAA",
                               "$argon2id$v=19$m=65536,t=1000000,p=4$c2Fs$AAAA",
                               "$argon2id$v=19$m=65536,t=3,p=400$c2Fs$AAAA",
                               "$6$rounds=999999999$salt$x", "$2b$31$x", "$y$jZT$salt$x"})
        CHECK(judge(stored, "secret") == verdict::refused);
}

TEST_CASE("schemes of slapd's are left to slapd")
{
    CHECK(judge("{SSHA}xyz", "secret") == verdict::slapds);
    CHECK(judge("{nosuch}xyz", "secret") == verdict::slapds);
}

TEST_CASE("a password with a NUL is not its first half")
{
    CHECK(judge("$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", std::string_view("password\0x", 10)) ==
          verdict::mismatch);
}

TEST_CASE("decoys match nothing and keep the cost")
{
    for (const char* stored :
         {"$argon2id$v=19$m=4096,t=1,p=1$c2FsdHNhbHRzYWx0$AAAA", "$6$rounds=1000$salt$hash",
          "$6$salt$hash", "$5$salt$hash", "$1$salt$hash",
          "$2b$04$0123456789012345678901abcdefghijklmnopqrstuvwxyz01234", "$y$j8T$salt$hash"}) {
        const std::string decoy = decoy_like(stored);
        CHECK(cost_of(decoy) == cost_of(stored));
        CHECK(judge(decoy, "secret") == verdict::mismatch);
    }
    CHECK(cost_of(decoy_like("no hash")) == default_cost);
}
