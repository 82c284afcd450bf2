// version_map.hpp: the versions of entries by their names, in little memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pgsql::replication {

/// The digest of no content: consumers have another one than was compared.
inline constexpr std::uint64_t no_digest = 0;

/// One state of an entry.
struct entry_version {
    std::uint64_t digest = no_digest; ///< of the content
    std::int64_t stamp = 0; ///< of the comparison that found it, in microseconds since 1970
    std::array<unsigned char, 16> uuid = {}; ///< entryUUID
    std::uint32_t kind = 0;
    std::uint32_t usn = 0; ///< entryUSN
    std::uint64_t row = 0; ///< identifies the row that it was read from; 0: unknown. Not kept.
};

/// By normalized DN. The DNs of parents are kept once, and RDNs in as many bytes as they need.
class version_map {
    // Characters in the map's memory, after their number.
    class kept_name {
    public:
        kept_name(std::string_view text, std::pmr::memory_resource& memory)
            : at_(static_cast<char*>(memory.allocate(sizeof(size) + text.size(), alignof(size))))
        {
            const auto count = static_cast<size>(text.size());
            std::memcpy(at_, &count, sizeof count);
            std::memcpy(at_ + sizeof count, text.data(), text.size());
        }
        void free(std::pmr::memory_resource& memory) const
        {
            memory.deallocate(at_, sizeof(size) + text().size(), alignof(size));
        }
        [[nodiscard]] std::string_view text() const noexcept
        {
            size count = 0;
            std::memcpy(&count, at_, sizeof count);
            return {at_ + sizeof count, count};
        }

    private:
        using size = std::uint32_t;
        char* at_;
    };

    // A noexcept hash function keeps the container from keeping hashes.
    struct hasher {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept
        {
            return std::hash<std::string_view>()(name);
        }
        std::size_t operator()(kept_name name) const noexcept { return (*this)(name.text()); }
    };
    struct equality {
        using is_transparent = void;
        bool operator()(kept_name a, kept_name b) const noexcept { return a.text() == b.text(); }
        bool operator()(std::string_view a, kept_name b) const noexcept { return a == b.text(); }
        bool operator()(kept_name a, std::string_view b) const noexcept { return a.text() == b; }
    };
    using container = std::pmr::unordered_map<kept_name, entry_version, hasher, equality>;
    // Of its own: among others, the memory of many short-lived entries would not be given back.
    struct storage {
        std::pmr::unsynchronized_pool_resource memory{{.max_blocks_per_chunk = 4096}};
        container entries{&memory};
    };

    // Dereferenced, it is a pair of the name and a reference to the version.
    template <typename Map, typename At> class iterator_over {
    public:
        iterator_over(Map& map, At at) : map_(&map), at_(at) {}
        auto operator*() const
        {
            return std::pair<std::string, decltype(version())>(map_->name_of(at_->first.text()),
                                                               version());
        }
        [[nodiscard]] auto& version() const { return at_->second; }
        iterator_over& operator++()
        {
            ++at_;
            return *this;
        }
        bool operator!=(const iterator_over& other) const { return at_ != other.at_; }
        [[nodiscard]] const kept_name* place() const { return &at_->first; }

    private:
        Map* map_;
        At at_;
    };

public:
    /// Stands for the name of an entry until it is erased.
    using place = const kept_name*;

    [[nodiscard]] auto begin() const { return iterator_over(*this, storage_->entries.begin()); }
    [[nodiscard]] auto end() const { return iterator_over(*this, storage_->entries.end()); }
    [[nodiscard]] auto begin() { return iterator_over(*this, storage_->entries.begin()); }
    [[nodiscard]] auto end() { return iterator_over(*this, storage_->entries.end()); }

    version_map() = default;
    version_map(std::initializer_list<std::pair<std::string_view, entry_version>> versions)
    {
        for (const auto& [ndn, one] : versions)
            emplace(ndn, one);
    }
    /// Takes over the versions of another map, and occupies no more memory than they need.
    void assign(const version_map& versions)
    {
        storage_ = std::make_unique<storage>();
        storage_->entries.reserve(versions.size());
        for (const auto& [ndn, one] : versions)
            emplace(ndn, one);
    }

