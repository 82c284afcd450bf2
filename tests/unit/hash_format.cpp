// New password hashes have the configured format and cost, and match their password.
#include "auth/hash_format.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

using namespace pgsql::auth;

namespace {

struct sample {
    const char* words;
    const char* start; ///< of each hash
    const char* scheme;
};

const std::vector<sample> samples = {
    {"m=1024 t=1 p=2", "$argon2id$v=19$m=1024,t=1,p=2$", "argon2id m=1024 t=1 p=2"},
    {"format=argon2id m=1024 t=1 p=1", "$argon2id$v=19$", "argon2id m=1024 t=1 p=1"},
    {"format=django-argon2 m=1024 t=1 p=1", "argon2$argon2id$v=19$", "argon2id m=1024 t=1 p=1"},
    {"m=1024 t=1 p=1 format=nextcloud", "3|$argon2id$v=19$", "argon2id m=1024 t=1 p=1"},
    {"format=bcrypt cost=4", "$2b$04$", "bcrypt 04"},
    {"format=php-bcrypt cost=5", "$2y$05$", "bcrypt 05"},
    {"format=django-bcrypt cost=4", "bcrypt$$2b$04$", "bcrypt 04"},
    {"format=spring-bcrypt cost=4", "{bcrypt}$2b$04$", "bcrypt 04"},
    {"format=django-pbkdf2 rounds=1000", "pbkdf2_sha256$1000$", "PBKDF2-SHA256 1000"},
    {"format=passlib-pbkdf2 rounds=1000", "$pbkdf2-sha512$1000$", "PBKDF2-SHA512 1000"},
    {"format=werkzeug-pbkdf2 rounds=1000", "pbkdf2:sha256:1000$", "PBKDF2-SHA256 1000"},
    {"format=django-scrypt N=16 r=8 p=1", "scrypt$16$", "scrypt N=16 r=8 p=1"},
    {"format=werkzeug-scrypt N=16 r=8 p=2", "scrypt:16:8:2$", "scrypt N=16 r=8 p=2"}};

} // namespace

TEST_CASE("a new hash has its format and matches its password only")
{
    for (const sample& one : samples) {
        INFO(one.words);
        const hash_format format(one.words);
        const secret made = format.make("größer secret", nullptr, 1);
        CHECK(made.reveal().starts_with(one.start));
        CHECK(format.make("größer secret", nullptr, 1).reveal() != made.reveal()); // salted
        const parsed_hash hash = parse_hash(made.reveal());
        REQUIRE(hash->problem() == nullptr);
        CHECK(hash->scheme() == one.scheme);
        CHECK(hash->cost().milliseconds == format.cost().milliseconds);
        CHECK(hash->cost().memory_kib == format.cost().memory_kib);
        CHECK(hash->verify("größer secret").result == verdict::match);
        CHECK(hash->verify("größer secre").result == verdict::mismatch);
        CHECK(hash->verify("").result == verdict::mismatch);
    }
}

TEST_CASE("the default costs are usual ones")
{
    const auto start = [](const char* words) {
        const std::string text = hash_format(words).make("x", nullptr, 1).reveal();
        return text.substr(0, text.find_first_of("$:", 8));
    };
    CHECK(start("format=bcrypt").starts_with("$2b$12$"));
    CHECK(start("format=django-pbkdf2") == "pbkdf2_sha256");
    CHECK(hash_format("format=django-pbkdf2").cost().milliseconds == 480); // 600000 rounds
    CHECK(hash_format("format=werkzeug-scrypt").cost().memory_kib == 32 * 1024 + 3);
    CHECK(hash_format("").cost().memory_kib == 64 * 1024);
}

TEST_CASE("a pepper is added in bcrypt only, and bcrypt refuses what it does not read")
{
    const auto pepper = std::make_shared<const secret>(std::string(100, 'p'));
    for (const sample& one : samples) {
        INFO(one.words);
        const hash_format format(one.words);
        for (const std::string& password :
             {std::string("secret"), std::string(60, 'x'), std::string(72, 'x')}) {
            const secret made = format.make(password, pepper.get(), 1);
            const auto judge = [&](const std::shared_ptr<const secret>& with) {
                return with_pepper(parse_hash(made.reveal()), with)->verify(password).result;
            };
            CHECK(judge(pepper) == verdict::match);
            const bool bcrypt = std::string_view(one.scheme).starts_with("bcrypt");
            CHECK((judge(nullptr) == verdict::match) == (!bcrypt || password.size() == 72));
        }
        const bool limited = std::string_view(one.scheme).starts_with("bcrypt");
        CHECK((format.problem(std::string(73, 'x')) != nullptr) == limited);
        CHECK((format.problem(std::string_view("a\0b", 3)) != nullptr) == limited);
        CHECK(format.problem(std::string(72, 'x')) == nullptr);
    }
}

TEST_CASE("a format or an option that does not exist is refused, as is a cost out of range")
{
    for (const char* wrong :
         {"bcrypt", "format=", "format=md5", "format=bcrypt m=64", "format=bcrypt cost=3",
          "format=bcrypt cost=16", "format=bcrypt cost=x", "format=bcrypt cost=4x",
          "format=django-pbkdf2 rounds=999", "format=django-pbkdf2 rounds=5000001",
          "format=django-scrypt N=3", "format=django-scrypt N=1048576", "format=django-scrypt n=16",
          "format=django-scrypt r=0", "format=nextcloud m=1", "rounds=1000", "m=64M", "N=16"}) {
        INFO(wrong);
        CHECK_THROWS_AS(hash_format(wrong), std::invalid_argument);
    }
}
