// Hashes as applications store them are verified, and damaged ones are refused.
#include "auth/hash_schemes.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace pgsql::auth;

namespace {

struct sample {
    const char* scheme;
    std::string stored; ///< of the password "secret"
    /// Whether it is damaged wherever it ends early, or if it has other text at its end.
    bool strict = true;
};

// Debian 12: python3-django 3.2.25, with fewer rounds than usual
const std::vector<sample> django = {
    {"PBKDF2-SHA256 1000",
     "pbkdf2_sha256$1000$oGmLJ6lAdEwr8Rkylk49l5$H9QWT2g7fuR5N/Ir9pJ201HPnIpplqRQHIkYkpfigpk="},
    {"PBKDF2-SHA1 1000", "pbkdf2_sha1$1000$pkUKCiHcPXDr9UDvUAYGQR$2xpb/sY4EoZRP8nHc/KkETau9+c="},
    {"argon2id m=1024 t=1 p=2",
     "argon2$argon2id$v=19$m=1024,t=1,p=2$TEdIbEMwM3YzMExqTHpyZXFWd0RTRQ$VW0k+Uhss1xvHZ+9plCVvg",
     false},
    {"bcrypt 04", "bcrypt$$2b$04$aRysGEfcNdUuItv3YH/nKOvAVFdYB9AD5MyM1rXclxil0f.fipSQO"},
    {"bcrypt 04", "bcrypt_sha256$$2b$04$vRa0wzqExiRM0Dh8YUhL1evmLUpCGSHKndZ/EaSfn09dJuI9XpeSm"},
    {"SHA-1 of Django", "sha1$bcAL3X2mGG1OLQo9gdHkIx$a7c8ba0c57c8f253a843c77c58fa7dc5e2465afb"},
    {"MD5 of Django", "md5$BYld7XcYvqq4DMMNtByyFS$29bab254f390804593796bbf532c4632"},
    {"SHA-1 of Django", "sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"}};

// Debian 12: python3-passlib 1.7.4
const std::vector<sample> passlib = {
    {"PBKDF2-SHA1 1000", "$pbkdf2$1000$YazVure2tva.l3IuRUgJgQ$pzWS7GeXKIQR1NhTU.24eK.1jC8"},
    {"PBKDF2-SHA256 1000",
     "$pbkdf2-sha256$1000$DWEsZUwJ4fzfu5dSKuX83w$3mHxaydQpkSED7U1Mo.jcorCU9H0CbOma/CpvyHsSWM"},
    {"PBKDF2-SHA512 1000",
     "$pbkdf2-sha512$1000$yJmT8r6X8v5fa.0dA4AQwg$TJg3Kb8QaEpHA5St8igW/6Wc4/fnooOUsgyVf3xHCUGXXT5H9qk2UbND5NqlmXNPsAFVX4MYD0KijZKM4a4yfQ"},
    {"scrypt N=256 r=8 p=2",
     "$scrypt$ln=8,r=8,p=2$3hsDgLBWCkFoDQFASKk15g$7eaVmxVPsbauRCqAxv10lqpxCkIEe3X3gP1Z18WDIRY"},
    {"phpass 8", "$P$648E/X1hvCb23c/sxWiHJ0ONalAKg01"},
    {"phpass 8", "$H$6kr7mJWHnm3SLGJ1vZWRu2BMt7j0UY."}};

// Debian 12: python3-werkzeug 2.2.2
const std::vector<sample> werkzeug = {
    {"PBKDF2-SHA256 1000",
     "pbkdf2:sha256:1000$mVzFbrNBOQeOIDMh$0e69ef6428447492bab06fb4765d1d537643746aece5c1858c0698f5b452f53a"},
    {"PBKDF2-SHA1 1000",
     "pbkdf2:sha1:1000$bdzGBuPwSeKshxcv$0f294704936ed1bd0ce482e04e6f5a8cac58993e"},
    {"PBKDF2-SHA512 1000",
     "pbkdf2:sha512:1000$iz00DqOE3ip2cZIn$63f25ae2cfff77b280327bd41a01c89b6ccb19f69e45d24bb7022a0ea2d246296cb55c980f8435f59af4355d32b8b5236d3805f10ad1d9b72f5354f7eb74f5af"}};

// Debian 12: the class Pbkdf2Password of mediawiki 1.39.17 in PHP 8.2.36; password_hash() of the
// latter after prefixes as Nextcloud's lib/private/Security/Hasher.php writes them
const std::vector<sample> php = {
    {"PBKDF2-SHA512 1000",
     ":pbkdf2:sha512:1000:64:eXTLSeE+eogJzQzMnGfB0g==:LDACLpIDRzlDtYl3BwZehRFUMNHej0ik/3U0NvXaNFR6Wh/rYgE19goJotgDydaKpDVPj6TuI696U0OisbAQIA=="},
    {"PBKDF2-SHA256 1000",
     ":pbkdf2:sha256:1000:64:tJIGe1e0lsRMl4pnDEuTVA==:4+lZgdSNNysUyj2xibQ9CAqrA26ohZwsfoGQXaL6e1B+c7bSHH+2XnXS3zZccL/uG9OBQFwl1ioUOAe/OgB5Bw=="},
    {"PBKDF2-SHA1 1000",
     ":pbkdf2:sha1:1000:20:u0RCk+8BzWSeZ0Q4Vj74Mg==:cuo53B5fDDsp9I9l0gVMbfzeXdw="},
    {"PBKDF2-SHA512 1000",
     ":pbkdf2:sha512:1000:128:GqM82peLzlaXJ03bYsuKcA==:XMr/0dJWKA55qzz/l6vK2pXwIxJOd19J5QsrsWIjFhKGyc09aI/yCaYGn7uOyr/r5/xGlX6T5a7rW3+b+BhAJw6CyIEsZuiLy/Tr3ooJRSlFB5oIYBNgtU6VotwKRTNXbmQg2kC7t53fPZvlHhqlX31BAW+aJIpXky1jnjK18Oc="},
    {"bcrypt 04", "1|$2y$04$zUpel77q4xUrOsZDzDP.3edu4dfkQVpKuWiA.X6kiAt73.eI1sLqS"},
    {"argon2id m=1024 t=1 p=1",
     "3|$argon2id$v=19$m=1024,t=1,p=1$MXpaWno1TmpaRWdueFB3Zg$0HgHgfOJHKCyAiARvp+9GBmrKf0aBk+X1AnkEUVNzGo",
     false}};

// Python's hashlib, in the layout of the sources: ASP.NET Core's PasswordHasher.cs, Mattermost's
// hashers/pbkdf2.go, Spring Security's Pbkdf2PasswordEncoder, Dovecot's password-scheme-pbkdf2.c
const std::vector<sample> made = {
    {"PBKDF2-SHA1 1000", "AAECAwQFBgcICQoLDA0ODxD2KX+f3nt/Gn5l79yAWC0yK9M8vvpjLPcYST5Dc5C/qg=="},
    {"PBKDF2-SHA1 1000",
     "AQAAAAAAAAPoAAAAEAECAwQFBgcICQoLDA0ODxD2KX+f3nt/Gn5l79yAWC0yK9M8vvpjLPcYST5Dc5C/qg==", false},
    {"PBKDF2-SHA256 1000",
     "AQAAAAEAAAPoAAAAEAECAwQFBgcICQoLDA0ODxDhpnnJiuIWjiMyT0UQei7o709ntGjztFIc671l1jH/9A==", false},
    {"PBKDF2-SHA512 1000",
     "AQAAAAIAAAPoAAAAEAECAwQFBgcICQoLDA0ODxCzOa9PK+OAt/gtxGFwbGRosPWsL4o3xzjY5/aIInYIMg==", false},
    {"PBKDF2-SHA256 1000",
     "$pbkdf2$f=SHA256,w=1000,l=32$AQIDBAUGBwgJCgsMDQ4PEA$4aZ5yYriFo4jMk9FEHou6O9PZ7Ro87RSHOu9ZdYx//Q"},
    {"PBKDF2-SHA1 185000",
     "{pbkdf2}0102030405060708f7e5b7090233b150a43d141f0fdbce2a8f2b6fad46237420f9d2b6c75fe6cdb2"},
    {"PBKDF2-SHA256 310000",
     "{pbkdf2@SpringSecurity_v5_8}0102030405060708090a0b0c0d0e0f10e2e0c5c09f10eb03a17a33a0b50a500ebb7f6b9cb76552a62269cd5d5a46eee5"},
    {"PBKDF2-SHA1 1000", "{PBKDF2}$1$saltsalt$1000$8b09c61e3ddee1285f60003548fcfb0963b1e8e2"},
    {"bcrypt 04", "{bcrypt}$2y$04$zUpel77q4xUrOsZDzDP.3edu4dfkQVpKuWiA.X6kiAt73.eI1sLqS"},
    {"bcrypt 04", "{BLF-CRYPT}$2y$04$zUpel77q4xUrOsZDzDP.3edu4dfkQVpKuWiA.X6kiAt73.eI1sLqS"},
    {"argon2id m=1024 t=1 p=1",
     "{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=1024,t=1,p=1$MXpaWno1TmpaRWdueFB3Zg$0HgHgfOJHKCyAiARvp+9GBmrKf0aBk+X1AnkEUVNzGo",
     false}};

// Werkzeug 3.1.8 of PyPI; Python's hashlib, in the layout of the sources: werkzeug/security.py 2.3,
// ScryptPasswordHasher of Django 4.0, Spring Security's SCryptPasswordEncoder; the last is crypt(3)
// of libxcrypt 4.4.33
const std::vector<sample> scrypt = {
    {"scrypt N=1024 r=8 p=1",
     "scrypt:1024:8:1$n57JtjwQdPiy4rkg$a63936b2305ab81905a08fbebe3de65875a284d80b20aa0c1202b304f2eadaf1fbc21152e73874cf0744e6d07c2c383be7495f5546b87dc4d7a96cb1fd66721c"},
    {"scrypt N=256 r=8 p=1",
     "scrypt:256:8:1$saltsalt$1d6ba963a799a6e186f19622f90e6ee70fbd277885fb29d36c51de40d5f8fd91c0b7fb23cd1da5e47e6aab52e414376260dd614c5f7eb228df2906ec23e305f2"},
    {"scrypt N=256 r=8 p=1",
     "scrypt$256$saltsalt$8$1$HWupY6eZpuGG8ZYi+Q5u5w+9J3iF+ynTbFHeQNX4/ZHAt/sjzR2l5H5qq1LkFDdiYN1hTF9+sijfKQbsI+MF8g=="},
    {"scrypt N=256 r=8 p=1",
     "{scrypt}$80801$AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxABAgMEBQYHCAkKCwwNDg8QAQIDBAUGBwgJCgsMDQ4PEA==$zVaFRoF1jYvL7ydazLHX7kObgn81EKZdLjDloGtnyfo="},
    {"scrypt N=65536 r=8 p=1",
     "{scrypt@SpringSecurity_v5_8}$100801$AQIDBAUGBwgJCgsMDQ4PEA==$dPPREWWaVQHp5NFLI7D8lp6lvuGutdDeTmjTHZCDF0s="},
    {"scrypt of crypt(5)", "$7$66..../....saltsalt$RgKeXROaa4iVlPd6tvUPbzEjbULVvbmog3Zr.JByx57"}};

// Python's hashlib, in the layout of the sources: Drupal's PhpassHashedPassword, RFC 5802 in
// PostgreSQL's form, Redmine's app/models/user.rb
const std::vector<sample> others = {
    {"phpass SHA-512 10", "$S$8saltsaltdeMhBIWiRzCjHXBMaZnkgqCd8Li3rnmbPAK0C/HMsm0"},
    {"phpass SHA-512 10", "U$S$8saltsaltnNM2GM3hY1Teg5nk5q4CZ/bVXHo0yFbOTYM9IJQmuJI"},
    {"SCRAM-SHA-1 4096",
     "SCRAM-SHA-1$4096:AQIDBAUGBwgJCgsMDQ4PEA==$inTi5ItuCMXpiMMK/sFc3Cq6M8M=:9kcSSkXYpAUvTqWCkxEwmreJCo0=",
     false},
    {"SCRAM-SHA-256 4096",
     "SCRAM-SHA-256$4096:AQIDBAUGBwgJCgsMDQ4PEA==$8rrDg00OqaiWXJ7p+sCgHEIaBSHY89ZJl3mfIsf32oY=:05L1f+yZbiN8O0AnO40Og85NNRhvzTS57naKRWCcsIA=",
     false},
    {"SCRAM-SHA-256 4096",
     "SCRAM-SHA-256$4096:AQIDBAUGBwgJCgsMDQ4PEA==$8rrDg00OqaiWXJ7p+sCgHEIaBSHY89ZJl3mfIsf32oY="},
    {"SCRAM-SHA-512 4096",
     "SCRAM-SHA-512$4096:AQIDBAUGBwgJCgsMDQ4PEA==$2KQ5B2zDq4vX/c2S53+mpLyv1Lc3SKTrDCo5fAu+rHaKjYi4lFvS3Wh8xsVVk0ecSBlyMI65aajdX5fBnJ0NxQ==:vz/sZWf8Sd69Nf5B37Tp7eNiNBBV4wJyHRja/vxgs7bkvbhys2BYakvYurqVbKqEYcIAbnpTQexG0PqunJ94sg==",
     false},
    {"SHA-1 of Redmine",
     "{REDMINE}0123456789abcdef0123456789abcdef$d11adc14bf40311825e908669ac5aecb3578a99c"}};

// As queries compose them from columns: Gitea and Grafana have keys of 50 bytes, Keycloak of 64.
const std::vector<sample> composed = {
    {"PBKDF2-SHA256 1000",
     "{PBKDF2-SHA256}1000$hex:0102030405060708090a0b0c0d0e0f10$hex:e1a679c98ae2168e23324f45107a2ee8ef4f67b468f3b4521cebbd65d631fff47fc9912cb056166baabcd09ac87399bf3b46",
     false},
    {"PBKDF2-SHA256 1000",
     "{PBKDF2-SHA256}1000$text:Sa$lt:01$hex:B30705A48833B1A07F75EE8CFA19E8C9F0A833CA0D666DCFA7E007E86B541D26CE9C34FB1035A13497025BB21F75A556F705",
     false},
    {"PBKDF2-SHA256 1000",
     "{PBKDF2-SHA256}1000$base64:AQIDBAUGBwgJCgsMDQ4PEA==$base64:4aZ5yYriFo4jMk9FEHou6O9PZ7Ro87RSHOu9ZdYx//R/yZEssFYWa6q80JrIc5m/O0aFLLiiw2z14HJmlFbAlQ==",
     false},
    {"PBKDF2-SHA512 1000",
     "{PBKDF2-SHA512}1000$base64:AQIDBAUGBwgJCgsMDQ4PEA$base64:szmvTyvjgLf4LcRhcGxkaLD1rC+KN8c42Of2iCJ2CDI",
     false}};

std::vector<sample> all_samples()
{
    std::vector<sample> out;
    for (const auto& group : {django, passlib, werkzeug, php, made, scrypt, others, composed})
        out.insert(out.end(), group.begin(), group.end());
    return out;
}

verdict judge(std::string_view stored, std::string_view password)
{
    return parse_hash(stored)->verify(password).result;
}

} // namespace

