// callbacks.hpp: the functions that slapd calls, one file per operation.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

extern "C" {
// Each sends the result itself and returns the result code; after a successful bind slapd sends it.
int pgsql_search(Operation* op, SlapReply* rs) noexcept;
int pgsql_bind(Operation* op, SlapReply* rs) noexcept;
int pgsql_abandon(Operation* op, SlapReply* rs) noexcept;
int pgsql_compare(Operation* op, SlapReply* rs) noexcept;
int pgsql_modify(Operation* op, SlapReply* rs) noexcept;
int pgsql_add(Operation* op, SlapReply* rs) noexcept;
int pgsql_delete(Operation* op, SlapReply* rs) noexcept;
int pgsql_modrdn(Operation* op, SlapReply* rs) noexcept;
/// Does nothing: no response is sent and no data is stored per connection.
int pgsql_unbind(Operation* op, SlapReply* rs) noexcept;
/// Serves Password Modify (RFC 3062) and refuses all others; the caller sends the result.
int pgsql_extended(Operation* op, SlapReply* rs) noexcept;

// For slapd itself: ACLs by group and set, authz rules, overlays.
int pgsql_entry_get(Operation* op, berval* ndn, ObjectClass* oc, AttributeDescription* at, int rw,
                    Entry** e) noexcept;
int pgsql_entry_release(Operation* op, Entry* e, int rw) noexcept;
int pgsql_operational(Operation* op, SlapReply* rs) noexcept;
int pgsql_has_subordinates(Operation* op, Entry* e, int* has) noexcept;

// For slapd's tools such as slapcat and slapadd.
int pgsql_tool_open(BackendDB* be, int mode) noexcept;
int pgsql_tool_close(BackendDB* be) noexcept;
ID pgsql_tool_first(BackendDB* be, berval* base, int scope, Filter* filter) noexcept;
ID pgsql_tool_next(BackendDB* be) noexcept;
Entry* pgsql_tool_get(BackendDB* be, ID id) noexcept;
ID pgsql_tool_find(BackendDB* be, berval* ndn) noexcept;
ID pgsql_tool_put(BackendDB* be, Entry* e, berval* text) noexcept;
ID pgsql_tool_modify(BackendDB* be, Entry* e, berval* text) noexcept;

// Life cycle of a database.
int pgsql_db_init(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_open(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_close(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_destroy(BackendDB* be, ConfigReply* cr) noexcept;
/// Called after a configuration change, before the workers resume.
int pgsql_unpause(BackendInfo* bi) noexcept;

/// Called for lines of slapd.conf with an unknown directive.
int pgsql_db_config(BackendDB* be, const char* file, int line, int count, char** words) noexcept;
/// Registers the directives and their cn=config schema with slapd.
int pgsql_register_config(BackendInfo* bi) noexcept;
}

} // namespace pgsql::slapd
