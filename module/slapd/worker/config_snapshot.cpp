// config_snapshot.cpp: detects removed databases and overlays that an operation refers to.
#include "slapd/worker/config_snapshot.hpp"

#include "slapd/worker/operation_limits.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

void add_with_overlays(const BackendDB* be, std::vector<const void*>& out)
{
    out.push_back(be);
    if (overlay_is_over(const_cast<BackendDB*>(be)) == 0)
        return;
    const auto* over = static_cast<const slap_overinfo*>(be->bd_info->bi_private);
    out.push_back(over);
    for (const slap_overinst* instance = over->oi_list; instance != nullptr;
         instance = instance->on_next)
        out.push_back(instance);
}

std::vector<const void*> all_databases()
{
    std::vector<const void*> out;
    add_with_overlays(frontendDB, out);
    const BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    add_with_overlays(be, out);
    return out;
}

} // namespace

config_snapshot::config_snapshot(const Operation& op)
{
    // An operation routed through another database, which back-relay records in o_extra, may refer
    // to any database.
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (operation_limits::is_one(*extra))
            continue;
        parts_ = all_databases();
        return;
    }
    add_with_overlays(frontendDB, parts_);
    add_with_overlays(op.o_bd->bd_self, parts_);
}

bool config_snapshot::still_configured() const
{
    const auto present = all_databases();
    return std::all_of(parts_.begin(), parts_.end(), [&](const void* one) {
        return std::find(present.begin(), present.end(), one) != present.end();
    });
}

} // namespace pgsql::slapd
