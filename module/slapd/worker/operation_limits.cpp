// operation_limits.cpp: limits an operation: the time of its statements and the share of anonymous
// clients.
#include "slapd/worker/operation_limits.hpp"

#include "slapd/core/client_address.hpp"

namespace pgsql::slapd {
namespace {

char extra_key; // its address identifies this type of OpExtra

bool is_anonymous(const Operation& op)
{
    // An internal operation of slapd may belong to an operation that already holds a slot.
    return in_server() && BER_BVISEMPTY(&op.o_ndn) && op.o_conn != nullptr &&
           op.o_conn->c_conn_idx != -1;
}

} // namespace

operation_limits::operation_limits(Operation& op, service& service, bool shared)
    : OpExtra{}, op_(op), service_(service), outermost_(find(op) == nullptr),
      shared_(shared && outermost_ && is_anonymous(op)),
      timeout_(std::chrono::duration_cast<clock::duration>(
          std::chrono::duration<double>(service.timeout)))
{
    if (!outermost_)
        return;
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

operation_limits::~operation_limits()
{
    if (outermost_)
        LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

bool operation_limits::is_one(const OpExtra& extra) noexcept { return extra.oe_key == &extra_key; }

operation_limits* operation_limits::find(const Operation& op) noexcept
{
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (is_one(*extra))
            return static_cast<operation_limits*>(extra);
    }
    return nullptr;
}

void operation_limits::throw_timeout()
{
    throw postgres::error(postgres::error::cause::deadline,
                          "timed out: no further entry found before the deadline");
}

void operation_limits::enter(const postgres::wait_options& options)
{
    if (!shared_)
        return;
    if (!visit_)
        visit_.emplace(*service_.anonymous, network_of(op_));
    if (visit_->holds())
        return;
    visit_->enter(options);
    entered_ = true;
    // A statement that starts late would be cancelled, which costs its session.
    extended_ = std::min(clock::now() + timeout_ / 2, began_ + timeout_ * 3 / 2);
}

void operation_limits::yield() noexcept
{
    if (!visit_)
        return;
    visit_->yield();
    entered_ = visit_->holds();
}

void operation_limits::leave() noexcept
{
    if (visit_)
        visit_->leave();
    entered_ = false;
}

void operation_limits::sending_begins() noexcept
{
    if (visit_)
        visit_->sending_begins();
}

void operation_limits::sending_ends() noexcept
{
    if (visit_)
        visit_->sending_ends();
    began_ = clock::now();
}

} // namespace pgsql::slapd
