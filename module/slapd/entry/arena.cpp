// arena.cpp: memory for one entry at a time.
#include "slapd/entry/arena.hpp"

#include <algorithm>
#include <utility>

namespace pgsql::slapd {

void* arena::allocate(std::size_t bytes)
{
    bytes = (bytes + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) *
            alignof(std::max_align_t);
    if (used_ + bytes > size_) {
        constexpr std::size_t usual = 8192;
        size_ = std::max(bytes, usual);
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
        used_ = 0;
    }
    void* out = blocks_.back().get() + used_;
    used_ += bytes;
    return out;
}

void arena::rewind() noexcept
{
    // Keep the last block, which is (nearly) the largest: an enumeration converges on one block.
    if (blocks_.size() > 1) {
        std::swap(blocks_.front(), blocks_.back());
        blocks_.resize(1);
    }
    used_ = 0;
}

} // namespace pgsql::slapd
