// result.hpp: turns exceptions into LDAP results: nothing of C++ reaches slapd's C.
#pragma once

#include "slapd/serving/database.hpp"
#include "slapd/worker/pause.hpp"

#include <exception>

namespace pgsql::slapd {

/// What a client is told of a failure.
struct failure {
    int code = LDAP_OTHER;
    const char* text = nullptr; ///< a literal: slapd keeps the pointer
};

/// The answer that makes clients do the right thing: 52 sends SSSD to its next server, while 4, 10,
/// 11 and 32 would delete users from its cache and 49 would call a right password wrong.
[[nodiscard]] failure code_for(const postgres::error& e) noexcept;

/// What is done when the database is gone: its overlays took what the operation's callbacks need
/// with them, and the frontend is what is left to answer.
void leave_database(Operation& op) noexcept;

/// Must be called in a catch block: logs what was caught and says what to answer. `with` may be
/// null.
[[nodiscard]] failure explain(const Operation& op, service* with) noexcept;

/// Glue, sorting, lists made of searches and access rules by group go on without what they could
/// not get from us, and would tell the client that there is nothing more: an empty answer, made of
/// an error. After this the client's operation that `op` belongs to ends with `told` instead, if it
/// is a search or a compare.
void have_last_word(Operation& op, const failure& told) noexcept;

/// Runs `work`, and once more if PostgreSQL refuses a statement before the client has got anything:
/// the tables may have changed since their columns were looked at. For what only reads.
template <typename Work>
auto with_columns_as_they_are(service& with, const SlapReply& rs, Work work)
{
    try {
        return work();
    } catch (const postgres::error& e) {
        if (e.why() != postgres::error::cause::statement || rs.sr_nentries > 0)
            throw;
        with.forget_mapping();
    }
    return work();
}

/// Runs `work`, which answers the client itself and returns the result code; answers for it when it
/// throws. Leaves in `with` what served, if anything did.
template <typename Work>
int answer(Operation* op, SlapReply* rs, std::shared_ptr<service>& with, Work work) noexcept
{
    const entry_point here(entry_point::kind::request);
    try {
        with = database_of(*op->o_bd).serving(*op->o_bd);
        return work(*with);
    } catch (const database_gone& e) {
        leave_database(*op);
        send_ldap_error(op, rs, LDAP_UNAVAILABLE, e.text);
        return LDAP_UNAVAILABLE;
    } catch (...) {
        const failure told = explain(*op, with.get());
        if (told.code == SLAPD_ABANDON) {
            rs->sr_err = SLAPD_ABANDON;
            send_ldap_result(op, rs);
            return SLAPD_ABANDON;
        }
        have_last_word(*op, told);
        send_ldap_error(op, rs, told.code, told.text);
        return told.code;
    }
}

/// The same, for what is not counted here.
template <typename Work> int answer(Operation* op, SlapReply* rs, Work work) noexcept
{
    std::shared_ptr<service> with;
    return answer(op, rs, with, work);
}

/// The same, and counts it, unless it is answered later.
template <typename Work>
int answer_and_count(tally::kind what, Operation* op, SlapReply* rs, Work work) noexcept
{
    const auto began = clock::now();
    std::shared_ptr<service> with;
    const int code = answer(op, rs, with, work);
    if (with != nullptr && code != SLAPD_ASYNCOP)
        with->counted->count(what, tally::outcome_of(what, code, rs->sr_nentries), began);
    return code;
}

} // namespace pgsql::slapd
