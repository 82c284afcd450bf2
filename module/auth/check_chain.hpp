// check_chain.hpp: turns the names of checks into steps that a login goes through, one after the
// other, until one refuses.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::auth {

/// Who wants to log in, and from where.
struct login_request {
    std::string name;   ///< the user's, as the directory stores it
    std::string dn;     ///< normalised
    std::string client; ///< its address
};

enum class decision : char {
    accepted,
    refused,
    unavailable, ///< the check could not be made
    busy,        ///< too many others are being checked
    abandoned    ///< nobody waits for the answer any more
};

struct check_result {
    decision outcome = decision::refused;
    std::string reason; ///< for the log, never for the client; never a secret
};

/// Who waits for an answer.
class completion_handler {
public:
    completion_handler() = default;
    completion_handler(const completion_handler&) = delete;
    completion_handler& operator=(const completion_handler&) = delete;
    virtual ~completion_handler() = default;
    /// The answer: once, from any thread.
    virtual void complete(check_result result) noexcept = 0;
    /// Whether the client has left, so that no answer is wanted any more.
    [[nodiscard]] virtual bool abandoned() noexcept = 0;
};

/// One check of a login. Another kind of check is another class of these.
class login_check {
public:
    login_check() = default;
    login_check(const login_check&) = delete;
    login_check& operator=(const login_check&) = delete;
    virtual ~login_check() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether ask() may return before there is an answer.
    [[nodiscard]] virtual bool may_wait() const { return true; }
    /// Checks, and lets `to` hear the answer: before this returns, or later from another thread.
    /// Must not wait when it is not the first step.
    virtual void start(const login_request& request,
                       std::shared_ptr<completion_handler> handler) = 0;
};

/// A login on its way through its steps. Who makes one says what happens while an answer is
/// awaited.
class check_run : public completion_handler, public std::enable_shared_from_this<check_run> {
public:
    check_run(login_request request, std::vector<std::unique_ptr<login_check>> steps)
        : request_(std::move(request)), checks_(std::move(steps))
    {}

    /// Goes through the steps. False when one of them answers later: then wait_begins() was called,
    /// and concluded() will be, from another thread, once result() is known.
    [[nodiscard]] bool run();

    [[nodiscard]] const login_request& request() const noexcept { return request_; }
    [[nodiscard]] const check_result& result() const noexcept { return result_; }
    /// The step that gave the result.
    [[nodiscard]] std::string last_check() const
    {
        const std::lock_guard lock(mutex_);
        return current_check_;
    }

    void complete(check_result result) noexcept final;

private:
    /// May be called again when a later step makes it wait again.
    virtual void on_wait() = 0;
    virtual void on_finished() noexcept = 0;

    /// Whether the answer just heard ends it.
    [[nodiscard]] bool is_final();

    const login_request request_;
    std::vector<std::unique_ptr<login_check>> checks_; ///< each goes as soon as it has answered
    std::size_t next_ = 0;
    std::string current_check_;
    check_result result_;
    mutable std::mutex
        mutex_; ///< of what follows, of asked_, and of result_ while somebody is asked
    enum class state : char { asking, answered, waiting } state_ = state::asking;
};

/// The names of checks in `text`, between commas or blanks: the password ("sql") first, since
/// nobody may be disturbed who was not asked for by somebody with the password, then the others in
/// their order. Throws std::invalid_argument for a name that is unknown and for a chain without
/// sql.
[[nodiscard]] std::vector<std::string> parse_check_chain(std::string_view text);

} // namespace pgsql::auth
