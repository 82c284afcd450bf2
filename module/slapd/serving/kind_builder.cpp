// kind_builder.cpp: fits the settings of a kind to the columns that its queries return.
#include "slapd/serving/kind_builder.hpp"

#include "query/trusted_lookup.hpp"
#include "slapd/serving/column_catalog.hpp"
#include "slapd/serving/container_entries.hpp"
#include "slapd/serving/write_builder.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

using directory::column_type;

namespace {

std::string names_of(const std::vector<directory::column>& columns)
{
    std::string out;
    for (const auto& c : columns)
        out += (out.empty() ? "\"" : ", \"") + c.name + "\"";
    return out;
}

bool in_templates(const directory::kind& k, const std::string& column)
{
    for (const auto& s : k.sources)
        for (const auto& t : s.defaults)
            if (t.uses(column))
                return true;
    return false;
}

// Keeps the form of numbers and times only if an attribute needs it; others are read as PostgreSQL
// writes them.
template <typename Wants> void settle_type(directory::column& c, Wants some_attribute_is)
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

} // namespace

directory::kind kind_builder::run(const directory::kind_setting& kind)
{
    try {
        return fit(kind);
    } catch (const config_error& e) {
        return broken(kind, e.what());
    }
}

directory::kind kind_builder::broken(const directory::kind_setting& kind, const std::string& error)
{
    directory::kind k = named(kind);
    k.error = error;
    k.sources.push_back({.attribute = attribute(kind.sources.front().attribute)});
    out_.complete = false;
    return k;
}

directory::kind kind_builder::named(const directory::kind_setting& kind)
{
    directory::kind k;
    k.name = kind.name;
    k.container_dn = kind.container_dn;
    k.classes = kind.classes;
    k.all_classes = closure(kind.classes);
    k.key_column = kind.key_column;
    k.parent_column = kind.parent_column;
    k.hides_rows = kind.hide_denied;
    return k;
}

directory::kind kind_builder::fit(const directory::kind_setting& kind)
{
    directory::kind k = named(kind);
    k.list = *kind.list;
    k.columns = columns_of(session_, "pgsql-list " + k.name, k.list.text, limits_);
    // What describing does not notice: missing rights.
    try {
        postgres::statement probe;
        probe.text = "SELECT 1 FROM (" + k.list.text + ") AS e LIMIT 0";
        (void)session_.run(probe, limits_);
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        throw config_error("pgsql-list " + k.name +
                           ": PostgreSQL refuses to run the query: " + e.what());
    }
    check_keys(k);
    // The row's own choice of checks. If it were not read, a user could log in without a check
    // that the row requires.
    k.chain_column = k.find_column("auth_backends") != nullptr ? "auth_backends" : "";
    k.password_column = k.find_column(kind.password_column) != nullptr ? kind.password_column : "";
    if (kind.login_filter)
        add_gate(k, kind);
    if (kind.password_change)
        add_password_change(k, kind);
    for (const auto& s : kind.sources)
        add_source(k, s);
    add_other_columns(k, kind);
    settle_types(k);
    for (const auto& l : kind.lookups)
        add_lookup(k, l);
    for (const auto& v : kind.values)
        add_values(k, v);
    if (const auto uuid = attribute("entryUUID");
        k.source_of(uuid) == nullptr && k.values_of(uuid) == nullptr)
        k.sources.push_back({.attribute = uuid, .generated_uuid = true});
    const auto required = required_by(k.classes);
    for (auto& s : k.sources)
        s.must = required.contains(out_.types[s.attribute].description->ad_type);
    if (kind.writes)
        add_writes(k, *kind.writes);
    return k;
}

void kind_builder::check_keys(const directory::kind& k)
{
    for (const auto& [option, column] :
         {std::pair("key", &k.key_column), std::pair("parent", &k.parent_column)})
        if (!column->empty() && k.find_column(*column) == nullptr)
            throw config_error(fmt::format("pgsql-kind {0} {1}={2}: pgsql-list {0} returns no such "
                                           "column; it returns {3}",
                                           k.name, option, *column, names_of(k.columns)));
}

