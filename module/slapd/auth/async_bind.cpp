// async_bind.cpp: completes binds without a slapd worker that waits for them.
//
// slapd supports operations that complete later (SLAPD_ASYNCOP, connection.c), but do_bind and
// fe_op_bind, unlike the others, still access a bind after the backend has returned. So the DNs are
// moved out of the operation, and nothing else is accessed until its worker has finished.
#include "slapd/auth/async_bind.hpp"

#include "slapd/auth/account_recheck.hpp"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

constexpr int longest_pause = 50; // milliseconds

} // namespace

// ---- async_binds

void async_binds::submit(const std::shared_ptr<async_bind>& bind) noexcept
{
    using phase = async_bind::phase;
    int pause = 0;
    {
        const std::lock_guard lock(mutex_);
        if (bind->phase_ != phase::waiting)
            return; // already completed without its result
        // slapd starts no other operation on a connection during a bind, so an executing operation
        // is the bind itself, whose worker has not returned yet, or an abandoned search.
        Connection& connection = *bind->op_->o_conn;
        ldap_pvt_thread_mutex_lock(&connection.c_mutex);
        const bool worker_returned = connection.c_n_ops_executing == 0;
        ldap_pvt_thread_mutex_unlock(&connection.c_mutex);
        if (worker_returned && ldap_pvt_thread_pool_submit2(&connection_pool, async_bind::task,
                                                            bind.get(), &bind->cookie_) == 0) {
            bind->phase_ = phase::submitted;
            return;
        }
        pause = bind->pause_;
        bind->pause_ = std::min(2 * pause, longest_pause);
    }
    push_->run_after(std::chrono::milliseconds(pause), [this, bind] { submit(bind); });
}

void async_binds::finish_now(const std::function<bool(const async_bind&)>& selected,
                             const char* reason) noexcept
{
    using phase = async_bind::phase;
    std::vector<std::shared_ptr<async_bind>> chosen;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& one : waiting_)
            if ((one->phase_ == phase::waiting || one->phase_ == phase::submitted) &&
                selected(*one)) {
                if (one->phase_ == phase::submitted)
                    (void)ldap_pvt_thread_pool_retract(one->cookie_);
                one->phase_ = phase::done;
                chosen.push_back(one);
            }
        for (const auto& one : chosen)
            waiting_.erase(one);
    }
    for (const auto& one : chosen)
        one->finish_now(ldap_pvt_thread_pool_context(), reason);
}

void async_binds::on_config_change() noexcept
{
    finish_now([](const async_bind& one) { return !one.snapshot_.still_configured(); },
               "an overlay of the database was removed");
}

void async_binds::close() noexcept
{
    push_->close();
    finish_now([](const async_bind&) { return true; }, "the database was closed");
    executor_->close(); // their pending checks are no longer needed
}

// ---- async_bind

bool async_bind::possible(const Operation& op) noexcept
{
    // Internal operations have a fake connection, and their callers need the result at once.
    // Without its own slab the operation's memory cannot be kept.
    return op.o_tag == LDAP_REQ_BIND && op.orb_method == LDAP_AUTH_SIMPLE &&
           op.o_conn->c_conn_idx != -1 && op.o_threadctx != nullptr && op.o_tmpmemctx != nullptr;
}

async_bind::async_bind(std::shared_ptr<async_binds> where, Operation& op, bind_log report,
                       std::string dn, auth::login_request request,
                       std::vector<std::unique_ptr<auth::login_check>> steps)
    : check_run(std::move(request), std::move(steps)), binds_(std::move(where)), op_(&op),
      database_(op.o_bd->bd_self), report_(std::move(report)), dn_(std::move(dn)), snapshot_(op)
{}

bool async_bind::abandoned() noexcept
{
    const std::lock_guard lock(binds_->mutex_);
    return phase_ == phase::done || op_->o_abandon != 0;
}

void async_bind::detach() noexcept
{
    const std::lock_guard lock(binds_->mutex_);
    if (phase_ == phase::with_worker)
        phase_ = phase::done;
}

void async_bind::on_wait()
{
    const std::lock_guard lock(binds_->mutex_);
    if (phase_ != phase::with_worker)
        return;
    binds_->waiting_.insert(std::static_pointer_cast<async_bind>(shared_from_this()));
    phase_ = phase::waiting;
    req_dn_ = std::exchange(op_->o_req_dn, berval{});
    req_ndn_ = std::exchange(op_->o_req_ndn, berval{});
}

void async_bind::on_finished() noexcept
{
    binds_->submit(std::static_pointer_cast<async_bind>(shared_from_this()));
}

void* async_bind::task(void* context, void* mine) noexcept
{
    auto* const self = static_cast<async_bind*>(mine); // owned by waiting_ until here
    const auto owner = std::static_pointer_cast<async_bind>(self->shared_from_this());
    {
        const std::lock_guard lock(self->binds_->mutex_);
        self->phase_ = phase::done;
        self->binds_->waiting_.erase(owner);
    }
    self->finish(context);
    return nullptr;
}

