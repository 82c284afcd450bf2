// report_context.hpp: what the parts of a report on a database work with, and the report itself.
#pragma once

// Before slapd's macros, which would get in its way: so this file comes first wherever it is used.
#include <nlohmann/json.hpp>

#include "slapd/tool/rights.hpp"

#include "advisor/client_searches.hpp"

namespace pgsql::slapd {

/// One database under examination. The report is JSON: its parts are lists of objects, and
/// `findings` is one of them: what somebody should do something about.
struct examination {
    BackendDB& be;
    service& with;
    postgres::connection& session; ///< for what no client asks; has more time
    std::function<void(const std::string&)> progress;
    nlohmann::json report = nlohmann::json::object();
    std::shared_ptr<const bound> mapping;
    directory::sample of; ///< an account and a group that there are
    refused_statements refused;

    enum class level : char { error, warning, note };
    /// Adds a finding: what it is about (a directive, say), what is wrong, what to do, examples.
    void find(level how, const std::string& about, const std::string& what,
              const std::string& mend = {}, const std::vector<std::string>& examples = {});

    /// How long one statement of the examination may take.
    [[nodiscard]] postgres::patience limits() const;
};

/// What PostgreSQL refuses to run, and the rights that help.
void examine_refusals(examination& of);
/// What --grants and --triggers need: the rights that the statements need and the tables they read.
void report_needs(examination& of);
/// The server's version, clock and encryption, the role's rights.
void examine_server(examination& of);
/// The columns of every query, and what becomes of them.
void examine_columns(examination& of);
/// Every row: which make no entry, which values are left out, whose password cannot be checked.
void examine_rows(examination& of);
/// Names and numbers that several rows have, names that are not stored as the configuration says.
void examine_names(examination& of);
/// The searches that clients send: their SQL, its plans, and the indexes they lack.
void examine_searches(examination& of);

} // namespace pgsql::slapd
