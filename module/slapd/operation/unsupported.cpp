// unsupported.cpp: refuses the operations that would change entries.
//
// Below an overlay, slapd sends no result for an operation that the backend does not implement
// (backover.c, overlay_op_walk: op_rc).
#include "slapd/core/callbacks.hpp"

namespace pgsql::slapd {
namespace {

int refuse(Operation* op, SlapReply* rs, const char* text) noexcept
{
    send_ldap_error(op, rs, LDAP_UNWILLING_TO_PERFORM, text);
    return LDAP_UNWILLING_TO_PERFORM;
}

} // namespace

extern "C" int pgsql_add(Operation* op, SlapReply* rs) noexcept
{
    return refuse(op, rs, "entries cannot be added here; insert a row in PostgreSQL");
}

extern "C" int pgsql_delete(Operation* op, SlapReply* rs) noexcept
{
    return refuse(op, rs, "entries cannot be deleted here; delete the row in PostgreSQL");
}

extern "C" int pgsql_modrdn(Operation* op, SlapReply* rs) noexcept
{
    return refuse(op, rs, "entries cannot be renamed here; update the row in PostgreSQL");
}

extern "C" int pgsql_unbind(Operation*, SlapReply*) noexcept { return LDAP_SUCCESS; }

} // namespace pgsql::slapd
