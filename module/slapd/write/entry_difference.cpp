// entry_difference.cpp: what differs between two versions of an entry, in the terms of its row.
#include "slapd/write/entry_difference.hpp"

#include "base/ascii.hpp"
#include "slapd/entry/entry_finder.hpp"
#include "slapd/worker/refused.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

class comparison {
public:
    comparison(Operation& op, service& service, directory_tree& tree,
               const resolved_mapping& mapping, const directory::kind& kind)
        : op_(op), service_(service), tree_(tree), mapping_(mapping), kind_(kind)
    {}

    std::vector<directory::attribute_change> run(const Entry* before, const Entry* after)
    {
        for (const Attribute* a = attributes_of(before); a != nullptr; a = a->a_next)
            add(*a, &directory::attribute_change::before);
        for (const Attribute* a = attributes_of(after); a != nullptr; a = a->a_next)
            add(*a, &directory::attribute_change::after);
        for (auto& change : out_) {
            take_stored_names(change);
            keep_order(change);
        }
        for (std::size_t i = 0; i < out_.size(); ++i)
            merge(out_[i]);
        std::erase_if(out_, [](const auto& change) { return !change.attribute; });
        return std::move(out_);
    }

    std::vector<directory::attribute_change> values(const Entry& e)
    {
        for (const Attribute* a = e.e_attrs; a != nullptr; a = a->a_next)
            add(*a, &directory::attribute_change::after);
        return std::move(out_);
    }

private:
    static const Attribute* attributes_of(const Entry* e)
    {
        return e != nullptr ? e->e_attrs : nullptr;
    }

    [[nodiscard]] bool is_stored(directory::attribute_id id) const
    {
        const auto* const source = kind_.source_of(id);
        return kind_.writes->values.contains(id) || (source != nullptr && !source->column.empty());
    }

