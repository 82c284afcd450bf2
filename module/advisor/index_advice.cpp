// index_advice.cpp: suggests indexes for client searches that read whole tables.
#include "advisor/index_advice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <set>

namespace pgsql::directory {
namespace {

using postgres::seq_scan;

std::string replaced(std::string in, const std::string& text, const std::string& by)
{
    for (auto at = in.find(text); at != std::string::npos; at = in.find(text, at + by.size()))
        in.replace(at, text.size(), by);
    return in;
}

std::string columns(const std::vector<std::string>& parts)
{
    std::string out;
    for (const auto& part : parts)
        out += (out.empty() ? "" : ", ") + part;
    return "(" + out + ")";
}

std::string shorten(const std::string& condition)
{
    constexpr std::size_t limit = 300;
    return condition.size() <= limit ? condition : condition.substr(0, limit) + "...";
}

// Without statistics on an expression, PostgreSQL assumes that a partial index with a condition on
// it contains most rows.
std::string statistics(const seq_scan& on, const std::string& column)
{
    if (!on.has_statistics)
        return "CREATE INDEX ON " + on.table + " (" + on.output_column + "); ANALYZE " + on.table +
               ";";
    std::string name =
        "back_pgsql_" + on.table.substr(on.table.find('.') + 1) + column.substr(column.find('.'));
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '.' ? '_' : c;
    });
    std::erase_if(name,
                  [](char c) { return c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9'); });
    return "CREATE STATISTICS " + name + " ON " + on.output_column + " FROM " + on.table +
           "; ANALYZE " + on.table + ";";
}

// Adds the reason to the scans of a table for which a part of the search can have no index.
void explain_lack(std::vector<seq_scan>& reads, const seq_scan& part)
{
    for (seq_scan& r : reads) {
        if (r.table != part.table || part.shown_problem.empty())
            continue;
        if (r.keys_problem.empty())
            r.keys_problem = part.shown_problem;
        if (r.joined) // an index on the join key would not avoid reading every row
            r.key_columns.clear();
    }
}

} // namespace

std::string extent_of(const seq_scan& table)
{
    return "all of " + table.table + " (" + (table.guessed ? "about " : "") +
           std::to_string(std::llround(table.rows)) + (table.rows == 1 ? " row)" : " rows)");
}

std::string index_advice::text() const
{
    std::string out = search + " reads";
    std::set<std::string> listed;
    for (const seq_scan& r : scans)
        if (listed.insert(r.table).second)
            out += (listed.size() == 1 ? " " : " and ") + extent_of(r);
    for (const seq_scan& r : not_indexable)
        out += "; no index to suggest for " + r.table +
               (r.condition.empty() ? ": the query requires a full scan"
                                    : " and the condition " + shorten(r.condition)) +
               (r.keys_problem.empty() ? "" : ": " + shorten(r.keys_problem));
    if (!indexes.empty())
        out += "; missing index:";
    for (const auto& index : indexes)
        out += " " + index;
    return out;
}

std::vector<index_advice> missing_indexes(const std::vector<sample_query>& searches,
                                          const find_seq_scans& seq_scans_of)
{
    std::vector<index_advice> out;
    std::set<std::string> named;
    std::set<std::string> indexable;
    for (const sample_query& search : searches) {
        index_advice found{search.description, seq_scans_of(search.statement), {}, {}};
        const auto add = [&](const seq_scan& on, std::string statement) {
            indexable.insert(on.table);
            if (named.insert(statement).second)
                found.indexes.push_back(std::move(statement));
        };
        const auto index = [&](const seq_scan& on, const std::string& definition) {
            add(on, "CREATE INDEX ON " + on.table + " " + definition + ";");
        };
        if (found.scans.empty())
            continue;
        std::set<std::string> shown; // tables with indexes for the parts' output columns
        for (const auto& part : search.parts)
            for (const seq_scan& r : seq_scans_of(part.statement)) {
                if (part.index.empty())
                    continue;
                if (r.output_column.empty()) {
                    explain_lack(found.scans, r);
                    continue;
                }
                shown.insert(r.table);
                index(r, replaced(part.index, part.column, r.output_column));
                if (r.output_column.starts_with('(') && part.index.starts_with("((true)) WHERE"))
                    add(r, statistics(r, part.column));
            }
        // Prefer the part's expression, which is a simpler form of the one in the search.
        for (const seq_scan& r : found.scans)
            if (!r.key_columns.empty() && !(r.computed && shown.contains(r.table)))
                index(r, columns(r.key_columns));
        out.push_back(std::move(found));
    }
    // Further problems of a table can be found only once it has the suggested indexes.
    std::set<std::array<std::string, 3>> told;
    for (index_advice& a : out)
        std::copy_if(a.scans.begin(), a.scans.end(), std::back_inserter(a.not_indexable),
                     [&](const seq_scan& r) {
                         return !indexable.contains(r.table) &&
                                told.insert({r.table, r.condition, r.keys_problem}).second;
                     });
    std::erase_if(out, [](const auto& a) { return a.indexes.empty() && a.not_indexable.empty(); });
    return out;
}

} // namespace pgsql::directory