TEST_CASE("a hash that an application wrote matches its password only")
{
    for (const sample& one : all_samples()) {
        INFO(one.stored);
        const parsed_hash hash = parse_hash(one.stored);
        REQUIRE(hash->problem() == nullptr);
        CHECK(hash->scheme() == one.scheme);
        CHECK(hash->stored().reveal() == one.stored);
        CHECK_FALSE(hash->precheck(6));
        CHECK(hash->verify("secret").result == verdict::match);
        for (const std::string& wrong :
             {std::string(), std::string("secre"), std::string("secreT"),
              std::string("\0secret", 7), std::string(72, 'x'), std::string(500, 'x'), one.stored})
            CHECK(hash->verify(wrong).result == verdict::mismatch);
    }
}

TEST_CASE("hashes with other passwords, at the usual cost of their programs, are verified")
{
    // RFC 7677 §3, whose salt and password give this StoredKey
    CHECK(
        judge(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
            "pencil") == verdict::match);
    // mediawiki 1.39.17: maintenance/install.php
    CHECK(
        judge(
            ":pbkdf2:sha512:30000:64:M31wjCMo6t4QwpLewYyjTA==:La2vqQdrRs2tIQCt4YwuS4dztzokRK5n0waSzEvNR18kAk+HN1eUvW+W4lJmo6202epuuveSxg5gt8Yt6WscFw==",
            "secret-secret") == verdict::match);
    // zabbix-frontend-php 6.0.14: data.sql
    CHECK(judge("$2y$10$92nDno4n0Zm7Ej7Jfsz8WukBfgSS/U0QkIuu8WkJPihXBb2A1UrEK", "zabbix") ==
          verdict::match);
}

