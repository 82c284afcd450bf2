// entry_writer.cpp: what all operations that write an entry share: access, controls, storing and
// reading again.
#include "slapd/write/entry_writer.hpp"

#include "slapd/worker/idle_worker.hpp"
#include "slapd/write/database_refusal.hpp"
#include "slapd/write/entry_difference.hpp"
#include "slapd/write/schema_check.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

void entry_writer::refuse_missing(const berval& ndn)
{
    throw operation_refused(LDAP_NO_SUCH_OBJECT, {}, matched_dn(op_, service_, mapping_, ndn));
}

entry_row entry_writer::find(const berval& ndn)
{
    if (service_.dn_tree().find(to_string_view(ndn)))
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "this entry is part of the server's configuration");
    auto found = find_row(op_, service_, mapping_, ndn);
    if (!found)
        refuse_missing(ndn);
    return std::move(*found);
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
    change.attributes = difference_of(tree_, mapping_, kind, before, &after);
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
    const auto parent =
        owned.empty() ? std::nullopt : find_row(op_, service_, mapping_, to_berval(owned));
    if (!parent)
        return false;
    require(*parent->entry, slap_schema.si_ad_children, access, text);
    return true;
}

void entry_writer::require_leaf(const berval& ndn)
{
    const auto container = tree_.find(to_string_view(ndn));
    if (!container)
        return;
    bool below = tree_.whole().has_containers_below(container);
    const directory::place above = tree_.place_of(container);
    for (std::size_t i = 0; i < mapping_.map.kinds.size() && !below; ++i) {
        const directory::kind& kind = mapping_.map.kinds[i];
        if (!kind.may_be_below(above))
            continue;
        auto plan = directory::make_plan(mapping_.map, kind, directory::filter::below(above),
                                         {.password = true}); // with rows that are hidden
        if (!plan)
            continue;
        plan->rows = 1;
        entry_stream rows(op_, service_, mapping_, *plan);
        below = rows.next_page() && rows.page_rows() > 0;
    }
    if (below)
        throw operation_refused(LDAP_NOT_ALLOWED_ON_NONLEAF,
                                "subordinate objects must be deleted first");
}

void entry_writer::require_disclosed(Entry& e)
{
    const bool disclosed =
        access_allowed(&op_, &e, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) != 0;
    refuse_if_failed();
    if (!disclosed)
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
        refuse_access(e, text);
}

void entry_writer::require_modifications(Entry& e, Modifications* mods)
{
    const bool allowed = acl_check_modlist(&op_, &e, mods) != 0;
    refuse_if_failed();
    if (!allowed)
        refuse_access(e, "");
}

// An entry that the access rules do not disclose is as good as missing; one that is to be added is
// known to the client.
void entry_writer::refuse_access(Entry& e, const char* text)
{
    const bool known = op_.o_tag == LDAP_REQ_ADD && &e == op_.ora_e;
    const bool disclosed = known || access_allowed(&op_, &e, slap_schema.si_ad_entry, nullptr,
                                                   ACL_DISCLOSE, nullptr) != 0;
    refuse_if_failed();
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

namespace {

operation_refused refusal_of(const resolved_mapping& mapping, const directory::kind& kind,
                             const directory::change_set& change, const directory::unstorable& why)
{
    using reason = directory::unstorable::reason;
    const std::string name =
        why.attribute ? mapping.map.attributes[why.attribute].name : std::string("userPassword");
    const auto refused = [&](int code, const char* text) {
        return operation_refused(code, fmt::format("{}: {}", name, text));
    };
    switch (why.why) {
    case reason::several_values:
        return change.what == directory::write_operation::rename
                   ? refused(LDAP_UNWILLING_TO_PERFORM,
                             "the database stores one value; rename with deleteoldrdn")
                   : refused(LDAP_CONSTRAINT_VIOLATION, "the database stores one value");
    case reason::nul:
        return refused(LDAP_CONSTRAINT_VIOLATION, "the database stores no NUL characters");
    case reason::empty: {
        const auto* const source = kind.source_of(why.attribute);
        return refused(source != nullptr && source->must ? LDAP_OBJECT_CLASS_VIOLATION
                                                         : LDAP_CONSTRAINT_VIOLATION,
                       "the database stores no empty values");
    }
    case reason::fraction:
        return refused(LDAP_CONSTRAINT_VIOLATION, "times have whole seconds here");
    case reason::no_move:
        return operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                 "nothing is configured that stores where the entry is");
    case reason::no_statement:
        break;
    }
    return refused(LDAP_UNWILLING_TO_PERFORM, "nothing is configured that stores it");
}

bool same_values(std::vector<std::string> a, std::vector<std::string> b)
{
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

// The rows were changed or deleted by others, or the statement is wrong.
void log_rows(const Operation& op, service& service, const directory::kind& kind,
              const postgres::change_statement& statement, long changed)
{
    const auto fact = fmt::format("the statement would change {} rows instead of {}: {}", changed,
                                  statement.rows, statement.text.substr(0, 200));
    write_operation_log(op.o_log_prefix, {log_event::write_refused, kind.name, fact});
    service.log({log_event::write_refused, kind.name, fact});
}

} // namespace

void entry_writer::check_rows(const directory::kind& kind,
                              const postgres::change_statement& statement, long changed)
{
    if (changed == statement.rows)
        return;
    if (!statement.stores.empty()) {
        log_rows(op_, service_, kind, statement, changed);
        throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                fmt::format("{}: the database has taken {} of {} values",
                                            statement.stores, changed, statement.rows));
    }
    if (changed == 0 && statement.conditional)
        throw write_conflict();
    log_rows(op_, service_, kind, statement, changed);
    throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                            "the database would change other rows than this entry's");
}

