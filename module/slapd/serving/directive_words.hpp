// directive_words.hpp: splits the value of a directive about a kind into words.
#pragma once

#include "mapping/mapping.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::slapd {

/// A directive's value, split into words; "…" may contain spaces. The SQL at its end is not split.
class directive_words {
public:
    directive_words(const char* directive, std::string_view text)
        : directive_(directive), text_(text), rest_(text)
    {}

    /// Throws config_error, which names the directive and the beginning of its value.
    [[noreturn]] void fail(const std::string& error) const
    {
        std::string shown(text_.substr(0, 60));
        throw directory::config_error(std::string(directive_) + " " + shown +
                                      (text_.size() > 60 ? "…" : "") + ": " + error);
    }

    /// The next word; fails without one, and names `what` is missing.
    std::string next(const char* what)
    {
        skip_spaces();
        if (rest_.empty())
            fail(std::string("the ") + what + " is missing");
        std::string out;
        bool quoted = false;
        while (!rest_.empty() && (quoted || !is_space(rest_.front()))) {
            if (rest_.front() == '"') {
                quoted = !quoted;
            } else {
                if (rest_.front() == '\\' && rest_.size() > 1)
                    rest_.remove_prefix(1); // \" and \\, as slapd.conf has them
                out += rest_.front();
            }
            rest_.remove_prefix(1);
        }
        if (quoted)
            fail("a \" is not closed");
        return out;
    }

    /// What follows the words so far.
    std::string_view rest()
    {
        skip_spaces();
        return rest_;
    }

private:
    static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    void skip_spaces()
    {
        while (!rest_.empty() && is_space(rest_.front()))
            rest_.remove_prefix(1);
    }

    const char* directive_;
    std::string_view text_, rest_;
};

/// The parts of a list such as add,modify.
[[nodiscard]] inline std::vector<std::string> comma_separated(const std::string& value)
{
    std::vector<std::string> out;
    for (std::size_t from = 0; from <= value.size();) {
        const auto comma = std::min(value.find(',', from), value.size());
        out.push_back(value.substr(from, comma - from));
        from = comma + 1;
    }
    return out;
}

} // namespace pgsql::slapd
