// write_entry.cpp: runs an operation that writes: its turn, its transaction and repetitions, its
// result.
#include "slapd/write/entry_writer.hpp"

#include "slapd/serving/feed.hpp"

#include "cache/result_cache.hpp"
#include "postgres/fair_semaphore.hpp"
#include "slapd/core/client_address.hpp"
#include "slapd/worker/idle_worker.hpp"
#include "slapd/write/database_refusal.hpp"

#include <fmt/core.h>

#include <thread>

namespace pgsql::slapd {

namespace {

constexpr int most_conflicts = 5;

// Whether the name is one of rows that have others below them.
bool names_container(const service& service, std::string_view dn)
{
    const std::string_view rdn = directory::rdn_of(dn);
    return service.row_container_rdns().contains(to_lower(rdn.substr(0, rdn.find('='))));
}

// The locks of an operation that changes entries. Rows that have others below them are moved,
// renamed and deleted one after the other, so that they make no circle, and not while entries are
// added below them: such a row has several DNs one after the other, and locks on these do not
// exclude each other.
std::vector<name_lock> locks_for(const Operation& op, const service& service,
                                 const std::vector<std::string_view>& dns)
{
    std::vector<name_lock> out;
    for (const std::string_view dn : dns)
        out.push_back({dn});
    const bool removes = op.o_tag == LDAP_REQ_DELETE || op.o_tag == LDAP_REQ_MODRDN;
    if (removes && names_container(service, dns.front()))
        out.push_back({"containers"});
    else if ((op.o_tag == LDAP_REQ_ADD || op.o_tag == LDAP_REQ_MODRDN) &&
             names_container(service, directory::parent_of(dns.back())))
        out.push_back({"containers", true});
    return out;
}

void attempt(Operation& op, SlapReply& rs, service& service, const resolved_mapping& mapping,
             read_controls& controls, const std::vector<std::string_view>& dns,
             const write_check& check, const write_work& work, entry_ptr& expected)
{
    directory_tree tree(op, service);
    const auto locks = locks_for(op, service, dns);
    int conflicts = 0;
    std::optional<std::map<std::string, std::optional<std::string>>> before;
    while_waiting(op, service, [&](const postgres::wait_options& options) {
        return service.primary_pool().with_connection(options, [&](postgres::connection& session) {
            for (;;) {
                write_transaction transaction(op, session, options, locks);
                tree.forget(); // it may have changed before the locks were taken
                entry_writer writer(op, rs, service, mapping, &transaction, options, controls);
                std::map<std::string, std::optional<std::string>> columns;
                try {
                    const entry_row row = check(writer);
                    columns = row.columns;
                    work(writer, row);
                    expected = writer.take_stored();
                } catch (const write_conflict&) {
                    // Nobody has changed the row meanwhile: PostgreSQL does not.
                    if (before && *before == columns && !columns.empty())
                        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                                "the database does not change the entry");
                    before = std::move(columns);
                    if (++conflicts >= most_conflicts)
                        throw operation_refused(LDAP_BUSY,
                                                "the entry is being changed by others; try again");
                    continue;
                }
                if (op.o_noop != 0)
                    throw operation_refused(LDAP_X_NO_OPERATION);
                try {
                    transaction.commit(options);
                } catch (const postgres::error& e) { // of a deferred constraint
                    postgres::rethrow_unless_statement(e);
                    throw refusal_of(op, service, mapping.map, nullptr, e);
                }
                return true;
            }
        });
    });
}

// What became of a transaction whose COMMIT got no reply: PostgreSQL remembers.
bool was_committed(Operation& op, service& service, const operation_limits& limits,
                   const std::string& transaction)
{
    for (;;) {
        limits.check();
        const auto found = while_waiting(op, service, [&](const postgres::wait_options& options) {
            return service.primary_pool().run(
                {"SELECT pg_catalog.txid_status($1::bigint)", {transaction}}, options);
        });
        const auto status = found.value(0, 0);
        if (status == "committed")
            return true;
        if (status == "aborted")
            return false;
        if (status != "in progress")
            throw postgres::error(postgres::error::cause::lost, "PostgreSQL does not remember it");
        std::this_thread::sleep_for(poll_interval);
    }
}

// The client may read what it has written at once.
void forget(const Operation& op, service& service, const std::vector<std::string_view>& dns)
{
    if (op.o_conn != nullptr)
        service.writers.add(op.o_connid);
    if (service.replicates && !BER_BVISEMPTY(&op.o_csn)) // which consumers may get
        service.feed->note_stamp(replication::stamp_of(to_string_view(op.o_csn)));
    if (service.replicates && (op.o_tag == LDAP_REQ_ADD || op.o_tag == LDAP_REQ_MODRDN))
        service.feed->replace(std::string(dns.back()));
    if (service.replicates && op.o_tag == LDAP_REQ_MODIFY)
        service.feed->spoil(std::string(dns.back()));
    service.invalidate_caches();
    if (service.account_cache != nullptr)
        for (const std::string_view dn : dns) {
            service.account_cache->erase(dn);
            if (op.o_tag == LDAP_REQ_MODRDN && names_container(service, dn))
                service.account_cache->clear(); // of those below, who have other names now
        }
}

// Whether the attributes of the two entries have the same values, but for operational ones.
bool are_alike(const Entry& a, const Entry& b)
{
    const auto values_of = [](const Entry& e) {
        std::map<const AttributeDescription*, std::set<std::string_view>> out;
        for (const Attribute* one = e.e_attrs; one != nullptr; one = one->a_next)
            for (unsigned i = 0; i < one->a_numvals && is_at_operational(one->a_desc->ad_type) == 0;
                 ++i)
                out[one->a_desc].insert(to_string_view(one->a_nvals[i]));
        return out;
    };
    return values_of(a) == values_of(b);
}

// After a crash PostgreSQL may give the number of a lost transaction to another one, so that the
// entry itself has to be as the operation left it. `expected`: null, if it was deleted.
bool is_made(Operation& op, service& service, const std::vector<std::string_view>& dns,
             const Entry* expected)
{
    if (op.o_conn != nullptr)
        service.writers.add(op.o_connid); // reads from the primary
    service.invalidate_caches();
    directory_tree(op, service).forget();
    const auto mapping = current_mapping(op, service);
    const std::string ndn(dns.back());
    const auto found = find_row(op, service, *mapping, to_berval(ndn));
    return found.has_value() == (expected != nullptr) &&
           (expected == nullptr || are_alike(*found->entry, *expected));
}

void find_outcome(Operation& op, service& service, const std::vector<std::string_view>& dns,
                  const Entry* expected, const commit_unanswered& lost)
{
    const operation_limits again(op, service, false);
    try {
        if (was_committed(op, service, again, lost.id)) {
            if (is_made(op, service, dns, expected))
                return;
            throw postgres::error(postgres::error::cause::lost,
                                  "its number may be another one's after a crash");
        }
    } catch (const postgres::error& e) {
        const std::string fact =
            fmt::format("\"{}\": transaction {}, {}; {}", to_string_view(op.o_req_dn), lost.id,
                        lost.what(), e.what());
        service.log({log_event::outcome_unknown, "", fact});
        forget(op, service, dns); // it may have been made
        throw operation_refused(LDAP_UNAVAILABLE,
                                "the database was lost; whether the change was made is unknown");
    }
    throw operation_refused(LDAP_UNAVAILABLE, "the database was lost; nothing was changed");
}

// For a database without any directive about writes.
const char* read_only_text(const Operation& op, const service& service)
{
    switch (op.o_tag) {
    case LDAP_REQ_ADD:
        return "entries cannot be added here; insert a row in PostgreSQL";
    case LDAP_REQ_DELETE:
        return "entries cannot be deleted here; delete the row in PostgreSQL";
    case LDAP_REQ_MODRDN:
        return "entries cannot be renamed here; update the row in PostgreSQL";
    default:
        return service.changes_passwords
                   ? "only passwords can be changed here, by Password Modify requests (RFC 3062)"
                   : "entries cannot be changed here; password changes need pgsql-password-change";
    }
}

} // namespace

