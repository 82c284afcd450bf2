// push.hpp: the check of a chain that turns a login into a question on somebody's telephone, and
// the reply into an answer.
#pragma once

#include "background.hpp"
#include "chain.hpp"

#include <cstddef>

namespace pgsql::login {

struct push_settings {
    std::string uri;      ///< of the endpoint; empty: there is none
    std::string ca;       ///< as http_request's
    double timeout = 0;   ///< seconds a prompt may take
    double window = 0;    ///< seconds in which the same login shares a prompt
    std::size_t most = 0; ///< prompts, and logins that wait for them, at a time
};

/// Asks for approvals. A second login of the same user from the same address, while a prompt for
/// the first is open, shares that prompt and its outcome.
class push {
public:
    push() : background_([this] { look(); }) {}

    /// `to` hears what the user says; at once only if nobody can be asked.
    void ask(const std::shared_ptr<const push_settings>& how, const attempt& who,
             std::shared_ptr<listener> to);
    /// What is open.
    struct open_load {
        std::size_t prompts;
        std::size_t logins; ///< that wait for them
    };
    [[nodiscard]] open_load load() const;
    /// Somebody may have left.
    void look_again() noexcept { background_.wake(); }
    /// Throws when later() could not: there is no thread for it.
    void prepare() { background_.prepare(); }
    /// Calls `task` after a while in the thread that waits for answers.
    void later(std::chrono::milliseconds how_long, std::function<void()> task)
    {
        background_.after(how_long, std::move(task));
    }
    /// Ends every prompt; those who wait hear so before this returns.
    void close() noexcept;

private:
    struct prompt {
        std::string key; ///< the same for logins that are the same
        std::shared_ptr<const push_settings> how;
        attempt who;
        clock::time_point began;
        deadline until;
        std::size_t attempts = 0; ///< to send it
        std::uint64_t transfer = 0;
        bool ended = false;
        std::vector<std::shared_ptr<listener>> waiting;
    };
    using shared_prompt = std::shared_ptr<prompt>;

    void send(const shared_prompt& which);
    void finished(const shared_prompt& which, const http_result& how) noexcept;
    [[nodiscard]] bool try_again(const shared_prompt& which);
    void end(const shared_prompt& which, const answer& what) noexcept;
    void look();

    mutable std::mutex guard_; ///< of what follows; nobody hears anything while it is held
    std::vector<shared_prompt> open_;
    std::size_t waiting_ = 0;
    bool closed_ = false;

    background background_; ///< the last: its thread uses all the others
};

class push_step final : public step {
public:
    push_step(std::shared_ptr<push> by, std::shared_ptr<const push_settings> how)
        : by_(std::move(by)), how_(std::move(how))
    {}
    [[nodiscard]] std::string_view name() const noexcept override { return "notification"; }
    void ask(const attempt& who, std::shared_ptr<listener> to) override
    {
        by_->ask(how_, who, std::move(to));
    }

private:
    const std::shared_ptr<push> by_;
    const std::shared_ptr<const push_settings> how_;
};

/// What the endpoint is sent.
[[nodiscard]] std::string prompt_for(const attempt& who);
/// What its reply means: {"action": "approve"} with a status of success, and nothing else, accepts.
[[nodiscard]] answer answer_in(long status, const std::string& body);
/// What is wrong with the endpoint's address; empty if nothing.
[[nodiscard]] std::string problem_of_uri(const std::string& uri);

} // namespace pgsql::login
