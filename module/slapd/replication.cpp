// replication.cpp: refuses replication, which cannot work without the changes passing through
// slapd.
#include "replication.hpp"

#include "database.hpp"

namespace pgsql::slapd {
namespace {

constexpr std::string_view syncprov = "syncprov";
constexpr std::string_view glue = "glue";

BI_db_open* open_syncprov = nullptr; // slapo-syncprov's own function

// The overlays over a database; null if it has none.
const slap_overinfo* overlays_of(const BackendDB& be)
{
    BackendDB& self = *be.bd_self;
    return overlay_is_over(&self) != 0 ? static_cast<slap_overinfo*>(self.bd_info->bi_private)
                                       : nullptr;
}

// In the order in which operations pass them.
const slap_overinst* find_overlay(const slap_overinst* from, std::string_view type)
{
    while (from != nullptr && from->on_bi.bi_type != type)
        from = from->on_next;
    return from;
}

const slap_overinst* enabled_syncprov(const slap_overinfo* in)
{
    const slap_overinst* found = in != nullptr ? find_overlay(in->oi_list, syncprov) : nullptr;
    return found != nullptr && (found->on_bi.bi_flags & SLAPO_BFLAG_DISABLED) == 0 ? found
                                                                                   : nullptr;
}

bool is_below(const BackendDB& lower, const BackendDB& upper)
{
    return lower.be_nsuffix != nullptr && upper.be_nsuffix != nullptr &&
           dnIsSuffix(&lower.be_nsuffix[0], &upper.be_nsuffix[0]) != 0;
}

// The database of ours whose entries pass this syncprov, if there is one: the one that it is over,
// or one that is glued to it, unless glue comes first.
const BackendDB* served_by(const slap_overinst& on)
{
    const BackendDB& over = *on.on_info->oi_origdb;
    if (is_ours(over))
        return &over;
    if (find_overlay(on.on_next, glue) == nullptr)
        return nullptr;
    BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    if (is_ours(*be) && SLAP_GLUE_SUBORDINATE(be) && is_below(*be, over))
        return be;
    return nullptr;
}

std::string refusal(const BackendDB& of)
{
    return "overlay syncprov cannot serve database pgsql " +
           std::string(of.be_suffix != nullptr ? view(of.be_suffix[0]) : "without a suffix") +
           ": it does not see changes made in PostgreSQL, and consumers would keep old entries; "
           "remove the overlay";
}

int open_guarded(BackendDB* be, ConfigReply* cr) noexcept
{
    try {
        if (const BackendDB* ours = served_by(*reinterpret_cast<slap_overinst*>(be->bd_info))) {
            const std::string why = refusal(*ours);
            Debug(LDAP_DEBUG_ANY, "pgsql: %s\n", why.c_str());
            if (cr != nullptr) {
                cr->err = LDAP_OTHER;
                snprintf(cr->msg, sizeof cr->msg, "%s", why.c_str());
            }
            return -1;
        }
    } catch (const std::exception& e) {
        Debug(LDAP_DEBUG_ANY, "pgsql: %s\n", e.what());
        return -1;
    }
    return open_syncprov != nullptr ? open_syncprov(be, cr) : 0;
}

} // namespace

void check_replication(const BackendDB& be)
{
    if (be.be_syncinfo != nullptr)
        throw unusable("syncrepl cannot fill a pgsql database, which is changed in PostgreSQL "
                       "only; remove the directive");
    if (enabled_syncprov(overlays_of(be)) != nullptr)
        throw unusable(refusal(be));
    if (!SLAP_GLUE_SUBORDINATE(&be))
        return;
    BackendDB* other = nullptr;
    LDAP_STAILQ_FOREACH(other, &backendDB, be_next)
    {
        const slap_overinst* on = enabled_syncprov(overlays_of(*other));
        if (on != nullptr && is_below(be, *other) && served_by(*on) != nullptr)
            throw unusable(refusal(be));
    }
}

void guard_syncprov() noexcept
{
    slap_overinst* on = overlay_find(syncprov.data());
    if (on == nullptr || on->on_bi.bi_db_open == open_guarded)
        return;
    open_syncprov = std::exchange(on->on_bi.bi_db_open, open_guarded);
}

bool asked_by_consumer(const Operation& op) noexcept
{
    if ((op.o_ctrlflag[slap_cids.sc_LDAPsync] & SLAP_CONTROL_MASK) <= SLAP_CONTROL_IGNORED)
        return false;
    // backover.c has each database's overlays see the answers by a callback that holds them.
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
