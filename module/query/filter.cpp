// filter.cpp: drops from a filter what decides nothing.
#include "query/filter.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pgsql::directory {
namespace {

// Where the filter's truth is asked for and not its negation's, Undefined is as good as false
// (RFC 4511 §4.5.1.7).
filter simplify(filter what, bool asked)
{
    using type = filter::type;
    switch (what.what) {
    case type::constant:
        if (asked && what.constant == truth::undefined)
            what.constant = truth::no;
        return what;
    case type::negation: {
        filter part = simplify(std::move(what.parts.front()), false);
        if (part.what == type::constant)
            return simplify(filter::of(part.constant == truth::yes  ? truth::no
                                       : part.constant == truth::no ? truth::yes
                                                                    : truth::undefined),
                            asked);
        what.parts.front() = std::move(part);
        return what;
    }
    case type::conjunction:
    case type::disjunction: {
        const truth neutral = what.what == type::conjunction ? truth::yes : truth::no;
        const truth decisive = neutral == truth::yes ? truth::no : truth::yes;
        std::vector<filter> kept;
        for (filter& part : what.parts) {
            filter next = simplify(std::move(part), asked);
            if (next.what == type::constant && next.constant == decisive)
                return next;
            if (next.what == what.what) // (|(a)(|(b)(c))) is (|(a)(b)(c))
                std::move(next.parts.begin(), next.parts.end(), std::back_inserter(kept));
            else if (next.what != type::constant || next.constant != neutral)
                kept.push_back(std::move(next));
        }
        if (kept.empty())
            return filter::of(neutral);
        if (kept.size() == 1)
            return std::move(kept.front());
        what.parts = std::move(kept);
        return what;
    }
    default:
        return what;
    }
}

} // namespace

filter simplified(filter what) { return simplify(std::move(what), true); }

} // namespace pgsql::directory
