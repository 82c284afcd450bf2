// role_access.cpp: access rules by roles.
//
// slapd asks for the privileges to one attribute of one entry (acl.c, slap_acl_mask). It asks only
// if the clause's own level includes the requested one, adds what it gets, and goes on with the
// next clause if that is nothing.
#include "slapd/roles/role_access.hpp"

#include "slapd/roles/entry_rights.hpp"
#include "slapd/serving/database.hpp"
#include "slapd/worker/operation_limits.hpp"
#include "slapd/worker/result.hpp"

namespace pgsql::slapd {
namespace {

int mask(void*, Operation* op, Entry* e, AttributeDescription* ad, berval*, int, regmatch_t*,
         slap_access_t* grant, slap_access_t*) noexcept
{
    if (op->o_bd == nullptr)
        return 0;
    const entry_point here(entry_point::kind::lookup);
    std::shared_ptr<service> service;
    try {
        if (auto* const rights = entry_rights::find(*op)) {
            *grant = static_cast<slap_access_t>(rights->on(*e, *ad));
        } else if (is_ours(*op->o_bd)) {
            service = database_of(*op->o_bd).serving(*op->o_bd);
            *grant = static_cast<slap_access_t>(entry_rights(*op, *service).on(*e, *ad));
        }
    } catch (...) {
        // slapd would take a failure for a denial.
        if (auto* const limits = operation_limits::find(*op))
            limits->note_failure();
        const failure failure = report_exception(*op, service.get());
        override_client_result(*op, failure);
    }
    return 0;
}

// slapd 2.5 calls this one, slapd 2.6 the other.
[[maybe_unused]] int parse(const char* file, int line, const char* options, slap_style_t,
                           const char* pattern, void**) noexcept
{
    if ((options == nullptr || *options == '\0') && (pattern == nullptr || *pattern == '\0'))
        return 0;
    write_log({log_event::config_refused, file,
               "dynacl/pgsql-roles takes no options and no pattern",
               "line " + std::to_string(line)});
    return -1;
}
[[maybe_unused]] int parse(ConfigArgs* config, const char* options, slap_style_t style,
                           const char* pattern, void** rule) noexcept
{
    return parse(config->fname, config->lineno, options, style, pattern, rule);
}

int unparse(void*, berval* text) noexcept
{
    ber_str2bv(" dynacl/pgsql-roles", 0, 1, text);
    return 0;
}

int destroy(void*) noexcept { return 0; }

slap_dynacl_t access_by_roles{
    const_cast<char*>("pgsql-roles"), parse, unparse, mask, destroy, nullptr, nullptr};

} // namespace

bool register_role_access() noexcept { return slap_dynacl_register(&access_by_roles) == 0; }

} // namespace pgsql::slapd
