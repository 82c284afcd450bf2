// pause.cpp: decides how a waiting operation reacts to a configuration change.
#include "slapd/worker/pause.hpp"

namespace pgsql::slapd {
namespace {

// The nesting depth of this thread's backend functions; functions that slapd calls within other
// operations count twice.
thread_local int depth = 0;

std::atomic<unsigned> pauses{0}; // number of ended pauses

} // namespace

entry_point::entry_point(kind type) noexcept : depth_before_(depth)
{
    depth += type == kind::request ? 1 : 2; // a lookup is always nested
}

entry_point::~entry_point() { depth = depth_before_; }

bool may_idle(const Operation& op) noexcept
{
    if (depth != 1 ||
        !(op.o_tag == LDAP_REQ_SEARCH || op.o_tag == LDAP_REQ_COMPARE || op.o_tag == LDAP_REQ_BIND))
        return false;
    // Sent by a client, so that the header follows the operation; not a copy, which its owner still
    // uses.
    if (op.o_conn == nullptr || op.o_conn->c_conn_idx == -1 ||
        op.o_hdr != &reinterpret_cast<const OperationBuffer&>(op).ob_hdr)
        return false;
    // connection_op_queue adds a connection callback to every bind.
    const slap_callback* others = op.o_callback;
    if (op.o_tag == LDAP_REQ_BIND && others != nullptr)
        others = others->sc_next;
    return others == nullptr && op.o_bd == op.o_bd->bd_self;
}

bool pause_is_due() noexcept
{
    // When this thread first noticed the next pause.
    thread_local unsigned known_pause = 0;
    thread_local std::optional<clock::time_point> since;
    if (ldap_pvt_thread_pool_pausing(&connection_pool) <= 0)
        return false;
    const unsigned next = pauses.load(std::memory_order_relaxed) + 1;
    if (!since || known_pause != next) {
        known_pause = next;
        since = clock::now();
    }
    return clock::now() - *since >= grace_period;
}

void note_end_of_pause() noexcept { pauses.fetch_add(1, std::memory_order_relaxed); }

unsigned ended_pauses() noexcept { return pauses.load(std::memory_order_relaxed); }

} // namespace pgsql::slapd
