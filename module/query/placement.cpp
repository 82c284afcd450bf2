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

// That the column has one of the keys, or with `or_none` none at all.
condition holds_key(const kind& kind, const std::string& of, const std::vector<std::string>& keys,
                    bool or_none, postgres::statement& values)
{
    const column* const c = kind.find_column(of);
    if (!kind.error.empty() || c == nullptr)
        return condition::always(false);
    const bool text = c->type == column_type::text && c->deterministic;
    const bool number = is_integer(c->type) && c->type != column_type::numeric;
    std::string name = reference(*c);
    std::string sql;
    if (or_none) {
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

} // namespace

condition placed(const kind& kind, const std::vector<std::string>& keys, bool at_container,
                 postgres::statement& values)
{
    if (!kind.parent_kind)
        return at_container ? condition::always() : condition::never();
    return holds_key(kind, kind.parent_column, keys, at_container, values);
}

condition has_key(const kind& kind, const std::vector<std::string>& keys,
                  postgres::statement& values)
{
    return holds_key(kind, kind.row_key(), keys, false, values);
}

} // namespace pgsql::directory
