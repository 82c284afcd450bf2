// multi_values.cpp: fetches the results of values queries for the rows of a page.
#include "slapd/entry/multi_values.hpp"

#include "slapd/entry/row_salvage.hpp"

#include <algorithm>

namespace pgsql::slapd {

void multi_values::begin(const postgres::result& page, int count)
{
    page_ = &page;
    count_ = count;
    end_ = 0;
}

const page_values* multi_values::values_for(int row)
{
    while (row >= end_ && !plan_.values_queries.empty()) {
        end_ = std::min(count_, row + batch_);
        values_.clear();
        readable_ = true;
        if (!fetch_batch(row)) {
            batch_ = std::max(1, (end_ - row) / 2);
            end_ = row;
        }
    }
    return readable_ ? &values_ : nullptr;
}

std::optional<std::shared_ptr<const postgres::result>>
multi_values::fetch_list(const directory::values_query& query, const std::vector<std::string>& keys)
{
    try {
        auto out = std::make_shared<const postgres::result>(
            fetch_page(op_, service_, plan_, effort_of(query), directory::values_of(query, keys)));
        read_.insert(&query);
        return out;
    } catch (const postgres::error& e) {
        if (!e.caused_by_value())
            throw;
        if (keys.size() > 1)
            return std::nullopt;
        if (!reads_others(query, keys.front()))
            throw;
        report_unreadable(op_, service_, plan_, keys.front(), e);
        return nullptr;
    }
}

bool multi_values::reads_others(const directory::values_query& query, const std::string& key)
{
    if (read_.contains(&query))
        return true;
    for (const std::string& other : other_keys(key)) {
        try {
            (void)fetch_page(op_, service_, plan_, effort_of(query),
                             directory::values_of(query, {other}));
            return true;
        } catch (const postgres::error& e) {
            if (!e.caused_by_value())
                throw;
        }
    }
    return false;
}

std::vector<std::string> multi_values::other_keys(const std::string& key) const
{
    if (!plan_.row_key)
        return other_names(op_, service_, plan_, key);
    std::vector<std::string> out;
    for (int row = 0; row < page_->count(); ++row)
        if (const auto other = page_->value(row, *plan_.row_key); other && *other != key)
            out.emplace_back(*other);
    return out;
}

// Values queries derived from lookups search all users.
effort multi_values::effort_of(const directory::values_query& query) const
{
    if (plan_.lookup_only && !query.source_sql.empty())
        return effort::lookup;
    return plan_.bounded_by_equality && plan_.few_terms ? effort::measured : effort::search;
}

bool multi_values::fetch_batch(int first)
{
    values_.reserve(plan_.values_queries.size());
    std::vector<std::string> keys;
    for (int row = first; row < end_; ++row)
        if (const auto key = key_of(plan_, *page_, row); key && !is_private_group(row))
            keys.emplace_back(*key);
    int values = 0;
    for (const directory::values_query* query : plan_.values_queries) {
        // memberUid and member come from the same rows, which are fetched once.
        const auto same = std::find_if(values_.begin(), values_.end(), [&](const auto& l) {
            return l.query->batch_sql == query->batch_sql;
        });
        if (same != values_.end()) {
            values_.push_back({query, same->rows, same->by_key});
            continue;
        }
        if (keys.empty()) {
            values_.push_back({query, nullptr, {}});
            add_private_members(values_.back(), first);
            continue;
        }
        auto rows = fetch_list(*query, keys);
        if (!rows)
            return false;
        if (*rows == nullptr) {
            readable_ = false;
            return true;
        }
        values_.push_back({query, std::move(*rows), {}});
        attribute_values& found = values_.back();
        cacheable_ = cacheable_ && from_notifying_server(service_, *found.rows);
        values += found.rows->count();
        if (keys.size() > 1 && (values > directory::page_values ||
                                (query->wide && bytes_of(*found.rows, 2) >= directory::page_bytes)))
            return false;
        expect_type(plan_, *found.rows, 1, query->type_oid);
        assign(found, keys, first);
        add_private_members(found, first);
    }
    if (values < directory::page_values / 4)
        batch_ = std::min(plan_.rows, batch_ * 2);
    return true;
}

void multi_values::add_private_members(attribute_values& found, int first) const
{
    const auto& lookups = plan_.entry_kind->lookups;
    if (std::none_of(lookups.begin(), lookups.end(), [&](const directory::lookup& l) {
            return l.includes_private_groups && l.attribute == found.query->attribute;
        }))
        return;
    for (int row = first; row < end_; ++row)
        if (const auto key = page_->value(row, 0); key && is_private_group(row))
            found.by_key[*key] = {{*key}};
}

// Private groups have no rows in the values queries.
bool multi_values::is_private_group(int row) const
{
    return plan_.private_group && page_->value(row, *plan_.private_group).value_or("f") == "t";
}

void multi_values::assign(attribute_values& found, const std::vector<std::string>& keys,
                          int first) const
{
    std::unordered_map<std::string_view, int> known; // as spelled in the page
    for (int row = first; row < end_; ++row)
        if (const auto key = key_of(plan_, *page_, row))
            known.emplace(*key, row);
    const int parent = found.query->has_key_index ? 3 : 2;
    for (int row = 0; row < found.rows->count(); ++row) {
        auto key = found.rows->value(row, 0);
        const auto value = found.rows->value(row, 1);
        if (key && !known.contains(*key)) {
            const auto position =
                found.query->has_key_index ? found.rows->value(row, 2) : std::nullopt;
            if (!position) // the table was altered concurrently
                throw postgres::error(postgres::error::cause::statement,
                                      "the values query of " + plan_.entry_kind->name +
                                          " returned keys that were not requested");
            key = key_of(plan_, *page_, known.at(keys.at(std::stoul(std::string(*position)) - 1)));
        }
        if (key && value)
            found.by_key[*key].push_back({*value, found.query->has_parent
                                                      ? found.rows->value(row, parent).value_or("")
                                                      : std::string_view()});
    }
}

} // namespace pgsql::slapd
