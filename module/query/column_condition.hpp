// column_condition.hpp: turns what a filter's term asserts of one column into an SQL condition.
#pragma once

#include "base/ascii.hpp"
#include "mapping/assertion.hpp"
#include "mapping/mapping.hpp"
#include "sql/array_literal.hpp"
#include "sql/statement.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgsql::directory {

using postgres::array_literal;

/// SQL that follows a text expression: true for texts that lower() and = may compare differently
/// from slapd (RFC 4518), which have redundant spaces or other characters than ASCII. A partial
/// index with this condition makes it cheap.
inline constexpr const char* irregular = " ~ '^ |  | $|[^ -~]'";

/// `sql` is TRUE at least for every row whose entry makes the filter TRUE; when `exact`, for no
/// other row.
struct condition {
    enum class form : char { never, always, sql };
    form type = form::always;
    std::string sql;
    /// Conditions for values that only slapd can compare; OR adds each once.
    std::vector<std::string> irregular_terms;
    bool exact = true;

    [[nodiscard]] static condition never() { return {.type = form::never}; }
    [[nodiscard]] static condition always(bool exact = true)
    {
        return {.type = form::always, .exact = exact};
    }
    [[nodiscard]] static condition from_sql(std::string sql, bool exact)
    {
        return {.type = form::sql, .sql = std::move(sql), .exact = exact};
    }
    [[nodiscard]] static condition superset(std::string sql, std::string irregular_terms)
    {
        return {.type = form::sql,
                .sql = std::move(sql),
                .irregular_terms = {std::move(irregular_terms)},
                .exact = false};
    }
    /// The whole of it in SQL.
    [[nodiscard]] std::string text() const;
};

/// Whether a text in UTF-8 can be a parameter; `set` as in mapping::characters.
using held = character_set::verdict;
[[nodiscard]] inline held holds(const character_set* set, std::string_view text)
{
    return set != nullptr ? set->look_up(text) : held::held;
}

/// Whether the value can equal a text in the regular form, which case_insensitive_equals() finds by
/// an index.
[[nodiscard]] bool may_be_regular(std::string_view value);

/// One of the conditions that OR joins in an equality, and the index by which PostgreSQL finds its
/// rows.
struct branch {
    postgres::statement condition;
    std::string column; ///< as the condition names it: e."column"
    std::string index;  ///< what CREATE INDEX ON table is followed by, if `column` is that of the
                        ///< table; empty: none is known
    std::string query;  ///< the query with the column; empty: the kind's
};

/// That a text in SQL equals the value by the rule, stored in whatever case and with whatever
/// spaces: a superset.
[[nodiscard]] condition case_insensitive_equals(const std::string& text, matching_rule rule,
                                                const std::string& value,
                                                postgres::statement& values);
/// That it equals one of several, as one array.
[[nodiscard]] condition case_insensitive_equals_any(const std::string& text, matching_rule rule,
                                                    const std::vector<std::string>& alternatives,
                                                    postgres::statement& values);
/// The HAVING condition of rows that case_insensitive_equals_any() selects: the group has each of
/// the values, or an irregular one.
[[nodiscard]] std::string having_all(const std::string& text, matching_rule rule,
                                     const std::string& several);
[[nodiscard]] std::vector<branch> case_insensitive_branches(const std::string& text,
                                                            const std::string& column,
                                                            matching_rule rule,
                                                            const std::string& value);

/// The terms on one column whose values are the attribute's, written as e."column". Assertion
/// values are as slapd normalized them.
class column_condition {
public:
    column_condition(const column& column, const attribute_source& source, matching_rule rule,
                     postgres::statement& values, const character_set* characters = nullptr);

    [[nodiscard]] condition equals(const std::string& value);
    /// The conditions that OR joins in it.
    [[nodiscard]] std::vector<branch> branches(const std::string& value) const;
    /// That it equals one of several, as one array; only when `takes_several`.
    [[nodiscard]] bool takes_several() const;
    [[nodiscard]] condition equals_any(const std::vector<std::string>& values);
    [[nodiscard]] condition ordering(bool at_least, const std::string& value);
    /// Initial, any …, final; the first and the last may be empty.
    [[nodiscard]] condition contains(const std::vector<std::string>& pieces);
    [[nodiscard]] condition present() const;

private:
    [[nodiscard]] condition text_equals(const std::string& value);
    /// That the text is what the column stores, letter for letter.
    [[nodiscard]] condition stored(const std::string& value);
    /// The column's values as an array of texts.
    [[nodiscard]] std::string list() const;
    [[nodiscard]] condition time_equals(const std::string& value);
    [[nodiscard]] condition time_compares(bool at_least, const std::string& value);
    [[nodiscard]] bool is_text_rule() const;
    /// The value in the form of the column, if the column can hold it; of types that take several.
    [[nodiscard]] std::optional<std::string> parameter_of(const std::string& value) const;

    const column& column_;
    const attribute_source& source_;
    matching_rule rule_;
    postgres::statement& values_;
    const character_set* characters_;
    std::string name_; ///< e."column"
    std::string text_; ///< the same as deterministic text
};

} // namespace pgsql::directory
