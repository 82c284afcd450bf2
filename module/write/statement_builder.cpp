// statement_builder.cpp: makes the statements that store a change.
#include "write/change_set.hpp"

#include "base/ascii.hpp"
#include "sql/array_literal.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace pgsql::directory {
namespace {

using postgres::change_statement;

class statement_builder {
public:
    statement_builder(const mapping& mapping, const kind& kind, const change_set& change)
        : mapping_(mapping), kind_(kind), target_(*kind.writes), change_(change)
    {}

    change_statements run()
    {
        if (change_.what == write_operation::remove) {
            store(nullptr);
            return std::move(out_);
        }
        std::vector<const attribute_change*> in_row;
        for (const attribute_change& one : change_.attributes)
            if (one.changed() && !target_.values.contains(one.attribute))
                in_row.push_back(&one);
        const bool own_statement = change_.password && stores_password_apart();
        if (change_.what == write_operation::add || !in_row.empty() || change_.moved ||
            (change_.password && !own_statement))
            store(&in_row);
        if (own_statement)
            out_.list.push_back(
                {.text = kind_.password_change,
                 .values = {*change_.password, &change_.new_key, change_.old_password},
                 .conditional = true});
        for (const attribute_change& one : change_.attributes)
            if (one.changed() && target_.values.contains(one.attribute))
                store_values(one);
        return std::move(out_);
    }

private:
    const std::string* keep(std::optional<std::string> text)
    {
        return text ? &out_.texts.emplace_back(std::move(*text)) : nullptr;
    }

    // pgsql-password-change stores the passwords of existing entries.
    [[nodiscard]] bool stores_password_apart() const
    {
        return !kind_.password_change.empty() && change_.what != write_operation::add;
    }

    // The statement for the row itself.
    void store(const std::vector<const attribute_change*>* changed)
    {
        const auto* const statement = target_.statement_for(change_.what);
        if (statement != nullptr)
            store_configured(*statement, changed);
        else
            store_derived(changed);
    }

    void store_configured(const postgres::named_statement& statement,
                          const std::vector<const attribute_change*>* changed)
    {
        change_statement out{.text = statement.text, .values = {}};
        for (const std::string& name : statement.names)
            (void)out.bind(parameter(name));
        if (changed != nullptr) {
            const auto takes = [&](const std::string& attribute) {
                return std::any_of(
                    statement.names.begin(), statement.names.end(),
                    [&](const auto& name) { return same_ignoring_case(name, attribute); });
            };
            for (const attribute_change* one : *changed)
                if (!takes(mapping_.attributes[one->attribute].name))
                    leave_out(*one);
            if (change_.moved && !takes("parent"))
                throw unstorable{unstorable::reason::no_move, {}};
            if (change_.password && !stores_password_apart() && !takes("userPassword"))
                throw unstorable{unstorable::reason::no_statement, {}};
        }
        out_.list.push_back(std::move(out));
    }

    // The value of a named parameter; which names exist was checked with the configuration.
    const std::string* parameter(const std::string& name)
    {
        if (name == "key")
            return &change_.key;
        if (name == "parent")
            return parent();
        if (name == "dn")
            return &change_.dn;
        if (name == "actor")
            return &change_.actor;
        constexpr std::string_view old = "old.";
        const bool before = name.starts_with(old);
        const std::string attribute = before ? name.substr(old.size()) : name;
        if (same_ignoring_case(attribute, "userPassword"))
            return change_.password ? *change_.password : change_.old_password;
        const auto id = mapping_.attribute_ignoring_case(attribute);
        const attribute_change* const change = id ? change_.find(id) : nullptr;
        const attribute_source* const source = id ? kind_.source_of(id) : nullptr;
        const column* const shown = source != nullptr ? kind_.find_column(source->column) : nullptr;
        if (change == nullptr || (!change->changed() && shown != nullptr))
            return shown != nullptr ? unchanged(*shown) : nullptr;
        const auto& values = before ? change->before : change->after;
        if (before && shown != nullptr && is_default(*shown))
            return nullptr;
        return keep(column_text(shown != nullptr ? *shown : text_array, *change, values));
    }

    const std::string* parent() const { return change_.parent.empty() ? nullptr : &change_.parent; }

    const std::string* value_in_row(const std::string& name) const
    {
        const auto at = change_.row.find(name);
        return at != change_.row.end() && at->second ? &*at->second : nullptr;
    }

