// character_set.hpp: caches which characters the encoding of a database can represent.
#pragma once

#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pgsql::directory {

/// For databases whose encoding is neither UTF8 nor SQL_ASCII: PostgreSQL refuses a statement with
/// a parameter that it cannot convert (SQLSTATE 22P05). Thread-safe.
class character_set {
public:
    enum class verdict : char {
        held,     ///< the encoding has all of the text's characters
        not_held, ///< at least one of them is missing: no value of the database is equal to the
                  ///< text
        unknown   ///< at least one character has not been looked up yet
    };

    /// Whether a database in the encoding can hold only some of the Unicode characters.
    [[nodiscard]] static bool limited(std::string_view server_encoding)
    {
        return !server_encoding.empty() && server_encoding != "UTF8" &&
               server_encoding != "SQL_ASCII";
    }

    /// The verdict on a text in UTF-8. ASCII is always held.
    [[nodiscard]] verdict look_up(std::string_view text) const;
    /// Adds the characters of a text in UTF-8 that are unknown.
    void collect_unknown(std::string_view text, std::set<std::string>& to) const;
    void learn(const std::string& character, bool held);

private:
    static constexpr std::size_t limit = 1 << 16;

    mutable std::shared_mutex guard_;
    std::unordered_map<std::string, bool> cached_; ///< character → whether it is held
};

} // namespace pgsql::directory
