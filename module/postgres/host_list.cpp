// host_list.cpp: the hosts of a connection URI in the order in which an attempt tries them.
#include "postgres/host_list.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace pgsql::postgres {
namespace {

// A host that was set aside is tried last for so long.
constexpr auto distrust = std::chrono::seconds(30);

struct option_free {
    void operator()(PQconninfoOption* o) const noexcept { PQconninfoFree(o); }
};

std::string option_of(const PQconninfoOption* from, std::string_view keyword)
{
    for (; from->keyword != nullptr; ++from)
        if (from->keyword == keyword && from->val != nullptr)
            return from->val;
    return {};
}

std::vector<std::string> parts_of(const std::string& list)
{
    std::vector<std::string> out;
    for (std::string_view left = list; !list.empty();) {
        const auto comma = left.find(',');
        out.emplace_back(left.substr(0, comma));
        if (comma == std::string_view::npos)
            break;
        left.remove_prefix(comma + 1);
    }
    return out;
}

} // namespace

host_list::host_list(const std::string& uri, const std::string& session) : session_attrs_(session)
{
    char* why = nullptr;
    const std::unique_ptr<PQconninfoOption, option_free> options(
        PQconninfoParse(uri.c_str(), &why));
    if (options == nullptr) {
        std::string words = why != nullptr ? why : "out of memory";
        PQfreemem(why);
        throw std::invalid_argument(words);
    }
    if (session_attrs_.empty())
        session_attrs_ = option_of(options.get(), "target_session_attrs");
    const auto names = parts_of(option_of(options.get(), "host"));
    const auto addresses = parts_of(option_of(options.get(), "hostaddr"));
    auto ports = parts_of(option_of(options.get(), "port"));
    const std::size_t count = std::max(names.size(), addresses.size());
    if (ports.empty())
        ports.emplace_back();
    if (ports.size() == 1)
        ports.resize(count, ports.front());
    const auto given = [&](const std::vector<std::string>& list) {
        return list.size() == count &&
               std::none_of(list.begin(), list.end(), [](const auto& one) { return one.empty(); });
    };
    // libpq handles what it would reject or interprets specially: an empty host is a Unix socket.
    if (count < 2 || ports.size() != count || (!names.empty() && !given(names)) ||
        (!addresses.empty() && !given(addresses)))
        return;
    for (std::size_t i = 0; i < count; ++i)
        hosts_.push_back({names.empty() ? "" : names[i], addresses.empty() ? "" : addresses[i],
                          ports[i].empty() ? "5432" : ports[i], "", i});
    set_aside_.resize(count);
}

std::vector<host_list::host> host_list::candidates() const
{
    if (hosts_.empty())
        return {{"", "", "", session_attrs_, 0}};
    std::vector<host> order = hosts_;
    {
        const auto now = clock::now();
        const std::lock_guard lock(mutex_);
        std::stable_partition(order.begin(), order.end(), [&](const host& one) {
            const auto when = set_aside_[one.index];
            return when == clock::time_point() || now - when > distrust;
        });
    }
    std::vector<host> out;
    for (const char* session : {"standby", "any"}) {
        for (host one : order) {
            one.session_attrs = session_attrs_ == "prefer-standby" ? session : session_attrs_;
            out.push_back(std::move(one));
        }
        if (session_attrs_ != "prefer-standby")
            break;
    }
    return out;
}

void host_list::set_aside(const host& entry)
{
    const std::lock_guard lock(mutex_);
    if (entry.index < set_aside_.size())
        set_aside_[entry.index] = clock::now();
}

void host_list::mark_reachable(const host& entry)
{
    const std::lock_guard lock(mutex_);
    if (entry.index < set_aside_.size())
        set_aside_[entry.index] = {};
}

} // namespace pgsql::postgres
