// value_checks.cpp: determines which values of a request PostgreSQL accepts as parameters.
#include "slapd/entry/value_checks.hpp"

#include "mapping/assertion.hpp"

#include "postgres/parameter_expressions.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// If a request has more new characters than these statements can check, the rest stay unknown.
constexpr int most_statements = 64;

void collect_unknown(const directory::filter& filter, const directory::character_set& known,
                     std::set<std::string>& out)
{
    if (directory::is_valid_utf8(filter.value))
        known.collect_unknown(filter.value, out);
    for (const directory::filter& part : filter.parts)
        collect_unknown(part, known, out);
}

bool is_taken(Operation& op, service& service, const std::string& text)
{
    try {
        (void)while_waiting(op, service, [&](const postgres::wait_options& options) {
            return service.pool().run({"SELECT $1::text IS NULL", {text}}, options);
        });
        return true;
    } catch (const postgres::error& e) {
        if (!e.caused_by_character())
            throw;
        return false;
    }
}

std::optional<std::string> failure_of(Operation& op, service& service,
                                      const postgres::statement& query)
{
    try {
        (void)while_waiting(op, service, [&](const postgres::wait_options& options) {
            return service.pool().with_connection(options, [&](postgres::connection& session) {
                return session.run_once(query, options);
            });
        });
        return std::nullopt;
    } catch (const postgres::error& e) {
        if (!e.caused_by_value())
            throw;
        return e.what();
    }
}

// Statements with the query's parameter that read no rows: the query fails for every value for
// which they fail.
std::vector<postgres::query_text> without_rows(const postgres::query_text& query)
{
    // PostgreSQL evaluates constant expressions, including the parameter, during planning. It
    // evaluates domain constraints and VOLATILE functions later.
    constexpr std::string_view explain = "EXPLAIN ";
    std::vector<postgres::query_text> out = {query};
    out.front().text.insert(0, explain);
    for (auto& offset : out.front().offsets)
        offset += explain.size();
    for (const std::string& expression : postgres::parameter_expressions(query))
        out.push_back(postgres::parse_placeholders("SELECT " + expression + " IS NULL"));
    return out;
}

// Why PostgreSQL rejects this value but not others; nothing if it accepts the value.
std::optional<std::string> refusal_of(Operation& op, service& service,
                                      const directory::requested_value& requested,
                                      const postgres::error& why)
{
    // PostgreSQL parses a LIKE pattern only during the comparison.
    if (why.sqlstate() == "22025" && requested.value.find('\\') != std::string::npos)
        return why.what();
    for (const postgres::query_text& query : without_rows(requested.query->query)) {
        const auto reason = failure_of(op, service, {query.text, {requested.value}});
        if (!reason)
            continue;
        const std::vector<postgres::statement> others = {
            {query.with_parameter("NULL"), {}}, {query.text, {"1"}}, {query.text, {"a"}}};
        if (std::any_of(others.begin(), others.end(),
                        [&](const auto& other) { return !failure_of(op, service, other); }))
            return reason;
    }
    return std::nullopt;
}

} // namespace

void learn_characters(Operation& op, service& service, const resolved_mapping& mapping,
                      const directory::filter& filter)
{
    directory::character_set* known = mapping.map.characters.get();
    if (known == nullptr)
        return;
    std::set<std::string> unknown;
    collect_unknown(filter, *known, unknown);
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
        const bool taken = is_taken(op, service, text);
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

void check_asked_values(Operation& op, service& service, const resolved_mapping& mapping,
                        const directory::plan& plan, const postgres::error& why)
{
    value_refused out;
    for (const directory::requested_value& requested : plan.requested_values) {
        const auto reason = refusal_of(op, service, requested, why);
        if (!reason)
            continue;
        out.values.push_back(requested);
        const std::string directive = "pgsql-lookup " + plan.entry_kind->name + ' ' +
                                      mapping.map.attributes[requested.query->attribute].name;
        service.log({log_event::value_refused, directive,
                     "PostgreSQL rejects a requested value; no entry matches it: " + *reason});
    }
    if (!out.values.empty())
        throw out;
}

} // namespace pgsql::slapd
