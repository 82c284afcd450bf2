// Whatever the filter, its SQL is made of the configuration alone and uses each parameter.
#include "fuzz/filter_input.hpp"
#include "fuzz/filter_kinds.hpp"
#include "fuzz/filter_statement.hpp"
#include "fuzz/require.hpp"
#include "query/condition_compiler.hpp"
#include "query/query_planner.hpp"

#include <algorithm>
#include <functional>

using namespace pgsql::fuzz;
using namespace pgsql::directory;
using pgsql::postgres::statement;

namespace {

// The filter's value where each term has one, by chance.
truth evaluate(const filter& what)
{
    truth out = truth::yes;
    switch (what.type) {
    case filter::node::constant:
        return what.constant;
    case filter::node::negation:
        out = evaluate(what.parts.front());
        return out == truth::undefined ? out : out == truth::yes ? truth::no : truth::yes;
    case filter::node::conjunction:
        for (const filter& part : what.parts)
            out = std::min(out, evaluate(part));
        return out;
    case filter::node::disjunction:
        out = truth::no;
        for (const filter& part : what.parts)
            out = std::max(out, evaluate(part));
        return out;
    default:
        return static_cast<truth>(std::hash<std::string>()(what.value + what.name) % 3);
    }
}

} // namespace

// The first line is a letter that chooses the mapping; the rest is a filter.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view input = text_of(data, size);
    const std::string_view line = take_line(input);
    const mapping& all = current_mapping(line.empty() ? 'a' : line.front());
    const filter given = translate_filter(input);
    const filter what = simplified(given);
    require((evaluate(given) == truth::yes) == (evaluate(what) == truth::yes),
            "a simpler filter means the same");
    for (const kind& k : all.kinds) {
        statement made;
        condition_compiler compiler(all, k, made);
        const condition found = compiler.compile(what);
        require(found.type == condition::form::sql || made.values.empty(),
                "without SQL, no values");
        made.text = "SELECT 1 FROM (" + k.list.text + ") AS e WHERE " +
                    (found.type == condition::form::sql ? found.text() : "true");
        require_sound(made);
        const auto plan = make_plan(all, k, simplified_for(k, what),
                                    {.attributes = {attribute_id(0), attribute_id(1)}});
        if (!plan)
            continue;
        require_sound(plan->page_statement(std::nullopt, true));
        require_sound(plan->page_statement("ann", true));
        require_sound(plan->page_statement(std::nullopt, false));
        require_sound(plan->names("ann", 1, 2));
    }
    return 0;
}