// Attaches the operation and its memory to this thread.
void* async_bind::adopt(void* context) noexcept
{
    void* slab_before = nullptr;
    (void)ldap_pvt_thread_pool_getkey(context, reinterpret_cast<void*>(slap_sl_mem_init),
                                      &slab_before, nullptr);
    slap_sl_mem_setctx(context, op_->o_tmpmemctx);
    op_->o_threadctx = context;
    op_->o_tid = ldap_pvt_thread_pool_tid(context);
    operation_counter_init(op_, context);
    op_->o_bd = database_;
    op_->o_req_dn = req_dn_;
    op_->o_req_ndn = req_ndn_;
    BER_BVZERO(&op_->orb_edn);
    return slab_before;
}

// What connection_operation and do_bind do with a finished operation.
void async_bind::release(void* context, void* slab_before) noexcept
{
    void* const slab = op_->o_tmpmemctx;
    slap_sl_free(op_->o_req_dn.bv_val,
                 slab); // differ from those of adopt() if rwm has rewritten them
    slap_sl_free(op_->o_req_ndn.bv_val, slab);
    BER_BVZERO(&op_->o_req_dn);
    BER_BVZERO(&op_->o_req_ndn);
    // slapd would free the request without wiping the password.
    explicit_bzero(op_->orb_cred.bv_val, op_->orb_cred.bv_len);
    finish_operation(op_);
    slap_op_free(op_, context);
    slap_sl_mem_setctx(context, slab_before);
    slap_sl_mem_destroy(reinterpret_cast<void*>(1), slab); // any key but 0 frees the memory too
}

void async_bind::finish(void* context) noexcept
{
    void* const slab_before = adopt(context);
    auth::check_result result = check_run::result();
    if (op_->o_abandon != 0)
        result = {auth::decision::abandoned, "the operation was abandoned"};
    else if (result.outcome == auth::decision::accepted && last_check() != "sql")
        result = recheck_account(*op_, request().credential);
    report_.conclude(*op_, last_check(), result);
    report_.count(result);
    SlapReply rs{};
    rs.sr_type = REP_RESULT;
    if (result.outcome == auth::decision::accepted) {
        const berval dn = to_berval(dn_);
        ber_dupbv(&op_->orb_edn, const_cast<berval*>(&dn));
        (void)fe_op_bind_success(op_, &rs);
        op_->o_conn->c_authtype = op_->orb_method;
    } else {
        send_ldap_error(op_, &rs, code_for(result), text_for(result));
    }
    release(context, slab_before);
}

// While all workers are paused nothing may block: neither PostgreSQL, from which an overlay may
// request the entry, nor a client that does not read. So overlays only clean up, and a client that
// cannot receive the result at once is disconnected.
void async_bind::finish_now(void* context, const char* reason) noexcept
{
    void* const slab_before = adopt(context);
    const auth::check_result result{auth::decision::unavailable, reason};
    report_.write(*op_, last_check(), result);
    report_.count(result);
    SlapReply cleanup{};
    cleanup.sr_type = REP_RESULT;
    cleanup.sr_err = SLAPD_ABANDON;
    send_ldap_result(op_, &cleanup);
    op_->o_callback = nullptr;

    Connection& connection = *op_->o_conn;
    ldap_pvt_thread_mutex_lock(&connection.c_mutex);
    const bool quiet = connection.c_n_ops_executing == 0; // no other worker writes
    ldap_pvt_thread_mutex_unlock(&connection.c_mutex);
    pollfd client{connection.c_sd, POLLOUT, 0};
    if (op_->o_abandon == 0 && quiet && poll(&client, 1, 0) == 1 && client.revents == POLLOUT) {
        SlapReply rs{};
        send_ldap_error(op_, &rs, code_for(result), text_for(result));
    } else if (op_->o_abandon == 0) {
        (void)shutdown(connection.c_sd, SHUT_RDWR);
    }
    release(context, slab_before);
}

// ---- blocking_bind

auth::check_result blocking_bind::wait(deadline expiry, const postgres::wait_options& options)
{
    const postgres::wait_scope here(options); // destroyed after the lock is released
    options.on_long_wait();
    std::unique_lock lock(mutex_);
    while (!done_) {
        if (clock::now() >= expiry)
            return {auth::decision::unavailable, "timed out"};
        if (options.cancelled())
            throw postgres::error(postgres::error::cause::abandoned, "the operation was abandoned");
        completed_.wait_until(lock, std::min(expiry, clock::now() + poll_interval));
    }
    return result();
}

bool blocking_bind::abandoned() noexcept
{
    const std::lock_guard lock(mutex_);
    return op_ == nullptr || op_->o_abandon != 0;
}

void blocking_bind::detach() noexcept
{
    const std::lock_guard lock(mutex_);
    op_ = nullptr;
}

void blocking_bind::on_finished() noexcept
{
    {
        const std::lock_guard lock(mutex_);
        done_ = true;
    }
    completed_.notify_one();
}

} // namespace pgsql::slapd
