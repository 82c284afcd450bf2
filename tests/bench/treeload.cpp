// treeload.cpp: searches over some connections, one after the other in each, and prints the
// searches a second; "%d" in the filter is a random number. A wrong number of entries fails the
// run.
#include <ldap.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

void expect_success(int code, const char* what)
{
    if (code != LDAP_SUCCESS)
        throw std::runtime_error(std::string(what) + ": " + ldap_err2string(code));
}

struct options {
    std::string uri, base, filter;
    std::string dn, password; ///< empty: anonymous
    int most = 1, entries = 1, connections = 1;
    double seconds = 1;
};

std::string with_number(std::string text, int number)
{
    const auto at = text.find("%d");
    return at == std::string::npos ? text : text.replace(at, 2, std::to_string(number));
}

long work(const options& what, unsigned seed, steady::time_point end)
{
    LDAP* ld = nullptr;
    expect_success(ldap_initialize(&ld, what.uri.c_str()), "ldap_initialize");
    const int version = 3;
    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    if (!what.dn.empty()) {
        std::string password = what.password;
        berval secret{password.size(), password.data()};
        expect_success(ldap_sasl_bind_s(ld, what.dn.c_str(), LDAP_SASL_SIMPLE, &secret, nullptr,
                                        nullptr, nullptr),
                       "bind");
    }
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> number(1, what.most);
    long done = 0;
    while (steady::now() < end) {
        LDAPMessage* found = nullptr;
        expect_success(ldap_search_ext_s(ld, what.base.c_str(), LDAP_SCOPE_SUBTREE,
                                         with_number(what.filter, number(random)).c_str(), nullptr,
                                         0, nullptr, nullptr, nullptr, 0, &found),
                       "search");
        if (ldap_count_entries(ld, found) != what.entries)
            throw std::runtime_error("a search returns " +
                                     std::to_string(ldap_count_entries(ld, found)) + " entries");
        ldap_msgfree(found);
        ++done;
    }
    ldap_unbind_ext_s(ld, nullptr, nullptr);
    return done;
}

int run(const options& what)
{
    const auto start = steady::now();
    const auto end = start + std::chrono::duration_cast<steady::duration>(
                                 std::chrono::duration<double>(what.seconds));
    std::atomic<long> done{0};
    std::atomic<bool> failed{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < what.connections; ++i)
        threads.emplace_back([&, i] {
            try {
                done += work(what, static_cast<unsigned>(i) + 1, end);
            } catch (const std::exception& e) {
                std::fprintf(stderr, "treeload: %s\n", e.what());
                failed = true;
            }
        });
    for (auto& one : threads)
        one.join();
    if (failed)
        return 1;
    std::printf("%.0f\n", static_cast<double>(done) /
                              std::chrono::duration<double>(steady::now() - start).count());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 8 && argc != 10) {
        std::fprintf(stderr, "usage: treeload URI BASE FILTER MOST ENTRIES CONNECTIONS SECONDS [DN "
                             "PASSWORD]\n");
        return 2;
    }
    return run({.uri = argv[1],
                .base = argv[2],
                .filter = argv[3],
                .dn = argc > 8 ? argv[8] : "",
                .password = argc > 8 ? argv[9] : "",
                .most = std::atoi(argv[4]),
                .entries = std::atoi(argv[5]),
                .connections = std::atoi(argv[6]),
                .seconds = std::atof(argv[7])});
}
