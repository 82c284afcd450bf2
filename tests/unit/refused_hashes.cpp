// Hashes of applications that cannot be verified are refused, each with its reason.
#include "auth/password_hash.hpp"

#include <catch2/catch_test_macros.hpp>

#include <utility>

using namespace pgsql::auth;

static verdict judge(std::string_view stored, std::string_view password)
{
    return parse_hash(stored)->verify(password).result;
}

TEST_CASE("each refused PBKDF2 hash has its reason")
{
    const std::string key = "$hex:" + std::string(64, 'a');
    const std::string rounds = "a PBKDF2 hash without a readable number of rounds";
    const std::string most = "a PBKDF2 hash of more than 5000000 rounds";
    const std::string digest = "a PBKDF2 hash with a digest other than SHA-1, SHA-256 and SHA-512";
    const std::string damaged = "a damaged PBKDF2 hash";
    const std::string size = "a PBKDF2 hash whose key is not of 16 to 128 bytes";
    const std::string head = "{PBKDF2-SHA256}1000$";
    const std::pair<std::string, std::string> known[] = {
        {"pbkdf2:sha256$salt$" + std::string(64, 'a'), rounds}, // Werkzeug's own default
        {"pbkdf2:sha256:-1$salt$" + std::string(64, 'a'), rounds},
        {"pbkdf2_sha256$$salt$x", rounds},
        {"pbkdf2_sha256$0$salt$x", rounds},
        {"pbkdf2_sha256$99999999999$salt$x", rounds},
        {"$pbkdf2$f=SHA256,l=32,w=1000$c2FsdA$x", rounds},
        {"{pbkdf2}" + std::string(79, 'a'), rounds},
        {"{pbkdf2@SpringSecurity_v9}" + std::string(96, 'a'), rounds},
        {"AQAAAAEAAAAAAAAAEAECAwQFBgcICQoLDA0ODxDhpnnJiuIWjiMyT0UQei7o709ntGjztFIc671l1jH/9A==",
         rounds},
        {"pbkdf2_sha256$5000001$salt$x", most},
        {"AQAAAAH/////AAAAEAECAwQFBgcICQoLDA0ODxDhpnnJiuIWjiMyT0UQei7o709ntGjztFIc671l1jH/9A==",
         most},
        {"{PBKDF2-MD5}1000$text:a" + key, digest},
        {":pbkdf2:whirlpool:1000:64:c2FsdA==:x", digest},
        {"AQAAAAMAAAPoAAAAEAECAwQFBgcICQoLDA0ODxDhpnnJiuIWjiMyT0UQei7o709ntGjztFIc671l1jH/9A==",
         digest},
        // a salt of 15 bytes, and one that leaves no key
        {"AQAAAAEAAAPoAAAADwECAwQFBgcICQoLDA0ODxDhpnnJiuIWjiMyT0UQei7o709ntGjztFIc671l1jH/9A==",
         damaged},
        {"AQAAAAEAAAPo/////wECAwQFBgcICQoLDA0ODxDhpnnJiuIWjiMyT0UQei7o709ntGjztFIc671l1jH/9A==",
         damaged},
        {":pbkdf2:sha512:1000:63:eXTLSeE+eogJzQzMnGfB0g==:LDACLpIDRzlDtYl3BwZehRFUMNHej0ik/3U0NvXaNFR6Wh/rYgE19goJotgDydaKpDVPj6TuI696U0OisbAQIA==",
         damaged},
        {":pbkdf2:sha512:1000:0:eXTLSeE+eogJzQzMnGfB0g==:LDACLpIDRzlDtYl3BwZehRFUMNHej0ik/3U0NvXaNFR6Wh/rYgE19goJotgDydaKpDVPj6TuI696U0OisbAQIA==",
         damaged},
        {head + "text:" + key, damaged},
        {head + "hex:abc" + key, damaged},
        {head + "hex:xx" + key, damaged},
        {head + "base64:c2FsdA=" + key, damaged},
        {head + "base64:c2FsdA===" + key, damaged},
        {head + "base64:c2Fs\ndA==" + key, damaged},
        {head + "raw:salt" + key, damaged},
        {head + "text:salt$hex:", damaged},
        {head + "text:salt$hex:" + std::string(30, 'a'), size},
        {head + "text:salt$hex:" + std::string(258, 'a'), size}};
    for (const auto& [stored, reason] : known) {
        INFO(stored);
        const parsed_hash hash = parse_hash(stored);
        REQUIRE(hash->problem() != nullptr);
        CHECK(hash->problem() == reason);
        CHECK(hash->verify("secret").result == verdict::refused);
    }
    CHECK(judge(head + "text:salt$hex:" + std::string(32, 'a'), "secret") == verdict::mismatch);
}

