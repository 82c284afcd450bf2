// row_digests.hpp: digests of all rows of a kind, and which rows differ between two states.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <set>
#include <string_view>
#include <vector>

namespace pgsql::replication {

/// A row: what identifies it, and its content.
struct row_digest {
    std::uint64_t id = 0;
    std::uint64_t content = 0;
    friend auto operator<=>(const row_digest&, const row_digest&) = default;
};

/// FNV-1a; continues from `before`. Never 0.
[[nodiscard]] constexpr std::uint64_t hash_of(std::string_view text,
                                              std::uint64_t before = 14695981039346656037U) noexcept
{
    for (const char c : text) {
        before ^= static_cast<unsigned char>(c);
        before *= 1099511628211U;
    }
    return before == 0 ? 1 : before;
}

/// What identifies a row: its name and its key.
[[nodiscard]] constexpr std::uint64_t row_id(std::string_view name, std::string_view key) noexcept
{
    return hash_of(key, hash_of(std::string_view("\0", 1), hash_of(name)));
}

/// 16 bytes for each row of a kind.
class row_digests {
public:
    void add(row_digest row) { rows_.push_back(row); }
    /// To be called after the last add().
    void sort()
    {
        std::sort(rows_.begin(), rows_.end());
        rows_.shrink_to_fit();
    }
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    [[nodiscard]] bool contains(row_digest row) const
    {
        return std::binary_search(rows_.begin(), rows_.end(), row);
    }
    /// The identifiers of rows that `after` lacks, or has with another content.
    [[nodiscard]] std::set<std::uint64_t> lost_in(const row_digests& after) const
    {
        std::vector<row_digest> lost;
        std::set_difference(rows_.begin(), rows_.end(), after.rows_.begin(), after.rows_.end(),
                            std::back_inserter(lost));
        std::set<std::uint64_t> out;
        for (const row_digest& one : lost)
            out.insert(one.id);
        return out;
    }

private:
    std::vector<row_digest> rows_;
};

} // namespace pgsql::replication
