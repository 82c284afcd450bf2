// configured_queries.cpp: the configured queries of a mapping, with the directives that set them.
#include "slapd/serving/configured_queries.hpp"

namespace pgsql::slapd {

std::string directive_of(const directory::mapping& map, const directory::kind& kind,
                         const std::string& directive, directory::attribute_id attribute)
{
    return directive + " " + kind.name + " " + map.attributes[attribute].name;
}

std::vector<postgres::named_query> configured_queries(const directory::mapping& map)
{
    std::vector<postgres::named_query> out;
    for (const auto& k : map.kinds) {
        out.push_back({"pgsql-list " + k.name, k.list.text});
        for (const auto& l : k.lookups)
            out.push_back({directive_of(map, k, "pgsql-lookup", l.attribute),
                           l.query.with_parameter("NULL")});
        for (const auto& v : k.values)
            if (!v.source_sql.empty()) // otherwise the values come from the other queries
                out.push_back({directive_of(map, k, "pgsql-values", v.attribute), v.source_sql});
        for (const auto& v : k.virtuals)
            if (!v.write && v.error.empty())
                out.push_back({directive_of(map, k, "pgsql-virtual", v.row.attribute),
                               v.text.with_parameter("NULL")});
        if (k.roles)
            out.push_back({"pgsql-roles " + k.name, k.roles->query.with_parameter("NULL")});
    }
    return out;
}

} // namespace pgsql::slapd
