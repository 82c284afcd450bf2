// check_chain.hpp: turns the names of checks into steps that a login goes through, one after the
// other, until one refuses.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::login {

/// Who wants to log in, and from where.
struct attempt {
    std::string name;   ///< the user's, as the directory stores it
    std::string dn;     ///< normalised
    std::string client; ///< its address
};

enum class decision : char {
    accepted,
    refused,
    unavailable, ///< the check could not be made
    busy,        ///< too many others are being checked
    gone         ///< nobody waits for the answer any more
};

struct answer {
    decision what = decision::refused;
    std::string reason; ///< for the log, never for the client; never a secret
};

/// Who waits for an answer.
class listener {
public:
    listener() = default;
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    virtual ~listener() = default;
    /// The answer: once, from any thread.
    virtual void hear(answer what) noexcept = 0;
    /// Whether the client has left, so that no answer is wanted any more.
    [[nodiscard]] virtual bool gone() noexcept = 0;
};

/// One check of a login. Another kind of check is another class of these.
class step {
public:
    step() = default;
    step(const step&) = delete;
    step& operator=(const step&) = delete;
    virtual ~step() = default;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether ask() may return before there is an answer.
    [[nodiscard]] virtual bool may_wait() const { return true; }
    /// Checks, and lets `to` hear the answer: before this returns, or later from another thread.
    /// Must not wait when it is not the first step.
    virtual void ask(const attempt& who, std::shared_ptr<listener> to) = 0;
};

/// A login on its way through its steps. Who makes one says what happens while an answer is
/// awaited.
class conversation : public listener, public std::enable_shared_from_this<conversation> {
public:
    conversation(attempt who, std::vector<std::unique_ptr<step>> steps)
        : who_(std::move(who)), steps_(std::move(steps))
    {}

    /// Goes through the steps. False when one of them answers later: then wait_begins() was called,
    /// and concluded() will be, from another thread, once result() is known.
    [[nodiscard]] bool run();

    [[nodiscard]] const attempt& who() const noexcept { return who_; }
    [[nodiscard]] const answer& result() const noexcept { return result_; }
    /// The step that gave the result.
    [[nodiscard]] std::string last_step() const
    {
        const std::lock_guard lock(guard_);
        return asked_;
    }

    void hear(answer what) noexcept final;

private:
    /// May be called again when a later step makes it wait again.
    virtual void wait_begins() = 0;
    virtual void concluded() noexcept = 0;

    /// Whether the answer just heard ends it.
    [[nodiscard]] bool settled();

    const attempt who_;
    std::vector<std::unique_ptr<step>> steps_; ///< each goes as soon as it has answered
    std::size_t next_ = 0;
    std::string asked_;
    answer result_;
    mutable std::mutex
        guard_; ///< of what follows, of asked_, and of result_ while somebody is asked
    enum class state : char { asking, answered, waiting } state_ = state::asking;
};

/// The names of checks in `text`, between commas or blanks: the password ("sql") first, since
/// nobody may be disturbed who was not asked for by somebody with the password, then the others in
/// their order. Throws std::invalid_argument for a name that is unknown and for a chain without
/// sql.
[[nodiscard]] std::vector<std::string> parse_chain(std::string_view text);

} // namespace pgsql::login
