// thread.hpp: starts threads that block all signals, so that slapd's threads handle them.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace pgsql::postgres {

/// A thread that runs `work` with every signal blocked: a thread inherits the signal mask of its
/// creator. Throws std::system_error when no thread can be created.
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
