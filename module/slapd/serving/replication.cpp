// replication.cpp: refuses replication, which requires that all changes pass through slapd.
#include "slapd/serving/replication.hpp"

#include "slapd/serving/database.hpp"
#include "slapd/serving/overlays.hpp"

namespace pgsql::slapd {
namespace {

constexpr std::string_view syncprov = "syncprov";

BI_db_open* open_syncprov = nullptr; // slapo-syncprov's own function

const slap_overinst* enabled_syncprov(const slap_overinfo* in)
{
    for (const slap_overinst* on = in != nullptr ? in->oi_list : nullptr; on != nullptr;
         on = on->on_next)
        if (on->on_bi.bi_type == syncprov && (on->on_bi.bi_flags & SLAPO_BFLAG_DISABLED) == 0)
            return on;
    return nullptr;
}

// The database that this one is glued to, as backglue.c finds it; null if it is not glued.
const BackendDB* superior_of(const BackendDB& be)
{
    if (!SLAP_GLUE_SUBORDINATE(&be) || be.be_nsuffix == nullptr)
        return nullptr;
    for (const BackendDB* next = LDAP_STAILQ_NEXT(be.bd_self, be_next); next != nullptr;
         next = LDAP_STAILQ_NEXT(next, be_next))
        if (!SLAP_GLUE_SUBORDINATE(next) && next->be_nsuffix != nullptr &&
            dnIsSuffix(&be.be_nsuffix[0], &next->be_nsuffix[0]) != 0)
            return next;
    return nullptr;
}

// The pgsql database that an overlay on this one would cover: itself, or one that is glued to it.
// The position of glue in the stack makes no difference: without the entries of the pgsql database,
// consumers would delete theirs.
const BackendDB* ours_under(const BackendDB& over)
{
    if (is_ours(over))
        return &over;
    const BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    if (is_ours(*be) && superior_of(*be) == &over)
        return be;
    return nullptr;
}

std::string refusal(const BackendDB& of)
{
    return "overlay syncprov cannot serve database pgsql " +
           std::string(of.be_suffix != nullptr ? to_string_view(of.be_suffix[0])
                                               : "without a suffix") +
           ": it does not see changes made in PostgreSQL, and consumers would keep old entries; "
           "add pgsql-feed on to the database, or remove the overlay";
}

bool has_feed(const BackendDB& be) { return database_of(be).pending.flag(directives::feed); }

int open_guarded(BackendDB* be, ConfigReply* cr) noexcept
{
    try {
        const auto& on = *reinterpret_cast<slap_overinst*>(be->bd_info);
        const BackendDB& over = *on.on_info->oi_origdb;
        if (const BackendDB* ours = ours_under(over);
            ours != nullptr && !(ours == &over && has_feed(*ours))) {
            const std::string error = refusal(*ours);
            write_log({log_event::config_refused, error});
            if (cr != nullptr) {
                cr->err = LDAP_OTHER;
                snprintf(cr->msg, sizeof cr->msg, "%s", error.c_str());
            }
            return -1;
        }
    } catch (const std::exception& e) {
        write_log({log_event::internal_error, "overlay syncprov", e.what()});
        return -1;
    }
    return open_syncprov != nullptr ? open_syncprov(be, cr) : 0;
}

BI_op_search* search_syncprov = nullptr; // slapo-syncprov's own function

// syncprov remembers a persistent search before the database has answered it, and forgets it only
// if it is abandoned: after a failure it would refer to a freed operation.
struct failed_search {
    slap_callback callback;
    slap_overinst* syncprov;
    bool failed;
};

int note_result(Operation* op, SlapReply* rs) noexcept
{
    auto& search = *static_cast<failed_search*>(op->o_callback->sc_private);
    search.failed = search.failed || (rs->sr_type == REP_RESULT && rs->sr_err != LDAP_SUCCESS);
    return SLAP_CB_CONTINUE;
}

int end_failed_search(Operation* op, SlapReply* rs) noexcept
{
    auto& search = *static_cast<failed_search*>(op->o_callback->sc_private);
    if (rs->sr_type != REP_RESULT || !std::exchange(search.failed, false))
        return SLAP_CB_CONTINUE;
    Operation abandon = *op;
    BackendDB db = *op->o_bd;
    db.bd_info = reinterpret_cast<BackendInfo*>(search.syncprov);
    abandon.o_bd = &db;
    abandon.o_tag = LDAP_REQ_ABANDON;
    abandon.orn_msgid = op->o_msgid;
    SlapReply ignored{};
    ignored.sr_type = REP_RESULT;
    (void)search.syncprov->on_bi.bi_op_abandon(&abandon, &ignored);
    return SLAP_CB_CONTINUE;
}

// Before syncprov, which answers a search itself if nothing has changed.
int search_guarded(Operation* op, SlapReply* rs) noexcept
{
    auto& on = *reinterpret_cast<slap_overinst*>(op->o_bd->bd_info);
    const BackendDB& over = *on.on_info->oi_origdb;
    if (!is_ours(over) || (op->o_ctrlflag[slap_cids.sc_LDAPsync] & ~SLAP_CONTROL_MASK) == 0)
        return search_syncprov(op, rs);
    int code = LDAP_UNAVAILABLE;
    const char* why = "the database is not available";
    try {
        if (const auto service = database_of(over).current();
            service != nullptr && service->replicates)
            why = check_copy(*op, *service, code);
    } catch (const std::exception& e) {
        write_log({log_event::database_unavailable, "overlay syncprov", e.what()});
    } catch (...) { // the server pauses
    }
    if (why != nullptr) {
        send_ldap_error(op, rs, code, why);
        return rs->sr_err;
    }
    auto* const search =
        static_cast<failed_search*>(op->o_tmpcalloc(1, sizeof(failed_search), op->o_tmpmemctx));
    search->syncprov = &on;
    search->callback.sc_response = note_result;
    search->callback.sc_cleanup = end_failed_search;
    search->callback.sc_private = search;
    search->callback.sc_next = op->o_callback;
    op->o_callback = &search->callback;
    return search_syncprov(op, rs);
}

} // namespace

bool lacks_syncprov(const BackendDB& be)
{
    return has_feed(be) && enabled_syncprov(overlays_of(be)) == nullptr;
}

void check_replication(const BackendDB& be)
{
    if (be.be_syncinfo != nullptr)
        throw config_error("syncrepl cannot fill a pgsql database, because its data changes only "
                           "in PostgreSQL; remove the directive");
    const BackendDB* superior = superior_of(be);
    if ((enabled_syncprov(overlays_of(be)) != nullptr && !has_feed(be)) ||
        (superior != nullptr && enabled_syncprov(overlays_of(*superior)) != nullptr))
        throw config_error(refusal(be));
}

void guard_syncprov() noexcept
{
    slap_overinst* on = overlay_find(syncprov.data());
    if (on == nullptr || on->on_bi.bi_db_open == open_guarded)
        return;
    open_syncprov = std::exchange(on->on_bi.bi_db_open, open_guarded);
    search_syncprov = std::exchange(on->on_bi.bi_op_search, search_guarded);
}

bool asked_by_consumer(const Operation& op) noexcept
{
    if (!has_sync_control(op))
        return false;
    // backover.c shows the responses to each database's overlays through a callback that holds
    // them.
    BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    {
        const slap_overinfo* overlays = overlays_of(*be);
        if (enabled_syncprov(overlays) == nullptr)
            continue;
        for (const slap_callback* one = op.o_callback; one != nullptr; one = one->sc_next)
            if (one->sc_private == overlays)
                return true;
    }
    return false;
}

} // namespace pgsql::slapd
