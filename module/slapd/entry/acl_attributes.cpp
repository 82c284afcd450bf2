// acl_attributes.cpp: detects ACLs that read attributes beyond those requested.
#include "slapd/entry/acl_attributes.hpp"

namespace pgsql::slapd {
namespace {

bool reads_entry(const Access* by)
{
    for (; by != nullptr; by = by->a_next)
        if (by->a_dn_at != nullptr || by->a_realdn_at != nullptr ||
            !BER_BVISEMPTY(&by->a_set_pat) || by->a_dynacl != nullptr)
            return true;
    return false;
}

bool read_entries(const AccessControl* rules)
{
    for (; rules != nullptr; rules = rules->acl_next)
        if (rules->acl_filter != nullptr || reads_entry(rules->acl_access))
            return true;
    return false;
}

} // namespace

bool acls_read_other_attributes(const Operation& op)
{
    return read_entries(op.o_bd->be_acl) || read_entries(frontendDB->be_acl);
}

} // namespace pgsql::slapd
