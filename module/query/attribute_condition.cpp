// attribute_condition.cpp: SQL conditions on what serves one attribute of a kind.
#include "query/attribute_condition.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace pgsql::directory {
namespace {

// The most values that are looked up singly although a values query exists.
constexpr std::size_t few_lookups = 4;

std::string reference(const std::string& column)
{
    return "e." + postgres::quote_identifier(column);
}

bool equal_without_case(std::string_view a, std::string_view b)
{
    return lower_ascii(a) == lower_ascii(b);
}

} // namespace

attribute_condition::attribute_condition(condition_context& context, attribute_id attribute)
    : context_(context), attribute_(attribute), source_(context.owner.source_of(attribute)),
      column_(source_ != nullptr ? context.owner.find_column(source_->column) : nullptr),
      lookup_(context.owner.lookup_by(attribute)),
      trusted_(lookup_ != nullptr && why_distrusted(context.map, *lookup_, context.owner) == nullptr
                   ? lookup_
                   : nullptr),
      list_(context.owner.values_of(attribute))
{
    if (!attribute)
        return;
    rule_ = context.map.attributes[attribute].rule;
    value_rule_ = rule_of_values(context.map, attribute,
                                 source_ != nullptr ? source_->named_kind : kind_id());
}

column_condition attribute_condition::on_column(postgres::statement& values) const
{
    return {*column_, *source_, value_rule_, values, context_.map.characters.get()};
}

std::optional<column_condition> attribute_condition::column_only()
{
    if (!usable() || column_ == nullptr || !source_->defaults.empty())
        return std::nullopt;
    return on_column(context_.values);
}

condition attribute_condition::without_column() const
{
    return !usable() || source_ != nullptr || lookup_ != nullptr || list_ != nullptr
               ? condition::always(false)
               : condition::never();
}

bool attribute_condition::can_compare(const std::string& value) const
{
    return value_rule_ == matching_rule::uuid || is_valid_utf8(value);
}

condition attribute_condition::equals(const std::string& value)
{
    if (!usable())
        return condition::always(false);
    const bool bytes = column_ != nullptr && (column_->type == column_type::bytea ||
                                              column_->type == column_type::bytea_array);
    if (rule_ != matching_rule::uuid && !bytes && !is_valid_utf8(value)) // which compares bytes
        return condition::never();
    if (source_ != nullptr && source_->generated_uuid)
        return condition::always(false);
    condition out = condition::never();
    if (source_ != nullptr)
        out = or_default_matches(column_ != nullptr ? on_column(context_.values).equals(value)
                                                    : condition::never(),
                                 {value});
    // Without a column that SQL can compare, the lookup knows the rows that have the value, or
    // the values query does.
    if (trusted_ != nullptr &&
        (source_ == nullptr || (out.type == condition::form::always && source_->defaults.empty())))
        return via_lookup(value);
    if (source_ == nullptr && list_ != nullptr)
        return via_values_query({value});
    return source_ == nullptr && lookup_ != nullptr ? condition::always(false) : out;
}

bool attribute_condition::takes_several() const
{
    if (!usable())
        return false;
    return column_ != nullptr ? on_column(context_.values).takes_several()
                              : source_ == nullptr && list_ != nullptr;
}

std::optional<condition> attribute_condition::equals_any(const std::vector<std::string>& values)
{
    // For a few values, the lookup finds the entries faster than the values query.
    if (values.size() < 2 ||
        (column_ == nullptr && trusted_ != nullptr && values.size() <= few_lookups))
        return std::nullopt;
    return column_ == nullptr
               ? via_values_query(values)
               : or_default_matches(on_column(context_.values).equals_any(values), values);
}

bool attribute_condition::is_listed() const noexcept
{
    return usable() && list_ != nullptr && source_ == nullptr;
}

