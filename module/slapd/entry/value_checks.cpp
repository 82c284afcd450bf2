// value_checks.cpp: finds out which values of a request PostgreSQL takes as parameters.
#include "slapd/entry/value_checks.hpp"

#include "postgres/parameter_expressions.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// A request that brings more new characters than these statements can tell apart is answered
// without knowing the rest.
constexpr int most_statements = 64;

void collect_unknown(const directory::filter& what, const directory::character_set& known,
                     std::set<std::string>& to)
{
    if (directory::storable(what.value))
        known.collect_unknown(what.value, to);
    for (const directory::filter& part : what.parts)
        collect_unknown(part, known, to);
}

bool is_taken(Operation& op, service& with, const std::string& text)
{
    try {
        (void)while_waiting(op, with, [&](const postgres::patience& limits) {
            return with.pool().run({"SELECT $1::text IS NULL", {text}}, limits);
        });
        return true;
    } catch (const postgres::error& e) {
        if (!e.about_a_character())
            throw;
        return false;
    }
}

std::optional<std::string> failure_of(Operation& op, service& with,
                                      const postgres::statement& query)
{
    try {
        (void)while_waiting(op, with, [&](const postgres::patience& limits) {
            return with.pool().with_connection(limits, [&](postgres::connection& session) {
                return session.run_once(query, limits);
            });
        });
        return std::nullopt;
    } catch (const postgres::error& e) {
        if (!e.about_a_value())
            throw;
        return e.what();
    }
}

// Statements with the query's parameter that read no rows: what they fail for, the query fails for,
// whatever the rows are.
std::vector<postgres::query_text> without_rows(const postgres::query_text& query)
{
    // PostgreSQL computes what is constant while it plans, and the parameter is. What it computes
    // later are constraints of domains and functions that are VOLATILE.
    constexpr std::string_view explain = "EXPLAIN ";
    std::vector<postgres::query_text> out = {query};
    out.front().text.insert(0, explain);
    for (auto& place : out.front().places)
        place += explain.size();
    for (const std::string& expression : postgres::parameter_expressions(query))
        out.push_back(postgres::parse_placeholders("SELECT " + expression + " IS NULL"));
    return out;
}

// Why PostgreSQL refuses the value, and not others in its place; nothing if it does not.
std::optional<std::string> refusal_of(Operation& op, service& with,
                                      const directory::asked_value& asked,
                                      const postgres::error& why)
{
    // It reads the pattern of LIKE only while it compares.
    if (why.sqlstate() == "22025" && asked.value.find('\\') != std::string::npos)
        return why.what();
    for (const postgres::query_text& query : without_rows(asked.by->query)) {
        const auto reason = failure_of(op, with, {query.text, {asked.value}});
        if (!reason)
            continue;
        const std::vector<postgres::statement> others = {
            {query.with_parameter("NULL"), {}}, {query.text, {"1"}}, {query.text, {"a"}}};
        if (std::any_of(others.begin(), others.end(),
                        [&](const auto& other) { return !failure_of(op, with, other); }))
            return reason;
    }
    return std::nullopt;
}

} // namespace

void learn_characters(Operation& op, service& with, const bound& mapping,
                      const directory::filter& what)
{
    directory::character_set* known = mapping.map.characters.get();
    if (known == nullptr)
        return;
    std::set<std::string> unknown;
    collect_unknown(what, *known, unknown);
    if (unknown.empty())
        return;
    const std::vector<std::string> characters(unknown.begin(), unknown.end());
    std::vector<std::pair<std::size_t, std::size_t>> ranges = {{0, characters.size()}};
    for (int i = 0; i < most_statements && !ranges.empty(); ++i) {
        const auto [begin, end] = ranges.back();
        ranges.pop_back();
        std::string text;
        for (std::size_t at = begin; at < end; ++at)
            text += characters[at] + ' ';
        const bool taken = is_taken(op, with, text);
        if (taken || end - begin == 1) {
            for (std::size_t at = begin; at < end; ++at)
                known->learn(characters[at], taken);
        } else {
            const std::size_t middle = begin + (end - begin) / 2;
            ranges.emplace_back(middle, end);
            ranges.emplace_back(begin, middle);
        }
    }
}

void check_asked_values(Operation& op, service& with, const bound& mapping,
                        const directory::plan& from, const postgres::error& why)
{
    value_refused out;
    for (const directory::asked_value& asked : from.asked) {
        const auto reason = refusal_of(op, with, asked, why);
        if (!reason)
            continue;
        out.values.push_back(asked);
        const std::string directive =
            "pgsql-lookup " + from.of->name + ' ' +
            mapping.map.attributes[static_cast<std::size_t>(asked.by->attribute)].name;
        with.complain("refused " + directive,
                      directive +
                          ": PostgreSQL refuses a value that a client asks for, and no "
                          "entry is found by it: " +
                          *reason,
                      3600);
    }
    if (!out.values.empty())
        throw out;
}

} // namespace pgsql::slapd
