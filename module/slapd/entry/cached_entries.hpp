// cached_entries.hpp: turns entries that go with their page into ones that any number of clients
// can be shown at the same time.
#pragma once

#include "slapd/serving/bound_mapping.hpp"

#include <algorithm>

namespace pgsql::slapd {

/// The entries that a plan's statements gave, in their order. Once made, nobody changes them.
class cached_entries {
public:
    explicit cached_entries(const resolved_mapping& mapping) : mapping_(mapping.shared_from_this())
    {}

    struct item {
        Entry* entry; ///< null: there was a row of this name, but it is not shown
        std::string_view name;
    };

    /// Copies the entry of a row into memory of its own.
    void add(const Entry& e, std::string_view name);
    void add_duplicate(std::string_view name) { (void)append(0, name); }

    [[nodiscard]] const std::vector<item>& items() const noexcept { return items_; }
    /// Whether none is shown.
    [[nodiscard]] bool empty() const noexcept
    {
        return std::none_of(items_.begin(), items_.end(),
                            [](const item& one) { return one.entry != nullptr; });
    }
    [[nodiscard]] std::size_t bytes() const noexcept
    {
        return sizeof *this + bytes_ + items_.capacity() * sizeof(item) +
               blocks_.capacity() * sizeof(block) + 4 * malloc_adds; // the vectors', and its own
    }

private:
    static constexpr std::size_t malloc_adds = 24;
    using block = std::unique_ptr<char[]>;

    /// A block of so many bytes, and a name behind them.
    char* append(std::size_t bytes, std::string_view name);

    /// Whether these are values that all entries of a kind share.
    [[nodiscard]] bool shared(const Attribute& a) const;

    const std::shared_ptr<const resolved_mapping> mapping_; ///< holds them
    std::vector<item> items_;
    std::vector<block> blocks_;
    std::size_t bytes_ = 0;
};

} // namespace pgsql::slapd
