// writeload.cpp: adds, changes and deletes entries over some connections, and prints the operations
// a second of each; a result other than success fails the run.
#include <ldap.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

struct close {
    void operator()(LDAP* ld) const noexcept { ldap_unbind_ext_s(ld, nullptr, nullptr); }
};
using connection = std::unique_ptr<LDAP, close>;

void expect_success(int code, const char* what)
{
    if (code != LDAP_SUCCESS)
        throw std::runtime_error(std::string(what) + ": " + ldap_err2string(code));
}

connection connect(const std::string& uri, const std::string& base)
{
    LDAP* ld = nullptr;
    expect_success(ldap_initialize(&ld, uri.c_str()), "ldap_initialize");
    connection out(ld);
    const int version = 3;
    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    std::string password = "admin";
    berval secret{password.size(), password.data()};
    expect_success(ldap_sasl_bind_s(ld, ("cn=admin," + base).c_str(), LDAP_SASL_SIMPLE, &secret,
                                    nullptr, nullptr, nullptr),
                   "bind");
    return out;
}

/// An attribute with one value for a request.
struct modification {
    modification(int type, const char* attribute, std::string text)
        : name(attribute), value(std::move(text))
    {
        mod.mod_op = type | LDAP_MOD_BVALUES;
        mod.mod_type = name.data();
        bv = {value.size(), value.data()};
        mod.mod_bvalues = values.data();
    }
    modification(const modification&) = delete;
    modification& operator=(const modification&) = delete;

    std::string name, value;
    berval bv{};
    std::array<berval*, 2> values{&bv, nullptr};
    LDAPMod mod{};
};

class worker {
public:
    worker(std::string uri, std::string base, int number)
        : base_(std::move(base)), number_(number), to_(connect(uri, base_))
    {}

    void add()
    {
        const std::string name = name_of(added_);
        modification a(LDAP_MOD_ADD, "objectClass", "inetOrgPerson");
        modification b(LDAP_MOD_ADD, "uid", name);
        modification c(LDAP_MOD_ADD, "cn", "Common " + name);
        modification d(LDAP_MOD_ADD, "sn", "Surname");
        std::array<LDAPMod*, 5> mods{&a.mod, &b.mod, &c.mod, &d.mod, nullptr};
        expect_success(
            ldap_add_ext_s(to_.get(), dn_of(name).c_str(), mods.data(), nullptr, nullptr), "add");
        ++added_;
    }
    void modify()
    {
        modification a(LDAP_MOD_REPLACE, "description", "change " + std::to_string(changes_));
        std::array<LDAPMod*, 2> mods{&a.mod, nullptr};
        const std::string name = name_of(changes_++ % added_);
        expect_success(
            ldap_modify_ext_s(to_.get(), dn_of(name).c_str(), mods.data(), nullptr, nullptr),
            "modify");
    }
    /// Returns false if nothing is left to delete.
    bool remove()
    {
        if (added_ == 0)
            return false;
        expect_success(
            ldap_delete_ext_s(to_.get(), dn_of(name_of(--added_)).c_str(), nullptr, nullptr),
            "delete");
        return true;
    }

private:
    [[nodiscard]] std::string name_of(long i) const
    {
        return "w" + std::to_string(number_) + "-" + std::to_string(i);
    }
    [[nodiscard]] std::string dn_of(const std::string& name) const
    {
        return "uid=" + name + ",ou=staff," + base_;
    }

    std::string base_;
    int number_;
    connection to_;
    long added_ = 0, changes_ = 0;
};

/// Operations a second of all workers together.
template <typename Work>
double rate(std::vector<std::unique_ptr<worker>>& workers, double seconds, Work work)
{
    std::atomic<long> done{0};
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    const auto start = steady::now();
    for (auto& one : workers)
        threads.emplace_back([&, to = one.get()] {
            try {
                while (!stop && work(*to))
                    ++done;
            } catch (const std::exception& e) {
                std::fprintf(stderr, "writeload: %s\n", e.what());
                std::exit(1);
            }
        });
    if (seconds > 0) {
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        stop = true;
    }
    for (auto& t : threads)
        t.join();
    return static_cast<double>(done) / std::chrono::duration<double>(steady::now() - start).count();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "use: writeload URI BASE CONNECTIONS SECONDS\n"
                             "prints adds, changes and deletes a second, tab-separated\n");
        return 2;
    }
    try {
        const double seconds = std::atof(argv[4]);
        std::vector<std::unique_ptr<worker>> workers;
        for (int i = 0; i < std::atoi(argv[3]); ++i)
            workers.push_back(std::make_unique<worker>(argv[1], argv[2], i));
        const double adds = rate(workers, seconds, [](worker& to) { return to.add(), true; });
        const double changes = rate(workers, seconds, [](worker& to) { return to.modify(), true; });
        const double deletes = rate(workers, 0, [](worker& to) { return to.remove(); });
        std::printf("%.1f\t%.1f\t%.1f\n", adds, changes, deletes);
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "writeload: %s\n", e.what());
        return 1;
    }
}
