// trusted_lookup.cpp: which rows a lookup knows, and what it is asked for.
#include "query/trusted_lookup.hpp"

#include <algorithm>

namespace pgsql::directory {

bool refuses(const std::vector<requested_value>& refused, const lookup& lookup,
             const std::string& value)
{
    return std::any_of(refused.begin(), refused.end(), [&](const requested_value& one) {
        return one.query == &lookup && one.value == value;
    });
}

std::optional<std::string> asserted_value(const mapping& mapping, const kind& kind,
                                          const filter& equality)
{
    const kind_id named =
        equality.type == filter::node::equality ? kind.named_kind(equality.attribute) : kind_id();
    if (!named)
        return equality.value;
    const auto& target = mapping.kinds[named];
    if (!target.may_be_below(equality.above) || equality.rdn != target.rdn().attribute)
        return std::nullopt;
    return equality.name;
}

matching_rule rule_of_values(const mapping& mapping, attribute_id attribute, kind_id names_of)
{
    return mapping.attributes[names_of ? mapping.kinds[names_of].rdn().attribute : attribute].rule;
}

const char* why_distrusted(const mapping& mapping, const lookup& lookup, const kind& kind)
{
    constexpr const char* any_case = "its values may be stored in any case";
    constexpr const char* as_text = "it compares text, and the column is citext";
    const auto is_loose = [&](const column* c) {
        return c != nullptr && c->type == column_type::citext &&
               lookup.parameter == column_type::text;
    };
    if (const kind_id named = kind.named_kind(lookup.attribute)) {
        // A DN says the name in one case of letters.
        const auto& target = mapping.kinds[named];
        const column* name = target.find_column(target.rdn().column);
        if (is_loose(name))
            return as_text;
        return target.rdn().compare == comparison::any && (name == nullptr || is_text(name->type))
                   ? any_case
                   : nullptr;
    }
    const attribute_source* source = kind.source_of(lookup.attribute);
    if (source == nullptr)
        return nullptr;
    if (source->generated_uuid)
        return "entries have values that are made of their names";
    if (source->column.empty())
        return "entries have values by default";
    const column* own = kind.find_column(source->column);
    if (is_loose(own))
        return as_text;
    if (own == nullptr || source->compare != comparison::any)
        return nullptr;
    if (own->type == column_type::uuid || (is_integer(own->type) && is_integer(lookup.parameter)))
        return nullptr;
    if (is_integer(own->type)) // 7.0 and 7 are one number and two texts
        return own->type == column_type::numeric ? "it compares numbers as text" : nullptr;
    if (is_time(own->type))
        return !is_time(lookup.parameter) ? "it compares times as text"
               : own->whole_seconds       ? nullptr
                                    : "its times may have fractions of a second, which no entry "
                                      "shows";
    return any_case;
}

} // namespace pgsql::directory
