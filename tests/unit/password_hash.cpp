// A password is verified against a stored hash; a value that is not a hash is refused.
#include "auth/argon2.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

using namespace pgsql::auth;

static verdict judge(std::string_view stored, std::string_view password)
{
    return parse_hash(stored)->verify(password).result;
}

static std::optional<verification> precheck(std::string_view stored,
                                            std::size_t length = usual_length)
{
    return parse_hash(stored)->precheck(length);
}

static hash_cost cost_of(std::string_view stored, std::size_t length = usual_length)
{
    return parse_hash(stored)->cost(length);
}

// openssl passwd -6 -salt saltsalt secret
static const std::string sha512 =
    "$6$saltsalt$TH7QSl2nhDbm0PQGmqHZaOAgVYXWhRQ4QIGPrZHTQqhq1fYQ6GVx3sgT2z7fq2ZTnlmbgNfQb2D8VlCsHcFBb1";

TEST_CASE("a value that is not a hash is never compared with the password")
{
    for (const char* stored : {"secret", "", "plain text", "*", "!", "$", "$argon2", "{CRYPT}",
                               "{ARGON2}", "{ARGON2}$6$salt$hash"})
        CHECK(judge(stored, stored) == verdict::refused);
    CHECK(judge("{CRYPT}secret", "{CRYPT}secret") ==
          verdict::mismatch); // an old DES hash, to crypt(3)
    CHECK(judge(sha512, sha512) != verdict::match);
}

TEST_CASE("excessive costs are refused before the computation")
{
    for (const char* stored :
         {"$argon2id$v=19$m=4194304,t=3,p=4$c2FsdHNhbHRzYWx0$AAAA",
          "$argon2id$v=19$m=65536,t=1000000,p=4$c2Fs$AAAA",
          "$argon2id$v=19$m=65536,t=3,p=400$c2Fs$AAAA", "$6$rounds=999999999$salt$x",
          "$6$rounds=99999999999999999999$salt$x", "$2b$31$x",
          "$2b$31$backpgsqldecoysalt....$rounds=5000", "$7$FU..../....$rounds=1",
          "$sha1$4000000000$salt$x", "$md5,rounds=4000000000$salt$x", "$y$j9T/E$salt$x",
          "{CRYPT}_zzz/saltAAAAAAAAAAA", "$y$jZT$salt$x", "$y$j9", "$y$j9z$salt$x", "$y$$9T$salt$x",
          "$gy$$9T$salt$x",
          // each about half a minute of one core
          "$argon2id$v=19$m=262144,t=64,p=1$c2FsdHNhbHRzYWx0$AAAAAA", "$6$rounds=9999999$salt$x",
          "$2b$18$backpgsqldecoysalt....0000000000000000000000000000000",
          "{PBKDF2-SHA512}2000000000$W5SPPtKAOOVcYsuOlyaePA$DZsj", "{PBKDF2}99999999999$c2Fs$DZsj",
          "{PBKDF2-SHA512}$c2Fs$DZsj", "{PBKDF2-MD5}1000$c2Fs$DZsj", "{PBKDF2}"}) {
        CHECK(judge(stored, "secret") == verdict::refused);
        CHECK(precheck(stored)); // known without computation
        CHECK(parse_hash(stored)->dummy() == nullptr);
    }
}

// echo -n secret | argon2 saltsaltsalt -id -t 1 -k 1024 -p 1 -l LENGTH -e
TEST_CASE("argon2 keys that match by chance are refused")
{
    for (const char* stored :
         {"$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHRzYWx0$1EN6tw",
          "$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHRzYWx0$5v+IWb+XC28p4nfEuaug"})
        CHECK(judge(stored, "secret") == verdict::refused);
    CHECK(judge("$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHRzYWx0$AC2dTUmEfiKOxXaAwzBUHA",
                "secret") == verdict::match);
}

