// row_salvage.cpp: reads the rows of a plan around those that PostgreSQL cannot read.
#include "slapd/entry/row_salvage.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// What one search may cost the database for the sake of rows that are left out. Beyond that it gets
// the error.
constexpr int most_failures = 1000;
constexpr int most_unfiltered_pages = 200;
constexpr int most_others = 8;

// Statements that are seldom repeated are not prepared.
postgres::rows run_once(Operation& op, service& with, const directory::plan& from,
                        const postgres::statement& what)
{
    return rows_of(op, with, from, effort::search, [&](const postgres::patience& limits) {
        return with.pool().with_connection(
            limits, [&](postgres::connection& session) { return session.run_once(what, limits); });
    });
}

void wipe(const postgres::rows& page)
{
    for (int row = 0; row < page.count(); ++row)
        for (int column = 0; column < PQnfields(page.result()); ++column)
            if (page.at(row, column))
                page.wipe(row, column);
}

} // namespace

void report_unreadable(service& with, const directory::plan& from, const std::string& name,
                       const postgres::error& why)
{
    const std::string reason = "PostgreSQL cannot read it";
    with.complain("row " + from.of->name + reason + '\n' + name,
                  "a row of " + from.of->name +
                      (name.empty() ? ", whose name cannot be read either,"
                                    : " \"" + name.substr(0, 60) + '"') +
                      " is left out: " + reason + ": " + why.what(),
                  600);
}

std::vector<std::string> other_names(Operation& op, service& with, const directory::plan& from,
                                     const std::string& than)
{
    std::vector<std::string> out;
    for (int skip = 0; skip < most_others; ++skip) {
        try {
            const auto found =
                run_once(op, with, from, directory::names_of(*from.of, std::nullopt, skip, 1));
            if (found.count() == 0)
                break;
            if (const auto name = found.at(0, 0); name && *name != than)
                out.emplace_back(*name);
        } catch (const postgres::error& e) {
            if (!e.about_a_value())
                throw;
        }
    }
    return out;
}

void salvage::begin(const std::optional<std::string>& after, const postgres::error& why)
{
    why_ = why;
    active_ = true;
    after_ = after;
    step_ = static_cast<std::size_t>(std::max(1, from_.rows / 2));
    if (!read_names())
        throw why; // there is no row that could be at fault
}

std::optional<postgres::rows> salvage::attempt(const postgres::statement& what,
                                               std::optional<postgres::error>* why)
{
    try {
        return run_once(op_, with_, from_, what);
    } catch (const postgres::error& e) {
        if (!e.about_a_value())
            throw;
        if (why != nullptr)
            *why = e;
        count_failure();
        return std::nullopt;
    }
}

void salvage::count_failure()
{
    if (++failures_ > most_failures)
        throw *why_;
}

postgres::statement salvage::names_from(int skip, int count) const
{
    return unfiltered_ ? directory::names_of(*from_.of, after_, skip, count)
                       : from_.names(after_, skip, count);
}

bool salvage::read_names()
{
    names_.clear();
    at_ = 0;
    more_ = false;
    if (unfiltered_ && ++pages_ > most_unfiltered_pages)
        throw *why_;
    // At least one of them must be there to go on behind it.
    for (int skip = 0;; skip += from_.rows) {
        names some;
        read_names(skip, from_.rows, some);
        more_ = static_cast<int>(some.size()) == from_.rows;
        names_.insert(names_.end(), some.begin(), some.end());
        const auto last = std::find_if(names_.rbegin(), names_.rend(),
                                       [](const auto& name) { return name.has_value(); });
        if (last != names_.rend())
            after_ = *last;
        if (last != names_.rend() || !more_)
            return !names_.empty();
    }
}

void salvage::read_names(int skip, int count, names& to)
{
    std::optional<postgres::error> why;
    const auto found = attempt(names_from(skip, count), &why);
    if (found) {
        for (int i = 0; i < found->count(); ++i)
            to.emplace_back(found->at(i, 0).value_or(""));
        return;
    }
    // Is it the conversion of a name that fails?
    postgres::statement counted = names_from(skip, count);
    counted.text = "SELECT count(*) FROM (" + counted.text + ") AS c";
    const auto there = why->about_a_character() ? attempt(counted, nullptr) : std::nullopt;
    if (!there) {
        if (unfiltered_ || from_.lookup >= 0)
            throw *why_;
        unfiltered_ = true;
        pages_ = 1;
        return read_names(skip, count, to);
    }
    const int rows = std::atoi(std::string(there->at(0, 0).value_or("0")).c_str());
    if (rows > 1) {
        read_names(skip, rows / 2, to);
        read_names(skip + rows / 2, rows - rows / 2, to);
    } else if (rows == 1) {
        to.emplace_back(std::nullopt);
        report_unreadable(with_, from_, "", *why);
    }
}

postgres::rows salvage::next()
{
    for (;;) {
        if (at_ == names_.size() && !(unfiltered_ && more_ && read_names())) {
            active_ = false;
            return {};
        }
        if (!names_[at_]) {
            ++at_;
            continue;
        }
        std::size_t end = at_ + 1;
        while (end < names_.size() && end - at_ < step_ && names_[end])
            ++end;
        std::optional<postgres::error> why;
        auto page = attempt(from_.range(*names_[at_], *names_[end - 1]), &why);
        if (page) {
            ++read_;
            step_ = std::min(step_ * 2, static_cast<std::size_t>(from_.rows));
            advance(*page, end);
            if (page->count() > 0)
                return std::move(*page);
        } else if (end - at_ > 1) {
            step_ = (end - at_) / 2;
        } else {
            leave_out(*names_[at_], *why);
            ++at_;
        }
    }
}

// A page may end before its last row, by the bytes of its values.
void salvage::advance(const postgres::rows& page, std::size_t end)
{
    const bool cut =
        page.count() > from_.rows ||
        (!from_.width.empty() && bytes_of(page, from_.columns.size()) >= directory::page_bytes);
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(at_);
    const auto behind = names_.begin() + static_cast<std::ptrdiff_t>(end);
    auto last = behind;
    if (cut)
        last =
            std::find(begin, behind,
                      std::string(page.at(std::min(page.count(), from_.rows) - 1, 0).value_or("")));
    at_ = last == behind ? end : static_cast<std::size_t>(last - names_.begin()) + 1;
}

void salvage::leave_out(const std::string& name, const postgres::error& why)
{
    if (!confirmed_ && (read_ == 0 || unfiltered_))
        confirm(name, why);
    confirmed_ = true;
    report_unreadable(with_, from_, name, why);
}

// It is the row that is at fault if the list query alone fails for it, and not for all others. The
// condition of the filter may be on columns that the plan does not read.
void salvage::confirm(const std::string& name, const postgres::error& why)
{
    const auto readable = [&](const std::string& of) {
        const auto found = attempt(from_.listed(of, unfiltered_), nullptr);
        if (found)
            wipe(*found);
        return found.has_value();
    };
    if (readable(name))
        throw *why_;
    const auto others = other_names(op_, with_, from_, name);
    if (others.empty() ? !why.about_a_character()
                       : std::none_of(others.begin(), others.end(), readable))
        throw *why_;
}

} // namespace pgsql::slapd
