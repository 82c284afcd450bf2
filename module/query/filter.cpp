// filter.cpp: drops from a filter what decides nothing.
#include "query/filter.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pgsql::directory {
namespace {

// Where the filter's truth is asked for and not its negation's, Undefined is as good as false
// (RFC 4511 §4.5.1.7).
filter simplify(filter tree, bool asked)
{
    using type = filter::node;
    switch (tree.type) {
    case type::constant:
        if (asked && tree.constant == truth::undefined)
            tree.constant = truth::no;
        return tree;
    case type::negation: {
        filter part = simplify(std::move(tree.parts.front()), false);
        if (part.type == type::constant)
            return simplify(filter::constant_of(part.constant == truth::yes  ? truth::no
                                                : part.constant == truth::no ? truth::yes
                                                                             : truth::undefined),
                            asked);
        tree.parts.front() = std::move(part);
        return tree;
    }
    case type::conjunction:
    case type::disjunction: {
        const truth neutral = tree.type == type::conjunction ? truth::yes : truth::no;
        const truth decisive = neutral == truth::yes ? truth::no : truth::yes;
        std::vector<filter> kept;
        for (filter& part : tree.parts) {
            filter next = simplify(std::move(part), asked);
            if (next.type == type::constant && next.constant == decisive)
                return next;
            if (next.type == tree.type) // (|(a)(|(b)(c))) is (|(a)(b)(c))
                std::move(next.parts.begin(), next.parts.end(), std::back_inserter(kept));
            else if (next.type != type::constant || next.constant != neutral)
                kept.push_back(std::move(next));
        }
        if (kept.empty())
            return filter::constant_of(neutral);
        if (kept.size() == 1)
            return std::move(kept.front());
        tree.parts = std::move(kept);
        return tree;
    }
    default:
        return tree;
    }
}

} // namespace

filter simplified(filter filter) { return simplify(std::move(filter), true); }

} // namespace pgsql::directory
