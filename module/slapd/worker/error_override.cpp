// error_override.cpp: makes a failure of ours the result of the client's search, whoever else puts
// its answer together.
#include "slapd/worker/result.hpp"

namespace pgsql::slapd {
namespace {

int on_response(Operation* op, SlapReply* rs) noexcept
{
    // A referral is no answer that lacks something, and slapd insists on its code.
    if (rs->sr_type == REP_RESULT && rs->sr_err != SLAPD_ABANDON && rs->sr_ref == nullptr) {
        const auto& told = *static_cast<const failure*>(op->o_callback->sc_private);
        rs->sr_err = told.code;
        rs->sr_text = told.text;
    }
    return SLAP_CB_CONTINUE;
}

// The one that the client sent: overlays work with copies, which share its header.
Operation* clients_own(const Operation& op) noexcept
{
    Operation* found = nullptr;
    if (op.o_conn == nullptr || op.o_conn->c_conn_idx == -1) // slapd asks itself
        return nullptr;
    ldap_pvt_thread_mutex_lock(&op.o_conn->c_mutex);
    LDAP_STAILQ_FOREACH(found, &op.o_conn->c_ops, o_next)
    {
        if (found->o_hdr == op.o_hdr)
            break;
    }
    ldap_pvt_thread_mutex_unlock(&op.o_conn->c_mutex);
    return found; // and ours as long as we serve it
}

} // namespace

void override_client_result(Operation& op, const failure& result) noexcept
{
    if (result.code == SLAPD_ABANDON)
        return;
    Operation* const own = clients_own(op);
    if (own == nullptr || (own->o_tag != LDAP_REQ_SEARCH && own->o_tag != LDAP_REQ_COMPARE))
        return;
    // A thread serves one operation of a client from beginning to end. Memory of the operation
    // would have to be freed by the callback, which slapo-sssvlv's answer within an answer plays
    // once more after that.
    thread_local failure told;
    thread_local slap_callback last;
    // The callbacks that were there get an answer before the ones behind them: behind all of them
    // nobody can change it any more.
    slap_callback** end = &own->o_callback;
    for (; *end != nullptr; end = &(*end)->sc_next)
        if (*end == &last)
            return; // the first failure is what matters
    told = result;
    last = {};
    last.sc_response = on_response;
    last.sc_private = &told;
    *end = &last;
}

} // namespace pgsql::slapd
