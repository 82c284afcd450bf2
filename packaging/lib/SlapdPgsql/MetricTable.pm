# MetricTable.pm: type, unit and meaning of the metrics in cn=Monitor, which LDAP does not show; a copy of metrics.cpp.
#
# tests/style/metrics.sh compares the two. A metric without a row here is exported without a type.
package SlapdPgsql::MetricTable;
use strict;
use warnings;

our @rows = (
    ['olmPgStatements', 'counter', 'count', 'Statements that were sent to PostgreSQL'],
    ['olmPgRows', 'counter', 'count', 'Rows that PostgreSQL has returned'],
    ['olmPgConnectAttempts', 'counter', 'count', 'Attempts to connect to PostgreSQL'],
    ['olmPgConnects', 'counter', 'count', 'Connections to PostgreSQL that were opened'],
    ['olmPgRetries', 'counter', 'count', 'Operations repeated because a connection was lost'],
    ['olmPgPoolSize', 'gauge', 'count', 'Maximum number of connections to PostgreSQL'],
    ['olmPgPoolInUse', 'gauge', 'count', 'Connections to PostgreSQL in use'],
    ['olmPgPoolWaits', 'counter', 'count', 'Waits for a connection that was in use'],
    ['olmPgConnectionsLost', 'counter', 'count', 'Connections that broke while they were in use'],
    ['olmPgConnectionsRetired', 'counter', 'count', 'Connections closed for their age or because they were unused'],
    ['olmPgDatabaseState', 'gauge', 'count', '1 while connecting to PostgreSQL fails, 2 once it counts as down'],
    ['olmPgDatabaseDowntime', 'gauge', 'seconds', 'Seconds since PostgreSQL counts as down, 0 when it does not'],
    ['olmPgFailedFast', 'counter', 'count', 'Connections that were requested while PostgreSQL was down'],
    ['olmPgAnonymousRunning', 'gauge', 'count', 'Unauthenticated searches that hold a slot'],
    ['olmPgAnonymousWaiting', 'gauge', 'count', 'Unauthenticated searches that wait for a slot'],
    ['olmPgHashesWaiting', 'gauge', 'count', 'Password checks that wait for their turn'],
    ['olmPgHashesRunning', 'gauge', 'count', 'Threads that check password hashes'],
    ['olmPgHashesArgon', 'counter', 'count', 'Password checks against hashes of argon2'],
    ['olmPgHashesBcrypt', 'counter', 'count', 'Password checks against hashes of bcrypt'],
    ['olmPgHashesPbkdf', 'counter', 'count', 'Password checks against hashes of PBKDF2 and SCRAM'],
    ['olmPgHashesScrypt', 'counter', 'count', 'Password checks against hashes of scrypt'],
    ['olmPgHashesCrypt', 'counter', 'count', 'Password checks against other hashes of crypt(5)'],
    ['olmPgHashesOther', 'counter', 'count', 'Password checks against hashes of other schemes'],
    ['olmPgApprovalsPending', 'gauge', 'count', 'Approvals that were requested and not given yet'],
    ['olmPgLoginsWaiting', 'gauge', 'count', 'Logins that wait for an approval'],
    ['olmPgCacheHits', 'counter', 'count', 'Query results served from the cache'],
    ['olmPgCacheMisses', 'counter', 'count', 'Query results that were not in the cache'],
    ['olmPgCacheShared', 'counter', 'count', 'Misses that were answered by the statement of another operation'],
    ['olmPgCacheChanges', 'counter', 'count', 'Reported changes, each of which invalidated all query results'],
    ['olmPgCacheEvictions', 'counter', 'count', 'Query results evicted because memory was short'],
    ['olmPgCacheEntries', 'gauge', 'count', 'Query results in the cache'],
    ['olmPgCacheBytes', 'gauge', 'bytes', 'Bytes that the query results in the cache occupy'],
    ['olmPgCacheAge', 'gauge', 'seconds', 'Seconds since the oldest query result in the cache was read'],
    ['olmPgCacheListening', 'gauge', 'count', '1 while changes are reported'],
    ['olmPgStaleAnswers', 'counter', 'count', 'Responses from stale data while the database was down'],
    ['olmPgStaleBinds', 'counter', 'count', 'Logins checked against stale data while the database was down'],
    ['olmPgFeedComparisons', 'counter', 'count', 'Comparisons of the entries with the database'],
    ['olmPgFeedFailures', 'counter', 'count', 'Comparisons that failed'],
    ['olmPgFeedDifferences', 'counter', 'count', 'Entries that comparisons found changed'],
    ['olmPgFeedEntries', 'gauge', 'count', 'Entries whose versions are known'],
    ['olmPgFeedDuration', 'gauge', 'microseconds', 'Duration of the last comparison'],
    ['olmPgFeedAge', 'gauge', 'seconds', 'Seconds since the last comparison began'],
    ['olmPgFeedHeldBack', 'gauge', 'count', '1 while the removal of many entries waits for confirmation'],
    ['olmPgFeedReady', 'gauge', 'count', '1 once the entries were compared with the database'],
    ['olmPgFeedNumberTaken', 'gauge', 'count', '1 while another server that feeds replicas has the same serverID'],
    ['olmPgVirtualGiven', 'counter', 'count', 'Virtual entries that a query has returned'],
    ['olmPgVirtualAdmitted', 'counter', 'count', 'Unknown names that were registered'],
    ['olmPgVirtualRefused', 'counter', 'count', 'Unknown names that did not become entries'],
    ['olmPgPoolWaitTime', 'histogram', 'seconds', 'Waits for a connection, by duration in seconds'],
);

# The metrics of each operation.
our $outcome  = 'Operations of this type with this outcome';
our $duration = 'Operations of this type, by duration in seconds';

1;
