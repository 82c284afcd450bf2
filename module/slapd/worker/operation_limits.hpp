// operation_limits.hpp: bounds what one operation takes: the time of its statements, and the share
// of clients that have not logged in.
#pragma once

#include "slapd/serving/service.hpp"

#include "postgres/fair_semaphore.hpp"
#include "postgres/statement_costs.hpp"

namespace pgsql::slapd {

/// One deadline for all statements of an operation. It begins anew with each entry that the client
/// gets, so that a long answer may take its time, and a search that finds nothing may not. For
/// clients that have not logged in, also the place among those whose searches PostgreSQL works on.
/// Operations inside the operation have part in it.
class operation_limits : OpExtra {
public:
    /// `shared`: whether the operation is a search or a compare, which may have to wait for a
    /// place. A bind must not: who logs in goes before those who do not.
    operation_limits(Operation& op, service& service, bool shared);
    operation_limits(const operation_limits&) = delete;
    operation_limits& operator=(const operation_limits&) = delete;
    ~operation_limits();

    /// Those that are in force; null outside of such operations.
    [[nodiscard]] static operation_limits* find(const Operation& op) noexcept;
    /// Whether the operation has to have a place for what takes more than a lookup.
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
    /// Throws when the deadline has come.
    void check() const
    {
        if (clock::now() > expiry())
            give_up();
    }

    /// Comes before a statement that takes more than a lookup: waits for a place, if it needs one.
    /// The statement then has half of the timeout at least, so that until() may be later.
    void enter(const postgres::wait_options& options);
    /// Gives the place back if others wait for it, or in any case.
    void yield() noexcept;
    void leave() noexcept;

    /// Around what is sent to the client.
    void sending_begins() noexcept;
    void sending_ends() noexcept;
    /// Whether the place was given to others while the client did not read.
    [[nodiscard]] bool lost_place() const noexcept { return entered_ && !visit_->holds(); }

private:
    [[noreturn]] static void give_up();

    Operation& op_;
    service& service_;
    const bool outermost_;
    const bool shared_;
    const clock::duration timeout_;
    clock::time_point began_ = clock::now(); ///< or sent something
    deadline extended_;                      ///< since it waited for a place
    std::optional<postgres::fair_semaphore::visit> visit_;
    bool entered_ = false; ///< and not left of its own accord
};

} // namespace pgsql::slapd
