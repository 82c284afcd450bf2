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
    k.roles = kind.roles;
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
    for (const auto& v : kind.virtuals)
        try {
            add_virtual(k, v);
        } catch (const config_error& e) { // affects only unknown names
            k.virtuals.push_back({.row = {.attribute = attribute(v.attribute)},
                                  .by_name = attribute(v.attribute) == k.rdn().attribute,
                                  .error = e.what()});
        }
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
        throw config_error(
            directive + ": the query must return two columns, \"" + key +
            "\" and the value; it returns " + names_of(columns) +
            (k.key_column.empty() ? ". (pgsql-kind " + k.name + " has no key=)" : ""));
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
