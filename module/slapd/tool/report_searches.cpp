// report_searches.cpp: turns the searches that clients send into their SQL, its plans, and the
// indexes they lack.
#include "slapd/tool/report_context.hpp"

#include "slapd/entry/filter_translator.hpp"

#include "advisor/explain.hpp"
#include "advisor/index_advice.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

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

} // namespace

void examine_searches(examination& of)
{
    if (!of.mapping)
        return;
    constexpr double large = 10000; // rows, from which on the log names indexes
    const postgres::explainer explain(of.session, 0, of.limits());
    const auto whole_reads = [&](const postgres::statement& asked) {
        return explain.whole_reads(asked, of.session, of.limits());
    };
    json& searches = of.report["searches"] = json::array();
    std::vector<directory::probe> all;
    for (const auto& search : directory::client_searches(of.of)) {
        of.progress("planning " + search.client + ": " + search.what);
        json statements = json::array();
        for (auto& asked : statements_of(of, search)) {
            const auto plan = postgres::plan_of(asked.asked, of.session, of.limits());
            json whole = json::object();
            json guessed = json::array();
            for (const auto& scan : plan.scans)
                if (scan.index.empty()) {
                    whole[scan.table] = std::llround(explain.rows_of(scan).value_or(0));
                    if (explain.guesses(scan))
                        guessed.push_back(scan.table);
                }
            statements.push_back({{"what", asked.what},
                                  {"sql", asked.asked.text},
                                  {"plan", plan.line},
                                  {"sequential", std::move(whole)},
                                  {"guessed", std::move(guessed)}});
            asked.what = search.client + ": " + search.what + " (" + asked.what + ")";
            if (!search.of_all)
                all.push_back(std::move(asked));
        }
        searches.push_back({{"client", search.client},
                            {"what", search.what},
                            {"filter", search.filter},
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
