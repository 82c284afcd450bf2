// dummy_hash.cpp: chooses the hash that is verified for names that do not exist.
#include "slapd/serving/dummy_hash.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

// Chooses the dummy hash: the most frequent cost among a sample of the stored hashes, so that binds
// with unknown names take as long; and a user whose row is read for them, if the login filter has a
// subquery or calls a function. The time is limited, since all operations wait for it, and a
// slow list query must not delay lookups.
void choose_dummy_hash(resolved_mapping& mapping, postgres::pool& pool,
                       const auth::hash_budget& budget, double timeout,
                       postgres::wait_options options)
{
    // The memory is limited, too: hashes that exceed the budget are rejected without a check.
    const auto fits = [&](const auth::password_hash& dummy) {
        return dummy.cost().memory_kib <= budget.memory_kib;
    };
    mapping.dummy = auth::parse_hash(auth::default_cost_prefix)->dummy();
    if (!fits(*mapping.dummy))
        mapping.dummy = auth::parse_hash("$6$")->dummy();
    const auto users = mapping.map.kind_named("users");
    if (!users)
        return;
    const directory::kind& k = mapping.map.kinds[users];
    if (!k.error.empty() || k.password_column.empty())
        return;
    postgres::statement sample;
    const std::string column = postgres::quote_identifier(k.password_column);
    sample.text = "SELECT " + column + ", " + postgres::quote_identifier(k.rdn().column) +
                  "::text FROM (" + k.list.text + ") AS e WHERE " + column +
                  " IS NOT NULL LIMIT 100";
    options.expiry = std::min(options.expiry, in_seconds(std::min(1.0, timeout / 2)));
    struct commonness {
        std::shared_ptr<const auth::password_hash> dummy;
        int rows = 0;
    };
    std::map<std::string, commonness> costs; ///< by the dummy hash of the cost
    try {
        const auto rows = pool.run(sample, options);
        if (rows.count() > 0 && k.login_filter.find('(') != std::string::npos)
            mapping.dummy_key = rows.value(0, 1).value_or("");
        for (int i = 0; i < rows.count(); ++i) {
            auto dummy = auth::parse_hash(rows.value(i, 0).value_or(""))->dummy();
            rows.wipe(i, 0);
            if (dummy == nullptr || !fits(*dummy))
                continue;
            commonness& of = costs[dummy->stored().reveal()];
            of.dummy = std::move(dummy);
            ++of.rows;
        }
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::deadline &&
            e.reason() != postgres::error::cause::busy && !e.caused_by_value())
            throw;
        mapping.warnings.push_back(
            {log_event::hashes_uninspected,
             fmt::format("pgsql-list users: {}, so the cost of the password hashes is unknown; "
                         "binds with unknown names take the time of {}",
                         e.caused_by_value() ? "PostgreSQL cannot read a row"
                                             : "the query is too slow",
                         auth::default_cost_prefix)});
    }
    const auto most =
        std::max_element(costs.begin(), costs.end(), [](const auto& a, const auto& b) {
            return a.second.rows < b.second.rows;
        });
    if (most != costs.end())
        mapping.dummy = most->second.dummy;
}

} // namespace pgsql::slapd
