// async_bind.cpp: where binds wait for somebody's approval, without slapd's worker, and from
// where they are answered.
//
// slapd lets any operation be answered later (SLAPD_ASYNCOP, connection.c), but do_bind and
// fe_op_bind, unlike the others, still touch a bind after the backend has returned. So its DNs are
// moved out of their way, and nothing else is touched before its worker has left it.
#include "slapd/auth/async_bind.hpp"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

constexpr int longest_pause = 50; // milliseconds

} // namespace

// ---- the room

bool waiting_room::sit_down() noexcept
{
    const std::lock_guard lock(guard_);
    if (blocked_ >= std::max(1, connection_pool_max / 4))
        return false;
    ++blocked_;
    return true;
}

void waiting_room::stand_up() noexcept
{
    const std::lock_guard lock(guard_);
    --blocked_;
}

void waiting_room::submit(const std::shared_ptr<deferred_bind>& which) noexcept
{
    using phase = deferred_bind::phase;
    int pause = 0;
    {
        const std::lock_guard lock(guard_);
        if (which->phase_ != phase::waiting)
            return; // it has been answered without its result
        // While the connection is binding nothing else begins on it, so what executes is the bind's
        // own worker on its way out, or a search that has been abandoned and not yet noticed.
        Connection& connection = *which->op_->o_conn;
        ldap_pvt_thread_mutex_lock(&connection.c_mutex);
        const bool left = connection.c_n_ops_executing == 0;
        ldap_pvt_thread_mutex_unlock(&connection.c_mutex);
        if (left && ldap_pvt_thread_pool_submit2(&connection_pool, deferred_bind::task, which.get(),
                                                 &which->cookie_) == 0) {
            which->phase_ = phase::submitted;
            return;
        }
        pause = which->pause_;
        which->pause_ = std::min(2 * pause, longest_pause);
    }
    push_->later(std::chrono::milliseconds(pause), [this, which] { submit(which); });
}

void waiting_room::answer_here(const std::function<bool(const deferred_bind&)>& whom,
                               const char* why) noexcept
{
    using phase = deferred_bind::phase;
    std::vector<std::shared_ptr<deferred_bind>> chosen;
    {
        const std::lock_guard lock(guard_);
        for (const auto& one : waiting_)
            if ((one->phase_ == phase::waiting || one->phase_ == phase::submitted) && whom(*one)) {
                if (one->phase_ == phase::submitted)
                    (void)ldap_pvt_thread_pool_retract(one->cookie_);
                one->phase_ = phase::done;
                chosen.push_back(one);
            }
        for (const auto& one : chosen)
            waiting_.erase(one);
    }
    for (const auto& one : chosen)
        one->finish_here(ldap_pvt_thread_pool_context(), why);
}

void waiting_room::after_change() noexcept
{
    answer_here([](const deferred_bind& one) { return !one.surroundings_.still_there(); },
                "an overlay of the database was removed");
}

void waiting_room::close() noexcept
{
    push_->close();
    answer_here([](const deferred_bind&) { return true; }, "the database was closed");
    gate_->close(); // what is being checked for them is of no use any more
}

// ---- a bind whose worker has gone

bool deferred_bind::possible(const Operation& op) noexcept
{
    // Internal operations come with a connection that is none, and whoever makes one wants its
    // result. Without a slab of its own there is nothing to take along.
    return op.o_tag == LDAP_REQ_BIND && op.orb_method == LDAP_AUTH_SIMPLE &&
           op.o_conn->c_conn_idx != -1 && op.o_threadctx != nullptr && op.o_tmpmemctx != nullptr;
}

deferred_bind::deferred_bind(std::shared_ptr<waiting_room> where, Operation& op, bind_report report,
                             std::string dn, login::attempt who,
                             std::vector<std::unique_ptr<login::step>> steps)
    : conversation(std::move(who), std::move(steps)), room_(std::move(where)), op_(&op),
      database_(op.o_bd->bd_self), report_(std::move(report)), dn_(std::move(dn)), surroundings_(op)
{}

bool deferred_bind::gone() noexcept
{
    const std::lock_guard lock(room_->guard_);
    return phase_ == phase::done || op_->o_abandon != 0;
}

void deferred_bind::take_back() noexcept
{
    const std::lock_guard lock(room_->guard_);
    if (phase_ == phase::with_worker)
        phase_ = phase::done;
}

void deferred_bind::wait_begins()
{
    const std::lock_guard lock(room_->guard_);
    if (phase_ != phase::with_worker)
        return;
    room_->waiting_.insert(std::static_pointer_cast<deferred_bind>(shared_from_this()));
    phase_ = phase::waiting;
    req_dn_ = std::exchange(op_->o_req_dn, berval{});
    req_ndn_ = std::exchange(op_->o_req_ndn, berval{});
}

