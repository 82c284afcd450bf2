// row_reader.cpp: turns the statements of a plan into entries, page by page.
#include "slapd/entry/row_reader.hpp"

#include "slapd/entry/value_checks.hpp"

#include <algorithm>
#include <map>

namespace pgsql::slapd {
namespace {

constexpr int most_named = 10;

} // namespace

void twins::add(std::string_view name)
{
    if (name == last_)
        return;
    last_ = name;
    if (++names_ <= most_named)
        text_ += (names_ == 1 ? "\"" : ", \"") + std::string(name.substr(0, 60)) + '"';
}

void twins::forget() noexcept
{
    names_ = 0;
    last_.clear();
    text_.clear();
}

void twins::report() const
{
    if (names_ > 0)
        with_.complain(
            "twice " + from_.of->name + (names_ == 1 ? last_ : ""),
            from_.of->name +
                ": several rows have the same name, and only the first of each is shown: " + text_ +
                (names_ > most_named ? ", …" : ""),
            600);
}

template <typename Each, typename Twin> bool reading::each_row(const Each& each, const Twin& twin)
{
    std::string_view before = behind_;               // no key is empty and shown
    std::set<std::string_view> seen;                 // of an unordered page
    std::map<std::string, std::string_view> spelled; // the names so far, where case may differ
    for (int row = 0; row < count_; ++row) {
        const auto key = page_.at(row, 0);
        const bool named = key && !key->empty();
        bool again = named && (ordered_ ? *key == before : count_ > 1 && !seen.insert(*key).second);
        std::string_view first = again ? *key : std::string_view();
        if (named && !again && loose_names_ && (count_ > 1 || !same_before_.empty())) {
            const auto [known, is_new] = spelled.try_emplace(builder_.normalised_name(*key), *key);
            again = !is_new || same_before_.contains(known->first);
            first = known->second;
        }
        if (again) {
            left_out_.add(*key);
            twin(first);
            continue;
        }
        if (key)
            before = *key;
        const page_values* lists = lists_.of(row);
        if (lists == nullptr)
            continue;
        Entry* e = builder_.build(page_, row, *lists);
        if (e != nullptr && !each(*e, *key, row))
            return false;
    }
    return true;
}

bool reading::names_coincide()
{
    std::set<std::string> seen;
    for (int row = 0; row < page_.count(); ++row)
        if (const auto key = page_.at(row, 0);
            key && !seen.insert(builder_.normalised_name(*key)).second)
            return true;
    return false;
}

void reading::find_same_before()
{
    same_before_.clear();
    if (!loose_names_ || behind_.empty() || count_ == 0)
        return;
    std::vector<std::string> names;
    for (int row = 0; row < count_; ++row)
        if (const auto key = page_.at(row, 0))
            names.push_back(builder_.normalised_name(*key));
    const auto first = page_.at(0, 0);
    if (!first)
        return;
    const auto earlier =
        fetch(op_, with_, from_, effort::search, from_.same_before(std::string(*first), names));
    vouched_for_ = vouched_for_ && heard_of(with_, earlier);
    // Of names that are equal to it, a UNION may keep another one in each statement.
    same_before_.insert(builder_.normalised_name(behind_));
    for (int row = 0; row < earlier.count(); ++row)
        same_before_.insert(builder_.normalised_name(earlier.at(row, 0).value_or("")));
}

void reading::first_page()
{
    read_page(nullptr);
    // More than a page after all: begin again, in an order that can be continued. So that of rows
    // with the same DN the first is the same in every answer, they are asked for in it as well.
    if (!ordered_ && (full() || (loose_names_ && page_.count() > 1 && names_coincide()))) {
        ordered_ = true;
        read_page(nullptr);
    }
    arrive();
}

effort reading::effort_of_page() const
{
    const bool begun_again = ordered_ && !how_.ordered; // since there are many rows
    if (last_ || begun_again || !from_.pinned)
        return effort::search;
    return from_.lookup_only ? effort::lookup : from_.few_terms ? effort::measured : effort::search;
}

void reading::read_page(std::unique_ptr<postgres::pool::ahead> under_way)
{
    for (;;) {
        if (salvage_.active()) {
            page_ = salvage_.next();
            if (page_.count() > 0 || !salvage_.more())
                return;
            last_ = salvage_.position();
        }
        try {
            if (under_way == nullptr)
                yield(op_);
            page_ = under_way != nullptr
                        ? rows_of(op_, with_, from_, effort::search,
                                  [&](const postgres::patience& limits) {
                                      return under_way->collect(limits);
                                  })
                        : fetch(op_, with_, from_, effort_of_page(), from_.page(last_, ordered_));
            return;
        } catch (const postgres::error& e) {
            if (!e.about_a_value())
                throw;
            check_asked_values(op_, with_, mapping_, from_, e);
            under_way.reset();
            ordered_ = true;
            salvage_.begin(last_, e);
        }
    }
}

bool reading::keep_all(kept_entries& in)
{
    const std::size_t most = with_.answers->most_of_one();
    const auto keep = [&](Entry& e, std::string_view name, int) {
        in.add(e, name);
        return in.bytes() <= most;
    };
    if (!each_row(keep, [&](std::string_view name) { in.add_twin(name); })) {
        left_out_.forget();
        lists_.begin(page_, count_);
        return false;
    }
    left_out_.report();
    return true;
}

bool reading::visit(const visitor& visit, std::shared_ptr<kept_entries>& kept)
{
    for (;;) {
        std::unique_ptr<postgres::pool::ahead> next;
        if (more_ && how_.ahead && !salvage_.active()) {
            yield(op_);
            next = while_waiting(op_, with_, [&](const postgres::patience& limits) {
                return with_.pool().begin(from_.page(last_, ordered_),
                                          prepare(op_, with_, effort::search, limits));
            });
        }
        how_.page_begins(count_);
        const auto show = [&](Entry& e, std::string_view name, int row) {
            if (next != nullptr && !next->arrived() && how_.client_is_slow())
                while_waiting(op_, with_, [&](const postgres::patience& limits) {
                    next->settle(limits);
                    return true;
                });
            if (kept != nullptr)
                kept->add(e, name);
            if (kept != nullptr && kept->bytes() > with_.answers->most_of_one())
                kept.reset();
            candidate c{e, name, from_, false, &page_, row};
            return visit(c);
        };
        const auto leave_out = [&](std::string_view name) {
            if (kept != nullptr)
                kept->add_twin(name);
            how_.twin(name);
        };
        if (!each_row(show, leave_out)) {
            left_out_.report();
            return false;
        }
        how_.page_ends();
        if (!more_) {
            left_out_.report();
            return true;
        }
        read_page(std::move(next));
        arrive();
    }
}

bool reading::full() const
{
    return page_.count() > from_.rows ||
           (!from_.width.empty() && bytes_of(page_, from_.columns.size()) >= directory::page_bytes);
}

void reading::arrive()
{
    if (page_.result() != nullptr) {
        for (std::size_t i = 0; i < from_.types.size(); ++i)
            expect_type(from_, page_, static_cast<int>(i), from_.types[i]);
        vouched_for_ = vouched_for_ && heard_of(with_, page_);
    }
    count_ = std::min(page_.count(), from_.rows);
    lists_.begin(page_, count_);
    // Rows without a name come last, and none of them makes an entry.
    const auto end = count_ > 0 ? page_.at(count_ - 1, 0) : std::nullopt;
    more_ = (full() || salvage_.active()) && end;
    behind_ = last_.value_or("");
    find_same_before();
    if (more_)
        last_ = std::string(*end);
}

} // namespace pgsql::slapd