// slappasswd -o module-path=/usr/lib/ldap -o module-load=pw-pbkdf2 -h '{PBKDF2-SHA512}' -s secret,
// and similar commands
static const std::vector<std::string> pbkdf2 = {
    "{PBKDF2}10000$JAKEvxEDR.V1AypFEOjmig$Vh2PQzhU3EmORgp0E8etVC2I.q8",
    "{PBKDF2-SHA1}10000$5eQk4hLV0TplYw2PKmPpnA$eKK691BpYAdL80ZvfWJ0NxYZNaA",
    "{PBKDF2-SHA256}10000$9Yaym9zbstdssAKBcGjhtQ$LcvsQA4r9FmYQDjJOT3ASBy7XtTGice82JD8BejfteE",
    "{PBKDF2-SHA512}10000$BHfHbv3I7Kx7VcjJVKTwvw$teYLqyjVqfoz/rcUqHnPxOqWLxXUzJ060Pu.iVPigpvZ5jp/GsMcr5nkkHHorlBSZC8VUV74UBjTxbQnBT2wtw"};

TEST_CASE("PBKDF2 in the format of slapd's module is verified without it")
{
    for (const std::string& stored : pbkdf2) {
        INFO(stored);
        CHECK(judge(stored, "secret") == verdict::match);
        CHECK(judge(stored, "secre") == verdict::mismatch);
        CHECK(judge(stored, stored) == verdict::mismatch);
        CHECK(judge(stored, "") == verdict::mismatch);
        for (std::size_t length = 0; length < stored.size(); ++length)
            CHECK(judge(stored.substr(0, length), "secret") != verdict::match);
        for (const char* more : {"=", "$", "AA", " ", "+"})
            CHECK(judge(stored + more, "secret") == verdict::refused);
    }
    for (const char* damaged :
         {"{PBKDF2}1000$c2FsdA", "{PBKDF2}1000$c2FsdA$", "{PBKDF2}1000$c$AAAA",
          "{PBKDF2}1000$c2FsdA$AAAA"}) // known before rounds are computed
        CHECK(parse_hash(damaged)->problem() == std::string_view("a damaged PBKDF2 hash"));
    CHECK(judge("{pbkdf2" + pbkdf2.front().substr(7), "secret") == verdict::match);
    CHECK(judge("{PBKDF2}0$W5SPPtKAOOVcYsuOlyaePA$AAAAAAAAAAAAAAAAAAAAAAAAAAA", "secret") ==
          verdict::refused);
    CHECK(judge("{PBKDF2}1$$AAAAAAAAAAAAAAAAAAAAAAAAAAA", "secret") == verdict::refused);
}

TEST_CASE("a password is not truncated at a NUL")
{
    CHECK(judge("$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", std::string_view("password\0x", 10)) ==
          verdict::mismatch);
}

