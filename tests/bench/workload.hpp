// workload.hpp: turns a workload's name into LDAP requests over the data of gen.sql, and says what
// a right reply is.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct dataset {
    std::string base = "dc=example,dc=com";
    int users = 10000;
    int groups = 500;
    int accounts = 10; ///< users that have the password
    int hot = 0;       ///< users or groups that are asked for, spread evenly; 0: all
    int next = 0;      ///< the one to be asked for, instead of any
    std::string password = "secret";
};

/// One search, and what tells a right reply from a wrong one.
struct question {
    enum class range : char { base, subtree };
    std::string base;
    range scope = range::subtree;
    std::string filter;
    std::vector<std::string> attributes; ///< empty: all
    int entries = 1;
    /// Every entry has the value in this attribute.
    std::vector<std::pair<std::string, std::string>> holds;
    /// Together the entries have exactly these values in the attribute `key`, one each.
    std::string key;
    std::vector<std::string> keys;
    /// How many values every entry has in the attribute `counted`.
    std::string counted;
    int values = 0;
    bool streamed = false; ///< too many entries to hold; they are only counted
    int page = 0;          ///< entries a page; 0: all at once
    enum class part : char {
        first_page,
        last_page
    } timed = part::first_page; ///< of a paged search
};

/// A user's name and password to bind with.
struct login {
    std::string dn;
    std::string password;
};

[[nodiscard]] bool known_workload(const std::string& name);
[[nodiscard]] std::string workload_names();
/// The next request of a workload other than bind; users and groups are drawn at random.
[[nodiscard]] question ask(const std::string& workload, const dataset& data, std::mt19937& random);
/// How many different requests a workload has.
[[nodiscard]] int different(const std::string& workload, const dataset& data);
[[nodiscard]] login log_in(const dataset& data, std::mt19937& random);

} // namespace bench
