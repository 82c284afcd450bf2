// internal_operation.hpp: an operation of the backend's own.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// An operation of the backend's own, with the rights of the rootdn.
class internal_operation {
public:
    internal_operation(BackendDB& be, void* context)
    {
        connection_fake_init2(&connection_, &buffer_, context, 1);
        op().o_bd = &be;
        op().o_dn = be.be_rootdn;
        op().o_ndn = be.be_rootndn;
        op().o_tag = LDAP_REQ_SEARCH;
        op().ors_tlimit = SLAP_NO_LIMIT;
        op().ors_slimit = SLAP_NO_LIMIT;
        op().o_ctrlflag[slap_cids.sc_dontUseCopy] = SLAP_CONTROL_CRITICAL;
    }
    internal_operation(const internal_operation&) = delete;
    internal_operation& operator=(const internal_operation&) = delete;

    [[nodiscard]] Operation& op() noexcept { return buffer_.ob_op; }

private:
    Connection connection_{};
    OperationBuffer buffer_{};
};

} // namespace pgsql::slapd
