// Hashes of other programs are identified, and no supported hash is mistaken for one.
#include "auth/password_hash.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace pgsql::auth;

TEST_CASE("a hash of another program is refused with its name")
{
    const std::pair<std::string, std::string> known[] = {
        {"!bcrypt!12!backpgsqldecoysalt....0000000000000000000000000000000", "Request Tracker"},
        {"$wp$2y$10$backpgsqldecoysalt....0000000000000000000000000000000", "WordPress"},
        {"$apr1$saltsalt$xxxxxxxxxxxxxxxxxxxxx/", "Apache"},
        {"md5" + std::string(32, 'f'), "MD5 of PostgreSQL"},
        {std::string(32, '0'), "MD5 in hexadecimal"},
        {std::string(40, 'F'), "SHA-1 in hexadecimal"},
        {"*" + std::string(40, 'F'), "MySQL"},
        {std::string(128, '9'), "SHA-512 in hexadecimal"}};
    for (const auto& [stored, name] : known) {
        INFO(stored);
        const auto hash = parse_hash(stored);
        REQUIRE(hash->problem() != nullptr);
        CHECK(std::string(hash->problem()).find("not supported") != std::string::npos);
        CHECK(hash->scheme().find(name) != std::string::npos);
        CHECK(hash->verify(stored).result == verdict::refused);
        CHECK(hash->cost().milliseconds == 0);
        CHECK(hash->dummy() == nullptr);
    }
}

TEST_CASE("plain text, locked values and supported hashes are not foreign")
{
    for (const char* stored : {"",
                               "secret",
                               "!",
                               "*",
                               "*LK*",
                               "!!",
                               "abcdef",
                               "d41d8cd98f00b204e9800998ecf8427",
                               "d41d8cd98f00b204e9800998ecf8427x",
                               "{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS",
                               "{MD5}x",
                               "{bcrypt}",
                               "$6$saltsalt$x",
                               "$2b$10$x",
                               "$y$j9T$x",
                               "$1$x$x",
                               "$argon2id$v=19$x",
                               "{CRYPT}$6$x",
                               "{ARGON2}$argon2id$x",
                               "{PBKDF2-SHA256}1000$c2FsdA$aGFzaA",
                               "saXYZ12345678"}) {
        const auto hash = parse_hash(stored);
        const char* problem = hash->problem();
        CHECK(std::string(problem != nullptr ? problem : "").find("not supported") ==
              std::string::npos);
        CHECK(std::string(hash->remedy()).empty());
    }
}
