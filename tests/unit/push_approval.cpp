// push.cpp: only {"action": "approve"} approves a login, and what is asked can be read by the
// endpoint.
#include "auth/push_approval.hpp"

#include <catch2/catch_test_macros.hpp>

#include <nlohmann/json.hpp>

using namespace pgsql::login;

TEST_CASE("only an approval accepts")
{
    CHECK(answer_in(200, R"({"action": "approve"})").what == decision::accepted);
    CHECK(answer_in(201, R"({"x": [1], "action": "approve"})").what == decision::accepted);
    for (const char* body :
         {R"({"action": "reject"})", R"({"action": "APPROVE"})", R"({"action": " approve"})",
          R"({"action": true})", R"({"action": null})", R"({"action": {"action": "approve"}})",
          R"({})", R"([])", R"(["action", "approve"])", R"("approve")", "1"}) {
        INFO(body);
        CHECK(answer_in(200, body).what == decision::refused);
    }
    for (const char* body : {"", "approve", "{", R"({"action": "approve")",
                             R"({"action": "approve"}})", "\xff\xfe", R"({action: "approve"})"}) {
        INFO(body);
        CHECK(answer_in(200, body).what == decision::unavailable);
    }
    for (const long status : {0L, 100L, 199L, 300L, 302L, 400L, 404L, 500L, 503L})
        CHECK(answer_in(status, R"({"action": "approve"})").what == decision::unavailable);
    CHECK(answer_in(200, std::string(60000, '[')).what == decision::unavailable);
    CHECK(answer_in(200, std::string(30000, '[') + std::string(30000, ']')).what ==
          decision::refused);
}

TEST_CASE("a prompt is JSON, whatever the name is")
{
    for (const char* name : {"ann", "a\"n\\n", "jäger",
                             "a\xff"
                             "b",
                             "a\nb\x01"}) {
        const auto body =
            nlohmann::json::parse(prompt_for({.who = {name, "uid=x", "192.0.2.1"}, .began = {}}));
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
        CHECK(problem_of_uri(uri).empty());
    }
    for (const char* uri : {"", "push.example.com", "ftp://push/", "file:///etc/passwd", "https://",
                            "http://push example/", "https://push:99999/"}) {
        INFO(uri);
        CHECK_FALSE(problem_of_uri(uri).empty());
    }
}