    // Whether a default is shown in place of the column.
    [[nodiscard]] bool is_default(const column& shown) const
    {
        const std::string* const text = value_in_row(shown.name);
        return text == nullptr || text->empty();
    }

    const std::string* unchanged(const column& shown)
    {
        const std::string* const text = value_in_row(shown.name);
        if (text == nullptr || is_list(shown.type) || !is_time(shown.type))
            return text;
        return keep(column_text(shown, {}, {*text}));
    }

    // For an attribute that the statement does not store.
    void leave_out(const attribute_change& change)
    {
        if (mapping_.attributes[change.attribute].operational)
            return; // the server sets it, for instance modifyTimestamp
        const attribute_source* const source = kind_.source_of(change.attribute);
        if (source == nullptr && kind_.values_of(change.attribute) == nullptr)
            throw unstorable{unstorable::reason::no_statement, change.attribute};
        out_.computed.push_back(change.attribute);
    }

    // ---- statements made from the table's columns

    struct assignment {
        const column* shown;
        std::string name; ///< of the table's column, quoted
        const std::string* value;
    };

    void assign(const attribute_change& change, std::vector<assignment>& to)
    {
        const attribute_source* const source = kind_.source_of(change.attribute);
        const column* const shown = source != nullptr ? kind_.find_column(source->column) : nullptr;
        const table_column* const behind =
            shown != nullptr ? target_.column_behind(shown->name) : nullptr;
        if (behind == nullptr)
            return leave_out(change);
        to.push_back({shown, behind->name, keep(column_text(*shown, change, change.after))});
    }

    void store_derived(const std::vector<const attribute_change*>* changed)
    {
        if (!target_.derived.contains(change_.what))
            throw unstorable{unstorable::reason::no_statement,
                             changed != nullptr && !changed->empty() ? changed->front()->attribute
                                                                     : kind_.rdn().attribute};
        std::vector<assignment> columns;
        if (changed != nullptr)
            for (const attribute_change* one : *changed)
                assign(*one, columns);
        if (change_.password && !stores_password_apart()) {
            const table_column* const behind = target_.column_behind(kind_.password_column);
            if (behind == nullptr)
                throw unstorable{unstorable::reason::no_statement, {}};
            columns.push_back({nullptr, behind->name, *change_.password});
        }
        if (change_.moved || (change_.what == write_operation::add && parent() != nullptr)) {
            const table_column* const behind = target_.column_behind(kind_.parent_column);
            if (behind == nullptr)
                throw unstorable{unstorable::reason::no_move, {}};
            const auto known =
                std::find_if(columns.begin(), columns.end(),
                             [&](const assignment& one) { return one.name == behind->name; });
            if (known == columns.end())
                columns.push_back({kind_.find_column(kind_.parent_column), behind->name, parent()});
            else if (known->value == nullptr || parent() == nullptr || *known->value != *parent())
                throw unstorable{unstorable::reason::no_move, {}};
        }
        if (change_.what == write_operation::add)
            insert(columns);
        else if (change_.what == write_operation::remove || !columns.empty())
            update_or_delete(columns);
    }

    // The expression with the parameters of the statement that it becomes a part of.
    std::string with_values(const postgres::named_statement& expression, change_statement& whole)
    {
        std::string out;
        std::size_t from = 0;
        for (const std::size_t offset : expression.offsets) {
            std::size_t end = offset + 1;
            std::size_t number = 0;
            for (; end < expression.text.size() && std::isdigit(expression.text[end]) != 0; ++end)
                number = number * 10 + static_cast<std::size_t>(expression.text[end] - '0');
            out.append(expression.text, from, offset - from);
            out += whole.bind(parameter(expression.names.at(number - 1)));
            from = end;
        }
        return out.append(expression.text, from);
    }

    // A column without a value is left out, so that its default applies.
    void insert(const std::vector<assignment>& columns)
    {
        change_statement out;
        std::string names;
        std::string values;
        const auto add = [&](const std::string& name, const std::string& value) {
            names += (names.empty() ? "" : ", ") + name;
            values += (values.empty() ? "" : ", ") + value;
        };
        for (const assignment& one : columns)
            if (one.value != nullptr)
                add(one.name, out.bind(one.value));
        for (const column_value& constant : target_.constants)
            if (std::none_of(columns.begin(), columns.end(), [&](const assignment& one) {
                    return one.name == constant.column && one.value != nullptr;
                }))
                add(constant.column, "(" + with_values(constant.expression, out) + ")");
        out.text = "INSERT INTO " + target_.table + " (" + names + ") VALUES (" + values + ")";
        out_.list.push_back(std::move(out));
    }

