// config.cpp: turns slapd.conf lines and cn=config values into directives, and back.
#include "slapd/core/callbacks.hpp"

#include "slapd/serving/database.hpp"
#include "slapd/serving/kind_parser.hpp"

#include "auth/check_chain.hpp"
#include "auth/push_approval.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pgsql::slapd {
namespace {

using name = directives::name;

// ConfigTable's user part must not be 0.
constexpr unsigned numbered(name which) { return ARG_MAGIC | (static_cast<unsigned>(which) + 1); }

int handle(ConfigArgs* c) noexcept;

// The OIDs below lie under a random UUID's arc (ITU-T X.667), are in every stored configuration
// and never change.

ConfigTable table[] = {
    {.name = "pgsql-uri",
     .what = "connection URI",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_QUOTE | numbered(directives::uri),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.1 NAME 'olcPgUri' "
                  "DESC 'Where PostgreSQL is: a libpq URI or keywords' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-kind",
     .what = "kind> <option>=<value",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::kind),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.2 NAME 'olcPgKind' "
         "DESC 'A kind of entry: its place, RDN and object classes' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-list",
     .what = "kind> <query",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::list),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.3 NAME 'olcPgList' "
         "DESC 'The query that lists all rows of a kind' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-lookup",
     .what = "kind> <attribute> <query",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::lookup),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.4 NAME 'olcPgLookup' "
         "DESC 'The query for the rows whose attribute equals its parameter' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-values",
     .what = "kind> <attribute> <query",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::values_of),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.11 NAME 'olcPgValues' "
         "DESC 'The query for the values of an attribute that may have several' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-attribute",
     .what = "kind> <attribute> <option>=<value",
     .min_args = 4,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::attribute),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.5 NAME 'olcPgAttribute' "
         "DESC 'The column, defaults and comparison of an attribute' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-private-groups",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::private_groups),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.6 NAME 'olcPgPrivateGroups' "
                  "DESC 'Whether a gidNumber that only a user has is a group of that user' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-anonymous-search",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::anonymous_search),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.7 NAME 'olcPgAnonymousSearch' "
                  "DESC 'Whether searches need no authentication' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-anonymous-share",
     .what = "searches",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::anonymous_share),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.96 NAME 'olcPgAnonymousShare' "
                  "DESC 'Searches without authentication that PostgreSQL works on at a time' "
                  "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-timeout",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::timeout),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.8 NAME 'olcPgTimeout' "
                  "DESC 'Seconds until an unanswered operation gets unavailable' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-connect-timeout",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::connect_timeout),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.9 NAME 'olcPgConnectTimeout' "
                  "DESC 'Seconds for one attempt to connect' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-pool",
     .what = "connections",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::pool),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.10 NAME 'olcPgPool' "
                  "DESC 'Connections to PostgreSQL at most' "
                  "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-session-lifetime",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::session_lifetime),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.91 NAME 'olcPgSessionLifetime' "
                  "DESC 'Seconds after which a connection is replaced' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-session-idle",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::session_idle),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.92 NAME 'olcPgSessionIdle' "
                  "DESC 'Seconds that a connection nobody needs is kept' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-prepare",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::prepare),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.93 NAME 'olcPgPrepare' "
                  "DESC 'Whether sessions keep prepared statements and settings' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-reads",
     .what = "primary|prefer-standby|standby|any",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::reads),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.94 NAME 'olcPgReads' "
                  "DESC 'Which of several PostgreSQL servers is read from' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-withdraw",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::withdraw),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.95 NAME 'olcPgWithdraw' "
                  "DESC 'Seconds without the database until new connections are refused' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-auth-backends",
     .what = "check> <check",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::auth_backends),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.12 NAME 'olcPgAuthBackends' "
                  "DESC 'The checks that a login has to pass, all of them' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-push-uri",
     .what = "http or https address",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_QUOTE | numbered(directives::push_uri),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.13 NAME 'olcPgPushUri' "
                  "DESC 'Where approvals of logins are asked for' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-push-ca",
     .what = "file",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_QUOTE | numbered(directives::push_ca),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.14 NAME 'olcPgPushCa' "
                  "DESC 'Certificates of authorities that vouch for the push endpoint' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-push-timeout",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::push_timeout),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.15 NAME 'olcPgPushTimeout' "
                  "DESC 'Seconds in which a login has to be approved' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-push-window",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::push_window),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.16 NAME 'olcPgPushWindow' "
                  "DESC 'Seconds in which the same login shares a prompt' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-push-pending",
     .what = "prompts",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::push_pending),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.17 NAME 'olcPgPushPending' "
                  "DESC 'Logins that wait for approval at most' "
                  "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-push-per-user",
     .what = "logins",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::push_per_user),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.18 NAME 'olcPgPushPerUser' "
                  "DESC 'Logins of one user that wait for approval at most' "
                  "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-gate",
     .what = "kind> <condition",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::gate),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.31 NAME 'olcPgGate' "
         "DESC 'The condition on a row under which its entry may bind' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-hide-gated",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::hide_gated),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.32 NAME 'olcPgHideGated' "
                  "DESC 'Whether entries that may not bind are not shown either' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-hash-threads",
     .what = "threads",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::hash_threads),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.33 NAME 'olcPgHashThreads' "
                  "DESC 'Threads that check dear password hashes at most' "
                  "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-hash-memory",
     .what = "MiB",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::hash_memory),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.34 NAME 'olcPgHashMemory' "
                  "DESC 'MiB that checks of dear password hashes may take together' "
                  "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-hash-timeout",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::hash_timeout),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.35 NAME 'olcPgHashTimeout' "
                  "DESC 'Seconds until a check whose turn has not come is given up' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-remember-binds",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::remember_binds),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.36 NAME 'olcPgRememberBinds' "
                  "DESC 'Seconds for which a right password need not be checked again' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-password-change",
     .what = "kind> <update",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = numbered(directives::password_change),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.37 NAME 'olcPgPasswordChange' "
         "DESC 'The UPDATE that puts a new password hash in place of another' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-password-hash",
     .what = "option>=<value",
     .min_args = 2,
     .max_args = 4,
     .length = 0,
     .arg_type = numbered(directives::password_hash),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.38 NAME 'olcPgPasswordHash' "
                  "DESC 'The cost of new argon2id hashes: memory in KiB, passes, lanes' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-cache",
     .what = "MiB",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::cache),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.60 NAME 'olcPgCache' "
                  "DESC 'MiB that answers of the database may take in memory' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-cache-ttl",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::cache_ttl),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.61 NAME 'olcPgCacheTtl' "
                  "DESC 'Seconds for which an answer is used at most' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-cache-notify",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::cache_notify),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.62 NAME 'olcPgCacheNotify' "
                  "DESC 'Whether answers are used only while NOTIFY tells of changes' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-stale",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::stale),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.63 NAME 'olcPgStale' "
         "DESC 'Seconds for which entries are shown as they were while the database is away' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-stale-binds",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::stale_binds),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.64 NAME 'olcPgStaleBinds' "
         "DESC 'Seconds for which passwords are checked as they were while the database is away' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-cork",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = numbered(directives::cork),
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.65 NAME 'olcPgCork' "
                  "DESC 'Whether long answers are sent in full packets' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = nullptr,
     .what = nullptr,
     .min_args = 0,
     .max_args = 0,
     .length = 0,
     .arg_type = ARG_IGNORED,
     .arg_item = nullptr,
     .attribute = nullptr,
     .ad = nullptr,
     .arg_default = {}}};