TEST_CASE("the dummy of an application's hash costs the same, and no password matches it")
{
    for (const sample& one : all_samples()) {
        INFO(one.stored);
        const parsed_hash hash = parse_hash(one.stored);
        const parsed_hash dummy = hash->dummy();
        REQUIRE(dummy != nullptr);
        CHECK(dummy->scheme() == hash->scheme());
        CHECK(dummy->cost().milliseconds == hash->cost().milliseconds);
        CHECK(dummy->cost().memory_kib == hash->cost().memory_kib);
        CHECK(dummy->dummy()->stored().reveal() == dummy->stored().reveal());
        CHECK(dummy->verify("secret").result == verdict::mismatch);
    }
}

TEST_CASE("a hash that was cut off or continued is refused")
{
    for (const sample& one : all_samples()) {
        if (!one.strict || parse_hash(one.stored)->cost().milliseconds > 100)
            continue;
        INFO(one.stored);
        for (std::size_t length = 0; length < one.stored.size(); ++length)
            CHECK(judge(one.stored.substr(0, length), "secret") != verdict::match);
        for (const std::string& more : {std::string("="), std::string("$"), std::string("AA"),
                                        std::string(" "), std::string(":"), std::string(1, '\0')})
            CHECK(judge(one.stored + more, "secret") != verdict::match);
        CHECK(judge(" " + one.stored, "secret") != verdict::match);
    }
}

