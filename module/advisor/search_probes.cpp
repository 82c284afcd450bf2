// search_probes.cpp: turns a mapping into the searches that clients send, for values that nobody
// has.
#include "advisor/search_probes.hpp"

#include "query/where_clause.hpp"

#include <algorithm>

namespace pgsql::directory {
namespace {

constexpr const char* no_name = "back-pgsql";
constexpr const char* no_number = "32001";          // which an int2 can hold
constexpr const char* no_uuid = "ZZZZZZZZZZZZZZZZ"; // its 16 bytes
constexpr const char* no_time = "21000101000000Z";

class prober {
public:
    prober(const mapping& all, const kind& of, std::vector<probe>& out)
        : all_(all), kind_(of), out_(out)
    {}

    void run()
    {
        equality(kind_.rdn().attribute);
        // Accounts are looked up by the one number, groups by the other.
        const int number = all_.attribute_named("uidNumber");
        equality(has_column(number) ? number : all_.attribute_named("gidNumber"));
        for (const char* name : {"mail", "entryUUID", "memberUid", "member"})
            equality(all_.attribute_named(name));
        for (const lookup& by : kind_.lookups)
            equality(by.attribute);
        changes(all_.attribute_named("modifyTimestamp"));
        if (const int member_of = all_.attribute_named("memberOf"); served(member_of)) {
            // SSSD's access filter: of one account, is it in the group? (With private groups no
            // index helps to find all members through the groups-by-member query.)
            filter both = filter::combine(filter::type::conjunction,
                                          {asserted(kind_.rdn().attribute), asserted(member_of)});
            add("finding " + kind_.name + " by " + name_of(kind_.rdn().attribute) + " and memberOf",
                both, {});
        }
        for (const values_query& list : kind_.values)
            add({.what = "showing " + name_of(list.attribute) + " of " + kind_.name,
                 .asked = {list.of_one, {value_for(kind_.rdn().attribute)}},
                 .parts = {}});
    }

    void search(const filter& what, const wanted& parts, const std::string& named,
                const std::vector<std::string>& entries)
    {
        const auto plan = make_plan(all_, kind_, what, parts);
        if (!plan)
            return;
        std::vector<probe::part> alternatives;
        each_equality(what, [&](const filter& term) {
            postgres::statement unused;
            if (served(term.attribute))
                for (branch& b : condition_compiler(all_, kind_, unused).branches(term))
                    alternatives.push_back(part_of(std::move(b)));
        });
        add(*plan, named, std::move(alternatives));
        for (const values_query* list : plan->values_queries)
            add({.what = named + ", " + name_of(list->attribute),
                 .asked = {list->text, {array_literal(entries)}},
                 .parts = {}});
    }

private:
    template <typename Visit> static void each_equality(const filter& what, const Visit& visit)
    {
        if (what.what == filter::type::equality)
            visit(what);
        for (const filter& part : what.parts)
            each_equality(part, visit);
    }

    [[nodiscard]] const std::string& name_of(int attribute) const
    {
        return all_.attributes[static_cast<std::size_t>(attribute)].name;
    }

    [[nodiscard]] const column* column_of(int attribute) const
    {
        const source* from = attribute >= 0 ? kind_.source_of(attribute) : nullptr;
        return from != nullptr ? kind_.find_column(from->column) : nullptr;
    }
    [[nodiscard]] bool has_column(int attribute) const { return column_of(attribute) != nullptr; }

    [[nodiscard]] bool served(int attribute) const
    {
        return attribute >= 0 && (has_column(attribute) || kind_.lookup_by(attribute) != nullptr ||
                                  kind_.values_of(attribute) != nullptr);
    }

