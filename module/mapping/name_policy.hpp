// name_policy.hpp: decides which names and numbers may become virtual entries.
#pragma once

#include "base/ascii.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

struct re_pattern_buffer;

namespace pgsql::directory {

/// A POSIX extended regular expression (regex(7)) that matches whole names.
class name_pattern {
public:
    /// Throws std::invalid_argument with the reason if the expression does not compile.
    explicit name_pattern(const std::string& expression);

    [[nodiscard]] bool matches(const std::string& name) const;

private:
    struct deleter {
        void operator()(re_pattern_buffer* compiled) const;
    };
    std::shared_ptr<re_pattern_buffer> compiled_;
};

/// The range of the numbers of virtual entries.
struct number_range {
    std::int64_t first = 30000;
    std::int64_t last = 59999;

    [[nodiscard]] bool contains(std::int64_t number) const noexcept
    {
        return number >= first && number <= last;
    }
};

/// Parses FIRST-LAST. Throws std::invalid_argument if the range contains numbers that machines use
/// themselves: those below 1000 and from 60001 to 65535 (systemd, UIDS-GIDS.md).
[[nodiscard]] number_range parse_number_range(const std::string& text);

/// Which names no query is asked for: see slapd-pgsql(5), pgsql-virtual.
class name_policy {
public:
    void set_pattern(const std::string& kind, name_pattern pattern);
    [[nodiscard]] bool has_pattern(const std::string& kind) const
    {
        return patterns_.contains(kind);
    }
    /// `name`: one name, or the beginning of names followed by *.
    void deny(const std::string& name) { denied_.insert(lower_ascii(name)); }

    /// Why the normalized name must not become an entry of the kind; null if it may.
    [[nodiscard]] const char* refusal(const std::string& kind, const std::string& name) const;

    number_range numbers;

    [[nodiscard]] bool is_denied(std::string_view name) const;

private:
    std::map<std::string, name_pattern> patterns_;
    std::set<std::string, std::less<>> denied_;
};

} // namespace pgsql::directory