TEST_CASE("a value of 64 KiB, one full of NULs and one with nested prefixes do not match")
{
    for (const sample& one : all_samples()) {
        INFO(one.stored);
        const auto start = one.stored.substr(0, 30);
        CHECK(judge(one.stored + std::string(65536, 'A'), "secret") == verdict::refused);
        CHECK(judge(start + std::string(65536, '$'), "secret") == verdict::refused);
        CHECK(judge(start + std::string(300, '\0'), "secret") != verdict::match);
    }
    std::string nested;
    for (int i = 0; i < 20000; ++i)
        nested += "3|";
    CHECK(judge(nested + "$2y$04$zUpel77q4xUrOsZDzDP.3edu4dfkQVpKuWiA.X6kiAt73.eI1sLqS",
                "secret") == verdict::refused);
    CHECK(judge("U3|$P$648E/X1hvCb23c/sxWiHJ0ONalAKg01", "secret") == verdict::refused);
}

TEST_CASE("a value that begins with ! or * is locked")
{
    // python3-django 3.2.25: make_password(None)
    for (const char* stored : {"!tjLzyIIhRLG9Rzxk0uG1oNgiwWT5K4tmsjyOnj7h", "!", "*", "*LK*",
                               "!$2y$04$zUpel77q4xUrOsZDzDP.3e", "{CRYPT}!", "{CRYPT}*"}) {
        const parsed_hash hash = parse_hash(stored);
        CHECK(hash->scheme() == "locked");
        REQUIRE(hash->problem() != nullptr);
        CHECK(hash->problem() == std::string_view("a locked or disabled password"));
    }
}

