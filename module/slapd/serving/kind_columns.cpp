// kind_columns.cpp: the columns of a kind's list query become attributes.
#include "slapd/serving/kind_builder.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

using directory::column_type;

std::string names_of(const std::vector<directory::column>& columns)
{
    std::string out;
    for (const auto& c : columns)
        out += (out.empty() ? "\"" : ", \"") + c.name + "\"";
    return out;
}

namespace {

bool in_templates(const directory::kind& k, const std::string& column)
{
    for (const auto& s : k.sources)
        for (const auto& t : s.defaults)
            if (t.uses(column))
                return true;
    return false;
}

} // namespace

void settle_type(directory::column& c,
                 const std::function<bool(directory::matching_rule)>& some_attribute_is)
{
    const bool list = c.type == column_type::array;
    column_type& type = list ? c.element : c.type;
    const column_type as_text = list && !c.own_cast ? column_type::text : column_type::other;
    const bool is_time = directory::is_time(type);
    const bool own_form = is_time || type == column_type::numeric || type == column_type::boolean;
    if (!own_form && !list)
        return;
    if (!own_form ||
        !some_attribute_is(is_time                        ? directory::matching_rule::time
                           : type == column_type::numeric ? directory::matching_rule::integer
                                                          : directory::matching_rule::boolean))
        type = as_text;
}

void kind_builder::add_source(directory::kind& k, const directory::source_setting& source)
{
    directory::attribute_source s;
    s.attribute = attribute(source.attribute);
    s.required = source.required;
    s.configured = source.configured;
    s.compare = source.compare.value_or(directory::comparison::any);
    const std::string where = "pgsql-attribute " + k.name + " " + source.attribute;
    // A kind without posixAccount has no number, no home directory and no shell.
    if (!source.configured && !k.sources.empty() && k.find_column(source.attribute) == nullptr &&
        !allows(k.classes, *out_.types[s.attribute].description))
        return;
    if (k.find_column(source.column) != nullptr)
        s.column = source.column;
    else if (!source.configured && k.find_column(source.attribute) != nullptr)
        s.column = source.attribute; // an alias that is the attribute's own name
    else if (source.configured)
        throw config_error(where + " column=" + source.column + ": pgsql-list " + k.name +
                           " returns no such column; it returns " + names_of(k.columns));
    else if (source.required)
        throw config_error("pgsql-list " + k.name + ": the query returns no column \"" +
                           source.column + "\" for " + source.attribute + "; it returns " +
                           names_of(k.columns) + ". Write … AS " + source.column + ", or " + where +
                           " column=<its name>");
    for (const auto& text : source.defaults) {
        if (domain_.empty() && text.find("{domain}") != std::string::npos)
            continue; // a suffix without dc= has no domain
        auto t = directory::value_template::parse(text, domain_);
        const auto missing = std::find_if(t.pieces().begin(), t.pieces().end(), [&](const auto& p) {
            return p.column && k.find_column(p.text) == nullptr;
        });
        if (missing == t.pieces().end())
            s.defaults.push_back(std::move(t));
    }
    if (const auto* named = k.find_column(s.column);
        k.sources.empty() && named != nullptr && directory::is_list(named->type))
        throw config_error(fmt::format(
            "pgsql-list {}: the column \"{}\" has several values, and {} names the entries; "
            "return one name, and other values from a column of another attribute",
            k.name, s.column, source.attribute));
    if (!s.column.empty() || !s.defaults.empty())
        k.sources.push_back(std::move(s));
    else if (k.sources.empty())
        throw config_error("pgsql-kind " + k.name + ": nothing gives a value for " +
                           source.attribute + ", which names its entries");
}

// No entry shows userPassword. What is userPassword with an option was meant to be shown.
void kind_builder::refuse_password(const directory::kind& k, const std::string& column,
                                   const AttributeDescription& ad)
{
    const auto text = [&](const char* problem) {
        return fmt::format("pgsql-list {0}: the column \"{1}\" {2}: password hashes serve logins "
                           "only, from the column that pgsql-kind {0} password= names",
                           k.name, column, problem);
    };
    if (&ad != slap_schema.si_ad_userPassword)
        throw config_error(text("would show passwords"));
    out_.warnings.push_back({log_event::column_unused, text("serves nothing")});
}

// The open mapping: any column whose alias is an attribute type of slapd's schema.
void kind_builder::add_other_columns(directory::kind& k, const directory::kind_setting& kind)
{
    for (const auto& c : k.columns) {
        const bool used = c.name == kind.password_column || c.name == k.chain_column ||
                          std::any_of(k.sources.begin(), k.sources.end(),
                                      [&](const auto& s) { return s.column == c.name; }) ||
                          std::any_of(kind.sources.begin(), kind.sources.end(),
                                      [&](const auto& s) { return s.column == c.name; });
        std::string error;
        const AttributeDescription* ad = used ? nullptr : find_attribute(c.name, error);
        if (ad == nullptr && !used && !in_templates(k, c.name) && c.name != k.key_column &&
            c.name != k.parent_column && k.login_filter.find(c.name) == std::string::npos)
            out_.warnings.push_back(
                {log_event::column_unused,
                 fmt::format(
                     "pgsql-list {0}: the column \"{1}\" serves nothing: slapd's schema has "
                     "no attribute of that name and no default uses it{2}",
                     k.name, c.name,
                     k.key_column.empty()
                         ? fmt::format("; if it identifies the rows, write pgsql-kind {} "
                                       "key={}",
                                       k.name, c.name)
                         : "")});
        if (ad != nullptr && is_password(*ad)) {
            refuse_password(k, c.name, *ad);
            continue;
        }
        if (ad == nullptr || ad->ad_type == slap_schema.si_ad_objectClass->ad_type)
            continue;
        if (ad == slap_schema.si_ad_entryDN || ad == slap_schema.si_ad_hasSubordinates ||
            ad == slap_schema.si_ad_structuralObjectClass ||
            ad == slap_schema.si_ad_subschemaSubentry) {
            out_.warnings.push_back(
                {log_event::column_unused,
                 fmt::format(
                     "pgsql-list {}: the column \"{}\" serves nothing: every entry has its own {}",
                     k.name, c.name, to_string_view(ad->ad_cname))});
            continue;
        }
        const auto a = attribute(std::string(to_string_view(ad->ad_cname)));
        const auto known = std::find_if(k.sources.begin(), k.sources.end(),
                                        [&](const auto& s) { return s.attribute == a; });
        if (known != k.sources.end() && known->column.empty())
            known->column =
                c.name; // "sn" AS surname: another name of an attribute that has defaults only
        else if (known == k.sources.end())
            k.sources.push_back({.attribute = a, .column = c.name, .defaults = {}});
    }
}

void kind_builder::settle_types(directory::kind& k) const
{
    for (directory::column& c : k.columns)
        settle_type(c, [&](directory::matching_rule wanted) {
            return std::any_of(k.sources.begin(), k.sources.end(), [&](const auto& s) {
                return s.column == c.name && out_.map.attributes[s.attribute].rule == wanted;
            });
        });
}

} // namespace pgsql::slapd
