// callbacks.hpp: the functions slapd calls, one file an operation.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

extern "C" {
// Each answers the client itself and returns the result code; pgsql_bind leaves the answer to a
// success to slapd.
int pgsql_search(Operation* op, SlapReply* rs) noexcept;
int pgsql_bind(Operation* op, SlapReply* rs) noexcept;
int pgsql_abandon(Operation* op, SlapReply* rs) noexcept;
int pgsql_compare(Operation* op, SlapReply* rs) noexcept;
int pgsql_modify(Operation* op, SlapReply* rs) noexcept;
int pgsql_add(Operation* op, SlapReply* rs) noexcept;
int pgsql_delete(Operation* op, SlapReply* rs) noexcept;
int pgsql_modrdn(Operation* op, SlapReply* rs) noexcept;
/// Nothing to answer, and nothing is kept for a connection.
int pgsql_unbind(Operation* op, SlapReply* rs) noexcept;
/// Password Modify (RFC 3062), and a refusal for all others; its caller answers.
int pgsql_extended(Operation* op, SlapReply* rs) noexcept;

// For slapd's own needs: ACLs by group and set, authz rules, overlays.
int pgsql_entry_get(Operation* op, berval* ndn, ObjectClass* oc, AttributeDescription* at, int rw,
                    Entry** e) noexcept;
int pgsql_entry_release(Operation* op, Entry* e, int rw) noexcept;
int pgsql_operational(Operation* op, SlapReply* rs) noexcept;
int pgsql_has_subordinates(Operation* op, Entry* e, int* has) noexcept;

// For slapd's tools, slapcat and the like. They read; nothing is here to write with.
int pgsql_tool_open(BackendDB* be, int mode) noexcept;
int pgsql_tool_close(BackendDB* be) noexcept;
ID pgsql_tool_first(BackendDB* be, berval* base, int scope, Filter* filter) noexcept;
ID pgsql_tool_next(BackendDB* be) noexcept;
Entry* pgsql_tool_get(BackendDB* be, ID id) noexcept;
ID pgsql_tool_find(BackendDB* be, berval* ndn) noexcept;

// Life cycle of a database.
int pgsql_db_init(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_open(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_close(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_destroy(BackendDB* be, ConfigReply* cr) noexcept;
/// After a change of the configuration, before the workers go on.
int pgsql_unpause(BackendInfo* bi) noexcept;

/// Called for lines of slapd.conf that no directive begins.
int pgsql_db_config(BackendDB* be, const char* file, int line, int count, char** words) noexcept;
/// Registers the directives and their cn=config schema with slapd.
int pgsql_register_config(BackendInfo* bi) noexcept;
}

} // namespace pgsql::slapd
