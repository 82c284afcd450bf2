// plan.hpp: the rows that answer a request for entries of one kind, and their statements.
#pragma once

#include "mapping/mapping.hpp"
#include "query/trusted_lookup.hpp"
#include "sql/statement.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pgsql::directory {

/// Rows of one page. An enumeration holds one page in memory, whatever its length. Rows that bring
/// lists of values (the members of a group) are fewer.
inline constexpr int page_rows = 500;
inline constexpr int page_rows_with_values = 50;
/// Of tools, which read all rows: without an index on the name, PostgreSQL sorts them for each
/// page.
inline constexpr int tool_page_rows = 10000;
/// A page ends after the row that brings its wide values to this size. It has at least one row.
inline constexpr std::size_t page_bytes = 1 << 20;
/// Values in lists that are fetched for several entries at once; the list of one entry is fetched
/// whole.
inline constexpr int page_values = 20000;

/// Which parts of a row a request is about.
struct selection {
    bool all_user = false;                ///< all user attributes
    bool all_operational = false;         ///< with everything: the operational ones too
    std::vector<attribute_id> attributes; ///< what the client, the tree or an ACL looks at
    std::vector<attribute_id> fetched; ///< those of them that are not only equalities of the tree
    bool password = false;
    bool shows_password = false; ///< with `password`: entries show it, for replicas
};

/// A value that rows show because the statement found them by it, or a column that says which of
/// them do.
struct match_column {
    attribute_id attribute;
    std::string value;
    std::optional<int> position; ///< in the row: a boolean column; none: every row
    place above = {};            ///< of the entry that the value names, if rows place it
};

/// The position of a row in the order of a page: its name and, behind a NUL, which no text of
/// PostgreSQL has, its second key. Without one the name alone is the position.
[[nodiscard]] std::string position(std::string_view name, std::string_view second_key);

struct plan {
    const kind* entry_kind = nullptr;
    std::vector<const column*>
        columns; ///< of a row, in order; the first names the entry; match columns follow
    std::optional<int> second_key; ///< the position of kind::second_key(), if names may repeat
    std::optional<int> row_key;    ///< of kind::row_key(), if it is not the name
    std::optional<int> parent;     ///< of kind::parent_column
    std::vector<unsigned> types;   ///< of the columns, in PostgreSQL's numbers; 0: may be any
    std::vector<match_column> match_columns;
    std::vector<bool> chosen; ///< parallel to kind::sources: the attributes this request is about
    std::vector<const values_query*> values_queries; ///< to be asked for every page
    int rows = page_rows;                            ///< of a page
    bool bounded_by_equality =
        false; ///< an equality bounds the result: asked for without an order first
    /// At most one entry matches; if it is a group, private groups are skipped.
    bool at_most_one = false;
    bool few_terms = false;               ///< no more than clients ask for by name
    bool lookup_only = false;             ///< finds entries by their name or number, or by a lookup
    bool includes_private_groups = false; ///< the statement finds private groups as well
    std::optional<int> private_group; ///< in the row: a boolean column that tells whether it is one
    std::optional<int> login_allowed; ///< in the row: a boolean column; none: the row may bind
    const lookup* executed_lookup = nullptr; ///< whose query it is; null: the list's
    bool shows_password = false; ///< entries show the password hash of those who may log in
    bool has_secrets = false;    ///< the rows show password hashes, and whom the login filter hides

    /// The statement for a page: the first one, or the one behind the position `last_key`.
    [[nodiscard]] postgres::statement page_statement(const std::optional<std::string>& last_key,
                                                     bool ordered) const;

    /// The statement for names before the row `first` that differ from `names`, which slapd has
    /// normalized, only in spelling. A row has the name and the parent's key, if the kind has any.
    [[nodiscard]] postgres::statement same_before(const std::string& first,
                                                  const std::vector<std::string>& names) const;
    /// The statement for the rows with names from the one to the other, in the order of a page.
    [[nodiscard]] postgres::statement range(const std::string& first,
                                            const std::string& last) const;
    /// The statement for the names and second keys of its rows behind `after`, in their order:
    /// `count` of them, without the first `skip`.
    [[nodiscard]] postgres::statement names(const std::optional<std::string>& after, int skip,
                                            int count) const;
    /// The statement for the row that the list query has under a name: the plan's columns, or all
    /// but the password.
    [[nodiscard]] postgres::statement listed(const std::string& name, bool all) const;

    /// The statement for digests of all rows: name, key (NULL if it is the name) and a number that
    /// depends on all columns. It does not read values queries.
    [[nodiscard]] postgres::statement digests() const;

    /// What tells its entries from those of other plans for the same kind of the same mapping.
    [[nodiscard]] std::string identity() const;

    std::string select_sql; ///< SELECT …
    std::string from_sql;   ///< FROM …
    std::string where_sql;  ///< empty or a condition
    std::string width_sql;  ///< the bytes of a row's values of any length; empty: has none
    std::vector<std::string> values;
    std::vector<requested_value> requested_values; ///< what lookups are executed with
};

/// The statement for the values of some entries; of a single one, all there are, and of several not
/// more than fit into memory, which `page_values` and `page_bytes` tell.
[[nodiscard]] postgres::statement values_of(const values_query& query,
                                            const std::vector<std::string>& names);

/// The statement for digests of the values of each key, in columns as those of plan::digests(). The
/// keys must have one spelling each.
[[nodiscard]] postgres::statement digests_of(const values_query& query);

/// The statement for the names that the list query has, as plan::names.
[[nodiscard]] postgres::statement
names_of(const kind& kind, const std::optional<std::string>& after, int skip, int count);

} // namespace pgsql::directory
