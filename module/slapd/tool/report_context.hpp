// report_context.hpp: the state that the parts of a report share, and the report itself.
#pragma once

// Must precede slapd's macros, which break it. Therefore this header is always included first.
#include <nlohmann/json.hpp>

#include "slapd/tool/rights.hpp"

#include "advisor/client_searches.hpp"

namespace pgsql::slapd {

/// The report on one database, in JSON. Its parts are lists of objects; `findings` lists the faults
/// to fix.
struct report_context {
    BackendDB& be;
    slapd::service& database;
    postgres::connection& session; ///< for the report's own statements; has a longer timeout
    std::function<void(const std::string&)> progress;
    nlohmann::json report = nlohmann::json::object();
    std::shared_ptr<const resolved_mapping> mapping;
    directory::sample sample; ///< an existing account and group
    refused_statements refused;

    enum class level : char { error, warning, note };
    /// Adds a finding: its subject (such as a directive), the fault, the fix, examples.
    void add_finding(level how, const std::string& object, const std::string& text,
                     const std::string& hint = {}, const std::vector<std::string>& examples = {});

    /// The time limit for one statement of the report.
    [[nodiscard]] postgres::wait_options limits() const;
};

/// Statements that PostgreSQL refuses to run, and the missing rights.
void examine_refusals(report_context& report);
/// For --grants and --triggers: the rights that the statements need and the tables they read.
void report_needs(report_context& report);
/// The server's version, clock and encryption, the role's rights.
void report_server(report_context& report);
/// The columns of every query, and the attributes they become.
void report_columns(report_context& report);
/// All rows: which yield no entry, which values are left out, which passwords cannot be checked.
void report_rows(report_context& report);
/// Duplicate names and numbers, and names that are not stored in the configured form.
void report_names(report_context& report);
/// Assignments of roles that permit nothing.
void report_roles(report_context& report);
/// The queries for names that no row has.
void report_virtual(report_context& report);
/// For --as: what a client may do, and why.
void report_client(report_context& report);
/// The searches that clients send: their SQL, its plans, and the indexes they lack.
void report_searches(report_context& report);

} // namespace pgsql::slapd
