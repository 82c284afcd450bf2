// thread.hpp: begins a thread that leaves signals to slapd's own.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace pgsql::postgres {

/// A thread that runs `work` with every signal blocked: a thread inherits the mask of the one that
/// begins it. Throws std::system_error when there can be none.
template <typename Work> [[nodiscard]] std::thread start_thread(Work work)
{
    struct blocked {
        blocked()
        {
            sigset_t all;
            sigfillset(&all);
            pthread_sigmask(SIG_SETMASK, &all, &previous);
        }
        blocked(const blocked&) = delete;
        blocked& operator=(const blocked&) = delete;
        ~blocked() { pthread_sigmask(SIG_SETMASK, &previous, nullptr); }
        sigset_t previous;
    } const meanwhile;
    return std::thread(std::move(work));
}

} // namespace pgsql::postgres
