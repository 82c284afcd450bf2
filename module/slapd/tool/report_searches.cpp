// report_searches.cpp: turns the searches that clients send into their SQL, its plans, and the
// indexes they lack.
#include "slapd/tool/report_context.hpp"

#include "slapd/entry/filter_translator.hpp"

#include "advisor/explain.hpp"
#include "advisor/index_advice.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

namespace pgsql::slapd {
namespace {

using directory::filter;
using nlohmann::json;
using level = examination::level;

struct filter_free {
    void operator()(Filter* f) const noexcept { ::filter_free(f); }
};

// What answers one search: a probe for each statement.
std::vector<directory::probe> statements_of(examination& of, const directory::client_search& search)
{
    const std::unique_ptr<Filter, filter_free> parsed(str2filter(search.filter.c_str()));
    if (parsed == nullptr)
        throw std::runtime_error("slapd does not read the filter " + search.filter);
    directory::wanted parts;
    filter what = read_filter(parsed.get(), of.with.where(), *of.mapping, parts);
    parts.everything = parts.operational = search.attributes.empty();
    for (const auto& name : search.attributes)
        if (const int a = of.mapping->map.attribute_folded(name); a >= 0) {
            parts.attributes.push_back(a);
            parts.delivered.push_back(a);
        }
    std::vector<directory::probe> out;
    for (const auto& k : of.mapping->map.kinds) {
        if (!k.problem.empty() || (search.of_user_entry && k.name != "users"))
            continue;
        filter asked = what;
        if (search.of_user_entry)
            asked = filter::combine(
                filter::type::conjunction,
                {filter::equals(k.rdn().attribute, folded(of.of.user)),
                 filter::combine(filter::type::disjunction,
                                 {filter::of(directory::truth::yes), std::move(what)})});
        auto found = directory::probes_of(of.mapping->map, k, asked, parts, k.name,
                                          {k.name == "groups" ? of.of.group : of.of.user});
        std::move(found.begin(), found.end(), std::back_inserter(out));
    }
    return out;
}

// What PostgreSQL does for the statements of one search.
struct search_cost {
    double cost = 0;
    std::set<std::string> sequential;    ///< tables that it would read from end to end today
    std::set<std::string> without_index; ///< those of them for which no index helps
};

struct search_verdict {
    std::string verdict;
    std::string hint;
};

search_verdict not_served(const examination& of)
{
    for (const auto& k : of.mapping->map.kinds)
        if (!k.problem.empty())
            return {"not served", k.name + " has an error, see the findings"};
    return {"not served", "no entry can match the filter"};
}

search_verdict verdict_on_list() { return {"reads the table", "it asks for all entries"}; }

search_verdict verdict_on(const search_cost& spent)
{
    const auto list = [](const std::set<std::string>& tables) {
        std::string out;
        for (const auto& table : tables)
            out += (out.empty() ? "" : ", ") + table;
        return out;
    };
    if (!spent.without_index.empty())
        return {"reads the table", list(spent.without_index) + "; see the findings on indexes"};
    if (!spent.sequential.empty())
        return {"index", "PostgreSQL prefers to read " + list(spent.sequential)};
    return {"index", ""};
}

} // namespace

void examine_searches(examination& of)
{
    if (!of.mapping)
        return;
    constexpr double large = 10000; // rows, from which on the log names indexes
    const postgres::explainer explain(of.session, 0, of.limits());
    std::map<std::pair<std::string, std::vector<std::string>>, std::vector<postgres::whole_read>>
        known; // by the statement
    const auto whole_reads = [&](const postgres::statement& asked) {
        const auto [at, added] = known.try_emplace({asked.text, asked.values});
        if (added)
            at->second = explain.whole_reads(asked, of.session, of.limits());
        return at->second;
    };
    json& searches = of.report["searches"] = json::array();
    std::vector<directory::probe> all;
    for (const auto& search : directory::client_searches(of.of)) {
        of.progress("planning " + search.client + ": " + search.what);
        json statements = json::array();
        search_cost spent;
        for (auto& asked : statements_of(of, search)) {
            const auto plan = postgres::plan_of(asked.asked, of.session, of.limits());
            json whole = json::object();
            json guessed = json::array();
            for (const auto& scan : plan.scans)
                if (scan.index.empty()) {
                    whole[scan.table] = std::llround(explain.rows_of(scan).value_or(0));
                    if (explain.guesses(scan))
                        guessed.push_back(scan.table);
                    postgres::whole_read extent;
                    extent.table = scan.table;
                    extent.rows = explain.rows_of(scan).value_or(0);
                    extent.guessed = explain.guesses(scan);
                    spent.sequential.insert(directory::extent_of(extent));
                }
            spent.cost += plan.cost;
            if (!search.of_all)
                for (const auto& read : whole_reads(asked.asked))
                    spent.without_index.insert(directory::extent_of(read));
            statements.push_back({{"what", asked.what},
                                  {"sql", asked.asked.text},
                                  {"plan", plan.line},
                                  {"cost", plan.cost},
                                  {"sequential", std::move(whole)},
                                  {"guessed", std::move(guessed)}});
            asked.what = search.client + ": " + search.what + " (" + asked.what + ")";
            if (!search.of_all)
                all.push_back(std::move(asked));
        }
        const auto [verdict, hint] = statements.empty() ? not_served(of)
                                     : search.of_all    ? verdict_on_list()
                                                        : verdict_on(spent);
        searches.push_back({{"client", search.client},
                            {"what", search.what},
                            {"filter", search.filter},
                            {"verdict", verdict},
                            {"hint", hint},
                            {"cost", std::round(spent.cost * 100) / 100},
                            {"statements", std::move(statements)}});
    }
    // What the log says at a start comes first, so that each index is named for the plainest
    // search.
    auto plain = directory::probes(of.mapping->map);
    std::move(all.begin(), all.end(), std::back_inserter(plain));
    of.progress("looking for missing indexes");
    for (const auto& advice : directory::missing_indexes(plain, whole_reads)) {
        const bool matters = std::any_of(advice.reads.begin(), advice.reads.end(),
                                         [&](const auto& r) { return r.rows >= large; });
        std::string mend;
        for (const auto& index : advice.indexes)
            mend += (mend.empty() ? "" : " ") + index;
        directory::index_advice said = advice;
        said.indexes.clear();
        of.find(matters ? level::warning : level::note, "indexes",
                said.text() + (matters ? "" : "; that costs little as long as the table is small"),
                mend);
    }
}

} // namespace pgsql::slapd
