// overlays.cpp: which overlays a database has, and what they read of the entries that it returns.
#include "slapd/serving/overlays.hpp"

namespace pgsql::slapd {
namespace {

bool reads_entries(const slap_overinst& on)
{
    return (on.on_bi.bi_flags & SLAPO_BFLAG_DISABLED) == 0 &&
           (on.on_response != nullptr || on.on_bi.bi_access_allowed != nullptr ||
            on.on_bi.bi_acl_attribute != nullptr ||
            (on.on_bi.bi_operational != nullptr &&
             std::string_view(on.on_bi.bi_type) != "syncprov"));
}

// backover.c shows the responses to each database's overlays through a callback that holds them.
bool is_of_harmless_overlays(const slap_callback& callback)
{
    BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    {
        const slap_overinfo* overlays = overlays_of(*be);
        if (overlays == nullptr || callback.sc_private != overlays)
            continue;
        for (const slap_overinst* on = overlays->oi_list; on != nullptr; on = on->on_next)
            if (reads_entries(*on))
                return false;
        return true;
    }
    return false;
}

} // namespace

const slap_overinfo* overlays_of(const BackendDB& be) noexcept
{
    BackendDB& self = *be.bd_self;
    return overlay_is_over(&self) != 0 ? static_cast<slap_overinfo*>(self.bd_info->bi_private)
                                       : nullptr;
}

bool are_entries_read(const Operation& op) noexcept
{
    for (const slap_callback* one = op.o_callback; one != nullptr; one = one->sc_next)
        if (!is_of_harmless_overlays(*one))
            return true;
    return false;
}

} // namespace pgsql::slapd