TEST_CASE("a copy for slapd has no prefix of an application")
{
    const auto copied = [](std::string_view stored) { return parse_hash(stored)->slapd_form(); };
    CHECK(copied("$2y$04$x") == "{CRYPT}$2y$04$x");
    CHECK(copied("{crypt}$6$x") == "{CRYPT}$6$x");
    CHECK(copied("bcrypt$$2y$04$x") == "{CRYPT}$2y$04$x");
    CHECK(copied("3|$argon2id$v=19$x") == "{ARGON2}$argon2id$v=19$x");
    CHECK(copied("{ARGON2ID}$argon2id$v=19$x") == "{ARGON2}$argon2id$v=19$x");
    CHECK(copied("{SSHA}x") == "{SSHA}x");
    CHECK(copied("{PBKDF2-SHA256}1000$c2FsdA$aGFzaA") == "{PBKDF2-SHA256}1000$c2FsdA$aGFzaA");
    for (const char* none : {"", "secret", "bcrypt_sha256$$2y$04$x", "pbkdf2_sha256$1000$a$b",
                             "{PBKDF2-SHA256}1000$text:salt$hex:ab", "{pbkdf2}00"})
        CHECK(copied(none).empty());
}

TEST_CASE("a pepper follows the password in bcrypt, and only there")
{
    const auto pepper = std::make_shared<const secret>("a-pepper");
    const auto judge_with = [&](const std::string& stored, std::string_view password) {
        return with_pepper(parse_hash(stored), pepper)->verify(password).result;
    };
    // PHP 8.2.36: password_hash("secreta-pepper", PASSWORD_BCRYPT, ["cost" => 4])
    const std::string peppered = "$2y$04$M.mWOEq4XaunG0FzUz.tyudHUptszhuYngRUbJ40miDb0mQa08vmW";
    CHECK(judge_with(peppered, "secret") == verdict::match);
    CHECK(judge_with("{bcrypt}" + peppered, "secret") == verdict::match);
    CHECK(judge_with(peppered, "secreta-pepper") == verdict::mismatch);
    CHECK(judge_with(peppered, "") == verdict::mismatch);
    CHECK(judge_with(django.at(4).stored, "secret") == verdict::match); // bcrypt of a digest
    CHECK(judge_with(passlib.at(0).stored, "secret") == verdict::match);
    CHECK(judge(peppered, "secret") == verdict::mismatch);
    const parsed_hash hash = with_pepper(parse_hash(peppered), pepper);
    CHECK(hash->stored().reveal() == peppered);
    CHECK(hash->cost().milliseconds == parse_hash(peppered)->cost().milliseconds);
    CHECK(hash->dummy() != nullptr);
    CHECK(hash->precheck(512).value_or(verification{}).result == verdict::mismatch);
    CHECK_FALSE(hash->precheck(511));
    // PHP 8.2.36: password_hash(str_repeat("x", 70) . "a-pepper", PASSWORD_BCRYPT, ["cost" => 4])
    const std::string cut = "$2y$04$DeDkLA6XPrCy4fTtCCnaQuKI.6DN3afBS8ZMIjdkizl5wlmhhWMc.";
    CHECK(judge_with(cut, std::string(70, 'x')) == verdict::match);
    CHECK(judge_with(cut, std::string(69, 'x')) == verdict::mismatch);
    CHECK(judge_with(cut, std::string(71, 'x')) == verdict::mismatch);
}
