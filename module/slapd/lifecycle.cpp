// lifecycle.cpp: opens and closes a database; nothing here waits for PostgreSQL, but for slaptest.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/auth/async_bind.hpp"
#include "slapd/monitor/monitor.hpp"
#include "slapd/serving/replication.hpp"
#include "slapd/tool/report.hpp"
#include "slapd/tool/rights.hpp"
#include "slapd/worker/idle_worker.hpp"

#include "advisor/explain.hpp"
#include "advisor/index_advice.hpp"

#include <cerrno>

namespace pgsql::slapd {
namespace {

int failed(ConfigReply* cr, const char* reason) noexcept
{
    Debug(LDAP_DEBUG_ANY, "pgsql: %s\n", reason);
    if (cr != nullptr) {
        cr->err = LDAP_OTHER;
        snprintf(cr->msg, sizeof cr->msg, "%s", reason);
    }
    return -1;
}

// The patience of a task that no client waits for. Its thread counts as idle while it waits.
postgres::wait_options wait_options_of(idle_thread& mine, double seconds)
{
    return {in_seconds(seconds), [] { return slapd_shutdown != 0; }, [&mine] { mine.begin(); },
            [&mine] { mine.end(); }};
}

// A search that reads a whole table gets slower with every row: for large ones the log names the
// indexes.
void advise(service& s, const directory::mapping& map, idle_thread& mine)
{
    constexpr double large = 10000; // rows
    const postgres::wait_options options = wait_options_of(mine, 10);
    try {
        const auto explain = s.pool().with_connection(options, [&](postgres::connection& session) {
            return postgres::explainer(session, large, options);
        });
        const auto reads = [&](const postgres::statement& search) {
            try { // a session for each, so that clients need not wait for all of them
                return s.pool().with_connection(options, [&](postgres::connection& session) {
                    return explain.seq_scans(search, session, options);
                });
            } catch (const postgres::error& e) {
                if (e.reason() != postgres::error::cause::statement)
                    throw;
                s.warn_throttled(e.what(), "whether a search lacks an index cannot be told: " +
                                               std::string(e.what()));
                return std::vector<postgres::seq_scan>();
            }
        };
        const auto missing = directory::missing_indexes(directory::sample_queries(map), reads);
        for (const auto& advice : missing)
            s.log(advice.text());
    } catch (const std::exception& e) {
        s.log(std::string("it could not be found out which indexes are missing: ") + e.what());
    }
}

// A missing right, say, which describing the UPDATE would not show.
void dry_run_password_change(service& s, const directory::kind& k,
                             const refused_statements& refused, idle_thread& mine)
{
    const postgres::wait_options options = wait_options_of(mine, s.timeout);
    try {
        s.primary_pool().with_connection(options, [&](postgres::connection& session) {
            session.dry_run(k.password_change, 3, options);
        });
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::statement)
            throw;
        s.log(refused.with_remedy("pgsql-password-change " + k.name +
                                  ": PostgreSQL refuses to run the UPDATE: " + e.what()) +
              "; until this is fixed, passwords cannot be changed");
    }
}

refused_statements find_refused_statements(service& s, check_depth how,
                                           const postgres::wait_options& options)
{
    return s.pool().with_connection(options, [&](postgres::connection& session) {
        return find_refused(s, session, how, options);
    });
}

// slaptest: what only the database can tell is part of the test. That it is away is no fault of the
// configuration, but that it refuses sessions is.
void test(service& s)
{
    const auto limits = [&] {
        return postgres::wait_options{in_seconds(s.timeout), [] { return slapd_shutdown != 0; }};
    };
    try {
        const auto mapping = s.mapping(limits());
        for (const auto& remark : warnings_about(*mapping))
            s.log(remark);
        std::string problems;
        for (const auto& one :
             find_refused_statements(s, check_depth::thorough, limits()).problems(mapping->map))
            problems += (problems.empty() ? "" : "; ") + one;
        if (!problems.empty())
            throw config_error(problems);
    } catch (const postgres::error& e) {
        if (e.refused() || e.reason() == postgres::error::cause::statement)
            throw config_error(e.what());
        s.log(std::string(e.what()) + "; whether PostgreSQL takes the queries could not be tested");
    }
}

// What only the database can tell is said when slapd starts, not when the first user complains.
void* startup_checks(void*, void* argument) noexcept
{
    const std::unique_ptr<std::shared_ptr<service>> held(
        static_cast<std::shared_ptr<service>*>(argument));
    service& s = **held;
    idle_thread mine;
    try {
        const auto mapping = s.mapping(wait_options_of(mine, s.timeout));
        for (const auto& remark : warnings_about(*mapping))
            s.log(remark);
        const auto refused =
            find_refused_statements(s, check_depth::brief, wait_options_of(mine, s.timeout));
        for (const auto& one : refused.optional_statements(mapping->map))
            if (!one.name.starts_with("pgsql-password-change ")) // rehearsed below
                s.log(refused.problem(one) + "; until then searches that need it get an error");
        for (const auto& k : mapping->map.kinds) {
            if (!k.error.empty()) {
                s.log(refused.with_remedy(k.error) + "; until this is fixed, searches for " +
                      k.name + " get an error");
                continue;
            }
            std::string names;
            for (const auto& source : k.sources)
                names +=
                    " " + mapping->map.attributes[static_cast<std::size_t>(source.attribute)].name;
            for (const auto& list : k.values)
                names +=
                    " " + mapping->map.attributes[static_cast<std::size_t>(list.attribute)].name;
            s.log(k.name + " serve" + names);
            if (!k.password_change.empty())
                dry_run_password_change(s, k, refused, mine);
        }
        advise(s, mapping->map, mine);
    } catch (const postgres::error& e) {
        s.log(
            std::string(
                "the database is not available at the start and will be tried with every operation: ") +
            e.what());
    } catch (const std::exception& e) {
        s.log(std::string(e.what()) + "; until this is fixed, searches get an error");
    }
    Debug(LDAP_DEBUG_STATS, "%sthe first look at the database is over\n", s.label().c_str());
    return nullptr;
}

} // namespace

