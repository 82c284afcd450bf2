// value_template.hpp: turns a pattern such as {username}@example.com and a row into the value of a
// missing attribute.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::directory {

class value_template {
public:
    struct piece {
        std::string text; ///< literal text, or the name of a column
        bool column = false;
        bool last_word = false; ///< {column:last}
    };

    /// Takes text with {column} and {column:last}; {{ and }} stand for braces. `domain` replaces
    /// {domain}. Throws std::invalid_argument that says what is wrong.
    [[nodiscard]] static value_template parse(std::string_view text, std::string_view domain);

    [[nodiscard]] const std::vector<piece>& pieces() const noexcept { return pieces_; }
    [[nodiscard]] bool uses(std::string_view column) const;
    /// The value, or nothing when a column it needs is NULL or empty (or the value would be empty).
    [[nodiscard]] std::optional<std::string> expand(
        const std::function<std::optional<std::string_view>(const std::string& column)>& value_of)
        const;

private:
    std::vector<piece> pieces_;
};

/// The text behind the last blank.
[[nodiscard]] std::string_view last_word(std::string_view text);

} // namespace pgsql::directory
