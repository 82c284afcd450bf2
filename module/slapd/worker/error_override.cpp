// error_override.cpp: makes a backend failure the result of the client's operation, even if
// overlays would hide it.
#include "slapd/worker/result.hpp"

namespace pgsql::slapd {
namespace {

int on_response(Operation* op, SlapReply* rs) noexcept
{
    // A referral is complete, and slapd requires its result code.
    if (rs->sr_type == REP_RESULT && rs->sr_err != SLAPD_ABANDON && rs->sr_ref == nullptr) {
        const auto& error = *static_cast<const failure*>(op->o_callback->sc_private);
        rs->sr_err = error.code;
        rs->sr_text = error.text;
    }
    return SLAP_CB_CONTINUE;
}

// The operation that the client sent: overlays use copies, which share its header.
Operation* client_operation(const Operation& op) noexcept
{
    Operation* found = nullptr;
    if (op.o_conn == nullptr || op.o_conn->c_conn_idx == -1) // an internal operation
        return nullptr;
    ldap_pvt_thread_mutex_lock(&op.o_conn->c_mutex);
    LDAP_STAILQ_FOREACH(found, &op.o_conn->c_ops, o_next)
    {
        if (found->o_hdr == op.o_hdr)
            break;
    }
    ldap_pvt_thread_mutex_unlock(&op.o_conn->c_mutex);
    return found; // valid while this operation runs
}

// One thread serves a client's operation from beginning to end. Memory of the operation would have
// to be freed by the callback, which slapo-sssvlv, as it sends a response within a response, calls
// once more after that.
thread_local failure error;
thread_local slap_callback last;

} // namespace

const failure* pending_failure(const Operation& op) noexcept
{
    const Operation* const client_op = client_operation(op);
    for (const slap_callback* one = client_op != nullptr ? client_op->o_callback : nullptr;
         one != nullptr; one = one->sc_next)
        if (one == &last)
            return &error;
    return nullptr;
}

void override_client_result(Operation& op, const failure& result) noexcept
{
    if (result.code == SLAPD_ABANDON)
        return;
    Operation* const client_op = client_operation(op);
    if (client_op == nullptr ||
        (client_op->o_tag != LDAP_REQ_SEARCH && client_op->o_tag != LDAP_REQ_COMPARE))
        return;
    // Callbacks run in list order: nothing can change the result after the last one.
    slap_callback** end = &client_op->o_callback;
    for (; *end != nullptr; end = &(*end)->sc_next)
        if (*end == &last)
            return; // the first failure counts
    error = result;
    last = {};
    last.sc_response = on_response;
    last.sc_private = &error;
    *end = &last;
}

} // namespace pgsql::slapd