extern "C" int pgsql_db_init(BackendDB* be, ConfigReply* cr) noexcept
{
    try {
        be->be_private = new database;
        be->be_cf_ocs = be->bd_info->bi_cf_ocs;
        guard_syncprov();
        prepare_monitoring(*be);
        return 0;
    } catch (const std::exception& e) {
        return failed(cr, e.what());
    }
}

extern "C" int pgsql_db_open(BackendDB* be, ConfigReply* cr) noexcept
{
    try {
        database& database = database_of(*be);
        guard_syncprov();
        check_replication(*be);
        database.apply(*be);
        if (in_server()) {
            auto task = std::make_unique<std::shared_ptr<service>>(database.serving(*be));
            if (ldap_pvt_thread_pool_submit(&connection_pool, startup_checks, task.get()) == 0)
                (void)task.release();
            register_monitor_entry(*be);
        } else if (const char* report = std::getenv(report_variable)) {
            write_report(*be, report);
        } else if (std::string_view(program_invocation_short_name) == "slaptest") {
            test(*database.serving(*be));
        }
        return 0;
    } catch (const std::exception& e) {
        return failed(cr, e.what());
    }
}

extern "C" int pgsql_db_close(BackendDB* be, ConfigReply*) noexcept
{
    if (be->be_private != nullptr) {
        unregister_monitor_entry(database_of(*be));
        database_of(*be).close();
    }
    return 0;
}

extern "C" int pgsql_db_destroy(BackendDB* be, ConfigReply*) noexcept
{
    delete static_cast<database*>(be->be_private);
    be->be_private = nullptr;
    return 0;
}

extern "C" int pgsql_unpause(BackendInfo*) noexcept
{
    note_end_of_pause();
    guard_syncprov();
    BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    {
        if (!is_ours(*be))
            continue;
        if (const auto room = database_of(*be).binds())
            room->on_config_change();
        try {
            if (!database_of(*be).open())
                continue;
            register_monitor_entry(*be); // there may be a cn=Monitor now
            check_replication(*be);      // what slapd has accepted without asking
        } catch (const std::exception& e) {
            (void)failed(nullptr, e.what());
        }
    }
    return 0;
}

} // namespace pgsql::slapd
