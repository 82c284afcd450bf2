// needed_rights.hpp: finds the rights that a role needs to run statements.
#pragma once

#include "advisor/query_tree.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgsql::postgres {

/// A statement without parameters (with NULL in place of each), and its name for messages.
struct checked_statement {
    std::string name;
    std::string text;
    bool writes = false;
};

/// Why PostgreSQL rejects a statement, and the grants that may help; `grants` may be empty.
struct refused_statement {
    std::string name;
    std::string reason;
    std::vector<std::string> grants;
    bool writes = false;
};

/// Which grants are listed: all, or only those that the session's role does not have.
enum class listed : char { every_column, missing };

/// A right in the syntax of GRANT: SELECT ("cn") ON public."Groups".
struct grant {
    std::string right;
    std::vector<std::string> statements; ///< their names
};

/// The rights that the statements need, as PostgreSQL's executor checks them: for a view that a
/// statement names, the rights on the view and not on the tables that it reads. PostgreSQL parses
/// the statements in temporary views and rules, which are rolled back at once: that requires only
/// TEMPORARY, which every role has unless it was revoked, and none of the rights to find.
class needed_rights {
public:
    /// `role`: empty for the session's role.
    needed_rights(connection& session, const std::vector<checked_statement>& statements,
                  const std::string& role, const wait_options& options);

    /// In an order in which they can be granted. With a name: only those of that statement.
    [[nodiscard]] std::vector<grant> grants(listed which, const std::string& name = {}) const;
    /// The schemas that search_path must contain, in its order, quoted.
    [[nodiscard]] const std::vector<std::string>& search_path() const noexcept { return path_; }
    /// Restrictions beyond grants: row security, bodies of functions, triggers.
    [[nodiscard]] const std::vector<std::string>& remarks() const noexcept { return remarks_; }
    [[nodiscard]] const std::vector<refused_statement>& refused() const noexcept
    {
        return refused_;
    }

private:
    struct uses {
        std::string name;
        std::map<unsigned, relation_use> relations;
        std::set<unsigned> functions, operators, sequences;
        tree_uses named; ///< the objects that the statement itself names
        std::set<unsigned> schemas;
    };
    struct column {
        std::string name;
        unsigned held = 0; ///< bits of relation_use
    };
    struct relation {
        std::string name;
        unsigned schema = 0;
        bool is_sequence = false;
        bool is_public = false; ///< a system relation that PUBLIC may read
        unsigned held = 0;
        std::map<int, column> columns;
    };
    struct object {
        std::string name;
        bool held = false;
        bool is_public = false;
    };

    void parse(connection& session, const checked_statement& one, const std::string& role,
               const wait_options& options);
    void add(uses& to, const tree_uses& from, bool checked, bool named);
    void ask_relations(connection& session, const wait_options& options);
    void ask_columns(connection& session, const wait_options& options);
    void ask_functions(connection& session, const wait_options& options);
    void ask_schemas(connection& session, const wait_options& options);
    void ask_defaults(connection& session, const wait_options& options);
    void ask_remarks(connection& session, const wait_options& options);
    [[nodiscard]] std::set<unsigned> numbers(std::set<unsigned> uses::*of) const;
    [[nodiscard]] std::set<unsigned> relation_numbers(unsigned privileges) const;

    std::vector<uses> uses_;
    std::map<unsigned, relation> relations_;
    std::map<unsigned, object> functions_;
    std::map<unsigned, object> schemas_;
    std::vector<std::string> path_;
    std::vector<std::string> remarks_;
    std::vector<refused_statement> refused_;
};

/// Grants that may help if PostgreSQL rejects a statement: rights on objects that both the
/// statement and the error message name.
[[nodiscard]] std::vector<std::string> likely_grants(connection& session,
                                                     const std::string& statement,
                                                     const error& refusal,
                                                     const wait_options& options);

/// Whether the role may create temporary views.
[[nodiscard]] bool may_use_temporary(connection& session, const wait_options& options);

} // namespace pgsql::postgres