std::optional<condition> attribute_condition::equals_all(const std::set<std::string>& values)
{
    const auto compared = listed();
    if (values.size() < 2 || !compared || (trusted_ != nullptr && values.size() <= few_lookups))
        return std::nullopt;
    const condition any = case_insensitive_equals_any(
        compared->text, compared->rule, {values.begin(), values.end()}, context_.values);
    const std::string parameter = '$' + std::to_string(context_.values.values.size());
    const std::string key = postgres::quote_identifier(context_.owner.row_key());
    return condition::from_sql("e." + key + " IN (SELECT v." + key + " FROM (" + list_->source_sql +
                                   ") AS v WHERE " + any.text() + " GROUP BY v." + key +
                                   " HAVING " +
                                   having_all(compared->text, compared->rule, parameter) + ")",
                               false);
}

condition attribute_condition::via_lookup(const std::string& value)
{
    const kind_id named = context_.owner.named_kind(attribute_);
    const auto asked = lookup_parameter(value, rule_of_values(context_.map, attribute_, named),
                                        lookup_->parameter);
    if (!asked || refuses(context_.refused, *lookup_, *asked))
        return condition::never();
    const held known = holds(context_.map.characters.get(), *asked);
    if (known == held::not_held)
        return condition::never();
    if (known == held::unknown)
        return condition::always(false);
    context_.requested.push_back({lookup_, *asked});
    const std::string key = postgres::quote_identifier(context_.owner.row_key());
    return condition::from_sql(
        "e." + key + " IN (SELECT m." + key + " FROM (" +
            lookup_->query_for(*asked).with_parameter(context_.values.bind(*asked)) + ") AS m)",
        true);
}

std::optional<attribute_condition::listed_text> attribute_condition::listed() const
{
    const matching_rule rule = rule_of_values(context_.map, attribute_, list_->named_kind);
    if (list_->source_sql.empty() || list_->is_bytea ||
        (!list_->named_kind && rule != matching_rule::ignore_case &&
         rule != matching_rule::exact_case))
        return std::nullopt;
    listed_text out{
        .column = "v." + postgres::quote_identifier(list_->value_column), .text = {}, .rule = rule};
    out.text = printed(out.column, list_->own_cast);
    if (!list_->deterministic)
        out.text = "(" + out.text + " COLLATE \"C\")";
    return out;
}

condition attribute_condition::via_values_query(const std::vector<std::string>& values)
{
    const auto compared = listed();
    if (!compared)
        return condition::always(false);
    const std::string key = postgres::quote_identifier(context_.owner.row_key());
    const condition any =
        values.size() == 1
            ? case_insensitive_equals(compared->text, compared->rule, values.front(),
                                      context_.values)
            : case_insensitive_equals_any(compared->text, compared->rule, values, context_.values);
    return condition::from_sql("e." + key + " IN (SELECT v." + key + " FROM (" + list_->source_sql +
                                   ") AS v WHERE " + any.text() + ")",
                               false);
}

condition attribute_condition::or_default_matches(condition own,
                                                  const std::vector<std::string>& values)
{
    if (source_->defaults.empty() || own.type == condition::form::always)
        return own;
    const condition by_default = default_matches(values);
    if (own.type == condition::form::never)
        return by_default;
    if (by_default.type != condition::form::sql)
        return own;
    own.sql = "(" + own.sql + " OR " + by_default.sql + ")";
    own.exact = own.exact && by_default.exact;
    return own;
}

bool attribute_condition::may_be_default(const std::string& value)
{
    if (source_ == nullptr || source_->defaults.empty())
        return false;
    const std::size_t bound = context_.values.values.size();
    const bool may = default_equals({value}).type != condition::form::never;
    context_.values.values.resize(bound);
    return may;
}

condition attribute_condition::default_matches(const std::vector<std::string>& values)
{
    const std::size_t bound = context_.values.values.size();
    condition out = default_equals(values);
    if (out.type != condition::form::sql)
        context_.values.values.resize(bound);
    if (column_ == nullptr || out.type == condition::form::never)
        return out;
    const std::string none = is_missing_sql(*column_);
    return condition::from_sql(
        out.type == condition::form::sql ? "(" + none + " AND " + out.sql + ")" : none, out.exact);
}

