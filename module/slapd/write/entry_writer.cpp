// entry_writer.cpp: what all operations that write an entry share: access, controls, storing and
// reading again.
#include "slapd/write/entry_writer.hpp"

#include "slapd/entry/row_fetch.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/worker/idle_worker.hpp"
#include "slapd/write/entry_difference.hpp"
#include "slapd/write/schema_check.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

void entry_writer::refuse_missing(const berval& ndn)
{
    throw operation_refused(
        LDAP_NO_SUCH_OBJECT, {},
        matched_dn(op_, service_, mapping_, ndn, visible_to_client(op_, mapping_)));
}

entry_row entry_writer::find(const berval& ndn)
{
    if (const auto container = service_.dn_tree().find(to_string_view(ndn))) {
        require_disclosed(service_.container(container));
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "this entry is part of the server's configuration");
    }
    auto found = find_row(op_, service_, mapping_, ndn, visible_to_client(op_, mapping_));
    if (!found) {
        if (roles_.decide())
            write_operation_log(
                op_.o_log_prefix,
                {log_event::write_denied, std::string(to_string_view(op_.o_dn)),
                 fmt::format("the client sees no entry \"{}\"", to_string_view(ndn))});
        refuse_missing(ndn);
    }
    hidden_ = hide_names(*found->entry, *found->kind);
    if (transaction_ != nullptr && roles_.decide() && found->kind->roles)
        roles_before_ = target_roles(op_, service_).of(to_string_view(ndn));
    return std::move(*found);
}

entry_ptr entry_writer::hide_names(Entry& e, const directory::kind& kind)
{
    if (!roles_.decide())
        return nullptr;
    visible_rows visible(op_, service_);
    named_entries names(op_, service_, mapping_, visible);
    if (!names.concerns(kind) || !names.hides())
        return nullptr;
    entry_ptr out(entry_alloc());
    names.hide({&e}, {out.get()});
    return out;
}

// A name that the client may not see is refused as one that does not exist.
void entry_writer::require_visible_names(const Entry* before, const Entry& after)
{
    if (!roles_.decide())
        return;
    visible_rows visible(op_, service_);
    named_entries names(op_, service_, mapping_, visible);
    if (!names.hides())
        return;
    for (const Attribute* a = after.e_attrs; a != nullptr; a = a->a_next) {
        if (!is_naming(mapping_, *a->a_desc) || is_at_no_user_mod(a->a_desc->ad_type) != 0)
            continue;
        const Attribute* const old =
            before != nullptr ? attr_find(before->e_attrs, a->a_desc) : nullptr;
        std::set<std::string_view> known;
        for (unsigned i = 0; old != nullptr && i < old->a_numvals; ++i)
            known.insert(to_string_view(old->a_nvals[i]));
        std::vector<std::string> added;
        for (unsigned i = 0; i < a->a_numvals; ++i)
            if (!known.contains(to_string_view(a->a_nvals[i])))
                added.emplace_back(to_string_view(a->a_nvals[i]));
        if (!added.empty() && !names.are_visible(*a->a_desc, added))
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    fmt::format("{}: a value names no entry that can be stored",
                                                to_string_view(a->a_desc->ad_cname)));
    }
}

void entry_writer::keep_hidden(directory::change_set& change, const directory::kind& kind)
{
    if (hidden_ == nullptr || hidden_->e_attrs == nullptr)
        return;
    for (const auto& hidden : values_of(op_, service_, tree_, mapping_, kind, *hidden_)) {
        const auto* const source = kind.source_of(hidden.attribute);
        const auto* const column = source != nullptr ? kind.find_column(source->column) : nullptr;
        const auto at =
            std::find_if(change.attributes.begin(), change.attributes.end(),
                         [&](const auto& one) { return one.attribute == hidden.attribute; });
        if (column == nullptr || !directory::is_list(column->type) ||
            at == change.attributes.end() || kind.writes->values.contains(hidden.attribute))
            continue;
        for (auto* const side : {&at->before, &at->after})
            side->insert(side->end(), hidden.after.begin(), hidden.after.end());
    }
}

void entry_writer::require_own_roles(const directory::change_set& change,
                                     const directory::kind& kind, const Entry& stored)
{
    if (!roles_.decide())
        return;
    target_roles targets(op_, service_);
    if (kind.has_children && change.what == directory::write_operation::rename &&
        !targets.stay_the_same(to_string_view(op_.o_req_ndn), to_string_view(stored.e_nname))) {
        service_.log({log_event::write_denied, std::string(to_string_view(op_.o_dn)),
                      fmt::format("\"{}\": the client's roles permit more at the new name",
                                  to_string_view(stored.e_name))});
        throw operation_refused(LDAP_INSUFFICIENT_ACCESS);
    }
    if (!kind.roles)
        return;
    const auto now = targets.of(to_string_view(stored.e_nname));
    if (change.what != directory::write_operation::add && now == roles_before_)
        return;
    if (targets.covers(now))
        return;
    service_.log({log_event::write_denied, std::string(to_string_view(op_.o_dn)),
                  fmt::format("\"{}\": the entry would have roles that the client has not",
                              to_string_view(stored.e_name))});
    throw operation_refused(LDAP_INSUFFICIENT_ACCESS);
}

