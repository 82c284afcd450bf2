// chain.cpp: a login passes its steps in order, all of them, and names of checks are read strictly.
#include "auth/check_chain.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace pgsql::login;
using names = std::vector<std::string>;

namespace {

/// Answers at once, or whenever the test says so.
class fake final : public step {
public:
    fake(std::string called, decision what, bool later, std::shared_ptr<listener>* kept = nullptr)
        : called_(std::move(called)), what_(what), later_(later), kept_(kept)
    {}
    [[nodiscard]] std::string_view name() const noexcept override { return called_; }
    void ask(const attempt&, std::shared_ptr<listener> to) override
    {
        if (later_)
            *kept_ = std::move(to);
        else
            to->hear({what_, called_});
    }

private:
    std::string called_;
    decision what_;
    bool later_;
    std::shared_ptr<listener>* kept_;
};

class recorded final : public conversation {
public:
    using conversation::conversation;
    [[nodiscard]] bool gone() noexcept override { return false; }
    int waits = 0, ends = 0;

private:
    void wait_begins() override { ++waits; }
    void concluded() noexcept override { ++ends; }
};

template <typename... Steps> std::shared_ptr<recorded> login_through(Steps... steps)
{
    std::vector<std::unique_ptr<step>> list;
    (list.push_back(std::move(steps)), ...);
    return std::make_shared<recorded>(attempt{"ann", "uid=ann", "192.0.2.1"}, std::move(list));
}
auto now(const char* called, decision what) { return std::make_unique<fake>(called, what, false); }
auto later(const char* called, std::shared_ptr<listener>& kept)
{
    return std::make_unique<fake>(called, decision::refused, true, &kept);
}

} // namespace

TEST_CASE("a chain begins with the password, whatever order it is written in")
{
    CHECK(parse_chain("sql") == names{"sql"});
    CHECK(parse_chain("sql,notification") == names{"sql", "notification"});
    CHECK(parse_chain(" Notification , SQL ") == names{"sql", "notification"});
    CHECK(parse_chain("sql notification sql notification") == names{"sql", "notification"});
    CHECK(parse_chain("notification\tsql") == names{"sql", "notification"});
}

TEST_CASE("a chain that is not understood, or has no password, is none")
{
    for (const char* text : {"", " ", "sql,", ",sql", "sql,,notification", "otp", "sql,otp", "sqlx",
                             "sql;notification", "{sql,notification}", "notification"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_chain(text), std::invalid_argument);
    }
}

TEST_CASE("all steps have to accept, and none is asked after one that refused")
{
    const auto both = login_through(now("a", decision::accepted), now("b", decision::accepted));
    CHECK(both->run());
    CHECK(both->result().what == decision::accepted);
    CHECK(both->last_step() == "b");

    for (const decision what : {decision::refused, decision::unavailable, decision::busy}) {
        const auto first = login_through(now("a", what), now("b", decision::accepted));
        CHECK(first->run());
        CHECK(first->result().what == what);
        CHECK(first->last_step() == "a");
        const auto second = login_through(now("a", decision::accepted), now("b", what));
        CHECK(second->run());
        CHECK(second->result().what == what);
        CHECK(second->last_step() == "b");
        CHECK(second->waits + second->ends == 0);
    }
}

TEST_CASE("a step may answer later, and the steps behind it are asked then")
{
    std::shared_ptr<listener> b, c;
    const auto waiting = login_through(now("a", decision::accepted), later("b", b), later("c", c));
    CHECK_FALSE(waiting->run());
    CHECK(waiting->waits == 1);
    CHECK(waiting->ends == 0);
    REQUIRE(b);
    CHECK_FALSE(c);
    b->hear({decision::accepted, ""});
    CHECK(waiting->ends == 0);
    REQUIRE(c);
    c->hear({decision::refused, "no"});
    CHECK(waiting->ends == 1);
    CHECK(waiting->result().what == decision::refused);
    CHECK(waiting->result().reason == "no");
    CHECK(waiting->last_step() == "c");

    const auto short_one = login_through(later("b", b), now("c", decision::accepted));
    CHECK_FALSE(short_one->run());
    b->hear({decision::refused, "never"});
    CHECK(short_one->ends == 1);
    CHECK(short_one->last_step() == "b");
}
