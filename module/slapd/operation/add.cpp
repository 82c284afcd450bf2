// add.cpp: serves Add by a statement that inserts the entry's row.
#include "slapd/core/callbacks.hpp"

#include "slapd/worker/result.hpp"
#include "slapd/write/entry_difference.hpp"
#include "slapd/write/entry_writer.hpp"
#include "slapd/write/new_password.hpp"
#include "slapd/write/schema_check.hpp"

#include "base/ascii.hpp"

namespace pgsql::slapd {
namespace {

bool has_class(const Entry& e, const std::string& name)
{
    const Attribute* const classes = attr_find(e.e_attrs, slap_schema.si_ad_objectClass);
    for (unsigned i = 0; classes != nullptr && i < classes->a_numvals; ++i)
        if (closure({std::string(to_string_view(classes->a_vals[i]))}).contains(name))
            return true;
    return false;
}

// The kind of entries that are written below this container and have such a name; among several,
// the one whose classes the entry shares most.
const directory::kind* kind_of(const service& service, const resolved_mapping& mapping,
                               const Entry& e)
{
    const auto place = service.dn_tree().locate(to_string_view(e.e_nname));
    const directory::kind* out = nullptr;
    std::size_t most = 0;
    for (const directory::kind& k : mapping.map.kinds) {
        if (!k.writes || !k.writes->allows(directory::write_operation::add) || !place.parent ||
            mapping.shared[mapping.map.kinds.id_of(k)].parent != place.parent ||
            !same_ignoring_case(mapping.map.attributes[k.rdn().attribute].name, place.attribute))
            continue;
        std::size_t shared = 1;
        for (const std::string& one : k.all_classes)
            shared += has_class(e, one) ? 1 : 0;
        if (shared > most) {
            most = shared;
            out = &k;
        }
    }
    return out;
}

// A client that has to send some number asks by the magic one for a number of the database.
void drop_magic_numbers(const directory::kind& kind, const resolved_mapping& mapping, Entry& e)
{
    const std::string& magic = kind.writes->magic_number;
    for (const directory::attribute_source& source : kind.sources) {
        AttributeDescription* const ad = mapping.types[source.attribute].description;
        const Attribute* const given = attr_find(e.e_attrs, ad);
        if (!magic.empty() && given != nullptr && given->a_numvals == 1 &&
            to_string_view(given->a_vals[0]) == magic && kind.writes->supplies(source.column))
            attr_delete(&e.e_attrs, ad);
    }
}

requested_password password_of(const Entry& e)
{
    requested_password out;
    for (const Attribute* a = e.e_attrs; a != nullptr; a = a->a_next) {
        if (!is_password(*a->a_desc))
            continue;
        if (a->a_desc != slap_schema.si_ad_userPassword)
            throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                    "userPassword is stored without options");
        if (a->a_numvals > 1)
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    "userPassword: the database stores one value");
        out = {.present = true, .value = &a->a_vals[0]};
    }
    return out;
}

// Before the transaction: checks the access and makes the hash, which takes time. Nothing if the
// transaction will refuse the operation anyway.
std::optional<new_password> prepare_password(Operation& op, service& service, Entry& e)
{
    const requested_password asked = password_of(e);
    const auto place = service.dn_tree().locate(to_string_view(e.e_nname));
    if (!asked.present || !place.parent ||
        access_allowed(&op, &service.container(place.parent), slap_schema.si_ad_children, nullptr,
                       ACL_WADD, nullptr) == 0 ||
        access_allowed(&op, &e, slap_schema.si_ad_entry, nullptr, ACL_WADD, nullptr) == 0)
        return std::nullopt;
    return std::optional<new_password>(std::in_place, op, service, asked, nullptr);
}

// The order of the checks is back-mdb's (add.c).
int add_entry(Operation& op, SlapReply& rs, service& service)
{
    const commit_csn csn(op);
    Entry& e = *op.ora_e;
    const directory::kind* kind = nullptr;
    std::shared_ptr<const resolved_mapping> mapping;
    std::optional<new_password> password;
    try {
        mapping = mapping_to_write(op, service);
        kind = kind_of(service, *mapping, e);
        if (kind != nullptr)
            drop_magic_numbers(*kind, *mapping, e);
        if (kind != nullptr)
            check_schema(op, *mapping, *kind, e, nullptr);
        else
            check_new_entry(op, e);
        std::array<char, SLAP_TEXT_BUFLEN> buffer{};
        const char* text = nullptr;
        if (const int code = slap_add_opattrs(&op, &text, buffer.data(), buffer.size(), 1);
            code != LDAP_SUCCESS)
            throw operation_refused(code, text != nullptr ? text : "");
        if (kind != nullptr)
            password = prepare_password(op, service, e);
    } catch (const operation_refused& why) {
        return send_refusal(op, rs, why);
    }
    return write_entry(
        op, rs, service, *mapping, {to_string_view(op.o_req_ndn)}, [&](entry_writer& writer) {
            writer.check_assertion(e);
            if (writer.exists(e.e_nname))
                throw operation_refused(LDAP_ALREADY_EXISTS);
            if (!writer.require_children(e.e_nname, ACL_WADD, "no write access to parent"))
                throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                        "entries cannot have subordinates here");
            writer.require(e, slap_schema.si_ad_entry, ACL_WADD, "no write access to entry");
            writer.require_modifications(e, op.ora_modlist);
            if (kind == nullptr)
                throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                        "entries with such a name cannot be added there");
            writer.check_classes(*kind, e);
            directory::change_set change =
                writer.change_of(directory::write_operation::add, nullptr);
            writer.add_difference(change, *kind, nullptr, e);
            if (password_of(e).present)
                writer.require_unchanged(password && password->add_to(change, nullptr));
            writer.store(*kind, change, e.e_nname);
        });
}

} // namespace

extern "C" int pgsql_add(Operation* op, SlapReply* rs) noexcept
{
    return run_counted_operation(operation_stats::add, op, rs,
                                 [&](service& service) { return add_entry(*op, *rs, service); });
}

} // namespace pgsql::slapd