condition attribute_condition::default_equals(const std::vector<std::string>& values)
{
    if (rule_ != matching_rule::ignore_case && rule_ != matching_rule::exact_case)
        return condition::always(false); // 007 and 7, say, are one value and two texts
    const bool ignore_case = rule_ == matching_rule::ignore_case;
    std::string sql;
    for (const value_template& t : source_->defaults) {
        const auto& pieces = t.pieces();
        const auto columns =
            std::count_if(pieces.begin(), pieces.end(), [](const auto& p) { return p.column; });
        const std::string head = pieces.front().column ? "" : pieces.front().text;
        const std::string tail =
            pieces.size() > 1 && !pieces.back().column ? pieces.back().text : "";
        const auto same = [&](std::string_view a, std::string_view b) {
            return ignore_case ? equal_without_case(a, b) : a == b;
        };
        if (!is_plain_ascii(head) || !is_plain_ascii(tail))
            return condition::always(false);
        // What a value has between them, if it is one that this default can make.
        std::vector<std::string> middles;
        for (const std::string_view v : values)
            if (v.size() >= head.size() + tail.size() && same(v.substr(0, head.size()), head) &&
                same(v.substr(v.size() - tail.size()), tail))
                middles.emplace_back(v.substr(head.size(), v.size() - head.size() - tail.size()));
        if (columns == 0)
            std::erase_if(middles, [](const auto& more) { return !more.empty(); });
        // A column cannot have what the database cannot hold, while a default's own text can.
        std::erase_if(middles, [&](const auto& middle) {
            return holds(context_.map.characters.get(), middle) == held::not_held;
        });
        if (middles.empty())
            continue;
        if (columns == 0)
            return condition::always(false); // inexact: an earlier default may have served
        const auto only =
            std::find_if(pieces.begin(), pieces.end(), [](const auto& p) { return p.column; });
        const attribute_source* other = nullptr;
        for (const attribute_source& s : context_.owner.sources)
            if (const column* c = context_.owner.find_column(s.column);
                s.column == only->text && c != nullptr && c->type == column_type::text &&
                s.defaults.empty() && s.compare != comparison::any)
                other = &s;
        const bool all_known = std::all_of(middles.begin(), middles.end(), [&](const auto& middle) {
            return holds(context_.map.characters.get(), middle) == held::held;
        });
        if (columns != 1 || only->last_word || other == nullptr || !all_known)
            return condition::always(false);
        sql += (sql.empty() ? "" : " OR ") + reference(other->column) + " = " +
               (middles.size() == 1 ? context_.values.bind(middles.front())
                                    : "ANY(" + context_.values.bind(array_literal(middles)) + ")");
    }
    return sql.empty() ? condition::never() : condition::from_sql("(" + sql + ")", false);
}

condition attribute_condition::contains(const std::vector<std::string>& pieces)
{
    auto terms = column_only();
    return terms ? terms->contains(pieces) : without_column();
}

condition attribute_condition::ordering(bool at_least, const std::string& value)
{
    auto terms = column_only();
    return terms ? terms->ordering(at_least, value) : without_column();
}

condition attribute_condition::present()
{
    if (usable() && source_ != nullptr && (source_->required || source_->generated_uuid))
        return condition::always();
    auto terms = column_only();
    return terms ? terms->present() : without_column();
}

std::vector<branch> attribute_condition::branches(const std::string& value) const
{
    std::vector<branch> out;
    if (column_ != nullptr) {
        postgres::statement values;
        out = on_column(values).branches(value);
        condition_context alone{context_.map, context_.owner, values, context_.refused, {}};
        const condition by_default =
            source_->defaults.empty()
                ? condition::never()
                : attribute_condition(alone, attribute_).default_matches({value});
        if (by_default.type == condition::form::sql)
            out.push_back(
                {.condition = {by_default.sql, values.values},
                 .column = reference(column_->name),
                 .index = column_->type == column_type::text || column_->type == column_type::citext
                              ? "((true)) WHERE " + is_missing_sql(*column_)
                              : ""});
    } else if (list_ != nullptr && trusted_ == nullptr) {
        if (const auto compared = listed())
            out =
                case_insensitive_branches(compared->text, compared->column, compared->rule, value);
        for (branch& b : out)
            b.query = list_->source_sql;
    }
    return out;
}

} // namespace pgsql::directory
