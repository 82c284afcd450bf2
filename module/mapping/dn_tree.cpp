// dn_tree.cpp: locates normalized DNs in the directory tree, and writes and parses RDN values.
#include "mapping/dn_tree.hpp"

namespace pgsql::directory {
namespace {

int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// The offset of the comma after the first RDN, or npos. slapd's normalized DNs have no quoted
// values and no spaces around commas.
std::size_t end_of_rdn(std::string_view dn)
{
    for (std::size_t i = 0; i < dn.size(); ++i) {
        if (dn[i] == '\\')
            ++i;
        else if (dn[i] == ',')
            return i;
    }
    return std::string_view::npos;
}

bool special(char c)
{
    return c == ',' || c == '+' || c == '"' || c == '\\' || c == '<' || c == '>' || c == ';' ||
           c == '=';
}

} // namespace

std::string_view rdn_of(std::string_view dn) { return dn.substr(0, end_of_rdn(dn)); }

std::string_view parent_of(std::string_view dn)
{
    const auto end = end_of_rdn(dn);
    return end == std::string_view::npos ? std::string_view() : dn.substr(end + 1);
}

dn_tree::dn_tree(id_vector<container> entries, const tree_faults& faults)
    : entries_(std::move(entries)), ambiguous_(faults.ambiguous.begin(), faults.ambiguous.end())
{
    for (const place& one : faults.left_out)
        left_out_.insert(row_name(one.kind, one.key));
    for (const place& one : faults.repeated)
        repeated_.insert(row_name(one.kind, one.key));
    for (const container& one : entries_) {
        const container_id id = entries_.id_of(one);
        by_ndn_.emplace(one.ndn, id);
        if (one.kind)
            by_row_.emplace(row_name(one.kind, one.key), id);
        if (one.parent)
            below_[one.parent.index()].push_back(id);
        constexpr std::size_t prime = 1099511628211U; // as FNV-1a combines bytes
        digest_ = (digest_ ^ std::hash<std::string>{}(one.dn)) * prime;
        digest_ = (digest_ ^ std::hash<std::string>{}(row_name(one.kind, one.key))) * prime;
    }
}

std::string dn_tree::row_name(kind_id kind, std::string_view key)
{
    return std::to_string(kind.index()).append(1, ' ').append(key);
}

container_id dn_tree::find(std::string_view ndn) const
{
    const auto at = by_ndn_.find(std::string(ndn));
    return at == by_ndn_.end() ? container_id() : at->second;
}

place dn_tree::place_of(container_id container) const
{
    const auto& one = entries_[container];
    return one.kind ? place{{}, one.kind, one.key} : place{container};
}

container_id dn_tree::at(const place& place) const
{
    if (!place.kind)
        return place.fixed;
    const auto at = by_row_.find(row_name(place.kind, place.key));
    return at == by_row_.end() ? container_id() : at->second;
}

std::vector<std::string> dn_tree::keys_below(container_id top, kind_id kind) const
{
    std::vector<std::string> out;
    std::vector<container_id> left = {top};
    while (!left.empty()) {
        const container_id id = left.back();
        left.pop_back();
        if (entries_[id].kind == kind)
            out.push_back(entries_[id].key);
        const auto& below = containers_below(id);
        left.insert(left.end(), below.begin(), below.end());
    }
    return out;
}

const std::vector<container_id>& dn_tree::containers_below(container_id container) const
{
    static const std::vector<container_id> none;
    const auto at = below_.find(container.index());
    return at == below_.end() ? none : at->second;
}

dn_location dn_tree::locate(std::string_view ndn) const
{
    dn_location out;
    out.container = find(ndn);
    if (out.container)
        return out;
    const std::string_view rdn = rdn_of(ndn);
    const auto equals = rdn.find('=');
    if (equals == std::string_view::npos)
        return out;
    auto value = unescape_value(rdn.substr(equals + 1));
    if (!value)
        return out; // no entry of this backend has a multi-valued RDN
    out.value = std::move(*value);
    out.attribute = rdn.substr(0, equals);
    out.parent = find(parent_of(ndn));
    return out;
}

bool dn_tree::is_below(container_id entry, container_id top) const
{
    for (; entry; entry = entries_[entry].parent)
        if (entry == top)
            return true;
    return false;
}

std::string escape_value(std::string_view value)
{
    std::string out;
    constexpr const char* digits = "0123456789ABCDEF";
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool edge_space = c == ' ' && (i == 0 || i + 1 == value.size());
        if (special(c) || edge_space || (c == '#' && i == 0) ||
            static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
            out += '\\';
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        } else {
            out += c;
        }
    }
    return out;
}

std::optional<std::string> unescape_value(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+')
            return std::nullopt;
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
        } else if (i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            out += text[++i];
        }
    }
    return out;
}

bool needs_no_escaping(std::string_view value)
{
    if (value.empty() || value.front() == ' ' || value.back() == ' ' || value.front() == '#')
        return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c < ' ' || c > '~' || special(c) || (c == ' ' && value[i - 1] == ' '))
            return false;
    }
    return true;
}

} // namespace pgsql::directory
