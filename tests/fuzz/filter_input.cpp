// filter_input.cpp: reads any bytes as a filter tree, in a form that is like RFC 4515's.
#include "fuzz/filter_input.hpp"

namespace pgsql::fuzz {
namespace {

using directory::filter;
using directory::truth;
using type = filter::node;

constexpr int deepest = 400; // slapd reads filters of 1000 levels (SLAP_MAX_FILTER_DEPTH)

} // namespace

filter translate_filter(std::string_view& input, int depth)
{
    bool ended = false;
    const char head = take(input);
    filter out;
    switch (head) {
    case '&':
    case '|':
    case '!':
        out.type = head == '&'   ? type::conjunction
                   : head == '|' ? type::disjunction
                                 : type::negation;
        while (depth < deepest && !input.empty() && input.front() == '(' &&
               (head != '!' || out.parts.empty())) {
            (void)take(input);
            out.parts.push_back(translate_filter(input, depth + 1));
            (void)take(input); // )
        }
        if (head == '!' && out.parts.empty())
            out.parts.emplace_back();
        return out;
    case 'T':
        return filter::constant_of(truth::yes);
    case 'F':
        return filter::constant_of(truth::no);
    case 'U':
        return filter::constant_of(truth::undefined);
    case 'O':
        return out; // opaque
    case 'C':
        out.type = type::object_class;
        out.value = take_value(input, ')', ended);
        return out;
    default:
        return read_term(head, input);
    }
}

} // namespace pgsql::fuzz
