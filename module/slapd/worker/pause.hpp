// pause.hpp: says what an operation that waits does when slapd pauses for a configuration change.
//
// slapd changes its configuration (bconfig.c, slap_pause_server) only while every worker has
// finished its operation or counts as idle (tpool.c, ldap_pvt_thread_pool_idle). Whatever the
// change removes is freed at once: databases, overlays, access rules, limits. A worker may
// therefore be idle only if neither the functions that called it nor what it does next refer to any
// of them.
//
// What the sources of OpenLDAP 2.5.13 say about that:
//
// - A client's search, compare or bind that no overlay sees reaches us from do_search and
//   fe_op_search (likewise for the others). When we return, these restore op->o_bd to frontendDB,
//   which is never freed, and use nothing else. Such a worker may be idle. Exceptions are
//   op->ors_limit, which points into the configuration, and the BackendDB itself, whose end
//   database::existence tells.
// - Below any overlay it may not. over_op_func (backover.c) calls us with a copy of the BackendDB
// on
//   its stack, with pointers to the access rules, limits and DNs of that moment; overlay_op_walk
//   and the overlays themselves (glue, translucent, dynlist) continue with their slap_overinst. The
//   same is true of back-relay. All of them first put a callback into op->o_callback, or work with
//   a copy of the operation: that is how may_idle() recognizes them.
// - It may not while slapd asks us for an entry (be_entry_get_rw, backend_group, operational
//   attributes, hasSubordinates): access_allowed, limits_get, acl_set and ppolicy_bind, among
//   others, continue with the access rule, limit or overlay that they were at.
// - It may not during a password change: passwd_extop and over_op_func continue with the database.
//
// A worker that may not be idle keeps the whole server waiting, so it does not wait long: as soon
// as slapd has wanted to pause for grace_period, every wait ends, and the client gets result 52.
// slapd itself ends long searches the same way (result.c, slap_send_search_entry: LDAP_BUSY when
// ldap_pvt_thread_pool_pausing). Healthy statements end sooner, and nobody notices.
//
// Only the wait itself counts as idle, not the work between two waits: a change of the schema would
// not be safe from it.
//
// slapd's own waits for clients that do not read (send_ldap_ber) count as idle wherever they occur,
// and are a danger to any backend; what we can tell afterwards, we do (search.cpp).
#pragma once

#include "slapd/core/slapd.hpp"

#include "base/deadline.hpp"

namespace pgsql::slapd {

/// How long a worker that may not be idle keeps a configuration change waiting.
inline constexpr auto grace_period = std::chrono::seconds(1);

/// An exception on its way to becoming a result: the operation cannot go on.
struct cut_short {
    const char* text; ///< a literal: slapd keeps the pointer
};
/// The database this operation began with no longer exists.
struct database_removed : cut_short {
    database_removed() : cut_short{"the database was removed"} {}
};
/// slapd wants to pause, and this operation may not be left alone with that.
struct server_pauses : cut_short {
    server_pauses() : cut_short{"the configuration is being changed"} {}
};

/// On the stack of every function that slapd calls and that may wait. A thread serves one operation
/// from beginning to end.
class entry_point {
public:
    enum class kind : char {
        request, ///< answers it, and returns to whoever asked for it
        lookup   ///< tells slapd something in the middle of whatever it does
    };
    explicit entry_point(kind what) noexcept;
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

/// A pause is over, and with it the configuration change that it was for.
void note_end_of_pause() noexcept;
/// How many there were.
[[nodiscard]] unsigned ended_pauses() noexcept;

} // namespace pgsql::slapd
