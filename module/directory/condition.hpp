// condition.hpp: turns an LDAP filter into an SQL condition that admits every matching row of a
// kind, and maybe more.
#pragma once

#include "../postgres/statement.hpp"
#include "filter.hpp"
#include "mapping.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgsql::directory {

/// `sql` is TRUE at least for every row whose entry makes the filter TRUE; when `exact`, for no
/// other row.
struct condition {
    enum class type : char { never, always, sql };
    type what = type::always;
    std::string sql;
    bool exact = true;

    [[nodiscard]] static condition never() { return {.what = type::never}; }
    [[nodiscard]] static condition always(bool exact = true)
    {
        return {.what = type::always, .exact = exact};
    }
    [[nodiscard]] static condition of(std::string sql, bool exact)
    {
        return {.what = type::sql, .sql = std::move(sql), .exact = exact};
    }
};

/// Whether the rows of a keyed query are the rows whose attribute equals the assertion, so that a
/// filter may use it.
[[nodiscard]] bool trusted(const lookup& by, const kind& of);

/// The assertion of an integer as a parameter for a column of this type; nothing when no value of
/// the column equals it.
[[nodiscard]] std::optional<std::string> integer_parameter(const std::string& assertion,
                                                           column_type type);

/// Whether PostgreSQL's text can hold the value (UTF-8 without NUL); one that it cannot hold equals
/// none of its values.
[[nodiscard]] bool storable(std::string_view value);

class condition_compiler {
public:
    /// Column references are written as e."column"; values are bound to `values`.
    condition_compiler(const mapping& all, const kind& of, postgres::statement& values)
        : all_(all), kind_(of), values_(values)
    {}

    /// The condition of the filter, or of its negation. `answered` is a leaf that the chosen
    /// statement already settles.
    [[nodiscard]] condition compile(const filter& what, bool negated = false,
                                    const filter* answered = nullptr, int depth = 0);
    /// The condition that the attribute equals the value.
    [[nodiscard]] condition equality(int attribute, const std::string& value, bool negated);

private:
    [[nodiscard]] condition term(const filter& what, bool negated, const filter* answered,
                                 int depth);
    [[nodiscard]] condition combine(const filter& what, bool conjunction, bool negated,
                                    const filter* answered, int depth);
    [[nodiscard]] condition substrings(int attribute, const std::vector<std::string>& pieces,
                                       bool negated);
    [[nodiscard]] condition ordering(int attribute, bool at_least, const std::string& value,
                                     bool negated);
    [[nodiscard]] condition presence(int attribute, bool negated) const;
    [[nodiscard]] condition column_equals(const source& from, const std::string& value);
    [[nodiscard]] condition default_equals(const source& from, const std::string& value);
    [[nodiscard]] condition membership(const lookup& by, const std::string& value);
    [[nodiscard]] condition listed(const values_query& in, const std::string& value);
    [[nodiscard]] std::string any_case(const std::string& text, match rule,
                                       const std::string& value);
    [[nodiscard]] std::vector<std::string> plain_equalities(const filter& what,
                                                            int attribute) const;
    [[nodiscard]] bool plain(const source& from) const;

    const mapping& all_;
    const kind& kind_;
    postgres::statement& values_;
    int memberships_ = 0; ///< queries inside the statement
};

/// The PostgreSQL array literal of some texts (manual §8.15.6).
[[nodiscard]] std::string array_literal(const std::vector<std::string>& values);

} // namespace pgsql::directory
