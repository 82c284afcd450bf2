// index_advice.cpp: turns the tables that clients' searches read whole into the indexes that spare
// it.
#include "advisor/index_advice.hpp"

#include <algorithm>
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

std::string brief(const std::string& condition)
{
    constexpr std::size_t enough = 300;
    return condition.size() <= enough ? condition : condition.substr(0, enough) + "...";
}

// A partial index on what is computed looks as if it had most rows, since PostgreSQL knows nothing
// of the values: it needs statistics on them.
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

// Of the reads of a search, those of a table that one of its parts has no index for.
void explain_lack(std::vector<seq_scan>& reads, const seq_scan& part)
{
    for (seq_scan& r : reads) {
        if (r.table != part.table || part.shown_problem.empty())
            continue;
        if (r.keys_problem.empty())
            r.keys_problem = part.shown_problem;
        if (r.joined) // by which every row is found
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
    std::set<std::string> said;
    for (const seq_scan& r : scans)
        if (said.insert(r.table).second)
            out += (said.size() == 1 ? " " : " and ") + extent_of(r);
    for (const seq_scan& r : not_indexable)
        out += "; no index can be named for " + r.table +
               (r.condition.empty() ? ", which the query wants to see whole"
                                    : " and the condition " + brief(r.condition)) +
               (r.keys_problem.empty() ? "" : ": " + brief(r.keys_problem));
    if (!indexes.empty())
        out += "; this spares it:";
    for (const auto& index : indexes)
        out += " " + index;
    return out;
}

std::vector<index_advice> missing_indexes(const std::vector<sample_query>& searches,
                                          const find_seq_scans& whole_reads)
{
    std::vector<index_advice> out;
    std::set<std::string> named;
    std::set<std::string> curable;
    for (const sample_query& search : searches) {
        index_advice found{search.description, whole_reads(search.statement), {}, {}};
        const auto add = [&](const seq_scan& on, std::string statement) {
            curable.insert(on.table);
            if (named.insert(statement).second)
                found.indexes.push_back(std::move(statement));
        };
        const auto index = [&](const seq_scan& on, const std::string& definition) {
            add(on, "CREATE INDEX ON " + on.table + " " + definition + ";");
        };
        if (found.scans.empty())
            continue;
        std::set<std::string> shown; // tables with indexes for what is shown
        for (const auto& part : search.parts)
            for (const seq_scan& r : whole_reads(part.statement)) {
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
        // An expression is compared as the search has it, of which the part is the plainer form.
        for (const seq_scan& r : found.scans)
            if (!r.key_columns.empty() && !(r.computed && shown.contains(r.table)))
                index(r, columns(r.key_columns));
        out.push_back(std::move(found));
    }
    // What else a table lacks shows when it has the indexes that are known.
    for (index_advice& a : out)
        std::copy_if(a.scans.begin(), a.scans.end(), std::back_inserter(a.not_indexable),
                     [&](const seq_scan& r) { return !curable.contains(r.table); });
    std::erase_if(out, [](const auto& a) { return a.indexes.empty() && a.not_indexable.empty(); });
    return out;
}

} // namespace pgsql::directory
