// row_reader.cpp: reads the rows of a plan page by page and builds their entries.
#include "slapd/entry/row_reader.hpp"

#include "slapd/entry/value_checks.hpp"

#include <algorithm>
#include <map>

namespace pgsql::slapd {
namespace {

constexpr int most_named = 10;

} // namespace

void duplicate_names::add(std::string_view name)
{
    if (name == last_)
        return;
    last_ = name;
    if (++names_ <= most_named)
        text_ += (names_ == 1 ? "\"" : ", \"") + std::string(name.substr(0, 60)) + '"';
}

void duplicate_names::clear() noexcept
{
    names_ = 0;
    last_.clear();
    text_.clear();
}

void duplicate_names::report() const
{
    if (names_ > 0)
        service_.warn_throttled("twice " + plan_.entry_kind->name + (names_ == 1 ? last_ : ""),
                                plan_.entry_kind->name +
                                    ": duplicate names, only the first row of each is used: " +
                                    text_ + (names_ > most_named ? ", …" : ""),
                                600);
}

template <typename Each, typename OnDuplicate>
bool row_reader::each_row(const Each& each, const OnDuplicate& on_duplicate)
{
    std::string_view previous = previous_key_; // a valid key is never empty
    std::set<std::string_view> seen;           // keys of an unordered page
    std::map<std::string, std::string_view>
        spelled; // the names so far, if their spelling may differ
    for (int row = 0; row < count_; ++row) {
        const auto key = page_.value(row, 0);
        const bool named = key && !key->empty();
        bool duplicate =
            named && (ordered_ ? *key == previous : count_ > 1 && !seen.insert(*key).second);
        std::string_view first = duplicate ? *key : std::string_view();
        if (named && !duplicate && loose_names_ && (count_ > 1 || !same_before_.empty())) {
            const auto [known, is_new] = spelled.try_emplace(builder_.normalized_name(*key), *key);
            duplicate = !is_new || same_before_.contains(known->first);
            first = known->second;
        }
        if (duplicate) {
            duplicates_.add(*key);
            on_duplicate(first);
            continue;
        }
        if (key)
            previous = *key;
        const page_values* lists = lists_.values_for(row);
        if (lists == nullptr)
            continue;
        Entry* e = builder_.build(page_, row, *lists);
        if (e != nullptr && !each(*e, *key, row))
            return false;
    }
    return true;
}

bool row_reader::names_coincide()
{
    std::set<std::string> seen;
    for (int row = 0; row < page_.count(); ++row)
        if (const auto key = page_.value(row, 0);
            key && !seen.insert(builder_.normalized_name(*key)).second)
            return true;
    return false;
}

void row_reader::find_same_before()
{
    same_before_.clear();
    if (!loose_names_ || previous_key_.empty() || count_ == 0)
        return;
    std::vector<std::string> names;
    for (int row = 0; row < count_; ++row)
        if (const auto key = page_.value(row, 0))
            names.push_back(builder_.normalized_name(*key));
    const auto first = page_.value(0, 0);
    if (!first)
        return;
    const auto earlier = fetch_page(op_, service_, plan_, effort::search,
                                    plan_.same_before(std::string(*first), names));
    cacheable_ = cacheable_ && from_notifying_server(service_, earlier);
    // Among equal names a UNION may return a different one in each statement.
    same_before_.insert(builder_.normalized_name(previous_key_));
    for (int row = 0; row < earlier.count(); ++row)
        same_before_.insert(builder_.normalized_name(earlier.value(row, 0).value_or("")));
}

void row_reader::first_page()
{
    read_page(nullptr);
    // More than one page: start again in an order that can be continued. Rows with the same DN are
    // also read in that order, so that the first one is the same in every result.
    if (!ordered_ && (full() || (loose_names_ && page_.count() > 1 && names_coincide()))) {
        ordered_ = true;
        read_page(nullptr);
    }
    accept_page();
}

effort row_reader::effort_of_page() const
{
    const bool begun_again = ordered_ && !options_.ordered; // because of many rows
    if (last_key_ || begun_again || !plan_.bounded_by_equality)
        return effort::search;
    return plan_.lookup_only ? effort::lookup : plan_.few_terms ? effort::measured : effort::search;
}

void row_reader::read_page(std::unique_ptr<postgres::pool::prefetch> under_way)
{
    for (;;) {
        if (salvage_.active()) {
            page_ = salvage_.next();
            if (page_.count() > 0 || !salvage_.more())
                return;
            last_key_ = salvage_.position();
        }
        try {
            if (under_way == nullptr)
                yield(op_);
            page_ = under_way != nullptr ? run_for_plan(op_, service_, plan_, effort::search,
                                                        [&](const postgres::wait_options& options) {
                                                            return under_way->collect(options);
                                                        })
                                         : fetch_page(op_, service_, plan_, effort_of_page(),
                                                      plan_.page_statement(last_key_, ordered_));
            return;
        } catch (const postgres::error& e) {
            if (!e.caused_by_value())
                throw;
            check_asked_values(op_, service_, mapping_, plan_, e);
            under_way.reset();
            ordered_ = true;
            salvage_.begin(last_key_, e);
        }
    }
}

bool row_reader::cache_page(cached_entries& copies)
{
    const std::size_t limit = service_.cache->max_entry_bytes();
    const auto keep = [&](Entry& e, std::string_view name, int) {
        copies.add(e, name);
        return copies.bytes() <= limit;
    };
    if (!each_row(keep, [&](std::string_view name) { copies.add_duplicate(name); })) {
        duplicates_.clear();
        lists_.begin(page_, count_);
        return false;
    }
    duplicates_.report();
    return true;
}

bool row_reader::visit(const entry_handler& visit, std::shared_ptr<cached_entries>& kept)
{
    for (;;) {
        std::unique_ptr<postgres::pool::prefetch> next;
        if (more_ && options_.prefetch && !salvage_.active()) {
            yield(op_);
            next = while_waiting(op_, service_, [&](const postgres::wait_options& options) {
                return service_.pool().start(plan_.page_statement(last_key_, ordered_),
                                             prepare(op_, service_, effort::search, options));
            });
        }
        options_.on_page_start(count_);
        const auto show = [&](Entry& e, std::string_view name, int row) {
            if (next != nullptr && !next->ready() && options_.client_blocks())
                while_waiting(op_, service_, [&](const postgres::wait_options& options) {
                    next->wait(options);
                    return true;
                });
            if (kept != nullptr)
                kept->add(e, name);
            if (kept != nullptr && kept->bytes() > service_.cache->max_entry_bytes())
                kept.reset();
            candidate candidate{e, name, plan_, false, &page_, row};
            return visit(candidate);
        };
        const auto leave_out = [&](std::string_view name) {
            if (kept != nullptr)
                kept->add_duplicate(name);
            options_.on_duplicate(name);
        };
        if (!each_row(show, leave_out)) {
            duplicates_.report();
            return false;
        }
        options_.on_page_end();
        if (!more_) {
            duplicates_.report();
            return true;
        }
        read_page(std::move(next));
        accept_page();
    }
}

bool row_reader::full() const
{
    return page_.count() > plan_.rows ||
           (!plan_.width_sql.empty() &&
            bytes_of(page_, plan_.columns.size()) >= directory::page_bytes);
}

void row_reader::accept_page()
{
    if (page_.handle() != nullptr) {
        for (std::size_t i = 0; i < plan_.types.size(); ++i)
            expect_type(plan_, page_, static_cast<int>(i), plan_.types[i]);
        cacheable_ = cacheable_ && from_notifying_server(service_, page_);
    }
    count_ = std::min(page_.count(), plan_.rows);
    lists_.begin(page_, count_);
    // Rows without a key come last, and none of them becomes an entry.
    const auto end = count_ > 0 ? page_.value(count_ - 1, 0) : std::nullopt;
    more_ = (full() || salvage_.active()) && end;
    previous_key_ = last_key_.value_or("");
    find_same_before();
    if (more_)
        last_key_ = std::string(*end);
}

} // namespace pgsql::slapd