// The last statement runs together with the first query of `then`.
std::vector<directory::attribute_id> entry_writer::run(const directory::kind& kind,
                                                       directory::change_set& change,
                                                       const berval& ndn,
                                                       const std::function<void()>& then)
{
    const auto refused = [&](const postgres::error& e) {
        auto out = refusal_of(op_, service_, mapping_.map, &kind, e,
                              {change.password.value_or(nullptr), change.old_password});
        if (e.sqlstate() == "23505" && change.what != directory::write_operation::modify) {
            transaction_->roll_back(limits_);
            if (exists(ndn))
                out = operation_refused(LDAP_ALREADY_EXISTS);
        }
        return out;
    };
    const auto execute = [&](const auto& statement) {
        try {
            return statement();
        } catch (const postgres::error& e) {
            postgres::rethrow_unless_statement(e);
            throw refused(e);
        }
    };
    try {
        directory::change_statements statements =
            directory::statements_of(mapping_.map, kind, change);
        for (const postgres::change_statement& one : statements.list) {
            if (&one == &statements.list.back()) {
                transaction_->change_later(one);
                break;
            }
            check_rows(kind, one, execute([&] { return transaction_->change(one, limits_); }));
            if (&one == &statements.list.front())
                learn_key(kind, change, ndn);
        }
        if (kind.has_children)
            tree_.forget();
        then();
        if (!statements.list.empty())
            check_rows(kind, statements.list.back(),
                       execute([&] { return transaction_->finish_change(limits_); }));
        return std::move(statements.computed);
    } catch (const directory::unstorable& why) {
        throw refusal_of(mapping_, kind, change, why);
    } catch (const change_refused& e) {
        throw refused(e.why);
    }
}

// The database may have given the new row its key, by which the statements that follow find it.
void entry_writer::learn_key(const directory::kind& kind, directory::change_set& change,
                             const berval& ndn)
{
    if (change.what == directory::write_operation::modify || kind.key_column.empty())
        return;
    if (kind.has_children)
        tree_.forget();
    if (const auto row = find_row(op_, service_, mapping_, ndn))
        change.new_key = row->key;
}

void entry_writer::require_named(const directory::change_set& change, const Entry& stored) const
{
    for (const directory::attribute_change& one : change.attributes) {
        if (one.dns.empty())
            continue;
        const AttributeDescription* const ad = mapping_.types[one.named_by].description;
        const Attribute* const shown =
            attr_find(stored.e_attrs, const_cast<AttributeDescription*>(ad));
        std::set<std::string_view> known;
        for (unsigned i = 0; shown != nullptr && i < shown->a_numvals; ++i)
            known.insert(to_string_view(shown->a_nvals[i]));
        if (!std::all_of(one.dns.begin(), one.dns.end(),
                         [&](const auto& dn) { return known.contains(dn); }))
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    fmt::format("{}: a value names no entry that can be stored",
                                                mapping_.map.attributes[one.named_by].name));
    }
}

void entry_writer::store(const directory::kind& kind, directory::change_set& change,
                         const berval& new_ndn)
{
    std::optional<entry_row> stored;
    const auto computed =
        run(kind, change, new_ndn, [&] { stored = find_row(op_, service_, mapping_, new_ndn); });
    if (!stored || stored->kind != &kind)
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "the database would not show the entry after the change");
    if (change.what == directory::write_operation::add)
        check_new_entry(op_, *stored->entry);
    require_named(change, *stored->entry);
    const auto shown = difference_of(tree_, mapping_, kind, nullptr, stored->entry.get());
    for (const directory::attribute_change& one : change.attributes) {
        if (!one.changed() || mapping_.map.attributes[one.attribute].operational)
            continue;
        const auto at = std::find_if(shown.begin(), shown.end(), [&](const auto& other) {
            return other.attribute == one.attribute;
        });
        const auto values = at != shown.end() ? at->after : std::vector<std::string>();
        const bool is_computed =
            std::find(computed.begin(), computed.end(), one.attribute) != computed.end();
        if (same_values(values, one.after))
            continue;
        const std::string& name = mapping_.map.attributes[one.attribute].name;
        if (is_computed)
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    fmt::format("{}: the values are computed", name));
        // A trigger may store another value, but nothing at all is no success. A default may stand
        // in for a value that was removed.
        if (!one.after.empty() && same_values(values, one.before))
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    fmt::format("{}: the database keeps the old values", name));
    }
    controls_.after(rs_, *stored->entry);
}

void entry_writer::remove(const directory::kind& kind, directory::change_set change,
                          const berval& ndn)
{
    bool remains = false;
    (void)run(kind, change, ndn, [&] { remains = exists(ndn); });
    if (remains)
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "the database would still show the entry");
}

} // namespace pgsql::slapd
