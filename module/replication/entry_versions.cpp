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

constexpr const char* format = "back-pgsql feed 3";
constexpr std::int64_t second = 1000000; // microseconds

// Commas in values are escaped as \2C in normalized DNs.
std::ptrdiff_t depth(const std::string& ndn) { return std::count(ndn.begin(), ndn.end(), ','); }

} // namespace

differences compare(const version_map& known, const version_map& seen,
                    const std::function<bool(const std::string&, const entry_version&)>& unread)
{
    differences out;
    for (const auto& [ndn, before] : known) {
        const entry_version* const now = seen.find(ndn);
        if (now == nullptr && unread(ndn, before))
            continue;
        if (now == nullptr || now->uuid != before.uuid)
            out.removed.push_back(ndn);
        else if (now->digest != before.digest)
            out.changed.push_back(ndn);
    }
    for (const auto& [ndn, now] : seen)
        if (const entry_version* const before = known.find(ndn);
            before == nullptr || before->uuid != now.uuid)
            out.added.push_back(ndn);
    std::sort(out.removed.begin(), out.removed.end(),
              [](const auto& a, const auto& b) { return depth(a) > depth(b); });
    std::sort(out.added.begin(), out.added.end(),
              [](const auto& a, const auto& b) { return depth(a) < depth(b); });
    return out;
}

