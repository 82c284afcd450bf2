// workload.cpp: the workloads by name: what a directory's clients ask for, one user or group at a
// time or all of them.
#include "workload.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

namespace bench {
namespace {

constexpr int groups_of_a_user = 5;
constexpr int entries_a_page = 500;

std::string numbered(const char* prefix, int number)
{
    std::string digits = std::to_string(number);
    if (digits.size() < 5)
        digits.insert(0, 5 - digits.size(), '0');
    return prefix + digits;
}

int hot_of(const dataset& data, int most) { return data.hot > 0 ? std::min(data.hot, most) : most; }

int drawn(const dataset& data, std::mt19937& random, int most)
{
    const int hot = hot_of(data, most);
    const int which = data.next > 0 ? (data.next - 1) % hot
                                    : std::uniform_int_distribution<int>(0, hot - 1)(random);
    return 1 + which * (most / hot);
}

question user(const dataset& data, int number, const std::string& condition)
{
    const std::string uid = numbered("user", number);
    question q;
    q.base = data.base;
    q.filter = "(&(" + condition + ")(objectClass=posixAccount))";
    q.key = "uid";
    q.keys = {uid};
    q.holds = {{"uidNumber", std::to_string(10000 + number)}, {"homeDirectory", "/home/" + uid}};
    return q;
}

question group(const dataset& data, int number, const std::string& condition)
{
    question q;
    q.base = data.base;
    q.filter = "(&(" + condition + ")(objectClass=posixGroup))";
    q.attributes = {"objectClass", "cn", "gidNumber", "memberUid"};
    q.key = "gidNumber";
    q.keys = {std::to_string(2000000 + number)};
    q.counted = "memberUid";
    q.values = data.users * groups_of_a_user / data.groups;
    return q;
}

// What SSSD asks for at a login (initgroups): the groups without their members.
question memberships(const dataset& data, int number)
{
    question q;
    q.base = data.base;
    q.filter = "(&(memberUid=" + numbered("user", number) + ")(objectClass=posixGroup)(cn=*))";
    q.attributes = {"objectClass", "cn", "gidNumber"};
    q.entries = groups_of_a_user;
    q.key = "gidNumber";
    const std::int64_t first = std::int64_t{number} * 7919;
    for (int k = 0; k < groups_of_a_user; ++k)
        q.keys.push_back(std::to_string(
            2000001 + (first + std::int64_t{k} * (data.groups / groups_of_a_user)) % data.groups));
    return q;
}

question nothing(const dataset& data, const std::string& filter)
{
    question q;
    q.base = data.base;
    q.filter = filter;
    q.entries = 0;
    return q;
}

struct workload {
    const char* name;
    question (*ask)(const dataset&, std::mt19937&);
};

const std::array workloads = {
    workload{"uid",
             [](const dataset& data, std::mt19937& random) {
                 const int i = drawn(data, random, data.users);
                 return user(data, i, "uid=" + numbered("user", i));
             }},
    workload{"uidnumber",
             [](const dataset& data, std::mt19937& random) {
                 const int i = drawn(data, random, data.users);
                 return user(data, i, "uidNumber=" + std::to_string(10000 + i));
             }},
    workload{"mail",
             [](const dataset& data, std::mt19937& random) {
                 const int i = drawn(data, random, data.users);
                 return user(data, i, "mail=" + numbered("user", i) + "@example.com");
             }},
    workload{"base",
             [](const dataset& data, std::mt19937& random) {
                 const int i = drawn(data, random, data.users);
                 question q = user(data, i, "objectClass=*");
                 q.base = "uid=" + numbered("user", i) + ",ou=people," + data.base;
                 q.scope = question::range::base;
                 return q;
             }},
    workload{"memberof",
             [](const dataset& data, std::mt19937& random) {
                 return memberships(data, drawn(data, random, data.users));
             }},
    workload{"group",
             [](const dataset& data, std::mt19937& random) {
                 const int g = drawn(data, random, data.groups);
                 return group(data, g, "gidNumber=" + std::to_string(2000000 + g));
             }},
    workload{"groupname",
             [](const dataset& data, std::mt19937& random) {
                 const int g = drawn(data, random, data.groups);
                 return group(data, g, "cn=" + numbered("group", g));
             }},
    workload{"miss",
             [](const dataset& data, std::mt19937& random) {
                 return nothing(data, "(&(uid=nosuch" +
                                          std::to_string(drawn(data, random, data.users)) +
                                          ")(objectClass=posixAccount))");
             }},
    // back-null has no entries: what slapd alone takes for a search.
    workload{"empty",
             [](const dataset& data, std::mt19937& random) {
                 return nothing(data,
                                "(uid=" + numbered("user", drawn(data, random, data.users)) + ")");
             }},
    workload{"enum",
             [](const dataset& data, std::mt19937&) {
                 question q = nothing(data, "(objectClass=posixAccount)");
                 q.entries = data.users;
                 q.streamed = true;
                 return q;
             }},
    // The first page only, as a client that gives up sees it.
    workload{"firstpage",
             [](const dataset& data, std::mt19937&) {
                 question q = nothing(data, "(objectClass=posixAccount)");
                 q.entries = std::min(data.users, entries_a_page);
                 q.page = entries_a_page;
                 return q;
             }},
    // All pages, of which the last one is timed: does it cost more than the first one?
    workload{"lastpage",
             [](const dataset& data, std::mt19937&) {
                 question q = nothing(data, "(objectClass=posixAccount)");
                 q.entries = data.users;
                 q.page = entries_a_page;
                 q.timed = question::part::last_page;
                 return q;
             }},
};

} // namespace

bool known_workload(const std::string& name)
{
    for (const workload& w : workloads)
        if (name == w.name)
            return true;
    return name == "bind";
}

std::string workload_names()
{
    std::string out = "bind";
    for (const workload& w : workloads)
        out += std::string("|") + w.name;
    return out;
}

question ask(const std::string& name, const dataset& data, std::mt19937& random)
{
    for (const workload& w : workloads)
        if (name == w.name)
            return w.ask(data, random);
    throw std::invalid_argument(name);
}

int different(const std::string& name, const dataset& data)
{
    if (name == "enum" || name == "firstpage" || name == "lastpage" || name == "bind")
        return 1;
    return hot_of(data, name.starts_with("group") ? data.groups : data.users);
}

login log_in(const dataset& data, std::mt19937& random)
{
    return {
        "uid=" + numbered("user", std::uniform_int_distribution<int>(1, data.accounts)(random)) +
            ",ou=people," + data.base,
        data.password};
}

} // namespace bench