ConfigOCs classes[] = {
    {.co_def =
         "( 2.25.162856128844017627545785008905003916249.2.1 NAME 'olcPgsqlConfig' "
         "DESC 'PostgreSQL backend configuration' SUP olcDatabaseConfig "
         "MAY ( olcPgUri $ olcPgKind $ olcPgList $ olcPgLookup $ olcPgValues $ olcPgAttribute $ olcPgPrivateGroups $ "
         "olcPgAnonymousSearch $ olcPgAnonymousShare $ olcPgTimeout $ olcPgConnectTimeout $ olcPgPool $ olcPgSessionLifetime $ "
         "olcPgSessionIdle $ olcPgPrepare $ olcPgReads $ olcPgWithdraw $ olcPgAuthBackends $ "
         "olcPgPushUri $ olcPgPushCa $ olcPgPushTimeout $ olcPgPushWindow $ olcPgPushPending $ "
         "olcPgPushPerUser $ "
         "olcPgGate $ olcPgHideGated $ olcPgHashThreads $ olcPgHashMemory $ olcPgHashTimeout $ "
         "olcPgRememberBinds $ olcPgPasswordChange $ olcPgPasswordHash $ "
         "olcPgCache $ olcPgCacheTtl $ olcPgCacheNotify $ olcPgStale $ olcPgStaleBinds $ olcPgCork ) )",
     .co_type = Cft_Database,
     .co_table = table,
     .co_ldadd = nullptr,
     .co_cfadd = nullptr,
     .co_lddel = nullptr,
     .co_oc = nullptr,
     .co_name = nullptr},
    {.co_def = nullptr,
     .co_type = Cft_Abstract,
     .co_table = nullptr,
     .co_ldadd = nullptr,
     .co_cfadd = nullptr,
     .co_lddel = nullptr,
     .co_oc = nullptr,
     .co_name = nullptr}};

