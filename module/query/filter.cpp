// filter.cpp: drops from a filter what decides nothing.
#include "query/filter.hpp"

#include <iterator>
#include <numeric>
#include <utility>

namespace pgsql::directory {
namespace {

class simplifier {
public:
    explicit simplifier(const leaf_values& known) : known_(known) {}

    // Where the filter's truth is asked for and not its negation's, Undefined is as good as false
    // (RFC 4511 §4.5.1.7).
    [[nodiscard]] filter run(const filter& tree, bool asked) const
    {
        switch (tree.type) {
        case filter::node::constant:
            return constant(tree.constant, asked);
        case filter::node::negation:
            return negation(tree, asked);
        case filter::node::conjunction:
        case filter::node::disjunction:
            return terms(tree, asked);
        default:
            if (const auto value = known_(tree))
                return constant(*value, asked);
            return tree;
        }
    }

private:
    static filter constant(truth value, bool asked)
    {
        return filter::constant_of(asked && value == truth::undefined ? truth::no : value);
    }

    [[nodiscard]] filter negation(const filter& tree, bool asked) const
    {
        filter part = run(tree.parts.front(), false);
        if (part.type == filter::node::constant)
            return constant(part.constant == truth::yes  ? truth::no
                            : part.constant == truth::no ? truth::yes
                                                         : truth::undefined,
                            asked);
        filter out{.type = tree.type};
        out.parts.push_back(std::move(part));
        return out;
    }

    [[nodiscard]] filter terms(const filter& tree, bool asked) const
    {
        const truth neutral = tree.type == filter::node::conjunction ? truth::yes : truth::no;
        const truth decisive = neutral == truth::yes ? truth::no : truth::yes;
        filter out{.type = tree.type};
        out.parts.reserve(tree.parts.size());
        for (const filter& part : tree.parts) {
            filter next = run(part, asked);
            if (next.type == filter::node::constant && next.constant == decisive)
                return next;
            if (next.type == tree.type) // (|(a)(|(b)(c))) is (|(a)(b)(c))
                std::move(next.parts.begin(), next.parts.end(), std::back_inserter(out.parts));
            else if (next.type != filter::node::constant || next.constant != neutral)
                out.parts.push_back(std::move(next));
        }
        if (out.parts.empty())
            return filter::constant_of(neutral);
        if (out.parts.size() == 1) {
            filter only = std::move(out.parts.front());
            return only;
        }
        return out;
    }

    const leaf_values& known_;
};

} // namespace

filter simplified(const filter& tree, const leaf_values& known)
{
    return simplifier(known).run(tree, true);
}

std::size_t terms_in(const filter& tree)
{
    if (tree.parts.empty())
        return 1;
    return std::accumulate(
        tree.parts.begin(), tree.parts.end(), std::size_t{0},
        [](std::size_t sum, const filter& part) { return sum + terms_in(part); });
}

} // namespace pgsql::directory
