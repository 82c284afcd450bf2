// push_approval.hpp: approves logins by a prompt on the user's phone.
#pragma once

#include "auth/check_chain.hpp"
#include "auth/client_use.hpp"
#include "auth/http_client.hpp"

#include <cstddef>

namespace pgsql::auth {

struct push_settings {
    std::string uri;             ///< of the endpoint; empty: none
    std::string ca;              ///< as in http_request
    double timeout = 0;          ///< maximum duration of a prompt in seconds
    double window = 0;           ///< seconds in which equal logins share a prompt
    std::size_t capacity = 0;    ///< slots for waiting logins and for prompts without one
    std::size_t most_of_one = 0; ///< slots per user
};

/// The data about a login that the endpoint receives.
struct prompt_text {
    login_request request;
    std::chrono::system_clock::time_point began;
    std::size_t logins = 1;       ///< that wait for this approval
    std::size_t other_logins = 0; ///< of the same user that wait for another approval
    double window = 0;            ///< seconds, as in push_settings
    std::size_t limit = 1;        ///< maximum number of logins that the approval accepts
};

/// Requests approvals. Another login of the same user from the same address, with the same
/// password, shares an open prompt and its outcome.
///
/// A user has at most most_of_one slots. When all slots are in use, the client address with the
/// most slots loses one to an address with fewer.
class push_approval {
public:
    push_approval() : http_([this] { check_prompts(); }) {}

    /// Passes the user's decision to `handler`; completes at once only if no request can be made.
    void request(const std::shared_ptr<const push_settings>& settings, const login_request& request,
                 std::shared_ptr<completion_handler> handler);
    /// The open prompts and waiting logins.
    struct open_load {
        std::size_t prompts;
        std::size_t logins; ///< waiting for these prompts
    };
    [[nodiscard]] open_load load() const;
    /// Call when an operation may have been abandoned.
    void check_abandoned() noexcept { http_.wake(); }
    /// Throws if no thread can be started.
    void ensure_started() { http_.ensure_started(); }
    /// Runs `task` after the delay in the HTTP thread.
    void run_after(std::chrono::milliseconds delay, std::function<void()> task)
    {
        http_.run_after(delay, std::move(task));
    }
    /// Ends every prompt and completes every waiting login before it returns.
    void close() noexcept;

private:
    struct prompt {
        std::string key; ///< equal for logins that share a prompt
        std::shared_ptr<const push_settings> settings;
        login_request request;
        std::string network; ///< of the client
        clock::time_point started;
        deadline expiry;
        std::size_t attempts = 0; ///< to send the request
        std::uint64_t transfer = 0;
        bool ended = false;
        std::vector<std::shared_ptr<completion_handler>> waiting;
        std::chrono::system_clock::time_point time; ///< wall-clock time of the start

        /// A prompt without waiting logins keeps one slot, for clients that return.
        [[nodiscard]] std::size_t slots() const { return std::max<std::size_t>(1, waiting.size()); }
    };
    using shared_prompt = std::shared_ptr<prompt>;
    using listeners = std::vector<std::shared_ptr<completion_handler>>;

    [[nodiscard]] shared_prompt shareable(const std::string& key, const push_settings& settings,
                                          clock::time_point now) const;
    /// Why no slot is free for one more login of the user; empty if one is. Adds an evicted login
    /// to `out`.
    [[nodiscard]] std::string acquire_slot(const push_settings& settings,
                                           const login_request& request, listeners& out);
    [[nodiscard]] bool evict_from_largest(const std::string& network, listeners& out);
    void announce(const shared_prompt& open);
    void begin_transfer(const shared_prompt& open);

    void finished(const shared_prompt& open, const http_result& result) noexcept;
    [[nodiscard]] bool retry(const shared_prompt& open);
    void end(const shared_prompt& open, const check_result& result) noexcept;
    void check_prompts();

    mutable std::mutex mutex_; ///< guards what follows; no handler is called while it is held
    std::vector<shared_prompt> open_;
    bool closed_ = false;

    http_client http_; ///< the last member: its thread uses the others
};

class push_check final : public login_check {
public:
    push_check(std::shared_ptr<push_approval> approval,
               std::shared_ptr<const push_settings> settings)
        : approval_(std::move(approval)), settings_(std::move(settings))
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

/// The body of the request to the endpoint.
[[nodiscard]] std::string prompt_json(const prompt_text& text);
/// Only {"action": "approve"} with a success status accepts.
[[nodiscard]] check_result parse_reply(long status, const std::string& body);
/// Why the endpoint's address is invalid; empty if it is valid.
[[nodiscard]] std::string error_in_uri(const std::string& uri);

} // namespace pgsql::auth