// Whether there may be several values, in an order.
bool ordered(name which)
{
    return std::string_view(table[which].attribute).find("X-ORDERED") != std::string_view::npos;
}

// Gives the present values to cn=config; 1 means there are none.
int emit(ConfigArgs& c, name which, const std::vector<std::string>& values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string text =
            ordered(which) ? "{" + std::to_string(i) + "}" + values[i] : values[i];
        berval bv = look_at(text);
        value_add_one(&c.rvalue_vals, &bv);
    }
    return values.empty() ? 1 : 0;
}

void erase(const ConfigArgs& c, std::vector<std::string>& from)
{
    if (c.valx < 0)
        from.clear();
    else if (c.valx < static_cast<int>(from.size()))
        from.erase(from.begin() + c.valx);
}

// The value as it was written. slapd.conf's line begins with the directive and has lost its quotes
// and backslashes in argv; SQL needs them.
std::string raw_value(const ConfigArgs& c, name which)
{
    std::string_view line(c.line);
    if (line.starts_with('{')) { // cn=config's {n}
        const auto end = line.find('}');
        if (end != std::string_view::npos &&
            line.substr(1, end - 1).find_first_not_of("0123456789") == std::string_view::npos)
            line.remove_prefix(end + 1);
    }
    const auto word = line.substr(0, line.find_first_of(" \t"));
    if (folded(word).starts_with("pgsql-"))
        line.remove_prefix(word.size());
    const auto from = line.find_first_not_of(" \t\n\r");
    const auto to = line.find_last_not_of(" \t\n\r");
    if (from == std::string_view::npos)
        return {};
    line = line.substr(from, to - from + 1);
    // pgsql-list users "SELECT \"uid\" …": quoted as other directives are. No statement begins with
    // a quote (a condition may).
    const bool one_word = which == directives::list || which == directives::password_change;
    if (one_word || which == directives::lookup || which == directives::values_of) {
        std::string_view sql = line;
        for (int words = one_word ? 1 : 2; words > 0; --words) {
            sql.remove_prefix(std::min(sql.find_first_of(" \t"), sql.size()));
            sql.remove_prefix(std::min(sql.find_first_not_of(" \t"), sql.size()));
        }
        if (sql.starts_with('"')) {
            std::string unquoted;
            for (int i = 1; i < c.argc; ++i)
                unquoted += (i > 1 ? " " : "") + std::string(c.argv[i]);
            return unquoted;
        }
    }
    return std::string(line);
}

