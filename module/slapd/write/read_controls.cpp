// read_controls.cpp: the response controls of pre-read and post-read.
#include "slapd/write/read_controls.hpp"

#include "slapd/worker/refused.hpp"

namespace pgsql::slapd {

namespace {

bool is_critical(int control) { return (control & SLAP_CONTROL_MASK) == SLAP_CONTROL_CRITICAL; }

} // namespace

read_controls::~read_controls()
{
    for (LDAPControl* one : {before_, after_})
        if (one != nullptr) {
            slap_sl_free(one->ldctl_value.bv_val, op_.o_tmpmemctx);
            slap_sl_free(one, op_.o_tmpmemctx);
        }
}

void read_controls::read(SlapReply& rs, Entry& e, const berval& oid, bool critical,
                         LDAPControl*& out)
{
    const int code = slap_read_controls(&op_, &rs, &e, &oid, &out);
    rs.sr_entry = nullptr;
    rs.sr_attrs = nullptr;
    if (code != LDAP_SUCCESS && critical)
        throw operation_refused(code, "the entry cannot be read for the control");
}

void read_controls::before(SlapReply& rs, Entry& e)
{
    if (op_.o_preread != 0)
        read(rs, e, slap_pre_read_bv, is_critical(op_.o_preread), before_);
}

void read_controls::after(SlapReply& rs, Entry& e)
{
    if (op_.o_postread != 0)
        read(rs, e, slap_post_read_bv, is_critical(op_.o_postread), after_);
}

LDAPControl** read_controls::list()
{
    std::size_t count = 0;
    for (LDAPControl* one : {before_, after_})
        if (one != nullptr)
            list_[count++] = one;
    return count > 0 ? list_.data() : nullptr;
}

} // namespace pgsql::slapd
