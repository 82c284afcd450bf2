// entry_store.cpp: stores the change of an entry and reads the entry again.
#include "slapd/write/entry_writer.hpp"

#include "slapd/write/database_refusal.hpp"
#include "slapd/write/entry_difference.hpp"
#include "slapd/write/schema_check.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

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
        if (e.sqlstate() == "23505" && (change.what == directory::write_operation::add ||
                                        change.what == directory::write_operation::rename)) {
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

// A statement may have changed another row, and rows below this one may name its old key.
void entry_writer::require_key(const directory::kind& kind, const directory::change_set& change,
                               const entry_row& stored)
{
    if (change.what == directory::write_operation::add || stored.key == change.key)
        return;
    const bool asked = std::any_of(change.attributes.begin(), change.attributes.end(),
                                   [&](const directory::attribute_change& one) {
                                       const auto* const source = kind.source_of(one.attribute);
                                       return one.changed() && source != nullptr &&
                                              source->column == kind.row_key();
                                   });
    if (!asked)
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "the database would change another row, or the key of this one");
    if (kind.has_children && has_rows_at({{}, mapping_.map.kinds.id_of(kind), change.key}))
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "the entries below would keep the old key of this one");
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
    require_key(kind, change, *stored);
    require_named(change, *stored->entry);
    require_own_roles(change, kind, *stored->entry);
    entry_ptr to_client(entry_dup(stored->entry.get()));
    (void)hide_names(*to_client, kind);
    const auto shown = values_of(op_, service_, tree_, mapping_, kind, *to_client);
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
    controls_.after(rs_, *to_client);
    stored_ = std::move(stored->entry);
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