directory::attribute_id kind_builder::attribute(const std::string& name)
{
    if (const auto known = out_.map.attribute_named(name))
        return known;
    std::string error;
    AttributeDescription* ad = find_attribute(name, error);
    out_.map.attributes.push_back({name, rule_of(ad), is_at_operational(ad->ad_type) != 0});
    out_.types.push_back(describe_attribute(ad));
    return out_.map.attributes.id_of(out_.map.attributes.back());
}

void kind_builder::add_gate(directory::kind& k, const directory::kind_setting& kind)
{
    k.login_filter = kind.login_filter->text;
    const postgres::query_text open = directory::restrict_query(k.list, k.login_filter);
    try {
        (void)session_.describe(open.text, limits_);
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        throw config_error(
            "pgsql-login-filter " + k.name + ": PostgreSQL refuses the condition: " + e.what() +
            "; it may use what pgsql-list " + k.name + " returns: " + names_of(k.columns));
    }
    if (kind.hide_denied)
        k.unfiltered = std::exchange(k.list, open);
}

// An error here affects only password changes.
void kind_builder::add_password_change(directory::kind& k, const directory::kind_setting& kind)
{
    k.password_change = kind.password_change->text;
    if (k.password_column.empty())
        out_.warnings.push_back(
            {log_event::password_change_unusable,
             fmt::format("pgsql-password-change {0}: pgsql-list {0} returns no column \"{1}\" with "
                         "the hashes, so that no password can be changed",
                         k.name, kind.password_column)});
}

void kind_builder::add_writes(directory::kind& k, const directory::write_setting& setting)
{
    std::map<std::string, directory::attribute_id> attributes;
    for (const auto& [name, statements] : setting.values)
        attributes.emplace(name, attribute(name));
    k.writes = build_write_target(setting, k, attributes, out_.warnings, session_, limits_);
}

void kind_builder::add_source(directory::kind& k, const directory::source_setting& source)
{
    directory::attribute_source s;
    s.attribute = attribute(source.attribute);
    s.required = source.required;
    s.configured = source.configured;
    s.compare = source.compare.value_or(directory::comparison::any);
    const std::string where = "pgsql-attribute " + k.name + " " + source.attribute;
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
                 fmt::format("pgsql-list {}: the column \"{}\" serves nothing: slapd's schema has "
                             "no attribute of that name and no default uses it",
                             k.name, c.name)});
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

// Of types whose values we know, and `other` for those that PostgreSQL may refuse to read.
column_type kind_builder::type_of_parameter(Oid oid, directory::matching_rule rule)
{
    const column_type known = directory::column_type_of(oid);
    if (known == column_type::text || known == column_type::int2 || known == column_type::int4 ||
        known == column_type::int8 || known == column_type::uuid ||
        (known == column_type::numeric && rule == directory::matching_rule::integer) ||
        (directory::is_time(known) && rule == directory::matching_rule::time))
        return known;
    postgres::statement ask; // name, character(n) and citext take any text
    ask.text =
        "SELECT typname FROM pg_catalog.pg_type WHERE oid = " + ask.bind(std::to_string(oid)) +
        "::oid AND typcategory = 'S' AND typtype = 'b'";
    const auto found = session_.run(ask, limits_);
    return found.count() == 0              ? column_type::other
           : found.value(0, 0) == "citext" ? column_type::citext
                                           : column_type::text;
}

