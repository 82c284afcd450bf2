// push_approval.hpp: the check of a chain that turns a login into a question on somebody's
// telephone, and the reply into an answer.
#pragma once

#include "auth/check_chain.hpp"
#include "auth/client_use.hpp"
#include "auth/http_client.hpp"

#include <cstddef>

namespace pgsql::auth {

struct push_settings {
    std::string uri;             ///< of the endpoint; empty: there is none
    std::string ca;              ///< as http_request's
    double timeout = 0;          ///< seconds a prompt may take
    double window = 0;           ///< seconds in which the same login shares a prompt
    std::size_t capacity = 0;    ///< places for logins that wait, and for prompts without one
    std::size_t most_of_one = 0; ///< places that one user may have
};

/// What the endpoint is told about a login.
struct prompt_text {
    login_request request;
    std::chrono::system_clock::time_point began;
    std::size_t logins = 1;       ///< that wait for this approval
    std::size_t other_logins = 0; ///< of the same user that wait for another one
    double window = 0;            ///< seconds, as push_settings'
    std::size_t limit = 1;        ///< logins that the approval may let in
};

/// Asks for approvals. A second login of the same user from the same address, while a prompt for
/// the first is open, shares that prompt and its outcome.
///
/// A user has most_of_one places at most. When all places are taken, those of the client address
/// with the most give way to an address that has fewer.
class push_approval {
public:
    push_approval() : http_([this] { check_prompts(); }) {}

    /// `to` hears what the user says; at once only if nobody can be asked.
    void request(const std::shared_ptr<const push_settings>& settings, const login_request& request,
                 std::shared_ptr<completion_handler> handler);
    /// What is open.
    struct open_load {
        std::size_t prompts;
        std::size_t logins; ///< that wait for them
    };
    [[nodiscard]] open_load load() const;
    /// Somebody may have left.
    void check_abandoned() noexcept { http_.wake(); }
    /// Throws when later() could not: there is no thread for it.
    void ensure_started() { http_.ensure_started(); }
    /// Calls `task` after a while in the thread that waits for answers.
    void run_after(std::chrono::milliseconds how_long, std::function<void()> task)
    {
        http_.run_after(how_long, std::move(task));
    }
    /// Ends every prompt; those who wait hear so before this returns.
    void close() noexcept;

private:
    struct prompt {
        std::string key; ///< the same for logins that are the same
        std::shared_ptr<const push_settings> settings;
        login_request request;
        std::string network; ///< of the client
        clock::time_point started;
        deadline expiry;
        std::size_t attempts = 0; ///< to send it
        std::uint64_t transfer = 0;
        bool ended = false;
        std::vector<std::shared_ptr<completion_handler>> waiting;
        std::chrono::system_clock::time_point time; ///< when it began, for people

        /// Who has left may come back to a place.
        [[nodiscard]] std::size_t places() const
        {
            return std::max<std::size_t>(1, waiting.size());
        }
    };
    using shared_prompt = std::shared_ptr<prompt>;
    using listeners = std::vector<std::shared_ptr<completion_handler>>;

    [[nodiscard]] shared_prompt shareable(const std::string& key, const push_settings& how,
                                          clock::time_point now) const;
    /// Why there is no place for one more login of the user; empty if there is one. Who had it
    /// goes to `out`.
    [[nodiscard]] std::string take_place(const push_settings& how, const login_request& request,
                                         listeners& out);
    [[nodiscard]] bool take_from_largest(const std::string& network, listeners& out);
    void announce(const shared_prompt& open);
    void begin_transfer(const shared_prompt& open);

    void finished(const shared_prompt& open, const http_result& result) noexcept;
    [[nodiscard]] bool retry(const shared_prompt& open);
    void end(const shared_prompt& open, const check_result& result) noexcept;
    void check_prompts();

    mutable std::mutex mutex_; ///< of what follows; nobody hears anything while it is held
    std::vector<shared_prompt> open_;
    bool closed_ = false;

    http_client http_; ///< the last: its thread uses all the others
};

class push_check final : public login_check {
public:
    push_check(std::shared_ptr<push_approval> by, std::shared_ptr<const push_settings> settings)
        : approval_(std::move(by)), settings_(std::move(settings))
    {}
    [[nodiscard]] std::string_view name() const noexcept override { return "notification"; }
    void start(const login_request& request, std::shared_ptr<completion_handler> handler) override
    {
        approval_->request(settings_, request, std::move(handler));
    }

private:
    const std::shared_ptr<push_approval> approval_;
    const std::shared_ptr<const push_settings> settings_;
};

/// What the endpoint is sent.
[[nodiscard]] std::string prompt_json(const prompt_text& what);
/// What its reply means: {"action": "approve"} with a status of success, and nothing else, accepts.
[[nodiscard]] check_result parse_reply(long status, const std::string& body);
/// What is wrong with the endpoint's address; empty if nothing.
[[nodiscard]] std::string error_in_uri(const std::string& uri);

} // namespace pgsql::auth
