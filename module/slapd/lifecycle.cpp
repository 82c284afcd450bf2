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

int failed(ConfigReply* cr, const char* why) noexcept
{
    Debug(LDAP_DEBUG_ANY, "pgsql: %s\n", why);
    if (cr != nullptr) {
        cr->err = LDAP_OTHER;
        snprintf(cr->msg, sizeof cr->msg, "%s", why);
    }
    return -1;
}

// The patience of a task that no client waits for. Its thread counts as idle while it waits.
postgres::patience patience_of(idle_thread& mine, double seconds)
{
    return {in_seconds(seconds), [] { return slapd_shutdown != 0; }, [&mine] { mine.begin(); },
            [&mine] { mine.end(); }};
}

// A search that reads a whole table gets slower with every row: for large ones the log names the
// indexes.
void advise(service& s, const directory::mapping& map, idle_thread& mine)
{
    constexpr double large = 10000; // rows
    const postgres::patience limits = patience_of(mine, 10);
    try {
        const auto explain = s.pool().with_connection(limits, [&](postgres::connection& session) {
            return postgres::explainer(session, large, limits);
        });
        const auto reads = [&](const postgres::statement& search) {
            try { // a session for each, so that clients need not wait for all of them
                return s.pool().with_connection(limits, [&](postgres::connection& session) {
                    return explain.whole_reads(search, session, limits);
                });
            } catch (const postgres::error& e) {
                if (e.why() != postgres::error::cause::statement)
                    throw;
                s.complain(e.what(), "whether a search lacks an index cannot be told: " +
                                         std::string(e.what()));
                return std::vector<postgres::whole_read>();
            }
        };
        const auto missing = directory::missing_indexes(directory::probes(map), reads);
        for (const auto& advice : missing)
            s.say(advice.text());
    } catch (const std::exception& e) {
        s.say(std::string("it could not be found out which indexes are missing: ") + e.what());
    }
}

// A missing right, say, which describing the UPDATE would not show.
void rehearse(service& s, const directory::kind& k, const refused_statements& refused,
              idle_thread& mine)
{
    const postgres::patience limits = patience_of(mine, s.timeout);
    try {
        s.changes().with_connection(limits, [&](postgres::connection& session) {
            session.rehearse(k.password_change, 3, limits);
        });
    } catch (const postgres::error& e) {
        if (e.why() != postgres::error::cause::statement)
            throw;
        s.say(refused.with_remedy("pgsql-password-change " + k.name +
                                  ": PostgreSQL refuses to run the UPDATE: " + e.what()) +
              "; until this is fixed, passwords cannot be changed");
    }
}

refused_statements refused_by(service& s, look how, const postgres::patience& limits)
{
    return s.pool().with_connection(limits, [&](postgres::connection& session) {
        return find_refused(s, session, how, limits);
    });
}

// slaptest: what only the database can tell is part of the test. That it is away is no fault of the
// configuration, but that it refuses sessions is.
void test(service& s)
{
    const auto limits = [&] {
        return postgres::patience{in_seconds(s.timeout), [] { return slapd_shutdown != 0; }};
    };
    try {
        const auto mapping = s.mapping(limits());
        for (const auto& remark : remarks_on(*mapping))
            s.say(remark);
        std::string problems;
        for (const auto& one : refused_by(s, look::fully, limits()).problems(mapping->map))
            problems += (problems.empty() ? "" : "; ") + one;
        if (!problems.empty())
            throw unusable(problems);
    } catch (const postgres::error& e) {
        if (e.refused() || e.why() == postgres::error::cause::statement)
            throw unusable(e.what());
        s.say(std::string(e.what()) + "; whether PostgreSQL takes the queries could not be tested");
    }
}

// What only the database can tell is said when slapd starts, not when the first user complains.
void* first_look(void*, void* argument) noexcept
{
    const std::unique_ptr<std::shared_ptr<service>> with(
        static_cast<std::shared_ptr<service>*>(argument));
    service& s = **with;
    idle_thread mine;
    try {
        const auto mapping = s.mapping(patience_of(mine, s.timeout));
        for (const auto& remark : remarks_on(*mapping))
            s.say(remark);
        const auto refused = refused_by(s, look::briefly, patience_of(mine, s.timeout));
        for (const auto& one : refused.beside(mapping->map))
            if (!one.name.starts_with("pgsql-password-change ")) // rehearsed below
                s.say(refused.problem(one) + "; until then searches that need it get an error");
        for (const auto& k : mapping->map.kinds) {
            if (!k.problem.empty()) {
                s.say(refused.with_remedy(k.problem) + "; until this is fixed, searches for " +
                      k.name + " get an error");
                continue;
            }
            std::string names;
            for (const auto& from : k.sources)
                names +=
                    " " + mapping->map.attributes[static_cast<std::size_t>(from.attribute)].name;
            for (const auto& list : k.values)
                names +=
                    " " + mapping->map.attributes[static_cast<std::size_t>(list.attribute)].name;
            s.say(k.name + " serve" + names);
            if (!k.password_change.empty())
                rehearse(s, k, refused, mine);
        }
        advise(s, mapping->map, mine);
    } catch (const postgres::error& e) {
        s.say(
            std::string(
                "the database is not available at the start and will be tried with every operation: ") +
            e.what());
    } catch (const std::exception& e) {
        s.say(std::string(e.what()) + "; until this is fixed, searches get an error");
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
        database& mine = database_of(*be);
        guard_syncprov();
        check_replication(*be);
        mine.apply(*be);
        if (in_server()) {
            auto task = std::make_unique<std::shared_ptr<service>>(mine.serving(*be));
            if (ldap_pvt_thread_pool_submit(&connection_pool, first_look, task.get()) == 0)
                (void)task.release();
            list_below_monitor(*be);
        } else if (const char* report = std::getenv(report_variable)) {
            examine(*be, report);
        } else if (std::string_view(program_invocation_short_name) == "slaptest") {
            test(*mine.serving(*be));
        }
        return 0;
    } catch (const std::exception& e) {
        return failed(cr, e.what());
    }
}

extern "C" int pgsql_db_close(BackendDB* be, ConfigReply*) noexcept
{
    if (be->be_private != nullptr) {
        unlist(database_of(*be));
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
        if (const auto room = database_of(*be).room())
            room->after_change();
        try {
            if (!database_of(*be).open())
                continue;
            list_below_monitor(*be); // there may be a cn=Monitor now
            check_replication(*be);  // what slapd has accepted without asking
        } catch (const std::exception& e) {
            (void)failed(nullptr, e.what());
        }
    }
    return 0;
}

} // namespace pgsql::slapd
