// ldapload.cpp: turns a workload and a number of connections into a closed loop of requests to an
// LDAP server, and one line of figures; a wrong reply is no operation.
#include "client.hpp"
#include "cpu_time.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

namespace bench {
namespace {

using steady = std::chrono::steady_clock;

struct options {
    std::string uri, workload = "uid";
    int connections = 8;
    double seconds = 1, warm_up = 0.5;
    std::vector<pid_t> processes;  ///< whose CPU time is counted, with that of their children
    bool everything_first = false; ///< each request is made once before anything is measured
    dataset data;
};

struct tally {
    std::vector<double> milliseconds; ///< of each operation that ended in the measured time
    long entries = 0, wrong = 0;
    std::map<std::string, long> reasons;

    void add(const tally& other)
    {
        milliseconds.insert(milliseconds.end(), other.milliseconds.begin(),
                            other.milliseconds.end());
        entries += other.entries;
        wrong += other.wrong;
        for (const auto& [why, times] : other.reasons)
            reasons[why] += times;
    }
};

class load {
public:
    explicit load(const options& what) : what_(what) {}

    int run()
    {
        std::vector<std::thread> threads;
        for (int i = 0; i < what_.connections; ++i)
            threads.emplace_back([this, i] { work(static_cast<unsigned>(i)); });
        while (connected_ < what_.connections)
            wait(0.001);
        wait(what_.warm_up);

        const auto before = cpu();
        const auto start = steady::now();
        measuring_ = true;
        wait(what_.seconds);
        // An enumeration may take longer than that.
        while (ended_ == 0 && steady::now() - start < std::chrono::seconds(120))
            wait(0.001);
        measuring_ = false;
        const double took = std::chrono::duration<double>(steady::now() - start).count();
        auto used = cpu();
        for (std::size_t i = 0; i < used.size(); ++i)
            used[i] -= before[i];

        stop_ = true;
        for (auto& t : threads)
            t.join();
        return report(took, used);
    }

private:
    static void wait(double seconds)
    {
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    }

    // Of the load itself first.
    [[nodiscard]] std::vector<double> cpu() const
    {
        std::vector<double> out = {own_cpu_seconds()};
        for (const pid_t p : what_.processes)
            out.push_back(cpu_seconds_of_family(p));
        return out;
    }

    void work(unsigned which)
    {
        std::mt19937 random(static_cast<unsigned>(getpid()) * 7919U + which);
        tally mine;
        std::unique_ptr<client> to;
        if (what_.everything_first)
            ask_everything(which, random);
        for (bool first = true; !stop_; first = false) {
            const auto start = steady::now();
            try {
                if (!to)
                    to = std::make_unique<client>(what_.uri);
                if (first)
                    ++connected_;
                double seconds = 0; // of a part of it
                const long entries = request(*to, what_.data, random, seconds);
                if (!measuring_)
                    continue;
                ++ended_;
                mine.milliseconds.push_back(
                    seconds > 0
                        ? seconds * 1000
                        : std::chrono::duration<double, std::milli>(steady::now() - start).count());
                mine.entries += entries;
            } catch (const wrong_reply& e) {
                // Those of the warm-up too: a server is right or it is not.
                ++mine.wrong;
                ++mine.reasons[e.what()];
                if (measuring_)
                    ++ended_;
                if (first && !to)
                    ++connected_;
                if (e.connection_lost) {
                    to.reset();
                    wait(0.05);
                }
            }
        }
        const std::lock_guard lock(guard_);
        all_.add(mine);
    }

    // A wrong reply is met again later.
    void ask_everything(unsigned which, std::mt19937& random) const
    {
        dataset data = what_.data;
        try {
            client to(what_.uri);
            const int last = different(what_.workload, data);
            for (data.next = static_cast<int>(which) + 1; data.next <= last;
                 data.next += what_.connections) {
                double seconds = 0;
                (void)request(to, data, random, seconds);
            }
        } catch (const wrong_reply&) {
        }
    }

