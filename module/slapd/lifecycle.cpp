// lifecycle.cpp: opens and closes databases. Only slaptest waits for PostgreSQL here.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/auth/async_bind.hpp"
#include "slapd/monitor/monitor.hpp"
#include "slapd/roles/visible_rows.hpp"
#include "slapd/serving/configured_queries.hpp"
#include "slapd/serving/replication.hpp"
#include "slapd/serving/virtual_checks.hpp"
#include "slapd/tool/report.hpp"
#include "slapd/tool/rights.hpp"
#include "slapd/worker/idle_worker.hpp"

#include "advisor/explain.hpp"
#include "advisor/index_advice.hpp"

#include <fmt/core.h>

#include <cerrno>

namespace pgsql::slapd {
namespace {

int failed(ConfigReply* cr, const char* reason) noexcept
{
    write_log({log_event::config_refused, "", reason});
    if (cr != nullptr) {
        cr->err = LDAP_OTHER;
        snprintf(cr->msg, sizeof cr->msg, "%s", reason);
    }
    return -1;
}

// The wait options of a background task. Its thread counts as idle while it waits.
postgres::wait_options wait_options_of(idle_thread& idle, double seconds)
{
    return {in_seconds(seconds), [] { return slapd_shutdown != 0; }, [&idle] { idle.begin(); },
            [&idle] { idle.end(); }};
}

// A search that reads a whole table slows down with every row. For large tables the log names the
// missing indexes.
void advise(service& s, const directory::mapping& map, idle_thread& idle)
{
    constexpr double large = 10000; // rows
    const postgres::wait_options options = wait_options_of(idle, 10);
    try {
        const auto explain = s.pool().with_connection(options, [&](postgres::connection& session) {
            return postgres::explainer(session, large, options);
        });
        const auto reads = [&](const postgres::statement& search) {
            try { // one session per statement, so that clients wait for one statement at most
                return s.pool().with_connection(options, [&](postgres::connection& session) {
                    return explain.seq_scans(search, session, options);
                });
            } catch (const postgres::error& e) {
                if (e.reason() != postgres::error::cause::statement)
                    throw;
                s.log({log_event::index_unchecked, e.what(), "",
                       "cannot check whether a search lacks an index"});
                return std::vector<postgres::seq_scan>();
            }
        };
        const auto missing = directory::missing_indexes(directory::sample_queries(map), reads);
        for (const auto& advice : missing)
            s.log({log_event::index_missing, "", advice.text()});
    } catch (const std::exception& e) {
        s.log({log_event::index_unchecked, e.what(), "", "cannot check for missing indexes"});
    }
}

// Describing the UPDATE would not reveal a missing right; running it does.
void dry_run_password_change(service& s, const directory::kind& k,
                             const refused_statements& refused, idle_thread& idle)
{
    const postgres::wait_options options = wait_options_of(idle, s.timeout);
    try {
        s.primary_pool().with_connection(options, [&](postgres::connection& session) {
            session.dry_run(k.password_change, 3, options);
        });
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        const auto problem = fmt::format(
            "pgsql-password-change {}: PostgreSQL refuses to run the UPDATE: {}", k.name, e.what());
        s.log({log_event::password_change_unusable, "", refused.with_remedy(problem),
               "passwords cannot be changed until this is fixed"});
    }
}

// Logs queries for roles that cannot be used.
void log_role_queries(service& s, const directory::mapping& map, idle_thread& idle)
{
    const postgres::wait_options options = wait_options_of(idle, s.timeout);
    s.pool().with_connection(options, [&](postgres::connection& session) {
        for (const directory::kind& k : map.kinds)
            if (const auto why = problem_of_roles(k, session, options); !why.empty())
                s.log({log_event::roles_unreadable, "pgsql-roles " + k.name, why});
        return true;
    });
}

// Calls `report` with an object and what is wrong with its query for unknown names.
void check_virtual_queries(
    service& s, const directory::mapping& map, const postgres::wait_options& options,
    const std::function<void(const std::string&, const std::string&)>& report)
{
    for (const directory::kind& k : map.kinds)
        for (const directory::virtual_query& query : k.virtuals) {
            const std::string object = directive_of(map, k, "pgsql-virtual", query.row.attribute);
            auto& pool = query.write ? s.primary_pool() : s.pool();
            pool.with_connection(options, [&](postgres::connection& session) {
                if (const auto why = problem_of_virtual(query, session, options); !why.empty())
                    report(object, why);
                if (const auto number = number_for_all(map, k, query, session, options);
                    !number.empty())
                    s.log({log_event::number_shared, object,
                           fmt::format("different names get the number {}: SSSD takes them for "
                                       "one user",
                                       number)});
                return true;
            });
        }
}

refused_statements find_refused_statements(service& s, const directory::mapping& mapping,
                                           check_depth how, const postgres::wait_options& options)
{
    return s.pool().with_connection(options, [&](postgres::connection& session) {
        return find_refused(s, &mapping, session, how, options);
    });
}

void log_warnings(service& s, const resolved_mapping& mapping)
{
    for (const auto& [event, text] : warnings_about(mapping))
        if (event != log_event::writes_unusable) // the service logs these
            s.log({event, "", text});
    if (s.writes() && &s.primary_pool() != &s.pool())
        s.log({log_event::writes_delayed, "",
               "searches may use another server than writes, which shows these later",
               fmt::format("a connection that has written reads from the primary for {} s",
                           recent_writers::period.count())});
}

// slaptest also tests what only the database can confirm. An unreachable database is not an error
// in the configuration; refused sessions are.
void test(service& s)
{
    const auto limits = [&] {
        return postgres::wait_options{in_seconds(s.timeout), [] { return slapd_shutdown != 0; }};
    };
    try {
        const auto mapping = s.mapping(limits());
        log_warnings(s, *mapping);
        std::string problems;
        for (const auto& one :
             find_refused_statements(s, mapping->map, check_depth::thorough, limits())
                 .problems(mapping->map))
            problems += (problems.empty() ? "" : "; ") + one;
        s.pool().with_connection(limits(), [&](postgres::connection& session) {
            for (const directory::kind& k : mapping->map.kinds)
                if (const auto why = problem_of_roles(k, session, limits()); !why.empty())
                    problems += (problems.empty() ? "pgsql-roles " : "; pgsql-roles ") + k.name +
                                ": " + why;
            return true;
        });
        check_virtual_queries(s, mapping->map, limits(), [&](const auto& object, const auto& why) {
            problems += (problems.empty() ? "" : "; ") + object + ": " + why;
        });
        if (!problems.empty())
            throw config_error(problems);
    } catch (const postgres::error& e) {
        if (e.refused() || e.reason() == postgres::error::cause::statement)
            throw config_error(e.what());
        s.log({log_event::queries_untested, "", e.what(),
               "the queries were not tested against PostgreSQL"});
    }
}

// slapd accepts such access rules online, so that it must start with them as well.
void require_roles_asked(BackendDB& be)
{
    const auto service = database_of(be).serving(be);
    if (service->role_rules().empty() || are_roles_asked(be))
        return;
    constexpr const char* problem = "no access rule asks for roles, so that they permit nothing; "
                                    "add: access to * by dynacl/pgsql-roles write by * none";
    if (!in_server())
        throw config_error(std::string("pgsql-role: ") + problem);
    service->log({log_event::roles_unasked, "", problem});
}

// Logs at startup what only the database can confirm, before the first user is affected.
void* startup_checks(void*, void* argument) noexcept
{
    const std::unique_ptr<std::shared_ptr<service>> held(
        static_cast<std::shared_ptr<service>*>(argument));
    service& s = **held;
    idle_thread idle;
    try {
        const auto mapping = s.mapping(wait_options_of(idle, s.timeout));
        log_warnings(s, *mapping);
        const auto refused = find_refused_statements(s, mapping->map, check_depth::brief,
                                                     wait_options_of(idle, s.timeout));
        for (const auto& one : refused.optional_statements(mapping->map))
            if (!one.name.starts_with("pgsql-password-change ")) // dry run below
                s.log({log_event::query_refused, refused.problem(one), "",
                       one.writes ? "writes that need it will fail until this is fixed"
                                  : "searches that need it will fail until this is fixed"});
        for (const auto& k : mapping->map.kinds) {
            if (!k.error.empty()) {
                s.log({log_event::kind_unusable, refused.with_remedy(k.error), "",
                       fmt::format("searches for {} will fail until this is fixed", k.name)});
                continue;
            }
            std::string names;
            for (const auto& source : k.sources)
                names += " " + mapping->map.attributes[source.attribute].name;
            for (const auto& list : k.values)
                names += " " + mapping->map.attributes[list.attribute].name;
            s.log({log_event::kind_served, k.name, "serving attributes" + names});
            if (!k.password_change.empty())
                dry_run_password_change(s, k, refused, idle);
        }
        log_role_queries(s, mapping->map, idle);
        check_virtual_queries(s, mapping->map, wait_options_of(idle, s.timeout),
                              [&](const auto& object, const auto& why) {
                                  s.log({log_event::virtual_unusable, object, why});
                              });
        advise(s, mapping->map, idle);
    } catch (const postgres::error& e) {
        s.log({log_event::queries_untested, "", e.what(),
               "database unavailable at startup, will retry on demand"});
    } catch (const std::exception& e) {
        s.log({log_event::kind_unusable, e.what(), "", "searches will fail until this is fixed"});
    }
    s.log({log_event::startup_finished, "", "startup checks finished"});
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
        require_roles_asked(*be);
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
        if (const auto binds = database_of(*be).binds())
            binds->on_config_change();
        try {
            if (!database_of(*be).open())
                continue;
            register_monitor_entry(*be); // cn=Monitor may exist by now
            check_replication(*be);      // slapd accepts it without asking the backend
            require_roles_asked(*be);    // the same
        } catch (const std::exception& e) {
            (void)failed(nullptr, e.what());
        }
    }
    return 0;
}

} // namespace pgsql::slapd