void deferred_bind::concluded() noexcept
{
    room_->submit(std::static_pointer_cast<deferred_bind>(shared_from_this()));
}

void* deferred_bind::task(void* context, void* mine) noexcept
{
    auto* const self = static_cast<deferred_bind*>(mine); // held by the room until here
    const auto kept = std::static_pointer_cast<deferred_bind>(self->shared_from_this());
    {
        const std::lock_guard lock(self->room_->guard_);
        self->phase_ = phase::done;
        self->room_->waiting_.erase(kept);
    }
    self->finish(context);
    return nullptr;
}

// Makes the operation this thread's own, with the memory it began in.
void* deferred_bind::adopt(void* context) noexcept
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

// What connection_operation and do_bind do with an operation that has been answered.
void deferred_bind::release(void* context, void* slab_before) noexcept
{
    void* const slab = op_->o_tmpmemctx;
    slap_sl_free(op_->o_req_dn.bv_val, slab); // not those of adopt(), if rwm has rewritten them
    slap_sl_free(op_->o_req_ndn.bv_val, slab);
    BER_BVZERO(&op_->o_req_dn);
    BER_BVZERO(&op_->o_req_ndn);
    // slapd would free the request with the password in it.
    explicit_bzero(op_->orb_cred.bv_val, op_->orb_cred.bv_len);
    finish_operation(op_);
    slap_op_free(op_, context);
    slap_sl_mem_setctx(context, slab_before);
    slap_sl_mem_destroy(reinterpret_cast<void*>(1), slab); // any key but 0: the memory goes as well
}

void deferred_bind::finish(void* context) noexcept
{
    void* const slab_before = adopt(context);
    login::answer what = result();
    if (op_->o_abandon != 0)
        what = {login::decision::gone, "the client has left"};
    report_.conclude(*op_, last_step(), what);
    report_.count(what);
    SlapReply rs{};
    rs.sr_type = REP_RESULT;
    if (what.what == login::decision::accepted) {
        const berval dn = look_at(dn_);
        ber_dupbv(&op_->orb_edn, const_cast<berval*>(&dn));
        (void)fe_op_bind_success(op_, &rs);
        op_->o_conn->c_authtype = op_->orb_method;
    } else {
        send_ldap_error(op_, &rs, code_for(what), words_for(what));
    }
    release(context, slab_before);
}

// With all workers paused nothing may be waited for, neither PostgreSQL, which an overlay may ask
// for the entry, nor a client that does not read. So overlays only tidy up, and a client that
// cannot be told at once is cut off.
void deferred_bind::finish_here(void* context, const char* why) noexcept
{
    void* const slab_before = adopt(context);
    const login::answer what{login::decision::unavailable, why};
    report_.say(*op_, last_step(), what);
    report_.count(what);
    SlapReply aside{};
    aside.sr_type = REP_RESULT;
    aside.sr_err = SLAPD_ABANDON;
    send_ldap_result(op_, &aside);
    op_->o_callback = nullptr;

    Connection& connection = *op_->o_conn;
    ldap_pvt_thread_mutex_lock(&connection.c_mutex);
    const bool quiet = connection.c_n_ops_executing == 0; // nobody else is writing
    ldap_pvt_thread_mutex_unlock(&connection.c_mutex);
    pollfd client{connection.c_sd, POLLOUT, 0};
    if (op_->o_abandon == 0 && quiet && poll(&client, 1, 0) == 1 && client.revents == POLLOUT) {
        SlapReply rs{};
        send_ldap_error(op_, &rs, code_for(what), words_for(what));
    } else if (op_->o_abandon == 0) {
        (void)shutdown(connection.c_sd, SHUT_RDWR);
    }
    release(context, slab_before);
}

// ---- a bind whose worker has to stay

login::answer blocked_bind::wait(deadline until, const postgres::patience& limits)
{
    constexpr auto glance = std::chrono::milliseconds(25);
    const postgres::wait_scope here(limits); // ends without the lock
    limits.long_wait();
    std::unique_lock lock(guard_);
    while (!answered_) {
        if (clock::now() >= until)
            return {login::decision::unavailable, "no answer in time"};
        if (limits.given_up())
            throw postgres::error(postgres::error::cause::abandoned, "the operation was abandoned");
        heard_.wait_until(lock, std::min(until, clock::now() + glance));
    }
    return result();
}

bool blocked_bind::gone() noexcept
{
    const std::lock_guard lock(guard_);
    return op_ == nullptr || op_->o_abandon != 0;
}

void blocked_bind::take_back() noexcept
{
    const std::lock_guard lock(guard_);
    op_ = nullptr;
}

void blocked_bind::concluded() noexcept
{
    {
        const std::lock_guard lock(guard_);
        answered_ = true;
    }
    heard_.notify_one();
}

} // namespace pgsql::slapd