// A number between two bounds, as it was written.
std::string number(const ConfigArgs& c, double least, double most, bool whole, const char* what)
{
    const std::string_view text(c.argv[1]);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() ||
        !(value >= least && value <= most) || (whole && value != std::floor(value)))
        throw unusable(std::string(c.argv[0]) + " " + std::string(text) + ": not a number of " +
                       what);
    return std::string(text);
}

std::string truth(const ConfigArgs& c)
{
    const std::string text = folded(c.argv[1]);
    if (text == "on" || text == "true" || text == "yes")
        return "TRUE";
    if (text == "off" || text == "false" || text == "no")
        return "FALSE";
    throw unusable(std::string(c.argv[0]) + " " + c.argv[1] + ": neither on nor off");
}

std::string one_of(const ConfigArgs& c, std::initializer_list<std::string_view> words)
{
    const std::string text = folded(c.argv[1]);
    std::string all;
    for (const auto word : words) {
        if (text == word)
            return text;
        all += (all.empty() ? "" : ", ") + std::string(word);
    }
    throw unusable(std::string(c.argv[0]) + " " + c.argv[1] + ": not one of " + all);
}

std::string chain_in(const ConfigArgs& c)
{
    std::string text;
    for (int i = 1; i < c.argc; ++i)
        text += (i > 1 ? " " : "") + std::string(c.argv[i]);
    try {
        (void)login::parse_chain(text);
        return text;
    } catch (const std::invalid_argument& e) {
        throw unusable(std::string(c.argv[0]) + " " + text + ": " + e.what());
    }
}

std::string hash_cost(const ConfigArgs& c)
{
    std::string text;
    for (int i = 1; i < c.argc; ++i)
        text += (i > 1 ? " " : "") + std::string(c.argv[i]);
    try {
        (void)login::parse_argon2_cost(text);
        return text;
    } catch (const std::invalid_argument& e) {
        throw unusable(std::string(c.argv[0]) + " " + text + ": " + e.what());
    }
}

std::string readable_file(const ConfigArgs& c)
{
    if (access(c.argv[1], R_OK) != 0)
        throw unusable(std::string(c.argv[0]) + " " + c.argv[1] +
                       ": the file cannot be read: " + strerror(errno));
    return c.argv[1];
}

// The value in the form in which it is kept, or an exception that says what is wrong with it.
std::string checked(const ConfigArgs& c, name which)
{
    switch (which) {
    case directives::uri:
        return check_uri(c.argv[1]);
    case directives::private_groups:
    case directives::anonymous_search:
    case directives::hide_gated:
    case directives::cache_notify:
    case directives::cork:
    case directives::prepare:
        return truth(c);
    case directives::session_lifetime:
    case directives::session_idle:
        return number(c, 1, 1000000, false, "seconds between 1 and 1000000");
    case directives::reads:
        return one_of(c, {"any", "primary", "standby", "prefer-standby"});
    case directives::timeout:
    case directives::connect_timeout:
        return number(c, 0.05, 3600, false, "seconds between 0.05 and 3600");
    case directives::pool:
        return number(c, 1, 1000, true, "connections between 1 and 1000");
    case directives::anonymous_share:
        return number(c, 1, 1000, true, "searches between 1 and 1000");
    case directives::auth_backends:
        return chain_in(c);
    case directives::push_uri:
        if (const std::string why = login::problem_of_uri(c.argv[1]); !why.empty())
            throw unusable("pgsql-push-uri: " + why); // it may hold a password, so it is not shown
        return c.argv[1];
    case directives::push_ca:
        return readable_file(c);
    case directives::push_timeout:
        return number(c, 1, 3600, false, "seconds between 1 and 3600");
    case directives::push_window:
        return number(c, 0, 3600, false, "seconds between 0 and 3600");
    case directives::push_pending:
    case directives::push_per_user:
        return number(c, 1, 10000, true, "logins between 1 and 10000");
    case directives::hash_threads:
        return number(c, 1, 1024, true, "threads between 1 and 1024");
    case directives::hash_memory:
        return number(c, 1, 1048576, true, "MiB between 1 and 1048576");
    case directives::hash_timeout:
        return number(c, 0.05, 3600, false, "seconds between 0.05 and 3600");
    case directives::withdraw:
    case directives::remember_binds:
        return number(c, 0, 3600, false, "seconds between 0 and 3600");
    case directives::cache:
        return number(c, 0, 1048576, false, "MiB between 0 and 1048576");
    case directives::cache_ttl:
        return number(c, 0.1, 604800, false, "seconds between 0.1 and 604800, a week");
    case directives::stale:
    case directives::stale_binds:
        return number(c, 0, 604800, false, "seconds between 0 and 604800, a week");
    case directives::password_hash:
        return hash_cost(c);
    default:
        break;
    }
    std::string value = raw_value(c, which);
    check_directive(table[which].name, value);
    return value;
}

