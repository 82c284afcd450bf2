// needed_rights.hpp: turns statements into the rights that a role needs to run them.
#pragma once

#include "advisor/query_tree.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgsql::postgres {

/// A statement without parameters (NULL stands for each), and what it is called in words.
struct checked_statement {
    std::string name;
    std::string text;
    bool writes = false;
};

/// Why PostgreSQL does not take a statement, and what to do about that; `grants` may be empty.
struct refused_statement {
    std::string name;
    std::string reason;
    std::vector<std::string> grants;
};

/// Whether a grant is listed that the session's role has already.
enum class listed : char { every_column, missing };

/// A right, as GRANT has it: SELECT ("cn") ON public."Groups".
struct grant {
    std::string right;
    std::vector<std::string> statements; ///< their names
};

/// What the statements need, as PostgreSQL's executor checks it: a view that a statement names
/// counts, and not what the view reads. PostgreSQL parses the statements in temporary views and
/// rules, which are rolled back at once: that takes no right but TEMPORARY, which everybody has
/// unless it was revoked, and none of those that are found out.
class needed_rights {
public:
    /// `role`: empty for the session's own.
    needed_rights(connection& session, const std::vector<checked_statement>& statements,
                  const std::string& role, const wait_options& options);

    /// In an order in which they can be given. One name: of that statement only.
    [[nodiscard]] std::vector<grant> grants(listed which, const std::string& name = {}) const;
    /// What has to be in search_path, in its order, quoted.
    [[nodiscard]] const std::vector<std::string>& search_path() const noexcept { return path_; }
    /// What no grant settles: row security, bodies of functions, triggers.
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
        tree_uses named; ///< what the statement itself names
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
        bool is_public = false; ///< of the system, and everybody may read it
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

/// What may help when PostgreSQL refuses a statement: rights on what its words and the error's have
/// in common.
[[nodiscard]] std::vector<std::string> likely_grants(connection& session,
                                                     const std::string& statement,
                                                     const error& refusal,
                                                     const wait_options& options);

/// Whether the role may make temporary views.
[[nodiscard]] bool may_use_temporary(connection& session, const wait_options& options);

} // namespace pgsql::postgres
