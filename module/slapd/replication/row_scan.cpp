// row_scan.cpp: finds the rows of a kind that have changed, by digests that PostgreSQL computes.
#include "slapd/replication/row_scan.hpp"

#include <algorithm>
#include <set>

namespace pgsql::slapd {
namespace {

constexpr int portion = 20000;      // rows that are in memory at a time
constexpr std::size_t few = 2000;   // changed rows that are read one by one in any case
constexpr std::size_t most_of = 10; // … or the kind's rows divided by this

std::uint64_t number(std::optional<std::string_view> text)
{
    return text ? static_cast<std::uint64_t>(std::stoll(std::string(*text))) : 0;
}

// The finalizer of MurmurHash3.
std::uint64_t mixed(std::uint64_t n)
{
    n = (n ^ (n >> 33U)) * 0xff51afd7ed558ccdU;
    n = (n ^ (n >> 33U)) * 0xc4ceb9fe1a85ec53U;
    return n ^ (n >> 33U);
}

} // namespace

bool row_scan::can_read(const directory::plan& plan)
{
    return std::all_of(
        plan.values_queries.begin(), plan.values_queries.end(),
        [](const auto* query) { return !query->all_sql.empty() && !query->has_key_index; });
}

postgres::result row_scan::fetch(const postgres::statement& statement)
{
    return while_waiting(op_, service_, [&](const postgres::wait_options& options) {
        return snapshot_.run(statement, options);
    });
}

template <typename Use> void row_scan::read(const postgres::statement& query, Use use)
{
    (void)fetch({"DECLARE back_pgsql_rows NO SCROLL CURSOR FOR " + query.text, query.values});
    for (;;) {
        const auto rows = fetch({"FETCH " + std::to_string(portion) + " FROM back_pgsql_rows", {}});
        for (int row = 0; row < rows.count(); ++row)
            if (const auto name = rows.value(row, 0))
                use(*name, rows.value(row, 1), number(rows.value(row, 2)));
        if (rows.count() < portion)
            break;
    }
    (void)fetch({"CLOSE back_pgsql_rows", {}});
}

replication::row_digests row_scan::run(const replication::row_digests* known)
{
    std::set<std::string> read_queries;
    for (const directory::values_query* query : plan_.values_queries) {
        const auto digests = directory::digests_of(*query);
        if (read_queries.insert(digests.text).second) // member and memberUid may have the same rows
            read(digests, [&](std::string_view key, const auto&, std::uint64_t digest) {
                auto& sum = values_[std::string(key)];
                sum ^= mixed(digest + read_queries.size());
            });
    }
    const std::size_t most = known != nullptr ? std::max(few, known->size() / most_of) : 0;
    changed_.emplace();
    replication::row_digests out;
    read(plan_.digests(),
         [&](std::string_view name, std::optional<std::string_view> key, std::uint64_t digest) {
             const auto values =
                 values_.empty() ? values_.end() : values_.find(std::string(key.value_or(name)));
             if (values != values_.end())
                 digest ^= mixed(values->second);
             const replication::row_digest row{replication::row_id(name, key.value_or("")), digest};
             out.add(row);
             if (!changed_ || (known != nullptr && known->contains(row)))
                 return;
             if (changed_->size() < most)
                 changed_->push_back({std::string(name), row.id});
             else
                 changed_.reset();
         });
    out.sort();
    return out;
}

} // namespace pgsql::slapd
