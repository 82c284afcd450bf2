// Only {"action": "approve"} approves a login, and the endpoint receives valid JSON.
#include "auth/push_approval.hpp"

#include <catch2/catch_test_macros.hpp>

#include <nlohmann/json.hpp>

using namespace pgsql::auth;

TEST_CASE("only an approval accepts")
{
    CHECK(parse_reply(200, R"({"action": "approve"})").outcome == decision::accepted);
    CHECK(parse_reply(201, R"({"x": [1], "action": "approve"})").outcome == decision::accepted);
    for (const char* body :
         {R"({"action": "reject"})", R"({"action": "APPROVE"})", R"({"action": " approve"})",
          R"({"action": true})", R"({"action": null})", R"({"action": {"action": "approve"}})",
          R"({})", R"([])", R"(["action", "approve"])", R"("approve")", "1"}) {
        INFO(body);
        CHECK(parse_reply(200, body).outcome == decision::refused);
    }
    for (const char* body : {"", "approve", "{", R"({"action": "approve")",
                             R"({"action": "approve"}})", "\xff\xfe", R"({action: "approve"})"}) {
        INFO(body);
        CHECK(parse_reply(200, body).outcome == decision::unavailable);
    }
    for (const long status : {0L, 100L, 199L, 300L, 302L, 400L, 404L, 500L, 503L})
        CHECK(parse_reply(status, R"({"action": "approve"})").outcome == decision::unavailable);
    CHECK(parse_reply(200, std::string(60000, '[')).outcome == decision::unavailable);
    CHECK(parse_reply(200, std::string(30000, '[') + std::string(30000, ']')).outcome ==
          decision::refused);
}

TEST_CASE("a prompt is valid JSON for every name")
{
    for (const char* name : {"ann", "a\"n\\n", "jäger",
                             "a\xff"
                             "b",
                             "a\nb\x01"}) {
        const auto body = nlohmann::json::parse(
            prompt_json({.request = {name, "uid=x", "192.0.2.1"}, .began = {}}));
        const std::string shown = body.at("username");
        CHECK((shown == name || std::string(name).find('\xff') != std::string::npos));
        CHECK(body.at("title").is_string());
        CHECK(body.at("body").get<std::string>().find("192.0.2.1") != std::string::npos);
        REQUIRE(body.at("actions").size() == 2);
        CHECK(body.at("actions")[0].at("callback") == "approve");
        CHECK(body.at("actions")[1].at("callback") == "reject");
        for (const auto& action : body.at("actions"))
            CHECK((action.contains("icon") && action.contains("title")));
    }
}

TEST_CASE("an endpoint has an http or https address")
{
    for (const char* uri : {"http://push/", "https://push.example.com:8443/send?key=a%20b",
                            "https://user:word@[2001:db8::1]/"}) {
        INFO(uri);
        CHECK(error_in_uri(uri).empty());
    }
    for (const char* uri : {"", "push.example.com", "ftp://push/", "file:///etc/passwd", "https://",
                            "http://push example/", "https://push:99999/"}) {
        INFO(uri);
        CHECK_FALSE(error_in_uri(uri).empty());
    }
}