std::set<std::uint32_t> mass_removals(const version_map& known, const version_map& seen,
                                      const differences& found)
{
    constexpr std::size_t few = 100;
    std::set<std::uint32_t> out;
    if (found.removed.size() <= few)
        return out;
    std::set<std::array<unsigned char, 16>> renamed;
    for (const auto& ndn : found.added)
        renamed.insert(seen.find(ndn)->uuid);
    std::map<std::uint32_t, std::size_t> all;
    std::map<std::uint32_t, std::size_t> gone;
    for (const auto& [ndn, one] : known)
        ++all[one.kind];
    for (const auto& ndn : found.removed)
        if (const auto& one = *known.find(ndn); !renamed.contains(one.uuid))
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
    const int length =
        std::snprintf(out.data(), out.size(), "%04d%02d%02d%02d%02d%02d.%06dZ#000000#%03x#000000",
                      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                      parts.tm_min, parts.tm_sec, static_cast<int>(stamp % second),
                      static_cast<unsigned>(stamp == suffix_stamp ? 0 : server_id));
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

namespace {

// A name has one line: what would end it is written as %0A.
std::string one_line(std::string_view ndn)
{
    std::string out;
    for (const char c : ndn)
        if (c == '%' || c == '\n' || c == '\r' || c == '\0') {
            std::array<char, 4> code{};
            std::snprintf(code.data(), code.size(), "%%%02x", static_cast<unsigned char>(c));
            out += code.data();
        } else {
            out += c;
        }
    return out;
}

bool read_name(std::string_view line, std::string& out)
{
    out.clear();
    for (std::size_t i = 0; i < line.size(); ++i) {
        unsigned char code = 0;
        if (line[i] != '%') {
            out += line[i];
            continue;
        }
        if (line.size() - i < 3 ||
            std::from_chars(&line[i] + 1, &line[i] + 3, code, 16).ptr != &line[i] + 3)
            return false;
        out += static_cast<char>(code);
        i += 2;
    }
    return true;
}

std::string text_of(const std::array<unsigned char, 16>& uuid)
{
    std::array<char, 33> out{};
    for (std::size_t i = 0; i < uuid.size(); ++i)
        std::snprintf(out.data() + 2 * i, 3, "%02x", static_cast<unsigned>(uuid[i]));
    return out.data();
}

void write_entry(std::ostream& to, const std::string& ndn, const entry_version& one)
{
    to << "= " << one.kind << ' ' << one.digest << ' ' << one.stamp << ' ' << one.usn << ' '
       << text_of(one.uuid) << ' ' << one_line(ndn) << '\n';
}

void write_state(std::ostream& to, const feed_state& state)
{
    to << "! " << state.last_stamp << ' ' << state.last_usn << '\n';
}

// A line without its first two characters, which is damaged if it has another form.
class line_reader {
public:
    explicit line_reader(std::string_view line)
        : rest_(line.substr(std::min<std::size_t>(2, line.size())))
    {}

    template <typename Number> bool number(Number& out, int base = 10)
    {
        const auto end = std::min(rest_.find(' '), rest_.size());
        const auto read = std::from_chars(rest_.data(), rest_.data() + end, out, base);
        const bool whole = read.ec == std::errc() && end > 0 && read.ptr == rest_.data() + end;
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return whole;
    }
    bool uuid(std::array<unsigned char, 16>& out)
    {
        if (rest_.size() < 2 * out.size() + 1 || rest_[2 * out.size()] != ' ')
            return false;
        for (std::size_t i = 0; i < out.size(); ++i)
            if (std::from_chars(&rest_[2 * i], &rest_[2 * i] + 2, out[i], 16).ptr !=
                &rest_[2 * i] + 2)
                return false;
        rest_.remove_prefix(2 * out.size() + 1);
        return true;
    }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::string_view rest_;
};

// Of the years before 10000, which a CSN can have.
bool is_stamp(std::int64_t stamp) { return stamp >= 0 && stamp < 253402300800 * second; }

bool read_entry(std::string_view line, version_map& entries)
{
    line_reader in(line);
    entry_version one;
    if (!line.starts_with("= ") || !in.number(one.kind) || !in.number(one.digest) ||
        !in.number(one.stamp) || !in.number(one.usn) || !in.uuid(one.uuid) || !is_stamp(one.stamp))
        return false;
    std::string ndn;
    if (!read_name(in.rest(), ndn))
        return false;
    entries.set(ndn, one);
    return true;
}

bool read_intention(std::string_view line, version_map& to)
{
    line_reader in(line);
    entry_version one;
    std::string ndn;
    if (!in.number(one.kind) || !in.uuid(one.uuid) || !read_name(in.rest(), ndn))
        return false;
    to.emplace(ndn, one); // the removed one counts, if it is added again
    return true;
}

bool read_state(std::string_view line, feed_state& out)
{
    line_reader in(line);
    return line.starts_with("! ") && in.number(out.last_stamp) && in.number(out.last_usn) &&
           is_stamp(out.last_stamp);
}

} // namespace

void write(std::ostream& to, const feed_state& state, const version_map& entries)
{
    to << format << '\n' << entries.size() << '\n';
    for (const auto& [ndn, one] : entries)
        write_entry(to, ndn, one);
    write_state(to, state);
}

void write_changes(std::ostream& to, const feed_state& state, const version_map& entries,
                   const std::vector<std::string>& names)
{
    for (const auto& ndn : names)
        if (const entry_version* const one = entries.find(ndn))
            write_entry(to, ndn, *one);
        else
            to << "- " << one_line(ndn) << '\n';
    write_state(to, state);
}

void write_intention(std::ostream& to, const std::string& ndn, const entry_version& known)
{
    to << "? " << known.kind << ' ' << text_of(known.uuid) << ' ' << one_line(ndn) << '\n';
}

void write_intentions(std::ostream& to, const differences& found, const version_map& known,
                      const version_map& seen)
{
    const auto write = [&](const std::string& ndn, const version_map& in) {
        if (const entry_version* const one = in.find(ndn))
            write_intention(to, ndn, *one);
    };
    for (const auto& ndn : found.removed)
        write(ndn, known);
    for (const auto* const list : {&found.changed, &found.added})
        for (const auto& ndn : *list)
            write(ndn, seen);
}

feed_state read(std::istream& from, version_map& entries, std::size_t& lines)
{
    const auto damaged = [] { return std::runtime_error("the file is damaged"); };
    std::string line;
    if (!std::getline(from, line) || line != format)
        throw std::runtime_error("the file has another format");
    std::size_t count = 0;
    if (!std::getline(from, line) ||
        std::from_chars(line.data(), line.data() + line.size(), count).ptr !=
            line.data() + line.size())
        throw damaged();
    for (std::size_t i = 0; i < count; ++i)
        if (!std::getline(from, line) || !read_entry(line, entries))
            throw damaged();
    feed_state out;
    if (!std::getline(from, line) || from.eof() || !read_state(line, out))
        throw damaged();
    std::vector<std::string> changes; // that no state follows yet
    version_map intentions;
    while (std::getline(from, line) && !from.eof()) { // a whole line
        if (line.starts_with("? ")) {
            ++lines;
            if (!read_intention(line, intentions))
                throw damaged();
            continue;
        }
        if (!line.starts_with("! ")) {
            changes.push_back(line);
            continue;
        }
        for (const auto& change : changes)
            if (std::string ndn; change.starts_with("- ") && read_name(change.substr(2), ndn))
                entries.erase(ndn);
            else if (!read_entry(change, entries))
                throw damaged();
        if (!read_state(line, out))
            throw damaged();
        lines += changes.size() + 1;
        changes.clear();
        intentions = {};
    }
    for (const auto& [ndn, one] : intentions)
        entries.emplace(ndn, one).first->digest = no_digest;
    return out;
}

} // namespace pgsql::replication
