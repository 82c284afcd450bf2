// slot_counter.hpp: limits how many callers do something at the same time.
#pragma once

#include <atomic>
#include <optional>
#include <utility>

namespace pgsql {

/// Counts the slots in use. It must outlive its slots.
class slot_counter {
public:
    /// One use, which ends with the object.
    class slot {
    public:
        explicit slot(std::atomic<unsigned>& used) noexcept : used_(&used) {}
        slot(slot&& other) noexcept : used_(std::exchange(other.used_, nullptr)) {}
        slot& operator=(slot&&) = delete;
        slot(const slot&) = delete;
        slot& operator=(const slot&) = delete;
        ~slot()
        {
            if (used_ != nullptr)
                --*used_;
        }

    private:
        std::atomic<unsigned>* used_;
    };

    /// A slot, unless `limit` are in use.
    [[nodiscard]] std::optional<slot> acquire(unsigned limit) noexcept
    {
        for (unsigned now = used_; now < limit;)
            if (used_.compare_exchange_weak(now, now + 1))
                return slot(used_);
        return std::nullopt;
    }

private:
    std::atomic<unsigned> used_{0};
};

} // namespace pgsql
