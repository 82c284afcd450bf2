// config_snapshot.hpp: turns an operation into the databases and overlays that it may come back to.
#pragma once

#include "slapd/core/slapd.hpp"

#include <vector>

namespace pgsql::slapd {

/// What an operation's callbacks may lead to: its database, the overlays over it and over the
/// frontend. A change of the configuration may remove them while the operation waits without its
/// worker, or with one that counts as idle. To be made and asked by workers that are at work.
class config_snapshot {
public:
    explicit config_snapshot(const Operation& op);
    [[nodiscard]] bool still_configured() const;

private:
    std::vector<const void*> parts_;
};

} // namespace pgsql::slapd
