// cpu_time.hpp: how much CPU time a process and its children have used, in seconds.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <fstream>
#include <string>

namespace bench {

[[nodiscard]] inline double cpu_seconds_of(pid_t process)
{
    clockid_t clock{};
    timespec used{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0; // it has ended
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

/// PostgreSQL's sessions are children of the postmaster; slapd has none.
[[nodiscard]] inline double cpu_seconds_of_family(pid_t process)
{
    double out = cpu_seconds_of(process);
    const std::string id = std::to_string(process);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (pid_t child = 0; children >> child;)
        out += cpu_seconds_of(child);
    return out;
}

[[nodiscard]] inline double own_cpu_seconds()
{
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

} // namespace bench