    void add(const Attribute& a, std::vector<std::string> directory::attribute_change::*side)
    {
        const AttributeDescription* const ad = a.a_desc;
        if (ad == slap_schema.si_ad_objectClass || ad == slap_schema.si_ad_structuralObjectClass ||
            is_password(*ad))
            return;
        const auto id =
            mapping_.map.attribute_ignoring_case(std::string(to_string_view(ad->ad_cname)));
        if (!id || (kind_.source_of(id) == nullptr && kind_.values_of(id) == nullptr &&
                    !kind_.writes->values.contains(id))) {
            if (is_at_no_user_mod(ad->ad_type) != 0 ||
                kind_.writes->ignored_attributes.contains(to_lower(to_string_view(ad->ad_cname))))
                return; // computed by the server, and stored nowhere
            throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                    fmt::format("{}: the database has no place for this attribute",
                                                to_string_view(ad->ad_cname)));
        }
        if (is_at_no_user_mod(ad->ad_type) != 0 && !is_stored(id))
            return;
        auto at = std::find_if(out_.begin(), out_.end(),
                               [&](const auto& change) { return change.attribute == id; });
        if (at == out_.end())
            at = out_.insert(out_.end(), {.attribute = id, .before = {}, .after = {}});
        for (unsigned i = 0; i < a.a_numvals; ++i)
            ((*at).*side).push_back(text_of(a, i, id));
        if (!kind_.named_kind(id))
            return;
        at->named_by = id;
        for (unsigned i = 0; i < a.a_numvals && side == &directory::attribute_change::after; ++i)
            at->dns.emplace_back(to_string_view(a.a_nvals[i]));
    }

    // The text of a value; of a DN the key of the entry that it names.
    std::string text_of(const Attribute& a, unsigned i, directory::attribute_id id) const
    {
        const auto named = kind_.named_kind(id);
        // What is shown or stored in one form is compared in the same one.
        const auto* const source = kind_.source_of(id);
        const bool normalized =
            mapping_.map.attributes[id].rule == directory::matching_rule::time ||
            (source != nullptr && source->compare == directory::comparison::lower);
        if (!named)
            return std::string(to_string_view(normalized ? a.a_nvals[i] : a.a_vals[i]));
        const auto place = tree_.locate_row(to_string_view(a.a_nvals[i]));
        const std::string_view rdn = directory::rdn_of(to_string_view(a.a_vals[i]));
        const auto name = directory::unescape_value(rdn.substr(rdn.find('=') + 1));
        const directory::kind& k = mapping_.map.kinds[named];
        if (!place.parent || !k.may_be_below(tree_.place_of(place.parent)) || !name ||
            !same_ignoring_case(place.attribute, mapping_.map.attributes[k.rdn().attribute].name))
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    fmt::format("{}: a value names no entry that can be stored",
                                                to_string_view(a.a_desc->ad_cname)));
        return *name;
    }

    // A value that is new is stored as the entry that it names has its name. Leaves the DNs of such
    // values, if rows place the entries.
    void take_stored_names(directory::attribute_change& change)
    {
        if (!change.named_by)
            return;
        const directory::kind& named = mapping_.map.kinds[kind_.named_kind(change.named_by)];
        std::vector<std::string> dns;
        for (std::size_t i = 0; i < change.dns.size(); ++i) {
            if (std::find(change.before.begin(), change.before.end(), change.after[i]) !=
                change.before.end())
                continue;
            const auto name = stored_name(change.dns[i]);
            if (name)
                change.after[i] = *name;
            else if (named.parent_kind)
                throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                        fmt::format("{}: a value names no entry that can be stored",
                                                    mapping_.map.attributes[change.named_by].name));
            if (named.parent_kind)
                dns.push_back(change.dns[i]);
        }
        change.dns = std::move(dns);
    }

    // Nothing if no row has the DN.
    std::optional<std::string> stored_name(const std::string& ndn)
    {
        entry_finder finder(op_, service_, mapping_, to_berval(ndn),
                            directory::filter::constant_of(directory::truth::yes), {});
        std::optional<std::string> out;
        while (const candidate* found = finder.next())
            out = found->name.substr(0, found->name.find('\0'));
        return out;
    }

    // The order of values means nothing (RFC 4512 §2.5.1).
    static void keep_order(directory::attribute_change& change)
    {
        auto before = change.before;
        auto after = change.after;
        std::sort(before.begin(), before.end());
        std::sort(after.begin(), after.end());
        if (before == after)
            change.after = change.before;
    }

    // The attribute whose statements store the values of this one, such as memberUid for member.
    [[nodiscard]] directory::attribute_id stored_as(directory::attribute_id id) const
    {
        if (kind_.writes->values.contains(id))
            return {};
        const auto* const list = kind_.values_of(id);
        const auto* const source = kind_.source_of(id);
        for (const auto& [other, statements] : kind_.writes->values) {
            const auto* const other_list = kind_.values_of(other);
            const auto* const other_source = kind_.source_of(other);
            if ((list != nullptr && other_list != nullptr &&
                 (list->same_rows == other || list->batch_sql == other_list->batch_sql)) ||
                (source != nullptr && other_source != nullptr && !source->column.empty() &&
                 source->column == other_source->column))
                return other;
        }
        return {};
    }

    void merge(directory::attribute_change& change)
    {
        if (!change.changed())
            return;
        const auto target = stored_as(change.attribute);
        if (!target)
            return;
        const auto at = std::find_if(out_.begin(), out_.end(),
                                     [&](const auto& other) { return other.attribute == target; });
        if (at == out_.end()) {
            change.attribute = target;
            return;
        }
        const auto sorted = [](std::vector<std::string> values) {
            std::sort(values.begin(), values.end());
            return values;
        };
        const auto has = [](const std::vector<std::string>& values, const std::string& one) {
            return std::find(values.begin(), values.end(), one) != values.end();
        };
        // A name that no entry has is in one of the two only, if rows place the entries.
        const bool placed =
            change.named_by && mapping_.map.kinds[kind_.named_kind(change.named_by)].parent_kind;
        const bool contradicts =
            !placed
                ? sorted(at->after) != sorted(change.after)
                : std::any_of(change.after.begin(), change.after.end(),
                              [&](const auto& one) { return !has(at->after, one); }) ||
                      std::any_of(change.before.begin(), change.before.end(), [&](const auto& one) {
                          return !has(change.after, one) && has(at->after, one);
                      });
        if (at->changed() && contradicts)
            throw operation_refused(
                LDAP_CONSTRAINT_VIOLATION,
                fmt::format(
                    "{} and {} have the same members and cannot be changed to different ones",
                    mapping_.map.attributes[target].name,
                    mapping_.map.attributes[change.attribute].name));
        if (!at->changed()) {
            std::erase_if(at->after, [&](const auto& one) {
                return has(change.before, one) && !has(change.after, one);
            });
            for (const std::string& one : change.after)
                if (!has(change.before, one) && !has(at->after, one))
                    at->after.push_back(one);
        }
        at->dns = std::move(change.dns);
        at->named_by = change.named_by;
        change.attribute = {};
    }

    Operation& op_;
    service& service_;
    directory_tree& tree_;
    const resolved_mapping& mapping_;
    const directory::kind& kind_;
    std::vector<directory::attribute_change> out_;
};

} // namespace

std::vector<directory::attribute_change> difference_of(Operation& op, service& service,
                                                       directory_tree& tree,
                                                       const resolved_mapping& mapping,
                                                       const directory::kind& kind,
                                                       const Entry* before, const Entry* after)
{
    return comparison(op, service, tree, mapping, kind).run(before, after);
}

std::vector<directory::attribute_change> values_of(Operation& op, service& service,
                                                   directory_tree& tree,
                                                   const resolved_mapping& mapping,
                                                   const directory::kind& kind, const Entry& e)
{
    return comparison(op, service, tree, mapping, kind).values(e);
}

} // namespace pgsql::slapd
