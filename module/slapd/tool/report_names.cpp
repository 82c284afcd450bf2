// report_names.cpp: reports names, numbers and values that several rows share or that are not
// found.
#include "slapd/tool/report_context.hpp"

#include "query/column_condition.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using level = report_context::level;

// Adds a finding about rows with a common fault, if the query returns any.
void common(report_context& report, const std::string& object, const std::string& query,
            const std::string& text, const std::string& hint, level how)
{
    try {
        const auto found = report.session.run_once({query, {}}, report.limits());
        if (found.count() == 0)
            return;
        std::vector<std::string> examples;
        for (int i = 0; i < found.count(); ++i)
            examples.emplace_back(found.value(i, 1).value_or(""));
        report.add_finding(how, object, text + ": " + std::string(found.value(0, 0).value_or("")),
                           hint, examples);
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::statement &&
            e.reason() != postgres::error::cause::deadline)
            throw;
        report.add_finding(level::warning, object, "cannot check for " + text + ": " + e.what());
    }
}

std::string normalized(const std::string& column, bool fold)
{
    const std::string squeezed = "btrim(regexp_replace(" + column + "::text, ' +', ' ', 'g'))";
    return fold ? "lower(" + squeezed + ")" : squeezed;
}

} // namespace

void report_names(report_context& report)
{
    if (!report.mapping)
        return;
    const auto& mapping = report.mapping->map;
    for (const auto& k : mapping.kinds) {
        if (!k.error.empty() || k.yields_to_kind)
            continue;
        const std::string from = " FROM (" + k.list.text + ") AS e";
        const std::string object = "pgsql-list " + k.name;
        const std::string name = "e." + postgres::quote_identifier(k.rdn().column);
        const std::string place =
            k.parent_kind ? ", e." + postgres::quote_identifier(k.parent_column) : "";
        if (!k.rdn().column.empty())
            common(report, object,
                   "SELECT count(*) OVER (), (array_agg(DISTINCT " + name + "::text))[1:3]::text" +
                       from + " WHERE " + name + " IS NOT NULL GROUP BY " + normalized(name, true) +
                       place + " HAVING count(DISTINCT " + name + "::text) > 1 ORDER BY 2 LIMIT 3",
                   "names that differ only by case or spaces and are equal in LDAP",
                   "give each entry a unique name", level::error);
        if (k.parent_kind && (k.name == "users" || k.name == "groups"))
            common(report, object,
                   "SELECT count(*) OVER (), (array_agg(" + name + "::text))[1]" + from +
                       " WHERE " + name + " IS NOT NULL GROUP BY " + normalized(name, true) +
                       " HAVING count(*) > 1 ORDER BY 2 LIMIT 3",
                   "names that several entries have at different places",
                   "SSSD and memberUid know " + k.name +
                       " by name alone: a membership of one counts for all of that name",
                   level::warning);
        for (const auto& s : k.sources) {
            const auto& attribute = mapping.attributes[s.attribute];
            const directory::column* c = k.find_column(s.column);
            if (c == nullptr || directory::is_list(c->type))
                continue;
            const std::string column = "e." + postgres::quote_identifier(c->name);
            const bool account = k.source_of(mapping.attribute_named("uidNumber")) != nullptr;
            if (attribute.name == "uidNumber" || (attribute.name == "gidNumber" && !account))
                common(
                    report, object,
                    "SELECT count(*) OVER (), " + column + "::text || ' ' || (array_agg(" + name +
                        "::text))[1:3]::text" + from + " WHERE " + column +
                        " IS NOT NULL GROUP BY " + column +
                        " HAVING count(*) > 1 ORDER BY 2 LIMIT 3",
                    "numbers (" + attribute.name + ") that several entries have",
                    "give each entry a unique number: entries with the same number share file ownership",
                    level::error);
            const bool folds = attribute.rule == directory::matching_rule::ignore_case;
            if ((!folds && attribute.rule != directory::matching_rule::exact_case) ||
                s.compare == directory::comparison::any ||
                c->type == directory::column_type::citext)
                continue;
            const bool lower = folds && s.compare == directory::comparison::lower;
            common(report, "pgsql-attribute " + k.name + " " + attribute.name,
                   "SELECT count(*) OVER (), " + column + "::text" + from + " WHERE " + column +
                       "::text <> " + normalized(column, lower) + " ORDER BY 2 LIMIT 3",
                   std::string("values that are not stored ") +
                       (lower ? "in lower case or have superfluous spaces"
                              : "without superfluous spaces") +
                       ", and are not found" +
                       (&s == &k.rdn() ? "; entries with these names cannot log in" : ""),
                   "store them in that form, or set pgsql-attribute " + k.name + " " +
                       attribute.name + " compare=any",
                   level::error);
        }
    }
}

} // namespace pgsql::slapd
