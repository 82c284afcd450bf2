// config_snapshot.hpp: detects removed databases and overlays that an operation refers to.
#pragma once

#include "slapd/core/slapd.hpp"

#include <vector>

namespace pgsql::slapd {

/// What an operation's callbacks may refer to: its database, and the overlays of the database and
/// the frontend. A configuration change may remove them while the operation waits without a worker
/// or with an idle one. Only a worker that is not idle may construct or query it.
class config_snapshot {
public:
    explicit config_snapshot(const Operation& op);
    [[nodiscard]] bool still_configured() const;

private:
    std::vector<const void*> parts_;
};

} // namespace pgsql::slapd
