// unbind.cpp: serves Unbind, which has no result and ends nothing here.
#include "slapd/core/callbacks.hpp"

namespace pgsql::slapd {

extern "C" int pgsql_unbind(Operation*, SlapReply*) noexcept { return LDAP_SUCCESS; }

} // namespace pgsql::slapd
