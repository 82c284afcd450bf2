// rootdse.cpp: publishes defaultNamingContext, the default search base, in the rootDSE.
#include "slapd/rootdse.hpp"

#include "slapd/core/slapd.hpp"
#include "slapd/entry/update_numbers.hpp"

namespace pgsql::slapd {
namespace {

AttributeDescription* default_naming_context = nullptr;

// Adds the suffix of the first pgsql database, unless the administrator's rootDSE file names one.
int add_to(void*, Entry* e) noexcept
{
    if (attr_find(e->e_attrs, default_naming_context) != nullptr)
        return 0;
    BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    {
        if (std::strcmp(be->bd_info->bi_type, "pgsql") != 0 &&
            (be->bd_self == nullptr || be->be_private == nullptr))
            continue;
        if (be->be_cf_ocs == nullptr ||
            std::strstr(be->be_cf_ocs->co_def, "olcPgsqlConfig") == nullptr ||
            be->be_suffix == nullptr || SLAP_GLUE_SUBORDINATE(be))
            continue;
        return attr_merge_one(e, default_naming_context, &be->be_suffix[0], &be->be_nsuffix[0]) ==
                       LDAP_SUCCESS
                   ? 0
                   : 1;
    }
    return 0;
}

} // namespace

int register_rootdse() noexcept
{
    // memberOf as slapo-memberof defines it; the overlay need not be loaded.
    static AttributeDescription* member_of = nullptr;
    (void)register_at(
        "( 1.2.840.113556.1.2.102 NAME 'memberOf' DESC 'Group that the entry belongs to' "
        "SYNTAX '1.3.6.1.4.1.1466.115.121.1.12' EQUALITY distinguishedNameMatch "
        "NO-USER-MODIFICATION USAGE dSAOperation X-ORIGIN 'iPlanet Delegated Administrator' )",
        &member_of, 1);
    berval name = BER_BVC("defaultNamingContext");
    const char* text = nullptr;
    if (slap_bv2ad(&name, &default_naming_context, &text) != LDAP_SUCCESS &&
        register_at(
            "( 2.25.162856128844017627545785008905003916249.3.1 NAME 'defaultNamingContext' "
            "DESC 'The naming context that a client should use when it knows no other' "
            "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 "
            "SINGLE-VALUE NO-USER-MODIFICATION USAGE dSAOperation )",
            &default_naming_context, 0) != 0)
        return -1;
    return entry_info_register(add_last_usn, nullptr) == 0 ? entry_info_register(add_to, nullptr)
                                                           : -1;
}

void unregister_rootdse() noexcept
{
    entry_info_unregister(add_to, nullptr);
    entry_info_unregister(add_last_usn, nullptr);
}

} // namespace pgsql::slapd