    long request(client& to, const dataset& data, std::mt19937& random, double& seconds) const
    {
        if (what_.workload != "bind") {
            const question q = ask(what_.workload, data, random);
            return q.page > 0 ? to.search_pages(q, seconds) : to.search(q);
        }
        to.bind(log_in(data, random));
        return 0;
    }

    int report(double took, const std::vector<double>& used)
    {
        auto& sorted = all_.milliseconds;
        std::sort(sorted.begin(), sorted.end());
        const auto count = static_cast<double>(sorted.size());
        const auto quantile = [&](double part) {
            return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(part * (count - 1) + 0.5)];
        };
        // Of the last page only its own time counts, not the way to it.
        if (what_.workload == "lastpage")
            took = std::accumulate(sorted.begin(), sorted.end(), 0.0) / 1000 / what_.connections;
        std::printf("%.3f\t%.3f\t%.3f\t%.3f\t%ld\t%.0f", count / took, quantile(.5), quantile(.95),
                    quantile(.99), all_.wrong, static_cast<double>(all_.entries) / took);
        for (const double seconds : used)
            std::printf("\t%.1f", sorted.empty() ? 0 : seconds * 1e6 / count);
        std::printf("\n");
        for (const auto& [why, times] : all_.reasons)
            std::fprintf(stderr, "ldapload: %s %s: %ld times: %s\n", what_.uri.c_str(),
                         what_.workload.c_str(), times, why.c_str());
        return all_.wrong == 0 ? 0 : 1;
    }

    const options& what_;
    std::atomic<int> connected_{0};
    std::atomic<long> ended_{0};
    std::atomic<bool> measuring_{false}, stop_{false};
    std::mutex guard_;
    tally all_;
};

constexpr const char* usage =
    "use: ldapload -H URI -m WORKLOAD [-c CONNECTIONS] [-d SECONDS] [-w WARM-UP SECONDS] [-n USERS]\n"
    "              [-g GROUPS] [-k HOT] [-e] [-b BASE] [-p PASSWORD] [-P PROCESS]…\n"
    "HOT: users or groups that are asked for; -e: each once before anything is measured\n"
    "prints, tab-separated: operations/s, p50, p95 and p99 in ms, wrong replies, entries/s, and the\n"
    "CPU time per operation in µs of ldapload itself and of each PROCESS with its children\n"
    "workloads: ";

int main(int argc, char** argv)
{
    options what;
    what.data.groups = 0;
    for (int option = 0; (option = getopt(argc, argv, "H:m:c:d:w:n:g:k:eb:p:P:")) != -1;) {
        const std::string value = optarg != nullptr ? optarg : "";
        switch (option) {
        case 'H':
            what.uri = value;
            break;
        case 'm':
            what.workload = value;
            break;
        case 'c':
            what.connections = std::stoi(value);
            break;
        case 'd':
            what.seconds = std::stod(value);
            break;
        case 'w':
            what.warm_up = std::stod(value);
            break;
        case 'n':
            what.data.users = std::stoi(value);
            break;
        case 'g':
            what.data.groups = std::stoi(value);
            break;
        case 'k':
            what.data.hot = std::stoi(value);
            break;
        case 'e':
            what.everything_first = true;
            break;
        case 'b':
            what.data.base = value;
            break;
        case 'p':
            what.data.password = value;
            break;
        case 'P':
            what.processes.push_back(std::stoi(value));
            break;
        default:
            what.uri.clear();
        }
    }
    if (what.uri.empty() || !known_workload(what.workload) || what.connections < 1) {
        std::fprintf(stderr, "%s%s\n", usage, workload_names().c_str());
        return 2;
    }
    if (what.data.groups == 0)
        what.data.groups = std::max(5, what.data.users / 20);
    return load(what).run();
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    try {
        return bench::main(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "ldapload: %s\n", e.what());
        return 2;
    }
}
