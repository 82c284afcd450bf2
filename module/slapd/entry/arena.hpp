// arena.hpp: memory for one entry at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace pgsql::slapd {

/// Memory for one entry at a time; rewind() releases it for the next.
class arena {
public:
    [[nodiscard]] void* allocate(std::size_t bytes);
    void rewind() noexcept;

private:
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t used_ = 0;
    std::size_t size_ = 0;
};

} // namespace pgsql::slapd
