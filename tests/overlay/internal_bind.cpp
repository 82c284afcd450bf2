// internal_bind.cpp: an overlay for tests, which turns a compare into a bind of slapd's own: its
// result code is the answer, compareTrue when it succeeds.
#include "slapd/core/slapd.hpp"

namespace {

slap_overinst overlay{};

int compare(Operation* op, SlapReply* rs)
{
    Connection connection{};
    OperationBuffer buffer{};
    connection_fake_init(&connection, &buffer, op->o_threadctx);
    Operation* inner = &buffer.ob_op;
    slap_callback quiet{};
    quiet.sc_response = slap_null_cb;
    inner->o_callback = &quiet;
    inner->o_tag = LDAP_REQ_BIND;
    inner->o_protocol = LDAP_VERSION3;
    inner->orb_method = LDAP_AUTH_SIMPLE;
    inner->orb_cred = op->orc_ava->aa_value;
    inner->o_bd = op->o_bd->bd_self;
    inner->o_req_dn = op->o_req_dn;
    inner->o_req_ndn = op->o_req_ndn;
    SlapReply result{};
    result.sr_type = REP_RESULT;
    const int code = inner->o_bd->be_bind(inner, &result);
    ch_free(inner->orb_edn.bv_val);
    rs->sr_err = code == LDAP_SUCCESS ? LDAP_COMPARE_TRUE : code;
    // Whatever database this was, it may be gone.
    op->o_bd = frontendDB;
    op->o_callback = nullptr;
    send_ldap_result(op, rs);
    return rs->sr_err;
}

} // namespace

extern "C" __attribute__((visibility("default"))) int init_module(int, char*[])
{
    overlay.on_bi.bi_type = const_cast<char*>("internal_bind");
    overlay.on_bi.bi_op_compare = compare;
    return overlay_register(&overlay);
}
