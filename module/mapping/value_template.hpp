// value_template.hpp: expands templates such as {username}@example.com to missing values.
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
        std::string text; ///< literal text or a column name
        bool column = false;
        bool last_word = false; ///< {column:last}
    };

    /// Parses text with {column} and {column:last}; {{ and }} are literal braces. `domain` replaces
    /// {domain}. Throws std::invalid_argument with the reason.
    [[nodiscard]] static value_template parse(std::string_view text, std::string_view domain);

    [[nodiscard]] const std::vector<piece>& pieces() const noexcept { return pieces_; }
    [[nodiscard]] bool uses(std::string_view column) const;
    /// The value, or nothing if a column of the template is NULL or empty, or the value is empty.
    [[nodiscard]] std::optional<std::string> expand(
        const std::function<std::optional<std::string_view>(const std::string& column)>& value_of)
        const;

private:
    std::vector<piece> pieces_;
};

/// The text after the last space.
[[nodiscard]] std::string_view last_word(std::string_view text);

} // namespace pgsql::directory