TEST_CASE("a password that is too long for crypt is a mismatch, not a bad hash")
{
    for (const std::size_t length : {511, 512, 100'000})
        CHECK(judge(sha512, std::string(length, 'x')) == verdict::mismatch);
}

// argon2(1) of Debian: echo -n secret | argon2 saltsalt -id -t 2 -m 12 -p 4 -e, and similar
// commands
static const std::vector<std::string> others = {
    "$argon2id$v=19$m=4096,t=2,p=4$c2FsdHNhbHQ$Opr6AcVo4GC9229xIEplC5QL4zRSRdWVmAbPbsVfhTY",
    "$argon2i$v=19$m=4096,t=2,p=1$c2FsdHNhbHQ$JXeQwnbEwk3aWRIleVGvHdf4dE7PDlCXjxEsi4I+tUc",
    // node-argon2 0.45: argon2.hash("secret", {memoryCost: 4096, timeCost: 2, parallelism: 4})
    "$argon2id$v=19$m=4096,p=4,t=2$1ya7kHMTEVdt7WYTyrTPGQ$2gaPKn2mCIQRuxrgJ90bRNrRq3bRCCVT36htlF0DeR0",
    "$argon2d$v=19$m=4096,t=2,p=2$c2FsdHNhbHQ$h48LIbR2hOZpR58fPk7D8Kl4KW/P/bfmPYPieRPBHFw",
};

TEST_CASE("argon2 strings of other programs are verified with any number of threads")
{
    for (const std::string& stored : others)
        for (const unsigned threads : {1U, 2U, 64U}) {
            CHECK(parse_hash(stored)->verify("secret", threads).result == verdict::match);
            CHECK(parse_hash(stored)->verify("secre", threads).result == verdict::mismatch);
        }
}

TEST_CASE("a malformed argon2 string is refused")
{
    const std::string good = others.front();
    REQUIRE(judge(good, "secret") == verdict::match);
    for (std::size_t length = 0; length < good.size(); ++length) {
        CHECK(judge(good.substr(0, length), "secret") != verdict::match);
        CHECK(judge(good.substr(0, length), good.substr(0, length)) != verdict::match);
    }
    for (std::string bad : {good + "=", good + "$", good + "AA", good + " ", "x" + good}) {
        CHECK(judge(bad, "secret") == verdict::refused);
    }
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"v=19", "v=20"},
                                                          {"m=4096", "m=-4096"},
                                                          {"m=4096", "m=8"},
                                                          {"p=4", "p=0"},
                                                          {"t=2", "t=0"},
                                                          {",t=2", ""},
                                                          {",t=2", ",m=4096"},
                                                          {",p=4", ",t=2"},
                                                          {"c2FsdHNhbHQ", "c2Fs"},
                                                          {"c2FsdHNhbHQ", "c2FsdHNhbHR"}}) {
        std::string bad = good;
        bad.replace(bad.find(from), from.size(), to);
        INFO(bad);
        CHECK(judge(bad, "secret") == verdict::refused);
    }
}

