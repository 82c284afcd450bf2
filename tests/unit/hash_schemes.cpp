// Each hash scheme has the same interface: problem, cost, verification and a dummy hash.
#include "auth/hash_schemes.hpp"
#include "auth/slapd_hash.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <utility>
#include <vector>

using namespace pgsql::auth;

namespace {

// Stand-ins for slapd's functions: a scheme {PLAIN} that contains the password.
int asked_slapd = 0;
bool slapd_knows(const std::string& scheme)
{
    return scheme == "{PLAIN}" || scheme == "{CLEARTEXT}" || scheme == "{sasl}";
}
bool slapd_matches(const std::string& stored, std::string_view password)
{
    ++asked_slapd;
    return stored.substr(7) == password;
}

struct sample {
    std::string stored; ///< of the password "secret"
    const char* scheme;
    bool has_dummy = true;
};

// crypt(3) of libxcrypt, argon2(1), slappasswd with pw-pbkdf2.
const std::vector<sample> samples = {
    {"$argon2id$v=19$m=4096,t=2,p=4$c2FsdHNhbHQ$Opr6AcVo4GC9229xIEplC5QL4zRSRdWVmAbPbsVfhTY",
     "argon2id m=4096 t=2 p=4"},
    {"{ARGON2}$argon2i$v=19$m=4096,t=2,p=1$c2FsdHNhbHQ$JXeQwnbEwk3aWRIleVGvHdf4dE7PDlCXjxEsi4I+tUc",
     "argon2i m=4096 t=2 p=1"},
    {"{argon2}$argon2d$v=19$m=4096,t=2,p=2$c2FsdHNhbHQ$h48LIbR2hOZpR58fPk7D8Kl4KW/P/bfmPYPieRPBHFw",
     "argon2d m=4096 t=2 p=2"},
    {"$argon2id$v=19$m=4096,p=4,t=2$1ya7kHMTEVdt7WYTyrTPGQ$2gaPKn2mCIQRuxrgJ90bRNrRq3bRCCVT36htlF0DeR0",
     "argon2id m=4096 t=2 p=4"},
    {"$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/",
     "SHA-512 crypt"},
    {"{CRYPT}$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA", "SHA-256 crypt"},
    {"{crypt}$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "bcrypt 04"},
    {"$y$j8T$saltsalt$MXbdvaeI0rWvmFzsdotkaHLVWCX/uAFos1nl7I2PdQ9", "yescrypt"},
    {"$gy$j8T$saltsalt$BWcZhCW2o.3DUSoMAGeeK6IoIXThiGN23BeIMpi56O.", "yescrypt"},
    {"$1$saltsalt$9xy1btjgzLYfb7hivXtC//", "MD5 crypt"},
    {"{CRYPT}abNANd1rDfiNc", "DES crypt", false},
    {"{PBKDF2}10000$JAKEvxEDR.V1AypFEOjmig$Vh2PQzhU3EmORgp0E8etVC2I.q8", "PBKDF2-SHA1 10000"},
    {"{PBKDF2-SHA256}10000$9Yaym9zbstdssAKBcGjhtQ$LcvsQA4r9FmYQDjJOT3ASBy7XtTGice82JD8BejfteE",
     "PBKDF2-SHA256 10000"},
    {"{PBKDF2-SHA512}10000$BHfHbv3I7Kx7VcjJVKTwvw$teYLqyjVqfoz/rcUqHnPxOqWLxXUzJ060Pu.iVPigpvZ5jp/GsMcr5nkkHHorlBSZC8VUV74UBjTxbQnBT2wtw",
     "PBKDF2-SHA512 10000"},
    {"{PLAIN}secret", "{PLAIN}", false}};

} // namespace

TEST_CASE("only the right password matches")
{
    use_slapd({slapd_knows, slapd_matches});
    for (const sample& one : samples) {
        INFO(one.stored);
        const auto hash = parse_hash(one.stored);
        CHECK(hash->problem() == nullptr);
        CHECK(std::string(hash->remedy()).empty());
        CHECK(hash->scheme() == one.scheme);
        CHECK(hash->stored().reveal() == one.stored);
        CHECK_FALSE(hash->precheck(6));
        CHECK(hash->verify("secret").result == verdict::match);
        CHECK(hash->verify("secret", 4).result ==
              verdict::match); // an object can be used repeatedly
        for (const std::string& wrong :
             {std::string(), std::string("secre"), std::string("secreT"), std::string("wrong"),
              std::string("\0secret", 7), std::string(511, 'x'), std::string(512, 'x'),
              std::string(5000, 'x'), std::string(100'000, 'x'), one.stored})
            CHECK(hash->verify(wrong).result == verdict::mismatch);
    }
}

TEST_CASE("a dummy hash costs the same, and no password matches it")
{
    use_slapd({slapd_knows, slapd_matches});
    for (const sample& one : samples) {
        INFO(one.stored);
        const auto hash = parse_hash(one.stored);
        const auto dummy = hash->dummy();
        REQUIRE((dummy != nullptr) == one.has_dummy);
        if (dummy == nullptr)
            continue;
        CHECK(dummy->problem() == nullptr);
        CHECK(dummy->scheme() == hash->scheme());
        for (const std::size_t length : {0, 6, 64, 511, 512, 100'000}) {
            CHECK(dummy->cost(length).milliseconds == hash->cost(length).milliseconds);
            CHECK(dummy->cost(length).memory_kib == hash->cost(length).memory_kib);
            CHECK(dummy->cost(length).threads == hash->cost(length).threads);
        }
        for (const char* password : {"", "secret", dummy->stored().reveal().c_str()})
            CHECK(dummy->verify(password).result == verdict::mismatch);
        CHECK(dummy->dummy()->stored().reveal() == dummy->stored().reveal());
    }
}

TEST_CASE("hashes of the same cost share a dummy hash, others do not")
{
    const auto dummy_of = [](std::string_view stored) {
        const auto dummy = parse_hash(stored)->dummy();
        REQUIRE(dummy != nullptr);
        return dummy->stored().reveal();
    };
    const std::vector<std::pair<const char*, const char*>> same = {
        {"$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA", default_cost_prefix.data()},
        {"{CRYPT}$6$salt$hash", "$6$"},
        {"$6$rounds=1000$a$b", "$6$rounds=1000$c$d"},
        {"$2b$10$0123456789012345678901abcdefghijklmnopqrstuvwxyz01234", "$2b$10$x"},
        {"$y$j9T$salt$hash", "$y$j9T$other$x"},
        {"{PBKDF2-SHA512}1000$c2FsdA$aGFzaA", "{PBKDF2-SHA512}1000$x$y"}};
    std::set<std::string> all;
    for (const auto& [one, other] : same) {
        CHECK(dummy_of(one) == dummy_of(other));
        all.insert(dummy_of(one));
    }
    CHECK(all.size() == same.size());
    for (const char* none : {"", "!", "secret", "{SSHA}xyz", "$6$rounds=x$a$b", "$1"})
        CHECK(parse_hash(none)->dummy() == nullptr);
}

TEST_CASE("slapd verifies its own schemes, but never the refused ones")
{
    use_slapd({slapd_knows, slapd_matches});
    asked_slapd = 0;
    for (const char* refused :
         {"{CLEARTEXT}secret", "{sasl}secret", "{NOSUCH}secret", "{PLAINsecret", "{"}) {
        INFO(refused);
        CHECK(parse_hash(refused)->problem() != nullptr);
        CHECK(parse_hash(refused)->verify("secret").result == verdict::refused);
    }
    CHECK(parse_hash("{PLAIN}secret")->precheck(4097).value_or(verification{}).result ==
          verdict::mismatch);
    CHECK(parse_hash("{PLAIN}secret")->verify(std::string(4097, 'x')).result == verdict::mismatch);
    CHECK(asked_slapd == 0);
    CHECK(parse_hash("{PLAIN}" + std::string(4096, 'x'))->problem() != nullptr); // too long a hash
    CHECK(parse_hash("{PLAIN}secret")->verify(std::string(4096, 'x')).result == verdict::mismatch);
    CHECK(asked_slapd == 1);
}

TEST_CASE("a value longer than 1024 characters is refused in every scheme")
{
    use_slapd({slapd_knows, slapd_matches});
    for (const sample& one : samples) {
        const auto hash = parse_hash(one.stored + std::string(1024, 'A'));
        REQUIRE(hash->problem() != nullptr);
        CHECK(std::string(hash->problem()) == "a hash of more than 1024 characters");
        CHECK(hash->verify("secret").result == verdict::refused);
    }
}
