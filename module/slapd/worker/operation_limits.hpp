// operation_limits.hpp: limits an operation: the time of its statements and the share of anonymous
// clients.
#pragma once

#include "slapd/serving/service.hpp"

#include "postgres/fair_semaphore.hpp"
#include "postgres/statement_costs.hpp"

namespace pgsql::slapd {

/// One deadline for all statements of an operation. It restarts with each entry sent to the client,
/// so that a long result is possible but a search that finds nothing ends. For anonymous clients,
/// also the slot for searches that PostgreSQL executes. Nested operations share it.
class operation_limits : OpExtra {
public:
    /// `shared`: whether the operation is a search or compare, which may wait for a slot. A bind
    /// must not: it has priority over anonymous searches.
    operation_limits(Operation& op, service& service, bool shared);
    operation_limits(const operation_limits&) = delete;
    operation_limits& operator=(const operation_limits&) = delete;
    ~operation_limits();

    /// The limits in force; null outside of such operations.
    [[nodiscard]] static operation_limits* find(const Operation& op) noexcept;
    /// Whether the operation needs a slot for statements that cost more than a lookup.
    [[nodiscard]] static bool shares(const Operation& op) noexcept
    {
        const auto* const all = find(op);
        return all != nullptr && all->shared_;
    }
    /// Whether an entry of o_extra is one of these.
    [[nodiscard]] static bool is_one(const OpExtra& extra) noexcept;

    [[nodiscard]] deadline expiry() const noexcept
    {
        return std::max(began_ + timeout_, extended_);
    }
    /// Throws if the deadline has passed.
    void check() const
    {
        if (clock::now() > expiry())
            throw_timeout();
    }

    /// Call before a statement that costs more than a lookup: waits for a slot if one is needed.
    /// The statement then has at least half of the timeout, so expiry() may move.
    void enter(const postgres::wait_options& options);
    /// yield() releases the slot if others wait for it, leave() always.
    void yield() noexcept;
    void leave() noexcept;

    /// Remembers the current exception: slapd, which wanted to read an entry, ignores failures.
    void note_failure() noexcept { failure_ = std::current_exception(); }
    /// Throws the exception that was remembered, if any.
    void rethrow_failure() const
    {
        if (failure_ != nullptr)
            std::rethrow_exception(failure_);
    }

    /// Call before and after sending to the client.
    void sending_begins() noexcept;
    void sending_ends() noexcept;
    /// Whether the slot was given to others while the client did not read.
    [[nodiscard]] bool lost_slot() const noexcept { return entered_ && !visit_->holds(); }

private:
    [[noreturn]] static void throw_timeout();

    Operation& op_;
    service& service_;
    const bool outermost_;
    const bool shared_;
    const clock::duration timeout_;
    clock::time_point began_ = clock::now(); ///< or last sent an entry
    deadline extended_;                      ///< after a wait for a slot
    std::optional<postgres::fair_semaphore::visit> visit_;
    bool entered_ = false; ///< and not released by leave()
    std::exception_ptr failure_;
};

} // namespace pgsql::slapd
