// hash_fields.hpp: reads the fields of a stored hash from left to right, and the bytes that they
// encode.
#pragma once

#include "base/secret.hpp"

#include <string_view>

namespace pgsql::auth {

/// After the first field that is not as expected, all further fields are empty.
class hash_fields {
public:
    explicit hash_fields(std::string_view text) noexcept : rest_(text) {}

    /// Whether no field was missing or malformed so far.
    [[nodiscard]] bool good() const noexcept { return good_; }
    void expect(std::string_view text) noexcept;
    /// A field and the character after it.
    std::string_view until(char end) noexcept;
    /// Decimal digits and the character after them; 0 if they are no number of 32 bits.
    unsigned number(char end) noexcept;
    /// The text that is left.
    [[nodiscard]] std::string_view rest() const noexcept
    {
        return good_ ? rest_ : std::string_view();
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

/// Bytes of the text. Empty if it is malformed or of another length than `length`; 0: any length.
[[nodiscard]] secret hex_bytes(std::string_view text, std::size_t length = 0);
/// As hex_bytes(). With + and /, and with padding.
[[nodiscard]] secret base64_bytes(std::string_view text, std::size_t length = 0);
/// As hex_bytes(). With + and /, without padding.
[[nodiscard]] secret unpadded_base64_bytes(std::string_view text, std::size_t length = 0);
/// As hex_bytes(). With . and /, without padding, as slapd's pw-pbkdf2 and passlib write it.
[[nodiscard]] secret adapted_base64_bytes(std::string_view text, std::size_t length = 0);
/// As a query composes it: hex:…, text:… (the characters as they are), base64:… with or without
/// padding, or adapted base64.
[[nodiscard]] secret composed_bytes(std::string_view text);

} // namespace pgsql::auth