TEST_CASE("each refused scrypt hash has its reason")
{
    const std::string end = "$salt$" + std::string(128, 'a');
    const std::string invalid = "a scrypt hash with unreadable or invalid parameters (N is not a "
                                "power of 2, or r or p is 0)";
    const std::string most = "a scrypt hash with unsupported parameters (more than 256 MiB, "
                             "r=256, p=16 or 4194304 for N times r times p)";
    const std::pair<std::string, std::string> known[] = {
        {"scrypt:1:8:1" + end, invalid},
        {"scrypt:3:8:1" + end, invalid},
        {"scrypt:256:0:1" + end, invalid},
        {"scrypt:256:8:0" + end, invalid},
        {"scrypt:256:8" + end, invalid},
        {"scrypt:99999999999:8:1" + end, invalid},
        {"$scrypt$ln=32,r=8,p=1$c2FsdA$x", invalid},
        {"{scrypt}$200801$c2FsdA==$x", invalid},
        {"{SCRYPT}", invalid},
        {"scrypt:524288:8:1" + end, most}, // 512 MiB
        {"scrypt:256:8:17" + end, most},
        {"scrypt:262144:8:4" + end, most}, // 2^23 of work
        {"scrypt:2147483648:4294967295:4294967295" + end, most},
        {"scrypt:2:2097153:1" + end, most},
        {"scrypt:2:257:1" + end, most}, // its blocks need more memory than its vector
        {"scrypt:65536:1:1" + end, "a scrypt hash with invalid parameters (N is too large for r)"},
        {"scrypt:256:8:1$salt$" + std::string(126, 'a'), "a damaged scrypt hash"},
        {"scrypt:256:8:1$$" + std::string(128, 'a'), "a damaged scrypt hash"},
        {"{SCRYPT}256$8$1$text:a$hex:" + std::string(30, 'a'),
         "a scrypt hash whose key is not of 16 to 128 bytes"},
        {"$7$H6..../....saltsalt$x", "a crypt(5) hash with an unsupported or unreadable cost"},
        {"$7$kzzzzz/....saltsalt$x", "a crypt(5) hash with an unsupported or unreadable cost"},
        {"$7$66..../...", "a crypt(5) hash with an unsupported or unreadable cost"}};
    for (const auto& [stored, reason] : known) {
        INFO(stored);
        const parsed_hash hash = parse_hash(stored);
        REQUIRE(hash->problem() != nullptr);
        CHECK(hash->problem() == reason);
        CHECK(hash->verify("secret").result == verdict::refused);
    }
    const auto kib = [](const char* stored) { return parse_hash(stored)->cost().memory_kib; };
    CHECK(kib("scrypt:32768:8:1$salt$x") == 32 * 1024 + 3);
    CHECK(kib("scrypt:262144:8:1$salt$x") == 256 * 1024 + 3);
    CHECK(kib("$7$CU..../....saltsalt$x") == 64 * 1024 + 12);
}

TEST_CASE("each refused hash of phpass, SCRAM and salted digests has its reason")
{
    const std::string phpass = "a phpass hash with an unsupported or unreadable number of rounds "
                               "(less than 2^7 or more than 2^22)";
    const std::string scram = "a SCRAM verifier with an unsupported or unreadable number of rounds";
    const std::string key = "8rrDg00OqaiWXJ7p+sCgHEIaBSHY89ZJl3mfIsf32oY=";
    const std::pair<std::string, std::string> known[] = {
        {"$P$48saltsalt" + std::string(21, 'x'), phpass}, // 2^6
        {"$S$L" + std::string(51, 'x'), phpass},          // 2^23
        {"$P$", phpass},
        {"$P$=8saltsalt", phpass},
        {"$P$648E/X1hvCb23c/sxWiHJ0ONalAKg0", "a damaged phpass hash"},
        {"$P$648E/X1hvCb23c/sxWiHJ0ONalAKg01.", "a damaged phpass hash"},
        {"$P$648E/X1hvCb23c/sxWiHJ0ONalAKg0=", "a damaged phpass hash"},
        {"SCRAM-SHA-256$x:c2FsdA==$" + key, scram},
        {"SCRAM-SHA-256$5000001:c2FsdA==$" + key, scram},
        {"SCRAM-SHA-256$4096:c2FsdA$" + key, "a damaged SCRAM verifier"},
        {"SCRAM-SHA-256$4096:$" + key, "a damaged SCRAM verifier"},
        {"SCRAM-SHA-512$4096:c2FsdA==$" + key, "a damaged SCRAM verifier"},
        {"SCRAM-SHA-256$4096:c2FsdA==$" + key + ":", "a damaged SCRAM verifier"},
        {"SCRAM-SHA-256$4096:c2FsdA==$" + key + ":c2FsdA==", "a damaged SCRAM verifier"},
        {"sha1$salt", "a damaged salted digest"},
        {"md5$salt$" + std::string(40, 'a'), "a damaged salted digest"},
        {"{REDMINE}" + std::string(40, 'a'), "a damaged salted digest"}};
    for (const auto& [stored, reason] : known) {
        INFO(stored);
        const parsed_hash hash = parse_hash(stored);
        REQUIRE(hash->problem() != nullptr);
        CHECK(hash->problem() == reason);
        CHECK(hash->verify("secret").result == verdict::refused);
    }
}

TEST_CASE("a long password costs no more than the limit in phpass")
{
    const auto known = [](const std::string& stored, std::size_t length) {
        return parse_hash(stored)->precheck(length).value_or(verification{}).result;
    };
    const std::string md5 = "8E/X1hvCb23c/sxWiHJ0ONalAKg01"; // after the digit of the cost
    CHECK_FALSE(parse_hash("$P$B4" + md5)->precheck(4096));
    CHECK(known("$P$B4" + md5, 4097) == verdict::mismatch);
    CHECK(known("$P$K4" + md5, 4096) == verdict::refused);
    CHECK_FALSE(parse_hash("$P$K4" + md5)->precheck(100));
    const std::string sha512 = "saltsaltdeMhBIWiRzCjHXBMaZnkgqCd8Li3rnmbPAK0C/HMsm0";
    CHECK_FALSE(parse_hash("$S$D" + sha512)->precheck(512));
    CHECK(known("$S$D" + sha512, 513) == verdict::mismatch);
    for (const char digit : {'7', 'D', 'K'})
        for (std::size_t length = 0; length < 5000; length += 50) {
            CHECK(parse_hash(std::string("$P$") + digit + "4" + md5)->cost(length).milliseconds <=
                  6000);
            CHECK(parse_hash(std::string("$S$") + digit + sha512)->cost(length).milliseconds <=
                  6000);
        }
}
