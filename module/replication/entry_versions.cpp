// entry_versions.cpp: the versions of all entries, and what differs between two states.
#include "replication/entry_versions.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <istream>
#include <map>
#include <ostream>
#include <stdexcept>

namespace pgsql::replication {
namespace {

constexpr const char* format = "back-pgsql feed 2";
constexpr std::int64_t second = 1000000; // microseconds

// Commas in values are escaped as \2C in normalized DNs.
std::ptrdiff_t depth(const std::string& ndn) { return std::count(ndn.begin(), ndn.end(), ','); }

} // namespace

differences compare(const version_map& known, const version_map& seen,
                    const std::set<std::uint16_t>& unknown)
{
    differences out;
    for (const auto& [ndn, before] : known) {
        if (unknown.contains(before.kind))
            continue;
        const auto now = seen.find(ndn);
        if (now == seen.end() || now->second.uuid != before.uuid)
            out.removed.push_back(ndn);
        if (now != seen.end() && now->second.uuid == before.uuid &&
            now->second.digest != before.digest)
            out.changed.push_back(ndn);
    }
    for (const auto& [ndn, now] : seen)
        if (const auto before = known.find(ndn);
            before == known.end() || before->second.uuid != now.uuid)
            out.added.push_back(ndn);
    std::sort(out.removed.begin(), out.removed.end(),
              [](const auto& a, const auto& b) { return depth(a) > depth(b); });
    std::sort(out.added.begin(), out.added.end(),
              [](const auto& a, const auto& b) { return depth(a) < depth(b); });
    return out;
}

std::set<std::uint16_t> mass_removals(const version_map& known, const version_map& seen,
                                      const differences& found)
{
    constexpr std::size_t few = 100;
    std::set<std::uint16_t> out;
    if (found.removed.size() <= few)
        return out;
    std::set<std::array<unsigned char, 16>> renamed;
    for (const auto& ndn : found.added)
        renamed.insert(seen.at(ndn).uuid);
    std::map<std::uint16_t, std::size_t> all;
    std::map<std::uint16_t, std::size_t> gone;
    for (const auto& [ndn, one] : known)
        ++all[one.kind];
    for (const auto& ndn : found.removed)
        if (const auto& one = known.at(ndn); !renamed.contains(one.uuid))
            ++gone[one.kind];
    for (const auto& [kind, count] : gone)
        if (count > few && 2 * count > all[kind])
            out.insert(kind);
    return out;
}

std::string csn_of(std::int64_t stamp, int server_id)
{
    const std::time_t seconds = stamp / second;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> out{};
    const int length = std::snprintf(
        out.data(), out.size(), "%04d%02d%02d%02d%02d%02d.%06dZ#000000#%03x#000000",
        parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
        parts.tm_sec, static_cast<int>(stamp % second), static_cast<unsigned>(server_id));
    return {out.data(), static_cast<std::size_t>(length)};
}

std::int64_t stamp_of(std::string_view csn)
{
    std::array<int, 7> parts{};
    constexpr std::array<std::size_t, 7> widths = {4, 2, 2, 2, 2, 2, 6};
    std::size_t at = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i == 6 && (at >= csn.size() || csn[at++] != '.'))
            return 0;
        if (csn.size() < at + widths[i] ||
            std::from_chars(csn.data() + at, csn.data() + at + widths[i], parts[i]).ptr !=
                csn.data() + at + widths[i])
            return 0;
        at += widths[i];
    }
    std::tm time{};
    time.tm_year = parts[0] - 1900;
    time.tm_mon = parts[1] - 1;
    time.tm_mday = parts[2];
    time.tm_hour = parts[3];
    time.tm_min = parts[4];
    time.tm_sec = parts[5];
    return timegm(&time) * second + parts[6];
}

void write(std::ostream& to, const feed_state& state, const version_map& entries)
{
    to << format << '\n'
       << state.last_stamp << ' ' << state.last_usn << ' ' << (state.complete ? 1 : 0) << ' '
       << entries.size() << '\n';
    for (const auto& [ndn, one] : entries) {
        std::array<char, 33> uuid{};
        for (std::size_t i = 0; i < one.uuid.size(); ++i)
            std::snprintf(uuid.data() + 2 * i, 3, "%02x", static_cast<unsigned>(one.uuid[i]));
        to << one.kind << ' ' << one.digest << ' ' << one.stamp << ' ' << one.usn << ' '
           << uuid.data() << ' ' << ndn << '\n';
    }
    to << "end\n";
}

feed_state read(std::istream& from, version_map& entries)
{
    const auto damaged = [] { return std::runtime_error("the file is damaged"); };
    std::string line;
    if (!std::getline(from, line) || line != format)
        throw std::runtime_error("the file has another format");
    feed_state out;
    std::size_t count = 0;
    int complete = 0;
    if (!(from >> out.last_stamp >> out.last_usn >> complete >> count))
        throw damaged();
    out.complete = complete == 1;
    for (std::size_t i = 0; i < count; ++i) {
        entry_version one;
        std::string uuid;
        std::string ndn;
        if (!(from >> one.kind >> one.digest >> one.stamp >> one.usn >> uuid) ||
            uuid.size() != 2 * one.uuid.size() || from.get() != ' ' || !std::getline(from, ndn))
            throw damaged();
        for (std::size_t j = 0; j < one.uuid.size(); ++j)
            if (std::from_chars(&uuid[2 * j], &uuid[2 * j] + 2, one.uuid[j], 16).ptr !=
                &uuid[2 * j] + 2)
                throw damaged();
        entries.emplace(std::move(ndn), one);
    }
    if (!std::getline(from, line) || line != "end")
        throw damaged();
    return out;
}

} // namespace pgsql::replication