std::shared_ptr<const resolved_mapping> mapping_to_write(Operation& op, service& service)
{
    if (!service.writes())
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM, read_only_text(op, service));
    return current_mapping(op, service);
}

int write_entry(Operation& op, SlapReply& rs, service& service, const resolved_mapping& mapping,
                const std::vector<std::string_view>& dns, const write_check& check,
                const write_work& work)
{
    read_controls controls(op);
    entry_ptr expected;
    directory_tree tree(op, service); // for all steps
    try {
        try {
            const operation_limits limits(op, service, false);
            if (be_isroot(&op) == 0) {
                const postgres::wait_options unused;
                entry_writer probe(op, rs, service, mapping, nullptr, unused, controls);
                (void)check(probe);
            }
            // Writers that wait for each other must leave sessions and threads to searches.
            postgres::fair_semaphore::visit turn(*service.write_turns, network_of(op));
            while_waiting(op, service, [&](const postgres::wait_options& options) {
                turn.enter(options);
                return true;
            });
            attempt(op, rs, service, mapping, controls, dns, check, work, expected);
        } catch (const commit_unanswered& e) {
            find_outcome(op, service, dns, expected.get(), e);
        } catch (const postgres::error& e) {
            if (!e.conflict())
                throw;
            throw operation_refused(LDAP_BUSY, "the change conflicts with others; try again");
        }
        forget(op, service, dns);
        rs.sr_err = LDAP_SUCCESS;
        rs.sr_text = nullptr;
        rs.sr_ctrls = controls.list();
        send_ldap_result(&op, &rs);
        rs.sr_ctrls = nullptr;
        return LDAP_SUCCESS;
    } catch (const operation_refused& why) {
        return send_refusal(op, rs, why);
    }
}

int send_refusal(Operation& op, SlapReply& rs, const operation_refused& why)
{
    rs.sr_err = why.code;
    rs.sr_text = text_of_refusal(op, why);
    rs.sr_matched = why.matched.empty() ? nullptr : why.matched.c_str();
    send_ldap_result(&op, &rs);
    rs.sr_matched = nullptr;
    return why.code;
}

} // namespace pgsql::slapd
