// report_context.hpp: what the parts of a report on a database work with, and the report itself.
#pragma once

// Before slapd's macros, which would get in its way: so this file comes first wherever it is used.
#include <nlohmann/json.hpp>

#include "slapd/tool/rights.hpp"

#include "advisor/client_searches.hpp"

namespace pgsql::slapd {

/// One database under examination. The report is JSON: its parts are lists of objects, and
/// `findings` is one of them: what somebody should do something about.
struct report_context {
    BackendDB& be;
    slapd::service& database;
    postgres::connection& session; ///< for what no client asks; has more time
    std::function<void(const std::string&)> progress;
    nlohmann::json report = nlohmann::json::object();
    std::shared_ptr<const resolved_mapping> mapping;
    directory::sample sample; ///< an account and a group that there are
    refused_statements refused;

    enum class level : char { error, warning, note };
    /// Adds a finding: what it is about (a directive, say), what is wrong, what to do, examples.
    void add_finding(level how, const std::string& about, const std::string& text,
                     const std::string& hint = {}, const std::vector<std::string>& examples = {});

    /// How long one statement of the examination may take.
    [[nodiscard]] postgres::wait_options limits() const;
};

/// What PostgreSQL refuses to run, and the rights that help.
void examine_refusals(report_context& report);
/// What --grants and --triggers need: the rights that the statements need and the tables they read.
void report_needs(report_context& report);
/// The server's version, clock and encryption, the role's rights.
void report_server(report_context& report);
/// The columns of every query, and what becomes of them.
void report_columns(report_context& report);
/// Every row: which make no entry, which values are left out, whose password cannot be checked.
void report_rows(report_context& report);
/// Names and numbers that several rows have, names that are not stored as the configuration says.
void report_names(report_context& report);
/// The searches that clients send: their SQL, its plans, and the indexes they lack.
void report_searches(report_context& report);

} // namespace pgsql::slapd
