// stalled_clients.hpp: disconnects clients that block slapd's threads because they read their
// responses slowly or not at all.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// A task of the maintenance thread. slapd writes a response in a worker thread, which waits until
/// the client reads: forever, unless writetimeout is set. When such clients block more than a
/// quarter of the threads, those that received nothing for a second are disconnected, and those
/// that were blocked for three seconds and read less than 1 MiB a second, whichever database they
/// use.
[[nodiscard]] postgres::maintenance_thread::task watch_for_stalled_clients(service& service);

} // namespace pgsql::slapd
