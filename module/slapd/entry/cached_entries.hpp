// cached_entries.hpp: copies the entries of a page for concurrent use from the cache.
#pragma once

#include "slapd/serving/resolved_mapping.hpp"

#include <algorithm>

namespace pgsql::slapd {

/// The entries that a plan's statements returned, in order. Immutable once complete.
class cached_entries {
public:
    explicit cached_entries(const resolved_mapping& mapping) : mapping_(mapping.shared_from_this())
    {}

    struct item {
        Entry* entry; ///< null: a duplicate row of this name, which is not returned
        std::string_view name;
    };

    /// Copies the entry of a row into separate memory.
    void add(const Entry& e, std::string_view name);
    void add_duplicate(std::string_view name) { (void)append(0, name); }

    [[nodiscard]] const std::vector<item>& items() const noexcept { return items_; }
    /// Whether it has no entry to return.
    [[nodiscard]] bool empty() const noexcept
    {
        return std::none_of(items_.begin(), items_.end(),
                            [](const item& one) { return one.entry != nullptr; });
    }
    [[nodiscard]] std::size_t bytes() const noexcept
    {
        return sizeof *this + bytes_ + items_.capacity() * sizeof(item) +
               blocks_.capacity() * sizeof(block) +
               4 * malloc_adds; // for the vectors and the object itself
    }

private:
    static constexpr std::size_t malloc_adds = 24;
    using block = std::unique_ptr<char[]>;

    /// Allocates a block of `bytes` bytes followed by the name.
    char* append(std::size_t bytes, std::string_view name);

    /// Whether all entries of a kind share these values.
    [[nodiscard]] bool shared(const Attribute& a) const;

    const std::shared_ptr<const resolved_mapping> mapping_; ///< keeps shared values alive
    std::vector<item> items_;
    std::vector<block> blocks_;
    std::size_t bytes_ = 0;
};

} // namespace pgsql::slapd