void store(const ConfigArgs& c, name which, std::vector<std::string>& to)
{
    std::string value = checked(c, which);
    if (!ordered(which))
        to.clear();
    to.insert(c.valx >= 0 && c.valx < static_cast<int>(to.size()) ? to.begin() + c.valx : to.end(),
              std::move(value));
}

int refused(ConfigArgs& c, const char* why) noexcept
{
    snprintf(c.cr_msg, sizeof c.cr_msg, "%s", why);
    Debug(LDAP_DEBUG_ANY, "%s: %s\n", c.log, why); // cr_msg may be too short for it
    return ARG_BAD_CONF;
}

// Runs once when a modification of cn=config has gone through all its values.
int apply_change(ConfigArgs* c) noexcept
{
    try {
        database_of(*c->be).apply(*c->be);
        return LDAP_SUCCESS;
    } catch (const std::exception& e) {
        (void)refused(*c, e.what());
        return LDAP_OTHER;
    }
}

int handle(ConfigArgs* c) noexcept
{
    try {
        database& mine = database_of(*c->be);
        const auto which = static_cast<name>(c->type - 1);
        auto& values = mine.wanted.values.at(static_cast<std::size_t>(which));
        if (c->op == SLAP_CONFIG_EMIT)
            return emit(*c, which, values);
        if (c->op == LDAP_MOD_DELETE)
            erase(*c, values);
        else
            store(*c, which, values);
        if (mine.open())
            config_push_cleanup(c, apply_change);
        return 0;
    } catch (const std::exception& e) {
        return refused(*c, e.what());
    }
}

// Whether the line is more likely a part of a query than a directive with a typing error.
bool looks_like_sql(int count, char** words)
{
    constexpr std::string_view keywords[] = {
        "as",   "and",   "cross", "from", "full",  "group", "having", "inner", "join",
        "left", "limit", "on",    "or",   "order", "right", "select", "union", "where"};
    const std::string_view first = words[0];
    if (first.starts_with('(') || first.starts_with(')') || first.ends_with(','))
        return true;
    return std::any_of(words, words + std::min(count, 2), [&](const char* word) {
        return std::find(std::begin(keywords), std::end(keywords), folded(word)) !=
               std::end(keywords);
    });
}

} // namespace

extern "C" int pgsql_db_config(BackendDB*, const char* file, int line, int count,
                               char** words) noexcept
{
    try {
        if (count > 0 && looks_like_sql(count, words))
            Debug(LDAP_DEBUG_ANY,
                  "%s: line %d: <%s> looks like a part of a query: begin each line that continues "
                  "the one before with a blank\n",
                  file, line, words[0]);
    } catch (const std::exception& e) {
        Debug(LDAP_DEBUG_ANY, "pgsql: %s\n", e.what());
    }
    return SLAP_CONF_UNKNOWN; // which slapd refuses
}

extern "C" int pgsql_register_config(BackendInfo* bi) noexcept
{
    bi->bi_cf_ocs = classes;
    return config_register_schema(table, classes);
}

} // namespace pgsql::slapd
