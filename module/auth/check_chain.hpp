// check_chain.hpp: runs the checks of a login in order until one refuses.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::auth {

/// The user and the client of a login.
struct login_request {
    std::string name;            ///< user name as stored in the row
    std::string dn;              ///< normalized
    std::string client;          ///< its network address
    std::string credential = {}; ///< identifies the password that was checked, if known
};

enum class decision : char {
    accepted,
    refused,
    unavailable, ///< the check could not run
    busy,        ///< too many other checks are running or queued
    abandoned    ///< the client no longer waits for the result
};

struct check_result {
    decision outcome = decision::refused;
    std::string reason; ///< for the log, never for the client; never a secret
};

/// Receives the result of a check.
class completion_handler {
public:
    completion_handler() = default;
    completion_handler(const completion_handler&) = delete;
    completion_handler& operator=(const completion_handler&) = delete;
    virtual ~completion_handler() = default;
    /// Delivers the result. Called once, from any thread.
    virtual void complete(check_result result) noexcept = 0;
    /// Whether the client has disconnected or abandoned the bind, so that no result is needed.
    [[nodiscard]] virtual bool abandoned() noexcept = 0;
};

/// One check of a login. Each type of check is a subclass.
class login_check {
public:
    login_check() = default;
    login_check(const login_check&) = delete;
    login_check& operator=(const login_check&) = delete;
    virtual ~login_check() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether start() may return before the result is known.
    [[nodiscard]] virtual bool may_wait() const { return true; }
    /// Starts the check and passes the result to `handler`, before this function returns or later
    /// from another thread. Must not block unless it is the first check.
    virtual void start(const login_request& request,
                       std::shared_ptr<completion_handler> handler) = 0;
};

/// A login that passes through its checks. Subclasses define what happens while a result is
/// pending.
class check_run : public completion_handler, public std::enable_shared_from_this<check_run> {
public:
    check_run(login_request request, std::vector<std::unique_ptr<login_check>> steps)
        : request_(std::move(request)), checks_(std::move(steps))
    {}

    /// Runs the checks. Returns false if one of them completes later: then on_wait() was called,
    /// and another thread calls on_finished() once result() is known.
    [[nodiscard]] bool run();

    [[nodiscard]] const login_request& request() const noexcept { return request_; }
    [[nodiscard]] const check_result& result() const noexcept { return result_; }
    /// The check that produced the result.
    [[nodiscard]] std::string last_check() const
    {
        const std::lock_guard lock(mutex_);
        return current_check_;
    }

    void complete(check_result result) noexcept final;

private:
    /// May be called again for a later check.
    virtual void on_wait() = 0;
    virtual void on_finished() noexcept = 0;

    /// Whether the last result ends the login.
    [[nodiscard]] bool is_final();

    const login_request request_;
    std::vector<std::unique_ptr<login_check>> checks_; ///< each is destroyed once it has completed
    std::size_t next_ = 0;
    std::string current_check_;
    check_result result_;
    mutable std::mutex
        mutex_; ///< guards what follows, current_check_, and result_ while a check runs
    enum class state : char { asking, answered, waiting } state_ = state::asking;
};

/// The names of checks in `text`, separated by commas or spaces. The password check ("sql") always
/// comes first, so that only a user with the password can trigger a prompt; the others keep their
/// order. Throws std::invalid_argument for an unknown name and for a chain without sql.
[[nodiscard]] std::vector<std::string> parse_check_chain(std::string_view text);

} // namespace pgsql::auth
