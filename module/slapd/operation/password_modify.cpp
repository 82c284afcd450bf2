// password_modify.cpp: serves Password Modify (RFC 3062) by one UPDATE of the hash in the row.
//
// slapd's own implementation (passwd.c) checks the old password against userPassword, which this
// backend never returns, and chooses the hash scheme itself. So this file handles the request first
// and sends a modification through the overlays, as slapd does, because ppolicy checks the
// passwords there. pgsql_modify then changes the password.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/auth/account.hpp"
#include "slapd/auth/async_bind.hpp"
#include "slapd/auth/new_hash.hpp"
#include "slapd/operation/password_modify.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/serving/feed.hpp"
#include "slapd/worker/refused.hpp"

#include "cache/result_cache.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

void report(const Operation& op, const std::string& outcome, const std::string& reason)
{
    Debug(LDAP_DEBUG_STATS, "%s pgsql password dn=\"%s\" by=\"%s\" outcome=%s reason=\"%s\"\n",
          op.o_log_prefix, one_line(std::string(to_string_view(op.o_req_dn))).c_str(),
          one_line(BER_BVISNULL(&op.o_dn) ? "" : std::string(to_string_view(op.o_dn))).c_str(),
          outcome.c_str(), one_line(reason).c_str());
}

// ---- the modification

long update(Operation& op, service& service, const account& account, const auth::secret& new_hash)
{
    const std::string* old_hash = account.hash ? &account.hash->stored().reveal() : nullptr;
    try {
        return while_waiting(op, service, [&](const postgres::wait_options& options) {
            return service.primary_pool().with_connection(
                options, [&](postgres::connection& session) {
                    return session.update_exactly_one(account.kind->password_change,
                                                      {&new_hash.reveal(), &account.key, old_hash},
                                                      options);
                });
        });
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        std::string message = e.what();
        for (const std::string* hash : {&new_hash.reveal(), old_hash})
            erase_hash(message, hash);
        // An integrity constraint or a trigger's exception: the new value is rejected.
        if (e.sqlstate().starts_with("23") || e.sqlstate() == "P0001") {
            report(op, "refused", message);
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION, "the database rejected the change");
        }
        throw postgres::error(e.reason(),
                              "pgsql-password-change " + account.kind->name + ": " + message,
                              std::string(e.sqlstate()));
    }
}

// Explains why the UPDATE changed no row. It may be a retry of an UPDATE that was executed before
// the connection failed, or the password was changed concurrently.
void explain_no_change(Operation& op, service& service, const resolved_mapping& mapping,
                       const account& before, const auth::secret& new_hash)
{
    const account now = find_account(op, service, mapping);
    const auto text = [](const account& a) {
        return a.hash ? std::string_view(a.hash->stored().reveal()) : std::string_view();
    };
    if (now.kind == nullptr || now.hidden)
        throw operation_refused(LDAP_NO_SUCH_OBJECT);
    if (text(now) == new_hash.reveal())
        return;
    if (text(now) != text(before))
        throw operation_refused(LDAP_BUSY, "the password was changed concurrently; try again");
    throw postgres::error(postgres::error::cause::statement,
                          "pgsql-password-change " + before.kind->name +
                              ": the UPDATE matched no row \"" + before.name +
                              "\" with the hash that pgsql-list or pgsql-lookup returns");
}

