// feed_job.hpp: compares the entries with the database, and replays the differences for replicas.
#pragma once

namespace pgsql::slapd {

/// The job of a feed; runs in slapd's pool. `argument`: a feed_job, which it deletes.
void* run_feed(void* context, void* argument) noexcept;

} // namespace pgsql::slapd
