// A login must pass all checks in order, and names of checks are parsed strictly.
#include "auth/check_chain.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace pgsql::auth;
using names = std::vector<std::string>;

namespace {

/// Completes at once or when the test requests it.
class fake final : public login_check {
public:
    fake(std::string called, decision what, bool later,
         std::shared_ptr<completion_handler>* kept = nullptr)
        : called_(std::move(called)), what_(what), later_(later), kept_(kept)
    {}
    [[nodiscard]] std::string_view name() const noexcept override { return called_; }
    void start(const login_request&, std::shared_ptr<completion_handler> handler) override
    {
        if (later_)
            *kept_ = std::move(handler);
        else
            handler->complete({what_, called_});
    }

private:
    std::string called_;
    decision what_;
    bool later_;
    std::shared_ptr<completion_handler>* kept_;
};

class recorded final : public check_run {
public:
    using check_run::check_run;
    [[nodiscard]] bool abandoned() noexcept override { return false; }
    int waits = 0, ends = 0;

private:
    void on_wait() override { ++waits; }
    void on_finished() noexcept override { ++ends; }
};

template <typename... Steps> std::shared_ptr<recorded> login_through(Steps... steps)
{
    std::vector<std::unique_ptr<login_check>> list;
    (list.push_back(std::move(steps)), ...);
    return std::make_shared<recorded>(login_request{"ann", "uid=ann", "192.0.2.1"},
                                      std::move(list));
}
auto now(const char* called, decision what) { return std::make_unique<fake>(called, what, false); }
auto later(const char* called, std::shared_ptr<completion_handler>& kept)
{
    return std::make_unique<fake>(called, decision::refused, true, &kept);
}

} // namespace

TEST_CASE("a chain always starts with the password check")
{
    CHECK(parse_check_chain("sql") == names{"sql"});
    CHECK(parse_check_chain("sql,notification") == names{"sql", "notification"});
    CHECK(parse_check_chain(" Notification , SQL ") == names{"sql", "notification"});
    CHECK(parse_check_chain("sql notification sql notification") == names{"sql", "notification"});
    CHECK(parse_check_chain("notification\tsql") == names{"sql", "notification"});
}

TEST_CASE("an unknown check or a chain without the password check is an error")
{
    for (const char* text : {"", " ", "sql,", ",sql", "sql,,notification", "otp", "sql,otp", "sqlx",
                             "sql;notification", "{sql,notification}", "notification"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_check_chain(text), std::invalid_argument);
    }
}

TEST_CASE("all checks must accept, and none runs after a refusal")
{
    const auto both = login_through(now("a", decision::accepted), now("b", decision::accepted));
    CHECK(both->run());
    CHECK(both->result().outcome == decision::accepted);
    CHECK(both->last_check() == "b");

    for (const decision expected : {decision::refused, decision::unavailable, decision::busy}) {
        const auto first = login_through(now("a", expected), now("b", decision::accepted));
        CHECK(first->run());
        CHECK(first->result().outcome == expected);
        CHECK(first->last_check() == "a");
        const auto second = login_through(now("a", decision::accepted), now("b", expected));
        CHECK(second->run());
        CHECK(second->result().outcome == expected);
        CHECK(second->last_check() == "b");
        CHECK(second->waits + second->ends == 0);
    }
}

TEST_CASE("a check may complete later, and the following checks run then")
{
    std::shared_ptr<completion_handler> b, c;
    const auto waiting = login_through(now("a", decision::accepted), later("b", b), later("c", c));
    CHECK_FALSE(waiting->run());
    CHECK(waiting->waits == 1);
    CHECK(waiting->ends == 0);
    REQUIRE(b);
    CHECK_FALSE(c);
    b->complete({decision::accepted, ""});
    CHECK(waiting->ends == 0);
    REQUIRE(c);
    c->complete({decision::refused, "no"});
    CHECK(waiting->ends == 1);
    CHECK(waiting->result().outcome == decision::refused);
    CHECK(waiting->result().reason == "no");
    CHECK(waiting->last_check() == "c");

    const auto short_one = login_through(later("b", b), now("c", decision::accepted));
    CHECK_FALSE(short_one->run());
    b->complete({decision::refused, "never"});
    CHECK(short_one->ends == 1);
    CHECK(short_one->last_check() == "b");
}
