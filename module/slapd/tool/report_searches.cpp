// report_searches.cpp: reports the SQL of typical client searches, its plans, and missing indexes.
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
using level = report_context::level;

struct filter_free {
    void operator()(Filter* f) const noexcept { ::filter_free(f); }
};

// The sample queries of one search, one for each statement.
std::vector<directory::sample_query> statements_of(report_context& report,
                                                   const directory::client_search& search)
{
    const std::unique_ptr<Filter, filter_free> parsed(str2filter(search.filter.c_str()));
    if (parsed == nullptr)
        throw std::runtime_error("slapd cannot parse the filter " + search.filter);
    Operation op{};
    Opheader header{};
    op.o_hdr = &header;
    op.o_bd = &report.be;
    op.o_tmpmfuncs = &ch_mfuncs;
    directory_tree tree(op, report.database);
    directory::selection selection;
    filter translated = translate_filter(parsed.get(), tree, *report.mapping, selection);
    selection.all_user = selection.all_operational = search.attributes.empty();
    for (const auto& name : search.attributes)
        if (const auto a = report.mapping->map.attribute_ignoring_case(name)) {
            selection.attributes.push_back(a);
            selection.fetched.push_back(a);
        }
    std::vector<directory::sample_query> out;
    for (const auto& k : report.mapping->map.kinds) {
        if (!k.error.empty() || (search.base_is_user && k.name != "users"))
            continue;
        filter asked = translated;
        if (search.base_is_user)
            asked =
                filter::combine(filter::node::conjunction,
                                {filter::equals(k.rdn().attribute, to_lower(report.sample.user)),
                                 filter::combine(filter::node::disjunction,
                                                 {filter::constant_of(directory::truth::yes),
                                                  std::move(translated)})});
        auto found = directory::sample_queries_for(
            report.mapping->map, k, asked, selection, k.name,
            {k.name == "groups" ? report.sample.group : report.sample.user});
        std::move(found.begin(), found.end(), std::back_inserter(out));
    }
    return out;
}

// PostgreSQL's cost of the statements of one search.
struct search_cost {
    double cost = 0;
    std::set<std::string> sequential;    ///< tables that PostgreSQL currently reads whole
    std::set<std::string> without_index; ///< such tables for which no index helps
};

struct search_verdict {
    std::string verdict;
    std::string hint;
};

search_verdict not_served(const report_context& report)
{
    for (const auto& k : report.mapping->map.kinds)
        if (!k.error.empty())
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

void report_searches(report_context& report)
{
    if (!report.mapping)
        return;
    constexpr double large = 10000; // rows; the log names missing indexes of larger tables
    const postgres::explainer explain(report.session, 0, report.limits());
    std::map<std::pair<std::string, std::vector<std::string>>, std::vector<postgres::seq_scan>>
        known; // by statement
    const auto seq_scans = [&](const postgres::statement& asked) {
        const auto [at, added] = known.try_emplace({asked.text, asked.values});
        if (added)
            try {
                at->second = explain.seq_scans(asked, report.session, report.limits());
            } catch (const postgres::error& e) {
                if (!e.caused_by_value())
                    throw;
                report.add_finding(level::note, "indexes",
                                   std::string("a search cannot be checked, since PostgreSQL "
                                               "refuses its sample value: ") +
                                       e.what());
            }
        return at->second;
    };
    json& searches = report.report["searches"] = json::array();
    std::vector<directory::sample_query> all;
    for (const auto& search : directory::client_searches(report.sample)) {
        report.progress("planning " + search.client + ": " + search.description);
        json statements = json::array();
        search_cost spent;
        for (auto& asked : statements_of(report, search)) {
            postgres::query_plan plan;
            try {
                plan =
                    postgres::explain_statement(asked.statement, report.session, report.limits());
            } catch (const postgres::error& e) {
                if (!e.caused_by_value())
                    throw;
                (void)seq_scans(asked.statement); // which reports it
                continue;
            }
            json whole = json::object();
            json guessed = json::array();
            for (const auto& scan : plan.scans)
                if (scan.index.empty()) {
                    whole[scan.table] = std::llround(explain.rows_of(scan).value_or(0));
                    if (explain.guesses(scan))
                        guessed.push_back(scan.table);
                    postgres::seq_scan extent;
                    extent.table = scan.table;
                    extent.rows = explain.rows_of(scan).value_or(0);
                    extent.guessed = explain.guesses(scan);
                    spent.sequential.insert(directory::extent_of(extent));
                }
            spent.cost += plan.cost;
            if (!search.enumerates)
                for (const auto& read : seq_scans(asked.statement))
                    spent.without_index.insert(directory::extent_of(read));
            statements.push_back({{"description", asked.description},
                                  {"sql", asked.statement.text},
                                  {"plan", plan.line},
                                  {"cost", plan.cost},
                                  {"sequential", std::move(whole)},
                                  {"guessed", std::move(guessed)}});
            asked.description =
                search.client + ": " + search.description + " (" + asked.description + ")";
            if (!search.enumerates)
                all.push_back(std::move(asked));
        }
        const auto [verdict, hint] = statements.empty()  ? not_served(report)
                                     : search.enumerates ? verdict_on_list()
                                                         : verdict_on(spent);
        searches.push_back({{"client", search.client},
                            {"description", search.description},
                            {"filter", search.filter},
                            {"verdict", verdict},
                            {"hint", hint},
                            {"cost", std::round(spent.cost * 100) / 100},
                            {"statements", std::move(statements)}});
    }
    // The sample queries of the startup checks come first, so that each index is reported for the
    // simplest search.
    auto plain = directory::sample_queries(report.mapping->map);
    std::move(all.begin(), all.end(), std::back_inserter(plain));
    report.progress("looking for missing indexes");
    for (const auto& advice : directory::missing_indexes(plain, seq_scans)) {
        const bool matters = std::any_of(advice.scans.begin(), advice.scans.end(),
                                         [&](const auto& r) { return r.rows >= large; });
        std::string hint;
        for (const auto& index : advice.indexes)
            hint += (hint.empty() ? "" : " ") + index;
        directory::index_advice text_only = advice;
        text_only.indexes.clear();
        report.add_finding(matters ? level::warning : level::note, "indexes",
                           text_only.text() +
                               (matters ? "" : "; that costs little as long as the table is small"),
                           hint);
    }
}

} // namespace pgsql::slapd