TEST_CASE("a new hash has node-argon2's format and matches only its password")
{
    const secret made = make_argon2id(std::string_view("n\0w pass", 8), {}, 1);
    const std::string& text = made.reveal();
    CHECK(text.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"));
    CHECK(text.size() == std::string_view("$argon2id$v=19$m=65536,t=3,p=4$").size() + 22 + 1 + 43);
    CHECK(make_argon2id(std::string_view("n\0w pass", 8), {}, 1).reveal() != text); // salted
    const auto hash = parse_hash(text);
    CHECK(hash->verify(std::string_view("n\0w pass", 8)).result == verdict::match);
    CHECK(hash->verify(std::string_view("n\0w pass", 8), 4).result == verdict::match);
    CHECK(hash->verify("n").result == verdict::mismatch);
    CHECK(argon2id_verify(text.c_str(), "n\0w pass", 8) == ARGON2_OK); // libargon2 reads it too
    CHECK(argon2id_verify(text.c_str(), "n", 1) == ARGON2_VERIFY_MISMATCH);
    CHECK_THROWS_AS(make_argon2id("x", {.memory_kib = 8, .passes = 1, .lanes = 4}, 1),
                    std::runtime_error);
}

TEST_CASE("the cost of a check is known in advance")
{
    const auto memory = [](std::string_view stored) { return cost_of(stored).memory_kib; };
    CHECK(cost_of("$argon2id$v=19$m=65536,t=3,p=4$x").is_expensive());
    CHECK(cost_of("$argon2id$v=19$m=65536,t=3,p=4$x").threads == 4);
    CHECK(memory("{ARGON2}$argon2id$v=19$m=65536,t=3,p=4$x") == 65536);
    CHECK(memory("$y$j9T$salt$hash") == 16384);
    CHECK(cost_of("$y$j9T$salt$hash").is_expensive());
    CHECK(cost_of("$2b$10$x").is_expensive());
    CHECK(cost_of("{CRYPT}$6$rounds=656000$salt$hash").is_expensive());
    CHECK(cost_of("{PBKDF2-SHA512}600000$salt$tag").is_expensive());
    for (const char* cheap :
         {"$6$salt$hash", "$5$rounds=5000$salt$hash", "$1$salt$hash", "{SSHA}xyz", "", "plain",
          "{PBKDF2}10000$salt$tag", "$argon2id$v=19$m=1024,t=1,p=1$x", "$2b$04$x",
          "{CRYPT}ab01FAX.bQRSU"})
        CHECK_FALSE(cost_of(cheap).is_expensive());
}

TEST_CASE("the cost of SHA-crypt includes the length of the password")
{
    const auto cost = [](const std::string& stored, std::size_t length) {
        return cost_of(stored, length).milliseconds;
    };
    for (const std::string kind : {"$5$", "{CRYPT}$6$"}) {
        INFO(kind);
        CHECK(cost(kind + "salt$hash", 511) > 4 * cost(kind + "salt$hash", 8));
        CHECK_FALSE(cost_of(kind + "salt$hash", 64).is_expensive());
        CHECK(cost_of(kind + "salt$hash", 511).is_expensive());
        CHECK(cost(kind + "rounds=5000000$salt$hash", 20) > 1000);
        const std::string costly = kind + "rounds=5000000$salt$hash";
        CHECK_FALSE(precheck(costly, 20));
        for (const std::size_t length : {107, 300, 511}) {
            CHECK(precheck(costly, length).value_or(verification{}).result == verdict::refused);
            CHECK(cost(kind + "rounds=5000000$salt$hash", length) == 0); // it is never computed
        }
        CHECK_FALSE(precheck(kind + "rounds=656000$salt$hash", 511));
        CHECK(precheck(costly, 512).value_or(verification{}).result == verdict::mismatch);
        CHECK(cost(kind + "salt$hash", 512) == 0);
    }
    for (const char* other :
         {"$2b$10$backpgsqldecoysalt....0000000000000000000000000000000",
          "$argon2id$v=19$m=65536,t=3,p=4$x", "$y$j9T$salt$hash", "{PBKDF2-SHA512}600000$salt$tag"})
        CHECK(cost(other, 511) == cost(other, 8));
}

TEST_CASE("no password raises the cost of a check above the limit")
{
    for (std::string rounds : {"", "rounds=1000$", "rounds=656000$", "rounds=5000000$"})
        for (const char* kind : {"$5$", "$6$"})
            for (std::size_t length = 0; length < 2000; ++length)
                CHECK(cost_of(kind + rounds + "salt$hash", length).milliseconds <= 6000);
}

TEST_CASE("the description of a hash reveals neither hash nor password")
{
    const std::string tail = "Tufi6hMYg2QAwJDrqiOsG";
    const std::pair<std::string, const char*> known[] = {
        {"$argon2id$v=19$m=65536,t=3,p=4$" + tail, "argon2id m=65536 t=3 p=4"},
        {"{ARGON2}$argon2d$v=19$m=8,t=1,p=1$" + tail, "argon2d m=8 t=1 p=1"},
        {"$argon2" + tail, "argon2, not readable"},
        {"$2b$10$" + tail, "bcrypt 10"},
        {"$2b$" + tail, "bcrypt, not readable"},
        {"$6$rounds=5000$" + tail, "SHA-512 crypt"},
        {"$5$" + tail, "SHA-256 crypt"},
        {"$1$" + tail, "MD5 crypt"},
        {"$y$j9T$" + tail, "yescrypt"},
        {"$7$" + tail, "scrypt of crypt(5)"},
        {"{CRYPT}ab01FAX.bQRSU", "DES crypt"},
        {"{SSHA}" + tail, "{SSHA}"},
        {"{PBKDF2-SHA256}10000$" + tail, "PBKDF2-SHA256 10000"},
        {"{" + tail, "an unknown {SCHEME}"},
        {"{" + tail + tail + "}x", "an unknown {SCHEME}"},
        {"{" + tail + "}", "an unknown {SCHEME}"},
        {"", "none (NULL or empty)"},
        {"!" + tail, "locked"},
        {"{CRYPT}*" + tail, "locked"},
        {tail, "not a hash (plain text?)"},
    };
    for (const auto& [stored, scheme] : known)
        CHECK(parse_hash(stored)->scheme() == scheme);
}
