// pause.hpp: decides how a waiting operation reacts to a configuration change.
//
// slapd changes its configuration (bconfig.c, slap_pause_server) only while every worker has
// finished its operation or counts as idle (tpool.c, ldap_pvt_thread_pool_idle). Objects that the
// change removes are freed at once: databases, overlays, ACLs, limits. A worker may therefore be
// idle only if neither its callers nor its next steps refer to any of them.
//
// The sources of OpenLDAP 2.5.13 imply:
//
// - A client's search, compare or bind without overlays reaches this backend from do_search and
//   fe_op_search (likewise for the others). After the return they restore op->o_bd to frontendDB,
//   which is never freed, and use nothing else. Such a worker may be idle. Exceptions are
//   op->ors_limit, which points into the configuration, and the BackendDB itself, whose end
//   database::existence shows.
// - A worker below an overlay may not be idle. over_op_func (backover.c) passes a copy of the
//   BackendDB on its stack, with pointers to the current ACLs, limits and DNs; overlay_op_walk and
//   the overlays themselves (glue, translucent, dynlist) continue with their slap_overinst. The
//   same is true of back-relay. All of them first add a callback to op->o_callback or use a copy of
//   the operation: may_idle() recognizes them by that.
// - A worker may not be idle while slapd requests an entry (be_entry_get_rw, backend_group,
//   operational attributes, hasSubordinates): access_allowed, limits_get, acl_set and ppolicy_bind,
//   among others, continue with the ACL, limit or overlay that they were processing.
// - A worker may not be idle during a password change: passwd_extop and over_op_func continue with
//   the database.
//
// A worker that may not be idle blocks the whole server, so its wait is short: once slapd has
// wanted to pause for grace_period, every wait ends, and the client gets unavailable (52). slapd
// itself ends long searches the same way (result.c, slap_send_search_entry: LDAP_BUSY if
// ldap_pvt_thread_pool_pausing). Normal statements end sooner.
//
// Only the wait itself counts as idle, not the work between two waits: that work is not safe
// against a change of the schema.
//
// slapd's own waits for clients that do not read (send_ldap_ber) count as idle wherever they occur,
// which endangers every backend; search.cpp detects afterwards what it can.
#pragma once

#include "slapd/core/slapd.hpp"

#include "base/deadline.hpp"

namespace pgsql::slapd {

/// How long a worker that may not be idle delays a configuration change.
inline constexpr auto grace_period = std::chrono::seconds(1);

/// Thrown if the operation cannot continue; becomes its result.
struct cut_short {
    const char* text; ///< a literal: slapd keeps the pointer
};
/// The operation's database no longer exists.
struct database_removed : cut_short {
    database_removed() : cut_short{"the database was removed"} {}
};
/// slapd wants to pause, and this operation's worker may not be idle.
struct server_pauses : cut_short {
    server_pauses() : cut_short{"the configuration is being changed"} {}
};

/// On the stack of every function that slapd calls and that may wait. One thread serves an
/// operation from beginning to end.
class entry_point {
public:
    enum class kind : char {
        request, ///< completes an operation and returns to its caller
        lookup   ///< returns data to slapd within another operation
    };
    explicit entry_point(kind type) noexcept;
    entry_point(const entry_point&) = delete;
    entry_point& operator=(const entry_point&) = delete;
    ~entry_point();

private:
    const int depth_before_;
};

/// Whether a worker that waits for this operation may count as idle.
[[nodiscard]] bool may_idle(const Operation& op) noexcept;

/// Whether slapd has wanted to pause for longer than the grace period.
[[nodiscard]] bool pause_is_due() noexcept;

/// Call after a pause and its configuration change have ended.
void note_end_of_pause() noexcept;
/// The number of ended pauses.
[[nodiscard]] unsigned ended_pauses() noexcept;

} // namespace pgsql::slapd