    [[nodiscard]] std::size_t size() const noexcept { return storage_->entries.size(); }
    [[nodiscard]] bool empty() const noexcept { return storage_->entries.empty(); }
    /// nullptr if there is none.
    [[nodiscard]] const entry_version* find(std::string_view ndn) const
    {
        const auto at = storage_->entries.find(std::string_view(key_of(ndn)));
        return at != storage_->entries.end() ? &at->second : nullptr;
    }
    [[nodiscard]] entry_version* find(std::string_view ndn)
    {
        const auto at = storage_->entries.find(std::string_view(key_of(ndn)));
        return at != storage_->entries.end() ? &at->second : nullptr;
    }
    [[nodiscard]] std::string name_at(place at) const { return name_of(at->text()); }
    /// Returns the version in the map, and whether it was added.
    std::pair<entry_version*, bool> emplace(std::string_view ndn, const entry_version& version)
    {
        const std::string key = key_for(ndn);
        if (const auto at = storage_->entries.find(std::string_view(key));
            at != storage_->entries.end())
            return {&at->second, false};
        return {&storage_->entries.emplace(kept_name(key, storage_->memory), version).first->second,
                true};
    }
    void set(std::string_view ndn, const entry_version& version)
    {
        *emplace(ndn, version).first = version;
    }
    void erase(std::string_view ndn)
    {
        if (const auto at = storage_->entries.find(std::string_view(key_of(ndn)));
            at != storage_->entries.end())
            remove(at);
    }
    template <typename Unwanted> void erase_if(Unwanted unwanted) // of a version
    {
        for (auto at = storage_->entries.begin(); at != storage_->entries.end();)
            at = unwanted(at->second) ? remove(at) : std::next(at);
    }

private:
    static constexpr std::size_t most_parents = 100; // of which each takes one byte in keys

    // A comma in a value is escaped, so that the first one ends the RDN.
    static std::string_view parent_in(std::string_view ndn)
    {
        const auto comma = ndn.find(',');
        return comma == std::string_view::npos ? std::string_view() : ndn.substr(comma);
    }
    container::iterator remove(container::iterator at)
    {
        const kept_name name = at->first;
        const auto next = storage_->entries.erase(at);
        name.free(storage_->memory);
        return next;
    }
    // The RDN, a comma, and the parent's number plus 1: no DN ends in this way. Of other entries
    // the whole name.
    [[nodiscard]] std::string key_of(std::string_view ndn) const
    {
        const auto parent = parent_in(ndn);
        const auto at = std::find(parents_.begin(), parents_.end(), parent);
        if (at == parents_.end())
            return std::string(ndn);
        std::string out(ndn.substr(0, ndn.size() - parent.size() + 1));
        out += static_cast<char>(at - parents_.begin() + 1);
        return out;
    }
    [[nodiscard]] std::string key_for(std::string_view ndn)
    {
        if (const auto parent = parent_in(ndn);
            !parent.empty() && parents_.size() < most_parents &&
            std::find(parents_.begin(), parents_.end(), parent) == parents_.end())
            parents_.emplace_back(parent);
        return key_of(ndn);
    }
    [[nodiscard]] std::string name_of(std::string_view kept) const
    {
        if (kept.size() < 2 || kept[kept.size() - 2] != ',' || kept.back() == 0 ||
            static_cast<std::size_t>(kept.back()) > parents_.size())
            return std::string(kept);
        std::string out(kept.substr(0, kept.size() - 2));
        return out += parents_[static_cast<std::size_t>(kept.back() - 1)];
    }

    std::vector<std::string> parents_; ///< with a comma before each
    std::unique_ptr<storage> storage_ = std::make_unique<storage>();
};

} // namespace pgsql::replication
