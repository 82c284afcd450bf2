// rights.hpp: turns the statements of a configuration into the rights that its role lacks.
#pragma once

#include "slapd/serving/service.hpp"

#include "advisor/needed_rights.hpp"

namespace pgsql::slapd {

/// Every statement of the configuration, named by its directive.
[[nodiscard]] std::vector<postgres::checked_statement>
statements_of(const std::vector<directory::kind_setting>& kinds);

/// How closely to look: `fully` finds functions that would not be called now, too, and takes more
/// statements.
enum class check_depth : char { brief, thorough };

/// The statements that PostgreSQL refuses to run, with the grants that help.
struct refused_statements {
    std::string role; ///< as SQL names it
    std::vector<postgres::refused_statement> statements;

    /// The grants as statements: GRANT … TO ldap; GRANT …
    [[nodiscard]] std::string remedy(const postgres::refused_statement& one) const;
    /// Of a problem that begins with the name of a statement; or empty.
    [[nodiscard]] std::string remedy_of(const std::string& problem) const;
    /// Of whatever text says PostgreSQL's words for one of them; or empty.
    [[nodiscard]] std::string remedy_in(const std::string& text) const;
    /// A problem that begins with the name of a statement, with the remedy behind it.
    [[nodiscard]] std::string with_remedy(const std::string& problem) const;
    /// Those that are not among the problems of a kind already.
    [[nodiscard]] std::vector<postgres::refused_statement>
    optional_statements(const directory::mapping& of) const;
    /// What is wrong with the kinds of the mapping and with these statements.
    [[nodiscard]] std::vector<std::string> problems(const directory::mapping& of) const;
    /// In words, without its name and the remedy, and with them.
    [[nodiscard]] static std::string fault(const postgres::refused_statement& one);
    [[nodiscard]] std::string problem(const postgres::refused_statement& one) const;
};

/// Those for which a right is missing, and password changes that are refused for whatever reason.
[[nodiscard]] refused_statements find_refused(const service& service, postgres::connection& session,
                                              check_depth how,
                                              const postgres::wait_options& options);

} // namespace pgsql::slapd