void kind_builder::add_lookup(directory::kind& k, const directory::lookup_setting& setting)
{
    const std::string directive = "pgsql-lookup " + k.name + " " + setting.attribute;
    std::vector<Oid> parameters;
    const auto columns = columns_of(session_, directive, setting.query.text, limits_, &parameters);
    const auto returns = [&](const std::string& name) {
        return std::any_of(columns.begin(), columns.end(),
                           [&](const auto& c) { return c.name == name; });
    };
    if (!returns(k.rdn().column))
        throw config_error(directive + ": the query returns no column \"" + k.rdn().column +
                           "\", which names the entry; it returns " + names_of(columns));
    if (!returns(k.row_key()))
        throw config_error(directive + ": the query returns no column \"" + k.row_key() +
                           "\", which identifies the row (pgsql-kind " + k.name +
                           " key=); it returns " + names_of(columns));
    if (!k.parent_column.empty() && !returns(k.parent_column))
        throw config_error(directive + ": the query returns no column \"" + k.parent_column +
                           "\", which places the entry (pgsql-kind " + k.name +
                           " parent=); it returns " + names_of(columns));
    // If it were not read, a user could log in without a check that the row requires.
    if (returns("auth_backends") && k.chain_column.empty())
        throw config_error(directive + ": the query returns auth_backends and pgsql-list " +
                           k.name +
                           " does not; let both return it, for logins to be checked by it");
    directory::lookup l;
    l.attribute = attribute(setting.attribute);
    l.query = setting.query;
    l.parameter = type_of_parameter(parameters.at(0), out_.map.attributes[l.attribute].rule);
    if (l.parameter == column_type::other) {
        const std::string error =
            directive + ": the parameter is of a type that not every value a client asks for "
                        "is of; compare text, for instance WHERE \"column\"::text = ?";
        if (k.source_of(l.attribute) == nullptr)
            throw config_error(error);
        out_.warnings.push_back(
            {log_event::lookup_unused, error + ". Until then the query is not used"});
        return;
    }
    // Conditions are made for the types that the list returns.
    const auto alike = [&](const auto& c) {
        return std::any_of(columns.begin(), columns.end(), [&](const auto& other) {
            return c.name == other.name &&
                   (c.type_oid == other.type_oid ||
                    (directory::column_type_of(c.type_oid) == column_type::text &&
                     directory::column_type_of(other.type_oid) == column_type::text));
        });
    };
    l.complete = std::all_of(k.columns.begin(), k.columns.end(), alike);
    if (!l.complete)
        out_.warnings.push_back(
            {log_event::lookup_unused,
             fmt::format(
                 "{}: the query lacks columns of pgsql-list {}, or has them in other types, "
                 "so that it answers no searches by itself",
                 directive, k.name)});
    else if (const char* reason = directory::why_distrusted(out_.map, l, k)) {
        const auto* column = k.source_of(l.attribute);
        std::string text = fmt::format("{}: it is not used, since {}", directive, reason);
        if (column != nullptr && !column->column.empty())
            text += fmt::format(
                "; if that is not so, say pgsql-attribute {} {} compare=lower (or exact)", k.name,
                setting.attribute);
        out_.warnings.push_back({log_event::lookup_unused, std::move(text)});
    }
    l.columns = columns;
    for (directory::column& c : l.columns) // which it compares as the list does
        if (const auto* shown = k.find_column(c.name))
            c.deterministic = c.deterministic && shown->deterministic;
    if (!k.unfiltered.text.empty())
        l.unfiltered = std::exchange(l.query, directory::restrict_query(l.query, k.login_filter));
    k.lookups.push_back(std::move(l));
}

void kind_builder::add_values(directory::kind& k, const directory::lookup_setting& setting)
{
    const std::string directive = "pgsql-values " + k.name + " " + setting.attribute;
    const auto columns = columns_of(session_, directive, setting.query.text, limits_);
    const std::string& key = k.row_key();
    if (columns.size() != 2 || (columns[0].name != key && columns[1].name != key))
        throw config_error(directive + ": the query must return two columns, \"" + key +
                           "\" and the value; it returns " + names_of(columns));
    directory::column shown = columns[columns[0].name == key ? 1 : 0];
    const auto a = attribute(setting.attribute);
    if (directory::is_list(shown.type)) // a row has one value
        shown.type = column_type::other;
    settle_type(shown, [&](directory::matching_rule wanted) {
        return out_.map.attributes[a].rule == wanted;
    });
    if (const auto* known = k.source_of(a); known != nullptr && known->required)
        throw config_error(directive + ": every entry needs exactly one " + setting.attribute +
                           ", which the list query gives; remove the directive");
    std::erase_if(k.sources, [&](const auto& s) { return s.attribute == a; });
    directory::values_query list{.attribute = a,
                                 .source_sql = setting.query.text,
                                 .value_column = shown.name,
                                 .read = directory::select_expression(shown),
                                 .key = columns[columns[0].name == key ? 0 : 1],
                                 .type = shown.type,
                                 .deterministic = shown.deterministic,
                                 .type_oid = directory::result_type_oid(shown),
                                 .wide = shown.wide,
                                 .is_bytea = shown.type == column_type::bytea,
                                 .own_cast = shown.own_cast};
    directory::ask_listing(list);
    k.values.push_back(std::move(list));
}

} // namespace pgsql::slapd