void change(Operation& op, service& service, const password_request& asked)
{
    if (service.dn_tree().find(to_string_view(op.o_req_ndn))) // exists without a row
        throw operation_refused(LDAP_NO_SUCH_ATTRIBUTE, "this entry has no password");
    const auto binds = database_of(*op.o_bd).binds();
    if (binds == nullptr)
        throw config_error("the database is closed");
    entry_rights rights(op, service);
    const auto mapping = current_mapping(op, service);
    bool allowed = false;
    bool disclosed = true;
    const account account = find_account(op, service, *mapping, [&](Entry& e) {
        allowed = acl_check_modlist(&op, &e, op.orm_modlist) != 0;
        disclosed =
            service.role_rules().empty() ||
            access_allowed(&op, &e, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) != 0;
    });
    if (account.kind == nullptr || account.hidden || !disclosed)
        throw operation_refused(LDAP_NO_SUCH_OBJECT, {},
                                service.role_rules().empty()
                                    ? std::string()
                                    : matched_dn(op, service, *mapping, op.o_req_ndn));
    if (!allowed)
        throw operation_refused(LDAP_INSUFFICIENT_ACCESS);
    if (account.kind->password_change.empty() || account.kind->password_column.empty())
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "passwords of this kind of entry cannot be changed here");
    if (account.ambiguous)
        throw operation_refused(LDAP_CONSTRAINT_VIOLATION, "more than one row has this name");
    if (account.locked && dn_match(&op.o_ndn, &op.o_req_ndn) != 0)
        throw operation_refused(LDAP_INSUFFICIENT_ACCESS, "this account may not log in any more");
    if (!BER_BVISNULL(asked.old_password)) {
        const auto old = verify_old_password(op, service, account.hash.get(), *asked.old_password);
        if (old.result == auth::verdict::busy)
            throw operation_refused(LDAP_BUSY, old.reason);
        if (old.result != auth::verdict::match) {
            binds->executor()->note_refusal(address_of(op));
            throw operation_refused(LDAP_INVALID_CREDENTIALS, "the old password is wrong");
        }
    }
    if (op.o_noop != 0)
        throw operation_refused(LDAP_X_NO_OPERATION);
    const auth::secret fresh = hash_new_password(op, service, *asked.new_password);
    const auto forget = [&] {
        if (service.feed != nullptr)
            service.feed->request();
        if (service.account_cache != nullptr)
            service.account_cache->erase(to_string_view(op.o_req_ndn));
    };
    forget(); // the change may succeed even if its result is lost
    const long changed = update(op, service, account, fresh);
    forget(); // a concurrent login may have cached it again
    if (changed == 0)
        explain_no_change(op, service, *mapping, account, fresh);
    else if (changed != 1)
        throw postgres::error(postgres::error::cause::statement,
                              "pgsql-password-change " + account.kind->name +
                                  ": the UPDATE would change " + std::to_string(changed) +
                                  " rows for \"" + account.name + "\"; nothing was changed");
}

// Ignores internal modifications: no column stores the attributes that ppolicy adds to a password.
bool changes_only_password(const Modifications* mods)
{
    int passwords = 0;
    for (; mods != nullptr; mods = mods->sml_next) {
        if ((mods->sml_flags & SLAP_MOD_INTERNAL) != 0)
            continue;
        if (mods->sml_desc != slap_schema.si_ad_userPassword)
            return false;
        ++passwords;
    }
    return passwords == 1;
}

} // namespace

password_request* password_request_of(const Operation& op)
{
    OpExtra* one = nullptr;
    LDAP_SLIST_FOREACH(one, &op.o_extra, oe_next)
    if (one->oe_key == op.o_bd->be_private)
        return reinterpret_cast<password_request*>(one);
    return nullptr;
}

int modify_password(Operation& op, SlapReply& rs, service& service, const password_request& request)
{
    const auto reply = [&](int code, const char* text) {
        send_ldap_error(&op, &rs, code, text);
        return code;
    };
    if (!changes_only_password(op.orm_modlist))
        return reply(LDAP_UNWILLING_TO_PERFORM, "only the password can be changed here");
    try {
        change(op, service, request);
        report(op, "changed", "");
        return reply(LDAP_SUCCESS, nullptr);
    } catch (const operation_refused& why) {
        report(op, "refused", !why.text.empty() ? why.text : ldap_err2string(why.code));
        return reply(why.code, text_of_refusal(op, why));
    } catch (const cut_short& why) {
        report(op, "failed", why.text);
        throw;
    } catch (const std::exception& e) {
        report(op, "failed", e.what());
        throw;
    }
}