    // As slapd would normalise it; empty: there is none.
    [[nodiscard]] std::string value_for(int attribute) const
    {
        if (kind_.names_of(attribute) >= 0)
            return no_name; // conditions are on names, and DNs made of them
        switch (all_.attributes[static_cast<std::size_t>(attribute)].rule) {
        case match::integer:
            return no_number;
        case match::uuid:
            return no_uuid;
        case match::ignore_case:
        case match::exact_case:
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
        // One that a default could have made, so that the condition has all its parts.
        std::string out;
        if (const source* from = kind_.source_of(attribute);
            from != nullptr && !from->defaults.empty())
            for (const auto& piece : from->defaults.front().pieces())
                out += piece.column ? no_name : lower_ascii(piece.text);
        return out.empty() ? no_name : out;
    }

    [[nodiscard]] filter asserted(int attribute) const
    {
        filter out = filter::equals(attribute, value_for(attribute));
        if (const int named = kind_.names_of(attribute); named >= 0) {
            const kind& target = all_.kinds[static_cast<std::size_t>(named)];
            out.parent = target.parent;
            out.rdn = target.rdn().attribute;
            out.name = out.value;
        }
        return out;
    }

    void equality(int attribute)
    {
        if (!served(attribute) || value_for(attribute).empty())
            return;
        std::vector<probe::part> parts;
        postgres::statement unused;
        for (branch& b : condition_compiler(all_, kind_, unused).branches(asserted(attribute)))
            parts.push_back(part_of(std::move(b)));
        add("finding " + kind_.name + " by " + name_of(attribute), asserted(attribute),
            std::move(parts));
    }

    // An enumeration is refreshed by asking for what has changed since the last one.
    void changes(int attribute)
    {
        const column* own = column_of(attribute);
        if (own == nullptr ||
            all_.attributes[static_cast<std::size_t>(attribute)].rule != match::time)
            return;
        branch since;
        since.column = "e." + postgres::quote_identifier(own->name);
        since.index = "(" + since.column + ")";
        const condition is =
            column_terms(*own, *kind_.source_of(attribute), match::time, since.condition)
                .compares(true, no_time);
        if (is.what != condition::type::sql)
            return;
        since.condition.text = is.sql;
        add("finding " + kind_.name + " by " + name_of(attribute),
            filter::compares(filter::type::at_least, attribute, no_time),
            {part_of(std::move(since))});
    }

    [[nodiscard]] probe::part part_of(branch of) const
    {
        postgres::statement asked = std::move(of.condition);
        asked.text = "SELECT " + of.column + " FROM (" +
                     (of.from.empty() ? kind_.list.text : of.from) + ") AS " +
                     of.column.substr(0, of.column.find('.')) + " WHERE " + asked.text;
        return {std::move(asked), std::move(of.column), std::move(of.index)};
    }

    void add(std::string what, const filter& asked, std::vector<probe::part> parts)
    {
        const wanted only_names;
        if (const auto plan = make_plan(all_, kind_, asked, only_names))
            add(*plan, std::move(what), std::move(parts));
    }

    // A lookup finds rows by its own condition.
    void add(const plan& from, std::string what, std::vector<probe::part> parts)
    {
        if (from.lookup >= 0)
            parts.clear();
        add({std::move(what), from.page(std::nullopt, !from.pinned), std::move(parts)});
    }

    // memberUid and member, say, may be one query.
    void add(probe one)
    {
        if (std::none_of(out_.begin(), out_.end(),
                         [&](const probe& known) { return known.asked.text == one.asked.text; }))
            out_.push_back(std::move(one));
    }

    const mapping& all_;
    const kind& kind_;
    std::vector<probe>& out_;
};

} // namespace

std::vector<probe> probes(const mapping& all)
{
    std::vector<probe> out;
    for (const kind& k : all.kinds)
        if (k.problem.empty())
            prober(all, k, out).run();
    return out;
}

std::vector<probe> probes_of(const mapping& all, const kind& of, const filter& what,
                             const wanted& parts, const std::string& named,
                             const std::vector<std::string>& entries)
{
    std::vector<probe> out;
    prober(all, of, out).search(what, parts, named, entries);
    return out;
}

} // namespace pgsql::directory
