// kind_checks.cpp: checks the settings of a kind that several directives make.
#include "slapd/serving/kind_checks.hpp"

#include "slapd/core/schema.hpp"

#include <algorithm>

namespace pgsql::slapd {

using directory::config_error;
using directory::kind_setting;
using directory::source_setting;

namespace {

// Rows of one kind may be below each other; the kinds themselves have an order.
void check_parent(const kind_setting& k, const std::vector<kind_setting>& kinds)
{
    const std::string where =
        "pgsql-kind " + k.name + " parent=" + k.parent_kind + ":" + k.parent_column;
    const kind_setting* above = &k;
    for (std::size_t steps = 0; above != nullptr && !above->parent_kind.empty(); ++steps) {
        const auto at = std::find_if(kinds.begin(), kinds.end(), [&](const auto& other) {
            return other.name == above->parent_kind;
        });
        if (at == kinds.end())
            throw config_error(where + ": there is no kind \"" + above->parent_kind + "\"");
        if (at->key_column.empty())
            throw config_error(where + ": pgsql-kind " + at->name +
                               " needs key=<the column that \"" + above->parent_column +
                               "\" refers to>");
        if (steps > kinds.size())
            throw config_error(where + ": the kinds are below each other in a circle");
        above = &*at == above ? nullptr : &*at;
    }
}

// Hashes are used for logins only.
void check_password_column(const kind_setting& k, std::string_view domain)
{
    const std::string& column = k.password_column;
    if (column.empty())
        return;
    const std::string error = "the column \"" + column + "\" has the password hashes (pgsql-kind " +
                              k.name + " password=" + column + "), which serve logins only";
    if (column == "auth_backends")
        throw config_error("pgsql-kind " + k.name + " password=" + column +
                           ": that column names the checks of a login");
    for (const auto& [option, named] :
         {std::pair("key", &k.key_column), std::pair("parent", &k.parent_column)})
        if (*named == column)
            throw config_error("pgsql-kind " + k.name + " " + option + "=" + column + ": " + error);
    for (const source_setting& s : k.sources) {
        const std::string where = "pgsql-attribute " + k.name + " " + s.attribute;
        if (s.column == column)
            throw config_error(where + " column=" + column + ": " + error);
        for (const auto& text : s.defaults)
            if (directory::value_template::parse(text, domain).uses(column))
                throw config_error(where + " default=" + text + ": " + error);
    }
}

std::string schema_problem(const kind_setting& k)
{
    std::string error;
    for (const source_setting& s : k.sources)
        if (find_attribute(s.attribute, error) == nullptr)
            return "slapd's schema has no attribute \"" + s.attribute +
                   "\"; include core, cosine, nis and inetorgperson.schema";
    try {
        (void)closure(k.classes);
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

} // namespace

void check_kind(const kind_setting& k, const std::vector<kind_setting>& kinds,
                std::string_view domain)
{
    check_password_column(k, domain);
    check_parent(k, kinds);
    if (const std::string error = schema_problem(k); !error.empty())
        throw config_error("pgsql-kind " + k.name + ": " + error);
}

} // namespace pgsql::slapd
