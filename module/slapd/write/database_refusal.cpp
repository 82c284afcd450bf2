// database_refusal.cpp: the result of a write that PostgreSQL refuses.
#include "slapd/write/database_refusal.hpp"

#include "slapd/auth/new_hash.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pgsql::slapd {
namespace {

struct row {
    std::string_view sqlstate; ///< or its class
    int code;
    const char* text; ///< never names what access rules may hide
};

// PostgreSQL manual, appendix A. The first row that matches counts.
constexpr std::array<row, 11> table = {{
    {"23502", LDAP_CONSTRAINT_VIOLATION, "the database requires a value that is missing"},
    {"23503", LDAP_CONSTRAINT_VIOLATION,
     "other data refers to the entry, or it refers to data "
     "that does not exist"},
    {"23505", LDAP_CONSTRAINT_VIOLATION, "a value must be unique and is already in use"},
    {"23", LDAP_CONSTRAINT_VIOLATION, "the database rejected a value"},
    {"22001", LDAP_CONSTRAINT_VIOLATION, "a value is too long for the database"},
    {"22003", LDAP_CONSTRAINT_VIOLATION, "a number is out of the database's range"},
    {"22", LDAP_CONSTRAINT_VIOLATION, "the database cannot store a value"},
    {"P0001", LDAP_CONSTRAINT_VIOLATION, "the database rejected the change"},
    {"44000", LDAP_CONSTRAINT_VIOLATION, "the database rejected the change"},
    {"42501", LDAP_UNWILLING_TO_PERFORM, "the database does not allow this change"},
    {"", LDAP_OTHER, "the database refused the statement; see the server's log"},
}};

// The attribute that the column of the table has, or null.
const directory::attribute_source* source_at(const directory::kind& kind, std::string_view column)
{
    const std::string quoted = postgres::quote_identifier(std::string(column));
    const auto at = std::find_if(kind.sources.begin(), kind.sources.end(), [&](const auto& source) {
        const auto* const behind = kind.writes->column_behind(source.column);
        return source.column == column || (behind != nullptr && behind->name == quoted);
    });
    return at != kind.sources.end() ? &*at : nullptr;
}

} // namespace

operation_refused refusal_of(const Operation& op, service& service,
                             const directory::mapping& mapping, const directory::kind* kind,
                             const postgres::error& why,
                             const std::vector<const std::string*>& hashes)
{
    const row& known = *std::find_if(table.begin(), table.end(), [&](const row& one) {
        return why.sqlstate().starts_with(one.sqlstate);
    });
    operation_refused out(known.code, known.text);
    const auto* const missing = why.sqlstate() == "23502" && kind != nullptr && kind->writes
                                    ? source_at(*kind, why.column())
                                    : nullptr;
    if (missing != nullptr)
        out = operation_refused(
            missing->must ? LDAP_OBJECT_CLASS_VIOLATION : LDAP_CONSTRAINT_VIOLATION,
            fmt::format("{}: {}", mapping.attributes[missing->attribute].name, known.text));
    if (why.sqlstate().starts_with("42") && why.sqlstate() != "42501")
        service.invalidate_mapping(); // the tables may have changed
    std::string fact = fmt::format("SQLSTATE {}: {}", why.sqlstate(), why.what());
    for (const std::string* hash : hashes)
        erase_hash(fact, hash);
    const std::string object = kind != nullptr ? kind->name : "COMMIT";
    write_operation_log(op.o_log_prefix, {log_event::write_refused, object, fact});
    service.log({log_event::write_refused, object, fact,
                 fmt::format("the client gets result {}", out.code)});
    return out;
}

} // namespace pgsql::slapd
