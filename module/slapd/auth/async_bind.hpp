// async_bind.hpp: where binds wait for somebody's approval, without slapd's worker, and from
// where they are answered.
#pragma once

#include "slapd/auth/bind_log.hpp"
#include "slapd/worker/config_snapshot.hpp"

#include "auth/hash_executor.hpp"
#include "auth/push_approval.hpp"

#include <condition_variable>

namespace pgsql::slapd {

class deferred_bind;

/// The binds of one database that are not answered yet, and those who work on the answers. As long
/// as the database is open.
class waiting_room {
public:
    waiting_room()
        : push_(std::make_shared<login::push>()), gate_(std::make_shared<login::hash_gate>())
    {}

    [[nodiscard]] const std::shared_ptr<login::push>& push() const noexcept { return push_; }
    [[nodiscard]] const std::shared_ptr<login::hash_gate>& gate() const noexcept { return gate_; }

    /// An operation was abandoned: perhaps one of ours. May hold locks of slapd's.
    void look_again() noexcept { push_->look_again(); }
    /// Room for one more worker that waits itself; false if too many do already.
    [[nodiscard]] bool sit_down() noexcept;
    void stand_up() noexcept;
    /// slapd has paused all workers and changed its configuration: answers those binds that would
    /// come back to overlays that are no more.
    void after_change() noexcept;
    /// Answers all of them, and ends. slapd has paused all workers, or has none any more.
    void close() noexcept;

private:
    friend class deferred_bind;

    /// Has the answer given by a worker, now or when the bind's own worker has left it.
    void submit(const std::shared_ptr<deferred_bind>& which) noexcept;
    void answer_here(const std::function<bool(const deferred_bind&)>& whom,
                     const char* why) noexcept;

    const std::shared_ptr<login::push> push_;
    const std::shared_ptr<login::hash_gate> gate_;
    std::mutex guard_; ///< of what follows and of the phases of the binds
    std::set<std::shared_ptr<deferred_bind>> waiting_;
    int blocked_ = 0;
};

/// A bind whose worker goes on to other work as soon as a step does not answer at once. slapd knows
/// this as SLAPD_ASYNCOP.
class deferred_bind final : public login::conversation {
public:
    /// Whether slapd can do without an answer for now: it must be a client's own simple bind.
    [[nodiscard]] static bool possible(const Operation& op) noexcept;

    deferred_bind(std::shared_ptr<waiting_room> where, Operation& op, bind_report report,
                  std::string dn, login::attempt who,
                  std::vector<std::unique_ptr<login::step>> steps);

    [[nodiscard]] bool gone() noexcept override;
    /// The worker answers itself after all.
    void take_back() noexcept;

private:
    friend class waiting_room;

    void wait_begins() override;
    void concluded() noexcept override;

    static void* task(void* context, void* mine) noexcept;
    [[nodiscard]] void* adopt(void* context) noexcept;
    void finish(void* context) noexcept;
    void finish_here(void* context, const char* why) noexcept;
    void release(void* context, void* slab_before) noexcept;

    const std::shared_ptr<waiting_room> room_;
    Operation* const op_;
    BackendDB* const database_;
    const bind_report report_;
    const std::string dn_; ///< as the directory shows it
    const surroundings surroundings_;
    berval req_dn_{}, req_ndn_{}; ///< moved out of the operation: do_bind frees what it finds there

    enum class phase : char { with_worker, waiting, submitted, done } phase_ = phase::with_worker;
    void* cookie_ = nullptr; ///< of the submitted task
    int pause_ = 1;          ///< milliseconds until the next look for the worker
};

/// A bind that has to wait in its worker, because whoever called it wants an answer. Only a few at
/// a time, so that they cannot take all workers.
class blocked_bind final : public login::conversation {
public:
    blocked_bind(Operation& op, login::attempt who, std::vector<std::unique_ptr<login::step>> steps)
        : conversation(std::move(who), std::move(steps)), op_(&op)
    {}

    /// The answer, at the latest when `until` has come; throws when it is given up. Not to be
    /// called twice.
    [[nodiscard]] login::answer wait(deadline until, const postgres::patience& limits);
    [[nodiscard]] bool gone() noexcept override;
    /// The operation goes.
    void take_back() noexcept;

private:
    void wait_begins() override {}
    void concluded() noexcept override;

    std::mutex guard_; ///< of what follows
    std::condition_variable heard_;
    Operation* op_;
    bool answered_ = false;
};

} // namespace pgsql::slapd
