// stalled_clients.hpp: gives slapd its workers back from clients that do not read their answers.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// A duty of the watch. slapd writes an answer in the worker, which waits until the client reads:
/// for ever, unless writetimeout is set. When such clients hold more than a quarter of the workers,
/// those that have not read for longest are disconnected. Whatever database they ask.
[[nodiscard]] postgres::maintenance_thread::task watch_for_stalled_clients(service& service);

} // namespace pgsql::slapd
