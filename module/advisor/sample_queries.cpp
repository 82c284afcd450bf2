// sample_queries.cpp: the statements of typical client searches, with values that match no row.
#include "advisor/sample_queries.hpp"

#include "query/condition_compiler.hpp"
#include "query/placement.hpp"

#include <algorithm>

namespace pgsql::directory {
namespace {

constexpr const char* no_name = "back-pgsql";
constexpr const char* no_number = "32001";          // fits into an int2
constexpr const char* no_uuid = "ZZZZZZZZZZZZZZZZ"; // the 16 bytes of a UUID
constexpr const char* no_time = "21000101000000Z";

class prober {
public:
    prober(const mapping& mapping, const kind& kind, std::vector<sample_query>& out)
        : mapping_(mapping), kind_(kind), out_(out)
    {}

    void run()
    {
        equality(kind_.rdn().attribute);
        // Accounts are looked up by uidNumber, groups by gidNumber.
        const attribute_id number = mapping_.attribute_named("uidNumber");
        equality(has_column(number) ? number : mapping_.attribute_named("gidNumber"));
        for (const char* name : {"mail", "entryUUID", "memberUid", "member"})
            equality(mapping_.attribute_named(name));
        for (const lookup& lookup : kind_.lookups)
            equality(lookup.attribute);
        changes(mapping_.attribute_named("modifyTimestamp"));
        below_a_row();
        if (const attribute_id member_of = mapping_.attribute_named("memberOf");
            served(member_of)) {
            // SSSD's access filter tests whether one account is in the group. (With private groups
            // no index helps to find all members through the lookup of groups by member.)
            filter both = filter::combine(filter::node::conjunction,
                                          {asserted(kind_.rdn().attribute), asserted(member_of)});
            add("finding " + kind_.name + " by " + name_of(kind_.rdn().attribute) + " and memberOf",
                both, {});
        }
        for (const values_query& list : kind_.values)
            add({.description = "showing " + name_of(list.attribute) + " of " + kind_.name,
                 .statement = {list.single_sql, {key()}},
                 .parts = {}});
    }

    void search(const filter& tree, const selection& selection, const std::string& named,
                const std::vector<std::string>& entries)
    {
        const auto plan = make_plan(mapping_, kind_, tree, selection);
        if (!plan)
            return;
        std::vector<sample_query::part> alternatives;
        each_equality(tree, [&](const filter& term) {
            postgres::statement unused;
            if (served(term.attribute))
                for (branch& b : condition_compiler(mapping_, kind_, unused).branches(term))
                    alternatives.push_back(part_of(std::move(b)));
        });
        add(*plan, named, std::move(alternatives));
        for (const values_query* list : plan->values_queries)
            add({.description = named + ", " + name_of(list->attribute),
                 .statement = {list->batch_sql,
                               {kind_.key_column.empty() ? array_literal(entries)
                                                         : array_literal({key()})}},
                 .parts = {}});
    }

private:
    template <typename Visit> static void each_equality(const filter& tree, const Visit& visit)
    {
        if (tree.type == filter::node::equality)
            visit(tree);
        for (const filter& part : tree.parts)
            each_equality(part, visit);
    }

    [[nodiscard]] const std::string& name_of(attribute_id attribute) const
    {
        return mapping_.attributes[attribute].name;
    }

    [[nodiscard]] const column* column_of(attribute_id attribute) const
    {
        const attribute_source* source = kind_.source_of(attribute);
        return source != nullptr ? kind_.find_column(source->column) : nullptr;
    }
    [[nodiscard]] bool has_column(attribute_id attribute) const
    {
        return column_of(attribute) != nullptr;
    }

    [[nodiscard]] bool served(attribute_id attribute) const
    {
        return attribute && (has_column(attribute) || kind_.lookup_by(attribute) != nullptr ||
                             kind_.values_of(attribute) != nullptr);
    }

    // Normalized as slapd does; empty: none is available.
    [[nodiscard]] std::string value_for(attribute_id attribute) const
    {
        if (kind_.named_kind(attribute))
            return no_name; // conditions use the keys from which the DNs are built
        switch (mapping_.attributes[attribute].rule) {
        case matching_rule::integer:
            return no_number;
        case matching_rule::uuid:
            return no_uuid;
        case matching_rule::ignore_case:
        case matching_rule::exact_case:
            break;
        default:
            return {};
        }
        const column* own = column_of(attribute);
        if (own != nullptr && (own->type == column_type::int2 || own->type == column_type::int4 ||
                               own->type == column_type::int8))
            return no_number;
        if (own != nullptr && own->type == column_type::uuid)
            return "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a";
        // A value that a default could produce, so that the condition has all its parts.
        std::string out;
        if (const attribute_source* source = kind_.source_of(attribute);
            source != nullptr && !source->defaults.empty())
            for (const auto& piece : source->defaults.front().pieces())
                out += piece.column ? no_name : lower_ascii(piece.text);
        return out.empty() ? no_name : out;
    }