void entry_writer::require_visible(const berval& ndn)
{
    if (roles_.decide())
        require_disclosed(*find(ndn).entry);
}

void entry_writer::require_writable(const directory::kind& kind,
                                    directory::write_operation what) const
{
    if (!kind.writes || !kind.writes->allows(what))
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "entries of this kind cannot be written in this way here");
}

void entry_writer::add_difference(directory::change_set& change, const directory::kind& kind,
                                  const Entry* before, const Entry& after)
{
    require_visible_names(before, after);
    change.attributes = difference_of(op_, service_, tree_, mapping_, kind, before, &after);
    keep_hidden(change, kind);
    const auto* const name = change.find(kind.rdn().attribute);
    if (kind.key_column.empty() && name != nullptr && !name->after.empty())
        change.new_key = name->after.front();
    if (before == nullptr)
        change.key = change.new_key;
    if (!kind.parent_kind)
        return;
    const auto above = tree_.find(directory::parent_of(to_string_view(after.e_nname)));
    if (above)
        change.parent = tree_.place_of(above).key;
    const auto old = change.row.find(kind.parent_column);
    change.moved = before != nullptr &&
                   (old != change.row.end() ? old->second.value_or("") : "") != change.parent;
}

bool entry_writer::exists(const berval& ndn)
{
    if (service_.dn_tree().find(to_string_view(ndn)))
        return true;
    entry_finder finder(op_, service_, mapping_, ndn,
                        directory::filter::constant_of(directory::truth::yes),
                        {.all_user = true, .all_operational = true, .password = true});
    return finder.next() != nullptr;
}

bool entry_writer::require_children(const berval& ndn, slap_access_t access, const char* text)
{
    const std::string_view above = directory::parent_of(to_string_view(ndn));
    if (!require_children_of(above, access, text))
        refuse_missing(ndn);
    return bool(tree_.find(above));
}

bool entry_writer::require_children_of(std::string_view above, slap_access_t access,
                                       const char* text)
{
    const auto container = tree_.find(above);
    if (container && tree_.is_fixed(container)) {
        require(service_.container(container), slap_schema.si_ad_children, access, text);
        return true;
    }
    if (container && be_isroot(&op_) != 0)
        return true;
    const std::string owned(above);
    // An entry that the client sees may be below one that it does not see.
    const bool is_new =
        op_.o_tag == LDAP_REQ_ADD || above != directory::parent_of(to_string_view(op_.o_req_ndn));
    const auto parent = owned.empty()
                            ? std::nullopt
                            : find_row(op_, service_, mapping_, to_berval(owned),
                                       is_new ? visible_to_client(op_, mapping_) : row_condition());
    if (!parent)
        return false;
    require(*parent->entry, slap_schema.si_ad_children, access, text);
    return true;
}

bool entry_writer::has_rows_at(const directory::place& above)
{
    for (const directory::kind& kind : mapping_.map.kinds) {
        if (!kind.may_be_below(above))
            continue;
        auto plan = directory::make_plan(mapping_.map, kind, directory::filter::below(above),
                                         {.password = true}); // with rows that are hidden
        if (!plan)
            continue;
        plan->rows = 1;
        const auto page = fetch_page(op_, service_, *plan, effort::lookup,
                                     plan->page_statement(std::nullopt, false));
        if (page.count() > 0)
            return true;
    }
    return false;
}

void entry_writer::require_leaf(const berval& ndn)
{
    const auto container = tree_.find(to_string_view(ndn));
    if (container &&
        (tree_.whole().has_containers_below(container) || has_rows_at(tree_.place_of(container))))
        throw operation_refused(LDAP_NOT_ALLOWED_ON_NONLEAF,
                                "subordinate objects must be deleted first");
}

bool entry_writer::is_disclosed(const berval& ndn)
{
    const auto row = find_row(op_, service_, mapping_, ndn, visible_to_client(op_, mapping_));
    const bool out = row && access_allowed(&op_, row->entry.get(), slap_schema.si_ad_entry, nullptr,
                                           ACL_DISCLOSE, nullptr) != 0;
    refuse_if_failed();
    return out;
}

