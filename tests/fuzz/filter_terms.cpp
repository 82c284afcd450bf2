// filter_terms.cpp: reads the terms of a filter.
#include "fuzz/filter_input.hpp"
#include "fuzz/filter_kinds.hpp"

namespace pgsql::fuzz {

using directory::filter;
using type = filter::node;

char take(std::string_view& input)
{
    if (input.empty())
        return ')';
    const char c = input.front();
    input.remove_prefix(1);
    return c;
}

// Up to the end of the term, or to `separator`.
std::string take_value(std::string_view& input, char separator, bool& ended)
{
    std::string out;
    for (;;) {
        ended = input.empty() || input.front() == ')';
        if (ended)
            return out;
        const char c = take(input);
        if (c == separator)
            return out;
        out += c == '\\' && !input.empty() ? take(input) : c;
    }
}

// One of the first ids, or none.
template <typename Id> static Id take_id(std::string_view& input, int count)
{
    const int index = take(input) % count;
    return index < 0 ? Id() : Id(static_cast<std::size_t>(index));
}

filter read_term(char column, std::string_view& input)
{
    bool ended = false;
    const directory::attribute_id attribute = attribute_of(column, take(input));
    const char operation = take(input);
    filter out = filter::present(attribute);
    switch (operation) {
    case '=':
        return filter::equals(attribute, take_value(input, ')', ended));
    case '>':
        return filter::compares(type::at_least, attribute, take_value(input, ')', ended));
    case '<':
        return filter::compares(type::at_most, attribute, take_value(input, ')', ended));
    case '~':
        do
            out.pieces.push_back(take_value(input, '*', ended));
        while (!ended);
        return filter::contains(attribute, std::move(out.pieces));
    case '@': // (member=uid=NAME,…)
        out = filter::equals(attribute, "uid=x,dc=example,dc=com");
        out.above = {take_id<directory::container_id>(input, 3)};
        out.rdn = take_id<directory::attribute_id>(input, 2);
        out.name = take_value(input, ')', ended);
        return out;
    case '#':
        out.type = type::entry_name;
        out.above = {take_id<directory::container_id>(input, 3)};
        out.value = take_value(input, ')', ended);
        return out;
    default:
        return out;
    }
}

} // namespace pgsql::fuzz
