// placement.cpp: conditions on where entries are in the tree.
#include "query/placement.hpp"

namespace pgsql::directory {
namespace {

// The keys as parameters for a column of the type.
std::vector<std::string> held_by(column_type type, const std::vector<std::string>& keys)
{
    std::vector<std::string> out;
    for (const std::string& key : keys)
        if (type == column_type::uuid ? is_uuid(key)
            : is_integer(type)        ? digits_of(key) == key && fits(key, type)
                                      : true)
            out.push_back(key);
    return out;
}

} // namespace

condition placed(const kind& kind, const std::vector<std::string>& keys, bool at_container,
                 postgres::statement& values)
{
    if (!kind.parent_kind)
        return at_container ? condition::always() : condition::never();
    const column* const c = kind.find_column(kind.parent_column);
    if (!kind.error.empty() || c == nullptr)
        return condition::always(false);
    const bool text = c->type == column_type::text && c->deterministic;
    const bool number = is_integer(c->type) && c->type != column_type::numeric;
    std::string name = reference(*c);
    std::string sql;
    if (at_container) {
        sql = name + " IS NULL";
        if (is_text(c->type) || !(number || c->type == column_type::uuid))
            sql += " OR " + printed(select_expression(*c), c->own_cast) + " = ''";
    }
    const auto wanted = held_by(c->type, keys);
    if (!wanted.empty()) {
        if (!text && !number && c->type != column_type::uuid)
            name = "(" + printed(select_expression(*c), c->own_cast) + " COLLATE \"C\")";
        sql += (sql.empty() ? "" : " OR ") + name + " = " +
               (wanted.size() == 1 ? values.bind(wanted.front())
                                   : "ANY(" + values.bind(array_literal(wanted)) + ")");
    }
    return sql.empty() ? condition::never() : condition::from_sql("(" + sql + ")", true);
}

} // namespace pgsql::directory