void entry_writer::require_disclosed(Entry& e)
{
    const bool disclosed =
        access_allowed(&op_, &e, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) != 0;
    refuse_if_failed();
    if (disclosed)
        return;
    log_denial(e, "");
    refuse_missing(op_.o_req_ndn);
}

void entry_writer::check_assertion(Entry& e)
{
    if (get_assert(&op_) != 0 &&
        test_filter(&op_, &e, static_cast<Filter*>(get_assertion(&op_))) != LDAP_COMPARE_TRUE)
        throw operation_refused(LDAP_ASSERTION_FAILED);
}

// Access rules that could not read another entry treat it as missing.
void entry_writer::refuse_if_failed()
{
    if (const auto* const limits = operation_limits::find(op_))
        limits->rethrow_failure();
}

void entry_writer::require(Entry& e, AttributeDescription* attribute, slap_access_t access,
                           const char* text)
{
    const bool allowed = access_allowed(&op_, &e, attribute, nullptr, access, nullptr) != 0;
    refuse_if_failed();
    if (!allowed)
        refuse_access(e, "", text);
}

void entry_writer::require_modifications(Entry& e, Modifications* mods)
{
    // Roles permit each attribute of a new entry, or do not (add_content_acl).
    BackendDB with_contents = *op_.o_bd;
    BackendDB* const own = op_.o_bd;
    if (roles_.decide()) {
        with_contents.be_flags |= SLAP_DBFLAG_ACL_ADD;
        op_.o_bd = &with_contents;
    }
    const auto is_allowed = [&](Modifications* list) {
        return acl_check_modlist(&op_, &e, list) != 0;
    };
    const bool allowed = is_allowed(mods);
    std::string denied;
    for (Modifications* one = mods; !allowed && one != nullptr && denied.empty();
         one = one->sml_next) {
        Modifications alone = *one;
        alone.sml_next = nullptr;
        if (!is_allowed(&alone))
            denied = to_string_view(one->sml_desc->ad_cname);
    }
    op_.o_bd = own;
    refuse_if_failed();
    if (!allowed && op_.o_tag == LDAP_REQ_MODRDN) { // under its new name, which the client has sent
        log_denial(e, denied);
        throw operation_refused(LDAP_INSUFFICIENT_ACCESS);
    }
    if (!allowed)
        refuse_access(e, denied, "");
}

// An entry that the access rules do not disclose is as good as missing; one that is to be added is
// known to the client.
void entry_writer::log_denial(Entry& e, const std::string& attribute)
{
    if (!roles_.decide())
        return;
    write_operation_log(op_.o_log_prefix,
                        {log_event::write_denied, std::string(to_string_view(op_.o_dn)),
                         entry_rights(op_, service_).what_is_missing(e, attribute)});
}

void entry_writer::refuse_access(Entry& e, const std::string& attribute, const char* text)
{
    const bool known = op_.o_tag == LDAP_REQ_ADD && &e == op_.ora_e;
    const bool disclosed = known || access_allowed(&op_, &e, slap_schema.si_ad_entry, nullptr,
                                                   ACL_DISCLOSE, nullptr) != 0;
    refuse_if_failed();
    log_denial(e, attribute);
    if (!disclosed)
        refuse_missing(op_.o_req_ndn);
    throw operation_refused(LDAP_INSUFFICIENT_ACCESS, text);
}

void entry_writer::require_unchanged(bool unchanged) const
{
    if (!unchanged)
        throw write_conflict();
}

void entry_writer::check_classes(const directory::kind& kind, const Entry& e) const
{
    const Attribute* const classes = attr_find(e.e_attrs, slap_schema.si_ad_objectClass);
    for (unsigned i = 0; classes != nullptr && i < classes->a_numvals; ++i)
        for (const std::string& one : closure({std::string(to_string_view(classes->a_vals[i]))}))
            if (!kind.all_classes.contains(one) && !kind.writes->accepted_classes.contains(one))
                throw operation_refused(
                    LDAP_UNWILLING_TO_PERFORM,
                    fmt::format("entries of this kind cannot have the object class {}", one));
}

directory::change_set entry_writer::change_of(directory::write_operation what,
                                              const entry_row* row) const
{
    directory::change_set out;
    out.what = what;
    out.dn = to_string_view(op_.o_req_dn);
    out.actor = BER_BVISNULL(&op_.o_dn) ? std::string_view() : to_string_view(op_.o_dn);
    if (row != nullptr) {
        out.key = out.new_key = row->key;
        out.row = row->columns;
        out.old_password = row->hash != nullptr ? &row->hash->stored().reveal() : nullptr;
    }
    return out;
}

} // namespace pgsql::slapd