    // What a column that loses its value gets.
    std::string without_value(const std::string& column, change_statement& whole)
    {
        const bool required =
            std::any_of(target_.columns.begin(), target_.columns.end(), [&](const auto& one) {
                return one.second.name == column && one.second.required;
            });
        for (const column_value& constant : target_.constants)
            if (required && constant.column == column)
                return "(" + with_values(constant.expression, whole) + ")";
        return "NULL";
    }

    void update_or_delete(const std::vector<assignment>& columns)
    {
        change_statement out{.text = {}, .values = {}, .conditional = true};
        std::string set;
        for (const assignment& one : columns)
            set += (set.empty() ? "" : ", ") + one.name + " = " +
                   (one.value != nullptr ? out.bind(one.value) : without_value(one.name, out));
        const table_column* const key = target_.column_of(kind_.row_key());
        std::string where = key->name + " = " + out.bind(&change_.key);
        if (const table_column* const parent = target_.column_of(kind_.parent_column);
            parent != nullptr && kind_.key_column.empty()) { // the name may exist at other places
            const std::string* const before = value_in_row(kind_.parent_column);
            where += " AND " + parent->name +
                     (before != nullptr ? " = " + out.bind(before) : " IS NULL");
        }
        // Another transaction may have changed the row since it was read.
        for (const assignment& one : columns)
            if (one.shown != nullptr && one.shown->name != kind_.row_key() &&
                is_comparable(*one.shown)) {
                const std::string* const before = value_in_row(one.shown->name);
                where += " AND " + one.name +
                         (before != nullptr ? " = " + out.bind(before) : " IS NULL");
            }
        out.text = change_.what == write_operation::remove
                       ? "DELETE FROM " + target_.table + " WHERE " + where
                       : "UPDATE " + target_.table + " SET " + set + " WHERE " + where;
        out_.list.push_back(std::move(out));
    }

    // Whether the text that is read equals the column's value.
    [[nodiscard]] static bool is_comparable(const column& shown)
    {
        return shown.instead.empty() &&
               (shown.type == column_type::text || shown.type == column_type::citext ||
                shown.type == column_type::int2 || shown.type == column_type::int4 ||
                shown.type == column_type::int8 || shown.type == column_type::uuid);
    }

    // ---- attributes with several values

    void store_values(const attribute_change& change)
    {
        const values_statements& by = target_.values.at(change.attribute);
        const auto without = [](const std::vector<std::string>& from,
                                const std::vector<std::string>& others) {
            const std::set<std::string_view> known(others.begin(), others.end());
            std::vector<std::string> out;
            std::copy_if(from.begin(), from.end(), std::back_inserter(out),
                         [&](const auto& one) { return !known.contains(one); });
            return out;
        };
        check_texts(change.attribute, change.after);
        store_values(by.remove, change.attribute, without(change.before, change.after));
        store_values(by.add, change.attribute, without(change.after, change.before));
    }

    void store_values(const postgres::named_statement& statement, attribute_id attribute,
                      const std::vector<std::string>& values)
    {
        if (values.empty())
            return;
        if (statement.text.empty())
            throw unstorable{unstorable::reason::no_statement, attribute};
        change_statement out{.text = statement.text,
                             .values = {},
                             .rows = static_cast<long>(values.size()),
                             .stores = mapping_.attributes[attribute].name};
        for (const std::string& name : statement.names)
            (void)out.bind(name == "values" ? keep(postgres::array_literal(values))
                           : name == "key"  ? &change_.new_key
                                            : parameter(name));
        out_.list.push_back(std::move(out));
    }

    static const column text_array; ///< for values that no column of the list query has

    const mapping& mapping_;
    const kind& kind_;
    const write_target& target_;
    const change_set& change_;
    change_statements out_;
};

const column statement_builder::text_array{.name = "", .type = column_type::array};

} // namespace

change_statements statements_of(const mapping& mapping, const kind& kind, const change_set& change)
{
    return statement_builder(mapping, kind, change).run();
}

} // namespace pgsql::directory
