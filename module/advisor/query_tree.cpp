// query_tree.cpp: finds the objects that a query uses in its parse tree (pg_node_tree).
#include "advisor/query_tree.hpp"

#include <charconv>

namespace pgsql::postgres {
namespace {

// Column n has bit n + 7 (FirstLowInvalidHeapAttributeNumber, access/sysattr.h, since version 12).
constexpr int first_bit = -7;

int number_in(std::string_view token)
{
    int out = 0;
    std::from_chars(token.data(), token.data() + token.size(), out);
    return out;
}

unsigned oid_in(std::string_view token)
{
    unsigned out = 0;
    std::from_chars(token.data(), token.data() + token.size(), out);
    return out;
}

// nodes/outfuncs.c: {NODE :field value …}, lists in parentheses. A backslash escapes the character
// after it.
class tree_reader {
public:
    explicit tree_reader(std::string_view text) : rest_(text) {}

    tree_uses run()
    {
        for (std::string_view token = next(); !token.empty(); token = next()) {
            if (token == "{")
                nodes_.emplace_back();
            else if (token == "}")
                end_node();
            else if (token.front() == ':')
                read_field(token.substr(1));
        }
        return std::move(out_);
    }

private:
    static bool is_bracket(char c) { return c == '(' || c == ')' || c == '{' || c == '}'; }
    static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

    std::string_view peek()
    {
        while (!rest_.empty() && is_space(rest_.front()))
            rest_.remove_prefix(1);
        if (rest_.empty() || is_bracket(rest_.front()))
            return rest_.substr(0, 1);
        std::size_t length = 0;
        while (length < rest_.size() && !is_space(rest_[length]) && !is_bracket(rest_[length]))
            length += rest_[length] == '\\' ? 2 : 1;
        return rest_.substr(0, length);
    }

    std::string_view next()
    {
        const std::string_view token = peek();
        rest_.remove_prefix(token.size());
        return token;
    }

    void end_node()
    {
        if (nodes_.empty())
            return;
        if (relation_use& node = nodes_.back(); node.relation != 0 && node.privileges != 0)
            out_.relations.push_back(std::move(node));
        nodes_.pop_back();
    }

    // (b 8 9)
    std::set<int> columns()
    {
        std::set<int> out;
        if (peek() != "(")
            return out;
        (void)next();
        (void)next();
        for (std::string_view token = next(); !token.empty() && token != ")"; token = next())
            out.insert(number_in(token) + first_bit);
        return out;
    }

    // (o 96 97)
    void read_operators()
    {
        for (std::string_view token = next(); !token.empty() && token != ")"; token = next())
            add(out_.operators, token);
    }

    static void add(std::set<unsigned>& to, std::string_view token)
    {
        if (const unsigned oid = oid_in(token); oid != 0)
            to.insert(oid);
    }

    void read_field(std::string_view field)
    {
        if (nodes_.empty())
            return;
        relation_use& node = nodes_.back();
        if (field == "selectedCols")
            node.selected = columns();
        else if (field == "insertedCols")
            node.inserted = columns();
        else if (field == "updatedCols")
            node.updated = columns();
        else if (const std::string_view value = peek(); !value.empty() && !is_bracket(value[0]))
            read_value(node, field, next()); // a value may look like a field
        else if (field == "opnos")
            read_operators();
    }

    void read_value(relation_use& node, std::string_view field, std::string_view value)
    {
        if (field == "relid")
            node.relation = oid_in(value);
        else if (field == "requiredPerms")
            node.privileges = oid_in(value);
        else if (field == "funcid" || field == "aggfnoid" || field == "winfnoid")
            add(out_.functions, value);
        else if (field == "opno")
            add(out_.operators, value);
        else if (field == "consttype" || field == "resulttype")
            add(out_.types, value);
        else if (field == "vartype")
            add(out_.column_types, value);
        else if (field == "collOid")
            add(out_.collations, value);
    }

    std::string_view rest_;
    std::vector<relation_use> nodes_;
    tree_uses out_;
};

} // namespace

tree_uses uses_in(std::string_view tree) { return tree_reader(tree).run(); }

} // namespace pgsql::postgres