namespace {

// ---- the request

// Removes a password that slapd has generated from the response if it was not stored.
int drop_generated(Operation*, SlapReply* rs) noexcept
{
    if (rs->sr_type == REP_EXTENDED && rs->sr_err != LDAP_SUCCESS && rs->sr_rspdata != nullptr) {
        ber_bvfree(rs->sr_rspdata);
        rs->sr_rspdata = nullptr;
    }
    return SLAP_CB_CONTINUE;
}

int remove_callback(Operation* op, SlapReply*) noexcept
{
    slap_callback* const callback = op->o_callback;
    op->o_callback = callback->sc_next;
    op->o_tmpfree(callback, op->o_tmpmemctx);
    return SLAP_CB_CONTINUE;
}

// A modification of userPassword. The value is a placeholder for overlays and logs.
Modifications* modification()
{
    auto* out = static_cast<Modifications*>(ch_calloc(1, sizeof(Modifications)));
    out->sml_op = LDAP_MOD_REPLACE;
    out->sml_desc = slap_schema.si_ad_userPassword;
    out->sml_type = out->sml_desc->ad_cname;
    out->sml_numvals = 1;
    out->sml_values = static_cast<berval*>(ch_calloc(2, sizeof(berval)));
    const berval value = to_berval("{ARGON2}*");
    ber_dupbv(&out->sml_values[0], const_cast<berval*>(&value));
    return out;
}

int change_password(Operation& op, SlapReply& rs, bool changes_passwords, bool writes)
{
    req_pwdexop_s& passwords = op.oq_pwdexop;
    BackendDB* const database = op.o_bd;
    if (changes_passwords || writes) {
        // slapd's request structures are a union.
        const req_extended_s saved = op.oq_extended;
        password_request request{{{}, database->be_private}, &passwords.rs_old, &passwords.rs_new};
        LDAP_SLIST_INSERT_HEAD(&op.o_extra, &request.link, oe_next);
        slap_callback quiet{}; // ppolicy finds the passwords through it
        quiet.sc_response = slap_null_cb;
        quiet.sc_private = &passwords;
        quiet.sc_next = op.o_callback;
        op.o_callback = &quiet;
        op.o_tag = LDAP_REQ_MODIFY;
        op.orm_modlist = modification();
        op.orm_modlist->sml_next = std::exchange(passwords.rs_mods, nullptr);
        op.orm_no_opattrs = 0;
        op.o_bd = database->bd_self; // with its overlays

        rs.sr_err = op.o_bd->be_modify(&op, &rs);

        slap_mods_free(op.orm_modlist, 1);
        op.o_tag = LDAP_REQ_EXTENDED;
        op.oq_extended = saved;
        LDAP_SLIST_REMOVE(&op.o_extra, &request.link, OpExtra, oe_next);
        for (slap_callback** one = &op.o_callback; *one != nullptr; one = &(*one)->sc_next)
            if (*one == &quiet) {
                *one = quiet.sc_next;
                break;
            }
        op.o_bd = database;
    } else {
        rs.sr_err = LDAP_UNWILLING_TO_PERFORM;
    }
    if (rs.sr_err == LDAP_UNWILLING_TO_PERFORM && !writes) {
        // slapd then falls back to a modification, whose refusal has the diagnostic message.
        // Without an old password it does not search for one.
        BER_BVZERO(&passwords.rs_old);
        return SLAP_CB_CONTINUE;
    }
    if (rs.sr_err != LDAP_SUCCESS) {
        auto* cleaner =
            static_cast<slap_callback*>(op.o_tmpcalloc(1, sizeof(slap_callback), op.o_tmpmemctx));
        cleaner->sc_response = drop_generated;
        cleaner->sc_cleanup = remove_callback;
        cleaner->sc_next = op.o_callback;
        op.o_callback = cleaner;
    }
    return rs.sr_err;
}

} // namespace

extern "C" int pgsql_extended(Operation* op, SlapReply* rs) noexcept
{
    if (bvmatch(&op->ore_reqoid, &slap_EXOP_MODIFY_PASSWD) == 0) {
        // Callers read the reply, not the return value (dds.c, slap_exop_refresh).
        rs->sr_text = "the database does not support this extended operation";
        return rs->sr_err = LDAP_UNWILLING_TO_PERFORM;
    }
    const auto started = clock::now();
    std::shared_ptr<service> service;
    int code = LDAP_OTHER;
    try {
        service = database_of(*op->o_bd).serving(*op->o_bd);
        code = change_password(*op, *rs, service->changes_passwords, service->writes());
    } catch (...) {
        const failure failure = report_exception(*op, nullptr); // the caller sends the result
        rs->sr_text = failure.text;
        code = failure.code;
    }
    if (service != nullptr)
        service->stats->count(
            operation_stats::password_change,
            operation_stats::outcome_of(operation_stats::password_change, code, 0), started);
    return code;
}

} // namespace pgsql::slapd
