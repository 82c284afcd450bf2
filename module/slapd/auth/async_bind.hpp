// async_bind.hpp: where binds wait for somebody's approval, without slapd's worker, and from
// where they are answered.
#pragma once

#include "slapd/auth/bind_log.hpp"
#include "slapd/worker/config_snapshot.hpp"

#include "auth/hash_executor.hpp"
#include "auth/push_approval.hpp"

#include <condition_variable>

namespace pgsql::slapd {

class async_bind;

/// The binds of one database that are not answered yet, and those who work on the answers. As long
/// as the database is open.
class async_binds {
public:
    async_binds()
        : push_(std::make_shared<auth::push_approval>()),
          executor_(std::make_shared<auth::hash_executor>())
    {}

    [[nodiscard]] const std::shared_ptr<auth::push_approval>& push() const noexcept
    {
        return push_;
    }
    [[nodiscard]] const std::shared_ptr<auth::hash_executor>& executor() const noexcept
    {
        return executor_;
    }

    /// An operation was abandoned: perhaps one of ours. May hold locks of slapd's.
    void check_abandoned() noexcept { push_->check_abandoned(); }
    /// Room for one more worker that waits itself; false if too many do already.
    [[nodiscard]] bool acquire_slot() noexcept;
    void release_slot() noexcept;
    /// slapd has paused all workers and changed its configuration: answers those binds that would
    /// come back to overlays that are no more.
    void on_config_change() noexcept;
    /// Answers all of them, and ends. slapd has paused all workers, or has none any more.
    void close() noexcept;

private:
    friend class async_bind;

    /// Has the answer given by a worker, now or when the bind's own worker has left it.
    void submit(const std::shared_ptr<async_bind>& which) noexcept;
    void finish_now(const std::function<bool(const async_bind&)>& whom,
                    const char* reason) noexcept;

    const std::shared_ptr<auth::push_approval> push_;
    const std::shared_ptr<auth::hash_executor> executor_;
    std::mutex mutex_; ///< of what follows and of the phases of the binds
    std::set<std::shared_ptr<async_bind>> waiting_;
    int blocked_ = 0;
};

/// A bind whose worker goes on to other work as soon as a step does not answer at once. slapd knows
/// this as SLAPD_ASYNCOP.
class async_bind final : public auth::check_run {
public:
    /// Whether slapd can do without an answer for now: it must be a client's own simple bind.
    [[nodiscard]] static bool possible(const Operation& op) noexcept;

    async_bind(std::shared_ptr<async_binds> where, Operation& op, bind_log report, std::string dn,
               auth::login_request request, std::vector<std::unique_ptr<auth::login_check>> steps);

    [[nodiscard]] bool abandoned() noexcept override;
    /// The worker answers itself after all.
    void detach() noexcept;

private:
    friend class async_binds;

    void on_wait() override;
    void on_finished() noexcept override;

    static void* task(void* context, void* mine) noexcept;
    [[nodiscard]] void* adopt(void* context) noexcept;
    void finish(void* context) noexcept;
    void finish_now(void* context, const char* reason) noexcept;
    void release(void* context, void* slab_before) noexcept;

    const std::shared_ptr<async_binds> binds_;
    Operation* const op_;
    BackendDB* const database_;
    const bind_log report_;
    const std::string dn_; ///< as the directory shows it
    const config_snapshot snapshot_;
    berval req_dn_{}, req_ndn_{}; ///< moved out of the operation: do_bind frees what it finds there

    enum class phase : char { with_worker, waiting, submitted, done } phase_ = phase::with_worker;
    void* cookie_ = nullptr; ///< of the submitted task
    int pause_ = 1;          ///< milliseconds until the next look for the worker
};

/// A bind that has to wait in its worker, because whoever called it wants an answer. Only a few at
/// a time, so that they cannot take all workers.
class blocking_bind final : public auth::check_run {
public:
    blocking_bind(Operation& op, auth::login_request request,
                  std::vector<std::unique_ptr<auth::login_check>> steps)
        : check_run(std::move(request), std::move(steps)), op_(&op)
    {}

    /// The answer, at the latest when `until` has come; throws when it is given up. Not to be
    /// called twice.
    [[nodiscard]] auth::check_result wait(deadline expiry, const postgres::wait_options& options);
    [[nodiscard]] bool abandoned() noexcept override;
    /// The operation goes.
    void detach() noexcept;

private:
    void on_wait() override {}
    void on_finished() noexcept override;

    std::mutex mutex_; ///< of what follows
    std::condition_variable completed_;
    Operation* op_;
    bool done_ = false;
};

} // namespace pgsql::slapd
