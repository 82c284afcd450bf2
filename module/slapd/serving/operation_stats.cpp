// operation_stats.cpp: classifies result codes for the operation counters.
#include "slapd/serving/operation_stats.hpp"

namespace pgsql::slapd {

operation_stats::outcome operation_stats::outcome_of(kind what, int code, int entries) noexcept
{
    switch (code) {
    case LDAP_SUCCESS:
        return what == search && entries == 0 ? empty : answered;
    case LDAP_COMPARE_TRUE:
    case LDAP_COMPARE_FALSE:
        return answered;
    case LDAP_TIMELIMIT_EXCEEDED:
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
        return limited;
    case LDAP_BUSY:
        return busy;
    case LDAP_UNAVAILABLE:
        return unavailable;
    case LDAP_OTHER:
    case LDAP_OPERATIONS_ERROR:
        return failed;
    case SLAPD_ABANDON:
    case LDAP_CANCELLED:
        return abandoned;
    default:
        return refused;
    }
}

} // namespace pgsql::slapd
