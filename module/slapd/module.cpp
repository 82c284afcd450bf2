// module.cpp: registers the backend with slapd: the functions that moduleload calls.
#include "slapd/core/callbacks.hpp"

#include "slapd/abi_check.hpp"
#include "slapd/auth/password_verifier.hpp"
#include "slapd/core/log_event.hpp"
#include "slapd/entry/copied_entry.hpp"
#include "slapd/entry/update_numbers.hpp"
#include "slapd/entry/virtual_names.hpp"
#include "slapd/replication/feed_job.hpp"
#include "slapd/roles/role_access.hpp"
#include "slapd/rootdse.hpp"
#include "slapd/serving/feed.hpp"
#include "slapd/serving/replication.hpp"

namespace pgsql::slapd {
namespace {

BackendInfo backend{};

// The controls that operations honor. Transactions (RFC 5805) are not supported: slapd rejects
// their control.
char* controls[] = {const_cast<char*>(LDAP_CONTROL_ASSERT),
                    const_cast<char*>(LDAP_CONTROL_MANAGEDSAIT),
                    const_cast<char*>(LDAP_CONTROL_NOOP),
                    const_cast<char*>(LDAP_CONTROL_PAGEDRESULTS),
                    const_cast<char*>(LDAP_CONTROL_PRE_READ),
                    const_cast<char*>(LDAP_CONTROL_POST_READ),
                    const_cast<char*>(LDAP_CONTROL_SUBENTRIES),
                    const_cast<char*>(LDAP_CONTROL_X_PERMISSIVE_MODIFY),
                    nullptr};

int initialize(BackendInfo* bi) noexcept
{
    bi->bi_controls = controls;
    bi->bi_flags |= SLAP_BFLAG_INCREMENT;
    bi->bi_db_init = pgsql_db_init;
    bi->bi_db_config = pgsql_db_config;
    bi->bi_db_open = pgsql_db_open;
    bi->bi_db_close = pgsql_db_close;
    bi->bi_db_destroy = pgsql_db_destroy;
    bi->bi_unpause = pgsql_unpause;
    bi->bi_op_bind = pgsql_bind;
    bi->bi_op_unbind = pgsql_unbind;
    bi->bi_op_abandon = pgsql_abandon;
    bi->bi_op_search = pgsql_search;
    bi->bi_op_compare = pgsql_compare;
    bi->bi_op_modify = pgsql_modify;
    bi->bi_op_modrdn = pgsql_modrdn;
    bi->bi_op_add = pgsql_add;
    bi->bi_op_delete = pgsql_delete;
    bi->bi_extended = pgsql_extended;
    bi->bi_operational = pgsql_operational;
    bi->bi_has_subordinates = pgsql_has_subordinates;
    bi->bi_entry_get_rw = pgsql_entry_get;
    bi->bi_entry_release_rw = pgsql_entry_release;
    bi->bi_tool_entry_open = pgsql_tool_open;
    bi->bi_tool_entry_close = pgsql_tool_close;
    bi->bi_tool_entry_first = backend_tool_entry_first;
    bi->bi_tool_entry_first_x = pgsql_tool_first;
    bi->bi_tool_entry_next = pgsql_tool_next;
    bi->bi_tool_entry_get = pgsql_tool_get;
    bi->bi_tool_dn2id_get = pgsql_tool_find;
    bi->bi_tool_entry_put = pgsql_tool_put;
    bi->bi_tool_entry_modify = pgsql_tool_modify;
    return pgsql_register_config(bi);
}

} // namespace
} // namespace pgsql::slapd

// slapd expects 0 or -1 from init_module; other values index a table of loaders.
extern "C" __attribute__((visibility("default"))) int init_module(int, char*[])
{
    using namespace pgsql::slapd;
    if (const char* reason = abi_mismatch()) {
        write_log({log_event::module_refused, "", reason});
        return -1;
    }
    feed::runner = run_feed;
    check_copy = refuse_copy;
    backend.bi_type = const_cast<char*>("pgsql");
    backend.bi_init = initialize;
    use_slapd_schemes();
    if (register_rootdse() != 0 || !register_virtual_attribute() || !register_update_numbers() ||
        !register_role_access() || backend_add(&backend) != 0) {
        write_log({log_event::module_refused, "", "slapd refused the backend"});
        return -1;
    }
    return 0;
}

extern "C" __attribute__((visibility("default"))) int term_module()
{
    pgsql::slapd::unregister_rootdse();
    return 0;
}
