// index_advice.cpp: turns the tables that clients' searches read whole into the indexes that spare
// it.
#include "index_advice.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace pgsql::directory {
namespace {

using postgres::quote_identifier;
using postgres::whole_read;

std::string replaced(std::string in, const std::string& what, const std::string& by)
{
    for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
        in.replace(at, what.size(), by);
    return in;
}

std::string columns(const std::vector<std::string>& names)
{
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : ", ") + quote_identifier(name);
    return "(" + out + ")";
}

std::string size_of(const whole_read& table)
{
    return "all of " + table.table + " (" + (table.guessed ? "about " : "") +
           std::to_string(std::llround(table.rows)) + (table.rows == 1 ? " row)" : " rows)");
}

std::string brief(const std::string& condition)
{
    constexpr std::size_t enough = 300;
    return condition.size() <= enough ? condition : condition.substr(0, enough) + "...";
}

} // namespace

std::string index_advice::text() const
{
    std::string out = search + " reads";
    std::set<std::string> said;
    for (const whole_read& r : reads)
        if (said.insert(r.table).second)
            out += (said.size() == 1 ? " " : " and ") + size_of(r);
    for (const whole_read& r : incurable)
        out += "; no index can be named for " + r.table +
               (r.condition.empty() ? ", which the query wants to see whole"
                                    : " and the condition " + brief(r.condition));
    if (!indexes.empty())
        out += "; this spares it:";
    for (const auto& index : indexes)
        out += " " + index;
    return out;
}

std::vector<index_advice> missing_indexes(const std::vector<probe>& searches,
                                          const whole_reads_of& whole_reads)
{
    std::vector<index_advice> out;
    std::set<std::string> named;
    std::set<std::string> curable;
    for (const probe& search : searches) {
        index_advice found{search.what, whole_reads(search.asked), {}, {}};
        const auto index = [&](const whole_read& on, const std::string& definition) {
            std::string statement = "CREATE INDEX ON " + on.table + " " + definition + ";";
            curable.insert(on.table);
            if (named.insert(statement).second)
                found.indexes.push_back(std::move(statement));
        };
        if (found.reads.empty())
            continue;
        for (const auto& part : search.parts)
            for (const whole_read& r : whole_reads(part.asked))
                if (!part.index.empty() && !r.shown.empty())
                    index(r, replaced(part.index, part.column, quote_identifier(r.shown)));
        for (const whole_read& r : found.reads)
            if (!r.keys.empty())
                index(r, columns(r.keys));
        out.push_back(std::move(found));
    }
    // What else a table lacks shows when it has the indexes that are known.
    for (index_advice& a : out)
        std::copy_if(a.reads.begin(), a.reads.end(), std::back_inserter(a.incurable),
                     [&](const whole_read& r) { return !curable.contains(r.table); });
    std::erase_if(out, [](const auto& a) { return a.indexes.empty() && a.incurable.empty(); });
    return out;
}

} // namespace pgsql::directory
