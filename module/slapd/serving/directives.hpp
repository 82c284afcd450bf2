// directives.hpp: the directives of one database as texts, and the table that defines them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::slapd {

/// The format of a directive's value.
enum class value_type : char {
    connection_uri, ///< of libpq
    decimal,
    whole_number,
    on_off,
    one_of,        ///< one of the words of the argument, separated by |
    check_chain,   ///< names of login checks
    push_endpoint, ///< http or https
    readable_file,
    hash_format,   ///< format= and options of its cost
    writable_file, ///< or one that can be created
    distinguished_name,
    number_range, ///< FIRST-LAST
    name_rate,    ///< NAMES/SECONDS
    definition,   ///< a part of a kind; several values, ordered
    statement     ///< a definition that ends with SQL, which may be quoted as a whole
};

struct value_rule {
    value_type type;
    const char* argument; ///< as slapd shows it in its usage message; for a number, the unit
    double least = 0;
    double maximum = 0;
    int leading_words = 0; ///< of a definition: the words before its last part
    bool several_words = false;
    std::string_view optional_word; ///< of a statement: may precede its SQL
};

constexpr value_rule connection_uri() { return {value_type::connection_uri, "connection URI"}; }
constexpr value_rule decimal(double least, double most, const char* unit)
{
    return {value_type::decimal, unit, least, most};
}
constexpr value_rule whole_number(double least, double most, const char* unit)
{
    return {value_type::whole_number, unit, least, most};
}
constexpr value_rule on_off() { return {value_type::on_off, "on|off"}; }
constexpr value_rule one_of(const char* words) { return {value_type::one_of, words}; }
constexpr value_rule check_chain()
{
    return {value_type::check_chain, "check> <check", 0, 0, 0, true};
}
constexpr value_rule push_endpoint()
{
    return {value_type::push_endpoint, "http or https address"};
}
constexpr value_rule readable_file() { return {value_type::readable_file, "file"}; }
constexpr value_rule hash_format()
{
    return {value_type::hash_format, "option>=<value", 0, 0, 0, true};
}
constexpr value_rule writable_file() { return {value_type::writable_file, "file"}; }
constexpr value_rule distinguished_name() { return {value_type::distinguished_name, "DN"}; }
constexpr value_rule number_range() { return {value_type::number_range, "first>-<last"}; }
constexpr value_rule name_rate() { return {value_type::name_rate, "names>/<seconds"}; }
constexpr value_rule definition(const char* argument, int leading_words)
{
    return {value_type::definition, argument, 0, 0, leading_words, true};
}
constexpr value_rule statement(const char* argument, int leading_words,
                               std::string_view optional_word = {})
{
    return {value_type::statement, argument, 0, 0, leading_words, true, optional_word};
}

/// One directive, a row of the table.
struct directive {
    /// timeout: pgsql-timeout in slapd.conf, olcPgTimeout in cn=config. A final underscore is not
    /// part of them; it tells the key from a word of C++.
    std::string_view key;
    int oid; ///< the last arc
    value_rule value;
    std::string_view default_value; ///< empty: none, or dependent on the machine
    const char* description;

    [[nodiscard]] std::string name() const;      ///< pgsql-connect-timeout
    [[nodiscard]] std::string attribute() const; ///< olcPgConnectTimeout
    /// Whether the directive takes several ordered values (X-ORDERED).
    [[nodiscard]] bool ordered() const noexcept
    {
        return value.type == value_type::definition || value.type == value_type::statement;
    }
    /// Whether slapd removes quotes and backslashes of a single word.
    [[nodiscard]] bool quoted() const noexcept
    {
        return value.type == value_type::connection_uri ||
               value.type == value_type::push_endpoint || value.type == value_type::readable_file ||
               value.type == value_type::writable_file ||
               value.type == value_type::distinguished_name;
    }
};

/// The configured directives as texts, in the form that cn=config shows. For directives that are
/// not configured, the default of the table applies.
struct directives {
    enum id : int {
#define DIRECTIVE(key, ...) key,
#include "slapd/serving/directives.def"
#undef DIRECTIVE
        count
    };
    static const std::array<directive, count> table;

    std::array<std::vector<std::string>, count> texts;

    [[nodiscard]] bool has(id directive) const { return !texts[directive].empty(); }
    [[nodiscard]] const std::vector<std::string>& values_of(id directive) const
    {
        return texts[directive];
    }
    [[nodiscard]] std::string text(id directive) const;
    [[nodiscard]] bool flag(id directive) const;
    [[nodiscard]] double number(id directive) const;
    /// For a directive whose default depends on the machine.
    [[nodiscard]] double number(id directive, double default_value) const
    {
        return has(directive) ? number(directive) : default_value;
    }
};

/// The value in the form in which it is stored. `words` are its words without quotes; `text` is the
/// whole value as written. Throws config_error, which names directive, value and expected format.
[[nodiscard]] std::string checked_value(const directive& directive,
                                        const std::vector<std::string>& words,
                                        std::string_view text);

} // namespace pgsql::slapd
