// async_bind.hpp: completes binds without a slapd worker that waits for them.
#pragma once

#include "slapd/auth/bind_log.hpp"
#include "slapd/worker/config_snapshot.hpp"

#include "auth/hash_executor.hpp"
#include "auth/push_approval.hpp"

#include <condition_variable>

namespace pgsql::slapd {

class async_bind;

/// The pending binds of one database, with the services that complete them. Exists while the
/// database is open.
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

    /// Call when an operation was abandoned: it may be one of these. The caller may hold slapd
    /// locks.
    void check_abandoned() noexcept { push_->check_abandoned(); }
    /// A slot for a worker that blocks; none if a quarter of the workers already do.
    [[nodiscard]] std::optional<slot_counter::slot> acquire_slot() noexcept
    {
        return blocked_.acquire(static_cast<unsigned>(std::max(1, connection_pool_max / 4)));
    }
    /// Called while slapd has paused all workers for a configuration change: completes the binds
    /// that refer to removed overlays.
    void on_config_change() noexcept;
    /// Completes all binds and stops. All workers are paused or have ended.
    void close() noexcept;

private:
    friend class async_bind;

    /// Submits the completion to a worker, now or after the bind's own worker has returned.
    void submit(const std::shared_ptr<async_bind>& bind) noexcept;
    void finish_now(const std::function<bool(const async_bind&)>& selected,
                    const char* reason) noexcept;

    const std::shared_ptr<auth::push_approval> push_;
    const std::shared_ptr<auth::hash_executor> executor_;
    std::mutex mutex_; ///< guards what follows and the phases of the binds
    std::set<std::shared_ptr<async_bind>> waiting_;
    slot_counter blocked_; ///< workers
};

/// A bind that releases its worker when a check does not complete at once (SLAPD_ASYNCOP).
class async_bind final : public auth::check_run {
public:
    /// Whether the operation can complete later: it must be a simple bind sent by a client.
    [[nodiscard]] static bool possible(const Operation& op) noexcept;

    async_bind(std::shared_ptr<async_binds> where, Operation& op, bind_log report, std::string dn,
               auth::login_request request, std::vector<std::unique_ptr<auth::login_check>> steps);

    [[nodiscard]] bool abandoned() noexcept override;
    /// The worker completes the bind itself.
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
    const std::string dn_; ///< as the directory returns it
    const config_snapshot snapshot_;
    berval req_dn_{}, req_ndn_{}; ///< moved out of the operation, where do_bind would free them

    enum class phase : char { with_worker, waiting, submitted, done } phase_ = phase::with_worker;
    void* cookie_ = nullptr; ///< of the submitted task
    int pause_ = 1;          ///< milliseconds until the next check for the worker
};

/// A bind that blocks its worker, because its caller needs the result at once. Their number is
/// limited, so that they cannot occupy all workers.
class blocking_bind final : public auth::check_run {
public:
    blocking_bind(Operation& op, auth::login_request request,
                  std::vector<std::unique_ptr<auth::login_check>> steps)
        : check_run(std::move(request), std::move(steps)), op_(&op)
    {}

    /// The result, or unavailable at `expiry`. Throws if the wait is cancelled. Must not be called
    /// twice.
    [[nodiscard]] auth::check_result wait(deadline expiry, const postgres::wait_options& options);
    [[nodiscard]] bool abandoned() noexcept override;
    /// The operation ends.
    void detach() noexcept;

private:
    void on_wait() override {}
    void on_finished() noexcept override;

    std::mutex mutex_; ///< guards what follows
    std::condition_variable completed_;
    Operation* op_;
    bool done_ = false;
};

} // namespace pgsql::slapd
