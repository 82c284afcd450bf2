// modifications.cpp: applies the modifications of a request to an entry, as slapd's databases do.
#include "slapd/write/modifications.hpp"

#include "slapd/core/schema.hpp"
#include "slapd/worker/refused.hpp"

namespace pgsql::slapd {
namespace {

using modifier = int (*)(Entry*, Modification*, int, const char**, char*, size_t);

// How a type of modification is applied.
struct method {
    modifier apply = nullptr;
    int as = 0;             ///< the type that the function expects
    int forgiven = 0;       ///< a result that counts as success
    bool if_absent = false; ///< only if the entry lacks the attribute
};

method method_of(int type)
{
    switch (type) {
    case LDAP_MOD_ADD:
        return {modify_add_values, LDAP_MOD_ADD};
    case LDAP_MOD_DELETE:
        return {modify_delete_values, LDAP_MOD_DELETE};
    case LDAP_MOD_REPLACE:
        return {modify_replace_values, LDAP_MOD_REPLACE};
    case LDAP_MOD_INCREMENT:
        return {modify_increment_values, LDAP_MOD_INCREMENT};
    case SLAP_MOD_SOFTADD:
        return {modify_add_values, LDAP_MOD_ADD, LDAP_TYPE_OR_VALUE_EXISTS};
    case SLAP_MOD_SOFTDEL:
        return {modify_delete_values, LDAP_MOD_DELETE, LDAP_NO_SUCH_ATTRIBUTE};
    case SLAP_MOD_ADD_IF_NOT_PRESENT:
        return {modify_add_values, LDAP_MOD_ADD, 0, true};
    default:
        throw operation_refused(LDAP_OTHER, "Invalid modify operation");
    }
}

} // namespace

void apply_modifications(Operation& op, Entry& e, Modifications* mods,
                         const std::function<bool(const AttributeDescription&)>& idempotent)
{
    for (Modifications* one = mods; one != nullptr; one = one->sml_next) {
        if (is_password(*one->sml_desc))
            continue;
        const method how = method_of(one->sml_op);
        if (how.if_absent && attr_find(e.e_attrs, one->sml_desc) != nullptr)
            continue;
        std::array<char, SLAP_TEXT_BUFLEN> buffer{};
        const char* text = nullptr;
        Modification mod = one->sml_mod; // the operation may be repeated
        mod.sm_op = static_cast<short>(how.as);
        const bool membership = idempotent(*one->sml_desc);
        const int permissive = get_permissiveModify(&op) != 0 || membership ? 1 : 0;
        const int code = how.apply(&e, &mod, permissive, &text, buffer.data(), buffer.size());
        // slapd returns this also if it has ignored the missing value (mods.c).
        const bool absent =
            membership && how.as == LDAP_MOD_DELETE && code == LDAP_NO_SUCH_ATTRIBUTE;
        if (code != LDAP_SUCCESS && code != how.forgiven && !absent)
            throw operation_refused(code, text != nullptr ? text : "");
        if (one->sml_desc == slap_schema.si_ad_objectClass)
            e.e_ocflags = 0;
    }
}

} // namespace pgsql::slapd
