// row_reader.cpp: reads the rows of a plan page by page and builds their entries.
#include "slapd/entry/row_reader.hpp"

#include "slapd/entry/rdn.hpp"
#include "slapd/entry/value_checks.hpp"

#include <fmt/core.h>

#include <algorithm>

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
    const std::string& kind = plan_.entry_kind->name;
    if (names_ == 1)
        service_.log({log_event::duplicate_names, fmt::format("{} {}", kind, text_),
                      "duplicate name, only the first row is used"});
    else if (names_ > 1)
        service_.log({log_event::duplicate_names, kind,
                      fmt::format("duplicate names, only the first row of each is used: {}{}",
                                  text_, names_ > most_named ? ", …" : "")});
}

// A reader may end before its last page.
row_reader::~row_reader()
{
    try {
        duplicates_.report();
    } catch (const std::exception& e) {
        write_log({log_event::internal_error, "duplicate names", e.what(), "not all are logged"});
    }
}

std::optional<std::string_view> row_reader::first_name(std::string_view key)
{
    if (ordered_ ? key == previous_ : count_ > 1 && !seen_.emplace(key).second)
        return key;
    if (!loose_names_ || (count_ == 1 && same_before_.empty()))
        return std::nullopt;
    const auto [known, is_new] = spelled_.try_emplace(normalized(key), key);
    if (is_new && !same_before_.contains(known->first))
        return std::nullopt;
    return known->second;
}

bool row_reader::next(candidate& out)
{
    while (row_ < count_) {
        const int row = row_++;
        if (plan_.entry_kind->has_children && !is_container(row))
            continue; // reported when the tree was read
        const auto name = page_.value(row, 0);
        const std::string_view key = position(row);
        if (name && !name->empty())
            if (const auto first = first_name(key)) {
                duplicates_.add(*name);
                out = {.name = *first, .plan = &plan_, .page = &page_, .row = row};
                return true;
            }
        if (name)
            previous_ = key;
        const page_values* lists = lists_.values_for(row);
        if (lists == nullptr)
            continue;
        if (Entry* e = builder_.build(page_, row, *lists)) {
            out = {.entry = e, .name = key, .plan = &plan_, .page = &page_, .row = row};
            return true;
        }
    }
    return false;
}

void row_reader::rewind()
{
    duplicates_.clear();
    begin_page();
}

void row_reader::begin_page()
{
    row_ = 0;
    previous_ = previous_key_;
    seen_.clear();
    spelled_.clear();
    lists_.begin(page_, count_);
}

std::string_view row_reader::position(int row)
{
    if (!plan_.second_key)
        return page_.value(row, 0).value_or("");
    current_ = position_of(plan_, page_, row);
    return current_;
}

std::string row_reader::normalized(std::string_view position)
{
    const std::string_view name = position.substr(0, position.find('\0'));
    return builder_.normalized_name(name).append(position.substr(name.size()));
}

bool row_reader::names_coincide()
{
    std::set<std::string> seen;
    for (int row = 0; row < page_.count(); ++row)
        if (page_.value(row, 0) && !seen.insert(normalized(position(row))).second)
            return true;
    return false;
}

// Empty: below the kind's container.
directory::place row_reader::parent_of(int row) const
{
    const auto key = plan_.parent ? page_.value(row, *plan_.parent) : std::nullopt;
    return key && !key->empty()
               ? directory::place{{}, plan_.entry_kind->parent_kind, std::string(*key)}
               : directory::place();
}

directory::place row_reader::place_of(int row) const
{
    const auto key = plan_.row_key ? page_.value(row, *plan_.row_key) : std::nullopt;
    return {{}, mapping_.map.kinds.id_of(*plan_.entry_kind), std::string(key.value_or(""))};
}

bool row_reader::has_name(int row, directory::container_id container)
{
    const auto named = make_rdn(mapping_.types[plan_.entry_kind->rdn().attribute],
                                page_.value(row, 0).value_or(""));
    return named && directory::rdn_of(tree_.container(container).ndn) == named->normalized;
}

// Of several rows with the key, the one with the name of the tree's has the entry.
bool row_reader::is_container(int row)
{
    const directory::place place = place_of(row);
    const auto container = tree_.at(place);
    return container && (!tree_.whole().is_repeated(place) || has_name(row, container));
}

