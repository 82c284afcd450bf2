// operations.hpp: the functions slapd calls, one file an operation.
#pragma once

#include "slapd.hpp"

namespace pgsql::slapd {

extern "C" {
// Each answers the client itself and returns the result code; pgsql_bind leaves the answer to a
// success to slapd.
int pgsql_search(Operation* op, SlapReply* rs) noexcept;
int pgsql_bind(Operation* op, SlapReply* rs) noexcept;
int pgsql_compare(Operation* op, SlapReply* rs) noexcept;

// For slapd's own needs: ACLs by group and set, authz rules, overlays.
int pgsql_entry_get(Operation* op, berval* ndn, ObjectClass* oc, AttributeDescription* at, int rw,
                    Entry** e) noexcept;
int pgsql_entry_release(Operation* op, Entry* e, int rw) noexcept;
int pgsql_operational(Operation* op, SlapReply* rs) noexcept;
int pgsql_has_subordinates(Operation* op, Entry* e, int* has) noexcept;

// Life cycle of a database.
int pgsql_db_init(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_open(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_close(BackendDB* be, ConfigReply* cr) noexcept;
int pgsql_db_destroy(BackendDB* be, ConfigReply* cr) noexcept;

/// Registers the directives and their cn=config schema with slapd.
int pgsql_register_config(BackendInfo* bi) noexcept;
}

} // namespace pgsql::slapd
