// push_approval.hpp: the check of a chain that turns a login into a question on somebody's
// telephone, and the reply into an answer.
#pragma once

#include "auth/check_chain.hpp"
#include "auth/client_use.hpp"
#include "auth/http_client.hpp"

#include <cstddef>

namespace pgsql::login {

struct push_settings {
    std::string uri;             ///< of the endpoint; empty: there is none
    std::string ca;              ///< as http_request's
    double timeout = 0;          ///< seconds a prompt may take
    double window = 0;           ///< seconds in which the same login shares a prompt
    std::size_t most = 0;        ///< places for logins that wait, and for prompts without one
    std::size_t most_of_one = 0; ///< places that one user may have
};

/// What the endpoint is told about a login.
struct prompt_text {
    attempt who;
    std::chrono::system_clock::time_point began;
    std::size_t logins = 1; ///< that wait for this approval
    std::size_t others = 0; ///< of the same user that wait for another one
    double window = 0;      ///< seconds, as push_settings'
    std::size_t most = 1;   ///< logins that the approval may let in
};

/// Asks for approvals. A second login of the same user from the same address, while a prompt for
/// the first is open, shares that prompt and its outcome.
///
/// A user has most_of_one places at most. When all places are taken, those of the client address
/// with the most give way to an address that has fewer.
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
        std::string network; ///< of the client
        clock::time_point began;
        deadline until;
        std::size_t attempts = 0; ///< to send it
        std::uint64_t transfer = 0;
        bool ended = false;
        std::vector<std::shared_ptr<listener>> waiting;
        std::chrono::system_clock::time_point time; ///< when it began, for people

        /// Who has left may come back to a place.
        [[nodiscard]] std::size_t places() const
        {
            return std::max<std::size_t>(1, waiting.size());
        }
    };
    using shared_prompt = std::shared_ptr<prompt>;
    using listeners = std::vector<std::shared_ptr<listener>>;

    [[nodiscard]] shared_prompt shareable(const std::string& key, const push_settings& how,
                                          clock::time_point now) const;
    /// Why there is no place for one more login of the user; empty if there is one. Who had it
    /// goes to `out`.
    [[nodiscard]] std::string take_place(const push_settings& how, const attempt& who,
                                         listeners& out);
    [[nodiscard]] bool take_from_largest(const std::string& network, listeners& out);
    void announce(const shared_prompt& which);
    void begin_transfer(const shared_prompt& which);

    void finished(const shared_prompt& which, const http_result& how) noexcept;
    [[nodiscard]] bool try_again(const shared_prompt& which);
    void end(const shared_prompt& which, const answer& what) noexcept;
    void look();

    mutable std::mutex guard_; ///< of what follows; nobody hears anything while it is held
    std::vector<shared_prompt> open_;
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
[[nodiscard]] std::string prompt_for(const prompt_text& what);
/// What its reply means: {"action": "approve"} with a status of success, and nothing else, accepts.
[[nodiscard]] answer answer_in(long status, const std::string& body);
/// What is wrong with the endpoint's address; empty if nothing.
[[nodiscard]] std::string problem_of_uri(const std::string& uri);

} // namespace pgsql::login