bool row_reader::is_known(int row)
{
    const directory::place parent = parent_of(row);
    if (parent && !tree_.knows(parent))
        return false;
    if (!plan_.entry_kind->has_children)
        return true;
    const directory::place place = place_of(row);
    const auto container = tree_.at(place);
    return container ? tree_.whole().is_repeated(place) || has_name(row, container)
                     : tree_.knows(place);
}

void row_reader::update_tree()
{
    if (!plan_.parent && !plan_.entry_kind->has_children)
        return;
    bool known = true;
    for (int row = 0; row < count_ && known; ++row)
        known = is_known(row);
    if (known)
        return;
    tree_.refresh(asked_);
    for (int row = 0; row < count_; ++row) {
        if (const directory::place parent = parent_of(row); parent && !tree_.knows(parent))
            tree_.add_missing(parent);
        if (plan_.entry_kind->has_children && !tree_.knows(place_of(row)))
            tree_.add_missing(place_of(row));
    }
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
    if (!page_.value(0, 0))
        return;
    const auto earlier = fetch_page(op_, service_, plan_, effort::search,
                                    plan_.same_before(std::string(position(0)), names));
    cacheable_ = cacheable_ && from_notifying_server(service_, earlier);
    // Among equal names a UNION may return a different one in each statement.
    same_before_.insert(normalized(previous_key_));
    for (int row = 0; row < earlier.count(); ++row)
        same_before_.insert(normalized(listed_position(earlier, row)));
}

void row_reader::first_page()
{
    read_page();
    // More than one page: start again in an order that can be continued. Rows with the same DN are
    // also read in that order, so that the first one is the same in every result.
    if (!ordered_ && (full() || (loose_names_ && page_.count() > 1 && names_coincide()))) {
        ordered_ = true;
        read_page();
    }
    accept_page();
    first_ = false;
}

bool row_reader::next_page()
{
    if (!more_)
        return false;
    read_page();
    accept_page();
    return true;
}

void row_reader::prefetch()
{
    if (!more_ || salvage_.active())
        return;
    yield(op_);
    asked_ = clock::now();
    prefetch_ = while_waiting(op_, service_, [&](const postgres::wait_options& options) {
        return service_.pool().start(plan_.page_statement(last_key_, ordered_),
                                     prepare(op_, service_, effort::search, options));
    });
}

void row_reader::finish_prefetch()
{
    while_waiting(op_, service_, [&](const postgres::wait_options& options) {
        prefetch_->wait(options);
        return true;
    });
}

effort row_reader::effort_of_page() const
{
    const bool begun_again = ordered_ && !options_.ordered; // because of many rows
    if (last_key_ || begun_again || !plan_.bounded_by_equality)
        return effort::search;
    // A lookup of a private group also reads the users who share its number.
    return plan_.lookup_only && !plan_.entry_kind->yields_to_kind ? effort::lookup
           : plan_.few_terms                                      ? effort::measured
                                                                  : effort::search;
}

void row_reader::read_page()
{
    for (;;) {
        if (salvage_.active()) {
            page_ = salvage_.next();
            if (page_.count() > 0 || !salvage_.more())
                return;
            last_key_ = salvage_.position();
        }
        try {
            page_ = fetch_rows();
            return;
        } catch (const postgres::error& e) {
            if (!e.caused_by_value())
                throw;
            check_values(e);
            ordered_ = true;
            salvage_.begin(last_key_, e);
        }
    }
}

postgres::result row_reader::fetch_rows()
{
    if (const auto requested = std::move(prefetch_))
        return run_for_plan(
            op_, service_, plan_, effort::search,
            [&](const postgres::wait_options& options) { return requested->collect(options); });
    yield(op_);
    asked_ = clock::now();
    return fetch_page(op_, service_, plan_, effort_of_page(),
                      plan_.page_statement(last_key_, ordered_));
}

void row_reader::check_values(const postgres::error& why)
{
    try {
        check_asked_values(op_, service_, mapping_, plan_, why);
    } catch (const value_refused&) {
        if (first_)
            throw;
        throw why; // too late for a plan without these values
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
    // Rows without a key come last, and none of them becomes an entry.
    more_ = (full() || salvage_.active()) && count_ > 0 && page_.value(count_ - 1, 0);
    update_tree();
    previous_key_ = last_key_.value_or("");
    find_same_before();
    if (more_)
        last_key_ = std::string(position(count_ - 1));
    begin_page();
}

} // namespace pgsql::slapd
