// rights.hpp: finds the rights that the role lacks for the configured statements.
#pragma once

#include "slapd/serving/service.hpp"

#include "advisor/needed_rights.hpp"

namespace pgsql::slapd {

/// Every statement of the configuration, named by its directive; and those that are made from the
/// tables of `resolved`, unless it is null.
[[nodiscard]] std::vector<postgres::checked_statement>
statements_of(const std::vector<directory::kind_setting>& kinds,
              const directory::mapping* resolved = nullptr);

/// The depth of the check: `thorough` also finds functions that would not be called now, and takes
/// more statements.
enum class check_depth : char { brief, thorough };

/// The statements that PostgreSQL refuses to run, with the grants that help.
struct refused_statements {
    std::string role; ///< quoted as an SQL identifier
    std::vector<postgres::refused_statement> statements;

    /// The grants as SQL: GRANT … TO ldap; GRANT …
    [[nodiscard]] std::string remedy(const postgres::refused_statement& one) const;
    /// The grants for a problem that begins with the name of a statement; otherwise empty.
    [[nodiscard]] std::string remedy_of(const std::string& problem) const;
    /// The grants for a text that contains PostgreSQL's reason for a refusal; otherwise empty.
    [[nodiscard]] std::string remedy_in(const std::string& text) const;
    /// A problem that begins with the name of a statement, followed by the remedy.
    [[nodiscard]] std::string with_remedy(const std::string& problem) const;
    /// The refused statements that are not yet errors of a kind.
    [[nodiscard]] std::vector<postgres::refused_statement>
    optional_statements(const directory::mapping& of) const;
    /// The errors of the kinds of the mapping and of these statements.
    [[nodiscard]] std::vector<std::string> problems(const directory::mapping& of) const;
    /// The message without the statement's name and the remedy; problem() includes them.
    [[nodiscard]] static std::string fault(const postgres::refused_statement& one);
    [[nodiscard]] std::string problem(const postgres::refused_statement& one) const;
};

/// Finds statements for which a right is missing, and password changes refused for any reason.
[[nodiscard]] refused_statements find_refused(const service& service,
                                              const directory::mapping* resolved,
                                              postgres::connection& session, check_depth how,
                                              const postgres::wait_options& options);

} // namespace pgsql::slapd
