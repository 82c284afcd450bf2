// multi_values.cpp: turns the rows of a page into the lists of values that they bring.
#include "slapd/entry/multi_values.hpp"

#include "slapd/entry/row_salvage.hpp"

#include <algorithm>

namespace pgsql::slapd {

void page_lists::begin(const postgres::rows& page, int count)
{
    page_ = &page;
    count_ = count;
    end_ = 0;
}

const page_values* page_lists::of(int row)
{
    while (row >= end_ && !from_.values_queries.empty()) {
        end_ = std::min(count_, row + at_once_);
        lists_.clear();
        readable_ = true;
        if (!fetch_lists(row)) {
            at_once_ = std::max(1, (end_ - row) / 2);
            end_ = row;
        }
    }
    return readable_ ? &lists_ : nullptr;
}

std::optional<std::shared_ptr<const postgres::rows>>
page_lists::fetch_list(const directory::values_query& query, const std::vector<std::string>& keys)
{
    try {
        auto out = std::make_shared<const postgres::rows>(
            fetch(op_, with_, from_, effort_of(query), directory::values_of(query, keys)));
        read_.insert(&query);
        return out;
    } catch (const postgres::error& e) {
        if (!e.about_a_value())
            throw;
        if (keys.size() > 1)
            return std::nullopt;
        if (!reads_others(query, keys.front()))
            throw;
        report_unreadable(with_, from_, keys.front(), e);
        return nullptr;
    }
}

bool page_lists::reads_others(const directory::values_query& query, const std::string& key)
{
    if (read_.contains(&query))
        return true;
    for (const std::string& other : other_names(op_, with_, from_, key)) {
        try {
            (void)fetch(op_, with_, from_, effort_of(query), directory::values_of(query, {other}));
            return true;
        } catch (const postgres::error& e) {
            if (!e.about_a_value())
                throw;
        }
    }
    return false;
}

// Lists that lookups make are looked for among all users.
effort page_lists::effort_of(const directory::values_query& in) const
{
    if (from_.lookup_only && !in.listing.empty())
        return effort::lookup;
    return from_.pinned && from_.few_terms ? effort::measured : effort::search;
}

bool page_lists::fetch_lists(int first)
{
    lists_.reserve(from_.values_queries.size());
    std::vector<std::string> keys;
    for (int row = first; row < end_; ++row)
        if (const auto key = page_->at(row, 0); key && !is_private_group(row))
            keys.emplace_back(*key);
    if (keys.empty())
        return true;
    int values = 0;
    for (const directory::values_query* query : from_.values_queries) {
        // memberUid and member come from the same rows: asked for once.
        const auto same = std::find_if(lists_.begin(), lists_.end(),
                                       [&](const auto& l) { return l.query->text == query->text; });
        if (same != lists_.end()) {
            lists_.push_back({query, same->rows, same->of});
            continue;
        }
        auto rows = fetch_list(*query, keys);
        if (!rows)
            return false;
        if (*rows == nullptr) {
            readable_ = false;
            return true;
        }
        lists_.push_back({query, std::move(*rows), {}});
        listed_values& found = lists_.back();
        vouched_for_ = vouched_for_ && heard_of(with_, *found.rows);
        values += found.rows->count();
        if (keys.size() > 1 && (values > directory::page_values ||
                                (query->wide && bytes_of(*found.rows, 2) >= directory::page_bytes)))
            return false;
        expect_type(from_, *found.rows, 1, query->number);
        assign(found, keys, first);
    }
    if (values < directory::page_values / 4)
        at_once_ = std::min(from_.rows, at_once_ * 2);
    return true;
}

// The lists are those of the groups that are stored.
bool page_lists::is_private_group(int row) const
{
    return from_.private_group >= 0 && page_->at(row, from_.private_group).value_or("f") == "t";
}

void page_lists::assign(listed_values& found, const std::vector<std::string>& keys, int first) const
{
    std::unordered_map<std::string_view, int> known; // the page's own spelling
    for (int row = first; row < end_; ++row)
        if (const auto key = page_->at(row, 0))
            known.emplace(*key, row);
    for (int row = 0; row < found.rows->count(); ++row) {
        auto key = found.rows->at(row, 0);
        const auto value = found.rows->at(row, 1);
        if (key && !known.contains(*key)) {
            const auto position = found.query->positions ? found.rows->at(row, 2) : std::nullopt;
            if (!position) // the table was altered meanwhile
                throw postgres::error(postgres::error::cause::statement,
                                      "the lists of " + from_.of->name +
                                          " come with names that were not asked for");
            key = page_->at(known.at(keys.at(std::stoul(std::string(*position)) - 1)), 0);
        }
        if (key && value)
            found.of[*key].push_back(*value);
    }
}

} // namespace pgsql::slapd