    [[nodiscard]] filter asserted(attribute_id attribute) const
    {
        filter out = filter::equals(attribute, value_for(attribute));
        if (const kind_id named = kind_.named_kind(attribute)) {
            const kind& target = mapping_.kinds[named];
            out.above = {target.parent};
            out.rdn = target.rdn().attribute;
            out.name = out.value;
        }
        return out;
    }

    void equality(attribute_id attribute)
    {
        if (!served(attribute) || value_for(attribute).empty())
            return;
        std::vector<sample_query::part> parts;
        postgres::statement unused;
        for (branch& b : condition_compiler(mapping_, kind_, unused).branches(asserted(attribute)))
            parts.push_back(part_of(std::move(b)));
        add("finding " + kind_.name + " by " + name_of(attribute), asserted(attribute),
            std::move(parts));
    }

    // Clients refresh an enumeration by searching for changes since the last one.
    void changes(attribute_id attribute)
    {
        const column* own = column_of(attribute);
        if (own == nullptr || mapping_.attributes[attribute].rule != matching_rule::time)
            return;
        branch since;
        since.column = "e." + postgres::quote_identifier(own->name);
        since.index = "(" + since.column + ")";
        const condition is = column_condition(*own, *kind_.source_of(attribute),
                                              matching_rule::time, since.condition)
                                 .ordering(true, no_time);
        if (is.type != condition::form::sql)
            return;
        since.condition.text = is.sql;
        add("finding " + kind_.name + " by " + name_of(attribute),
            filter::compares(filter::node::at_least, attribute, no_time),
            {part_of(std::move(since))});
    }

    // A value for a column with keys.
    [[nodiscard]] static std::string key_for(const column* of)
    {
        return of == nullptr                   ? no_name
               : of->type == column_type::uuid ? "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a"
               : is_integer(of->type)          ? no_number
                                               : no_name;
    }

    [[nodiscard]] std::string key() const
    {
        return kind_.key_column.empty() ? value_for(kind_.rdn().attribute)
                                        : key_for(kind_.find_column(kind_.key_column));
    }

    // Clients that show a tree ask for what is immediately below an entry.
    void below_a_row()
    {
        const column* const own = kind_.find_column(kind_.parent_column);
        if (own == nullptr)
            return;
        filter asked{.type = filter::node::placement, .place_keys = {key_for(own)}};
        branch of;
        of.column = "e." + postgres::quote_identifier(own->name);
        of.index = "(" + of.column + ")";
        const condition is = placed(kind_, asked.place_keys, false, of.condition);
        if (is.type != condition::form::sql)
            return;
        of.condition.text = is.sql;
        add("finding " + kind_.name + " below an entry of " +
                mapping_.kinds[kind_.parent_kind].name,
            asked, {part_of(std::move(of))});
    }

    [[nodiscard]] sample_query::part part_of(branch of) const
    {
        postgres::statement asked = std::move(of.condition);
        asked.text = "SELECT " + of.column + " FROM (" +
                     (of.query.empty() ? kind_.list.text : of.query) + ") AS " +
                     of.column.substr(0, of.column.find('.')) + " WHERE " + asked.text;
        return {std::move(asked), std::move(of.column), std::move(of.index)};
    }

    void add(std::string text, const filter& asked, std::vector<sample_query::part> parts)
    {
        const selection only_names;
        if (const auto plan = make_plan(mapping_, kind_, asked, only_names))
            add(*plan, std::move(text), std::move(parts));
    }

    // A lookup finds rows by the condition in its query.
    void add(const plan& plan, std::string text, std::vector<sample_query::part> parts)
    {
        if (plan.executed_lookup != nullptr)
            parts.clear();
        add({std::move(text), plan.page_statement(std::nullopt, !plan.bounded_by_equality),
             std::move(parts)});
    }

    // For instance memberUid and member may have the same query.
    void add(sample_query one)
    {
        if (std::none_of(out_.begin(), out_.end(), [&](const sample_query& known) {
                return known.statement.text == one.statement.text;
            }))
            out_.push_back(std::move(one));
    }

    const mapping& mapping_;
    const kind& kind_;
    std::vector<sample_query>& out_;
};

} // namespace

std::vector<sample_query> sample_queries(const mapping& mapping)
{
    std::vector<sample_query> out;
    for (const kind& k : mapping.kinds)
        if (k.error.empty())
            prober(mapping, k, out).run();
    return out;
}

std::vector<sample_query> sample_queries_for(const mapping& mapping, const kind& kind,
                                             const filter& tree, const selection& selection,
                                             const std::string& named,
                                             const std::vector<std::string>& entries)
{
    std::vector<sample_query> out;
    prober(mapping, kind, out).search(tree, selection, named, entries);
    return out;
}

} // namespace pgsql::directory
