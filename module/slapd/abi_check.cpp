// abi_check.cpp: checks that the module runs in the slapd that it was built for.
//
// slapd has no stable module interface: its structs change with versions and configure options, and
// a module compiled for other structs would corrupt memory silently. Therefore this file compares
// everything that can be compared at run time.
#include "slapd/abi_check.hpp"

#include "slapd/core/slapd.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#ifndef BACK_PGSQL_BUILT_FOR
#error "BACK_PGSQL_BUILT_FOR must name the slapd version the headers belong to"
#endif

extern "C" const char Versionstr[];

namespace pgsql::slapd {
namespace {

char message[512];

const char* differ(const char* what, std::size_t expected, std::size_t actual)
{
    std::snprintf(
        message, sizeof message,
        "back_pgsql: built for slapd " BACK_PGSQL_BUILT_FOR
        ", which does not match this slapd (%.*s): %s is %zu there and %zu here; rebuild the module for this slapd",
        static_cast<int>(std::strcspn(Versionstr, "\n")), Versionstr, what, expected, actual);
    return message;
}

// The size of one of slapd's own objects, from its dynamic symbol table; 0 if unknown.
std::size_t size_in_slapd(const void* object)
{
    Dl_info info{};
    void* extra = nullptr;
    if (dladdr1(object, &info, &extra, RTLD_DL_SYMENT) == 0 || extra == nullptr)
        return 0;
    return static_cast<const ElfW(Sym)*>(extra)->st_size;
}

const char* other_library()
{
    LDAPAPIInfo info{};
    info.ldapai_info_version = LDAP_API_INFO_VERSION;
    if (ldap_get_option(nullptr, LDAP_OPT_API_INFO, &info) != LDAP_OPT_SUCCESS)
        return "back_pgsql: libldap does not report its version";
    const int actual = info.ldapai_vendor_version;
    ber_memvfree(reinterpret_cast<void**>(info.ldapai_extensions));
    ldap_memfree(info.ldapai_vendor_name);
    return actual == BACK_PGSQL_VENDOR_VERSION
               ? nullptr
               : differ("libldap's version", static_cast<std::size_t>(BACK_PGSQL_VENDOR_VERSION),
                        static_cast<std::size_t>(actual));
}

const char* other_operation()
{
    Connection conn{};
    OperationBuffer buffer{};
    const auto op = reinterpret_cast<Operation*>(&buffer);
    connection_fake_init2(&conn, &buffer, ldap_pvt_thread_pool_context(), 0);
    const char* bad = nullptr;
    if (op->o_hdr != &buffer.ob_hdr || op->o_controls != buffer.ob_controls)
        bad = differ("the location of an operation's header", offsetof(OperationBuffer, ob_hdr), 0);
    else if (op->o_tmpmfuncs != &slap_sl_mfuncs || op->o_counters != &slap_counters ||
             op->o_conn != &conn)
        bad = differ("the layout of an operation", sizeof(Operation), 0);
    else if (conn.c_conn_idx != -1 || conn.c_send_ldap_result != slap_send_ldap_result ||
             conn.c_send_search_entry != slap_send_search_entry)
        bad = differ("the layout of a connection", sizeof(Connection), 0);
    return bad;
}

} // namespace

const char* abi_mismatch() noexcept
{
    if (const char* bad = other_library())
        return bad;
    struct known_layout {
        const char* name;
        const void* object;
        std::size_t expected;
    };
    const known_layout all[] = {{"slap_schema", &slap_schema, sizeof slap_schema},
                                {"slap_cids", &slap_cids, sizeof slap_cids},
                                {"slap_counters", &slap_counters, sizeof slap_counters},
                                {"olcDatabaseDummy", olcDatabaseDummy, 2 * sizeof(ConfigTable)}};
    for (const known_layout& k : all)
        if (const std::size_t actual = size_in_slapd(k.object); actual != 0 && actual != k.expected)
            return differ(k.name, k.expected, actual);
    if (frontendDB->bd_self != frontendDB ||
        std::strcmp(frontendDB->bd_info->bi_type, "frontend") != 0)
        return differ("the layout of a database", sizeof(BackendDB), 0);
    return other_operation();
}

} // namespace pgsql::slapd
