// row_salvage.cpp: skips the rows that PostgreSQL cannot read.
#include "slapd/entry/row_salvage.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

char extra_key; // its address identifies this type of OpExtra

// Limits for the additional statements of one search with unreadable rows. Beyond them it fails.
constexpr int most_failures = 1000;
constexpr int most_unfiltered_pages = 200;
constexpr int most_others = 8;

// Rarely repeated statements are not prepared.
postgres::result run_once(Operation& op, service& service, const directory::plan& plan,
                          const postgres::statement& statement)
{
    return run_for_plan(
        op, service, plan, effort::search, [&](const postgres::wait_options& options) {
            return service.pool().with_connection(options, [&](postgres::connection& session) {
                return session.run_once(statement, options);
            });
        });
}

void wipe(const postgres::result& page)
{
    for (int row = 0; row < page.count(); ++row)
        for (int column = 0; column < PQnfields(page.handle()); ++column)
            if (page.value(row, column))
                page.wipe(row, column);
}

} // namespace

unreadable_rows::unreadable_rows(Operation& op) : OpExtra{}, op_(op)
{
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

unreadable_rows::~unreadable_rows()
{
    LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

unreadable_rows* unreadable_rows::find(const Operation& op) noexcept
{
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (extra->oe_key == &extra_key)
            return static_cast<unreadable_rows*>(extra);
    }
    return nullptr;
}

void unreadable_rows::add(const std::string& name)
{
    if (name.empty())
        has_nameless_ = true;
    else
        names_.push_back(name);
}

void report_unreadable(const Operation& op, service& service, const directory::plan& plan,
                       const std::string& name, const postgres::error& why)
{
    if (auto* const collected = unreadable_rows::find(op))
        collected->add(name.substr(0, name.find('\0')));
    service.log({log_event::row_unreadable,
                 name.empty()
                     ? fmt::format("{} without a readable name", plan.entry_kind->name)
                     : fmt::format("{} \"{}\"", plan.entry_kind->name,
                                   name.substr(0, std::min<std::size_t>(60, name.find('\0')))),
                 fmt::format("PostgreSQL cannot read the row, which is left out: {}", why.what())});
}

std::vector<std::string> other_names(Operation& op, service& service, const directory::plan& plan,
                                     const std::string& excluded)
{
    std::vector<std::string> out;
    for (int skip = 0; skip < most_others; ++skip) {
        try {
            const auto found = run_once(
                op, service, plan, directory::names_of(*plan.entry_kind, std::nullopt, skip, 1));
            if (found.count() == 0)
                break;
            if (found.value(0, 0))
                if (std::string name = listed_position(found, 0); name != excluded)
                    out.push_back(std::move(name));
        } catch (const postgres::error& e) {
            if (!e.caused_by_value())
                throw;
        }
    }
    return out;
}

void row_salvage::begin(const std::optional<std::string>& after, const postgres::error& why)
{
    error_ = why;
    active_ = true;
    after_key_ = after;
    step_ = static_cast<std::size_t>(std::max(1, plan_.rows / 2));
    if (!read_names())
        throw why; // no row can be the cause
}

std::optional<postgres::result> row_salvage::attempt(const postgres::statement& statement,
                                                     std::optional<postgres::error>* why)
{
    try {
        return run_once(op_, service_, plan_, statement);
    } catch (const postgres::error& e) {
        if (!e.caused_by_value())
            throw;
        if (why != nullptr)
            *why = e;
        count_failure();
        return std::nullopt;
    }
}

void row_salvage::count_failure()
{
    if (++failures_ > most_failures)
        throw *error_;
}

postgres::statement row_salvage::names_from(int skip, int count) const
{
    return unfiltered_ ? directory::names_of(*plan_.entry_kind, after_key_, skip, count)
                       : plan_.names(after_key_, skip, count);
}

bool row_salvage::read_names()
{
    names_.clear();
    position_ = 0;
    more_ = false;
    if (unfiltered_ && ++pages_ > most_unfiltered_pages)
        throw *error_;
    // At least one name must be readable to continue after it.
    for (int skip = 0;; skip += plan_.rows) {
        names some;
        read_names(skip, plan_.rows, some);
        more_ = static_cast<int>(some.size()) == plan_.rows;
        names_.insert(names_.end(), some.begin(), some.end());
        const auto last = std::find_if(names_.rbegin(), names_.rend(),
                                       [](const auto& name) { return name.has_value(); });
        if (last != names_.rend())
            after_key_ = *last;
        if (last != names_.rend() || !more_)
            return !names_.empty();
    }
}

void row_salvage::read_names(int skip, int count, names& out)
{
    std::optional<postgres::error> why;
    const auto found = attempt(names_from(skip, count), &why);
    if (found) {
        for (int i = 0; i < found->count(); ++i)
            out.emplace_back(listed_position(*found, i));
        return;
    }
    // Checks whether the conversion of a name fails.
    postgres::statement counted = names_from(skip, count);
    counted.text = "SELECT count(*) FROM (" + counted.text + ") AS c";
    const auto total = why->caused_by_character() ? attempt(counted, nullptr) : std::nullopt;
    if (!total) {
        if (unfiltered_ || plan_.executed_lookup != nullptr)
            throw *error_;
        unfiltered_ = true;
        pages_ = 1;
        return read_names(skip, count, out);
    }
    const int rows = std::atoi(std::string(total->value(0, 0).value_or("0")).c_str());
    if (rows > 1) {
        read_names(skip, rows / 2, out);
        read_names(skip + rows / 2, rows - rows / 2, out);
    } else if (rows == 1) {
        out.emplace_back(std::nullopt);
        report_unreadable(op_, service_, plan_, "", *why);
    }
}

postgres::result row_salvage::next()
{
    for (;;) {
        if (position_ == names_.size() && !(unfiltered_ && more_ && read_names())) {
            active_ = false;
            return {};
        }
        if (!names_[position_]) {
            ++position_;
            continue;
        }
        std::size_t end = position_ + 1;
        while (end < names_.size() && end - position_ < step_ && names_[end])
            ++end;
        std::optional<postgres::error> why;
        auto page = attempt(plan_.range(*names_[position_], *names_[end - 1]), &why);
        if (page) {
            ++read_;
            step_ = std::min(step_ * 2, static_cast<std::size_t>(plan_.rows));
            advance(*page, end);
            if (page->count() > 0)
                return std::move(*page);
        } else if (end - position_ > 1) {
            step_ = (end - position_) / 2;
        } else {
            leave_out(*names_[position_], *why);
            ++position_;
        }
    }
}

// A page may end before its last row because of its size in bytes.
void row_salvage::advance(const postgres::result& page, std::size_t end)
{
    const bool cut =
        page.count() > plan_.rows ||
        (!plan_.width_sql.empty() && bytes_of(page, plan_.columns.size()) >= directory::page_bytes);
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(position_);
    const auto after = names_.begin() + static_cast<std::ptrdiff_t>(end);
    auto last = after;
    if (cut)
        last = std::find(begin, after,
                         position_of(plan_, page, std::min(page.count(), plan_.rows) - 1));
    position_ = last == after ? end : static_cast<std::size_t>(last - names_.begin()) + 1;
}

void row_salvage::leave_out(const std::string& name, const postgres::error& why)
{
    if (!confirmed_ && (read_ == 0 || unfiltered_))
        confirm(name, why);
    confirmed_ = true;
    report_unreadable(op_, service_, plan_, name, why);
}

// The row is the cause if the list query alone fails for it and not for all others. The filter's
// condition may use columns that the plan does not read.
void row_salvage::confirm(const std::string& name, const postgres::error& why)
{
    const auto readable = [&](const std::string& key) {
        const auto found = attempt(plan_.listed(key, unfiltered_), nullptr);
        if (found)
            wipe(*found);
        return found.has_value();
    };
    if (readable(name))
        throw *error_;
    const auto others = other_names(op_, service_, plan_, name);
    if (others.empty() ? !why.caused_by_character()
                       : std::none_of(others.begin(), others.end(), readable))
        throw *error_;
}

} // namespace pgsql::slapd
