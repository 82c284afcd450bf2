// stalled_clients.hpp: disconnects clients that block slapd's threads because they do not read
// their responses.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// A task of the maintenance thread. slapd writes a response in a worker thread, which waits until
/// the client reads: forever, unless writetimeout is set. When such clients block more than a
/// quarter of the threads, those that have not read for the longest time are disconnected,
/// whichever database they use.
[[nodiscard]] postgres::maintenance_thread::task watch_for_stalled_clients(service& service);

} // namespace pgsql::slapd
