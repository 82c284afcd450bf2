// entry_sender.cpp: sends the entries of a search that match its filter.
#include "slapd/operation/entry_sender.hpp"

#include "slapd/entry/row_fetch.hpp"
#include "slapd/serving/database.hpp"

namespace pgsql::slapd {

entry_sender::entry_sender(Operation& op, SlapReply& rs, service& service, result_pages& pages,
                           int& sent)
    : op_(op), rs_(rs), service_(service), pages_(pages), limits_(*operation_limits::find(op)),
      subordinates_(op, service), client_(op, service.corks),
      database_(database_of(*op.o_bd).existence), alone_(may_idle(op)), sent_(sent)
{}

// test_filter decides for every entry: it evaluates the whole filter, of which SQL tests only a
// superset, and applies the search ACLs.
search_end entry_sender::offer(Entry& e, const page_position& position, std::string_view key,
                               bool stale)
{
    matched_ = false;
    if (const auto end = check_limits(stale))
        return end;
    subordinates_.before_test(e);
    if (test_filter(&op_, &e, op_.ors_filter) != LDAP_COMPARE_TRUE)
        return std::nullopt;
    if (pages_.is_full())
        return pages_.end_page();
    matched_ = true;
    subordinates_.before_send(e);
    const int sent_before = rs_.sr_nentries;
    const int code = send(e);
    sent_ += code == LDAP_SUCCESS ? 1 : 0;
    pages_.add(position, key, rs_.sr_nentries - sent_before);
    switch (code) {
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_BUSY:
        return send_search_result(op_, rs_, code);
    case LDAP_UNAVAILABLE: // the client has disconnected
    case SLAPD_ABANDON:
        rs_.sr_err = SLAPD_ABANDON;
        return SLAPD_ABANDON;
    default:
        return std::nullopt; // LDAP_INSUFFICIENT_ACCESS: an entry this client may not see
    }
}

search_end entry_sender::check_limits(bool stale)
{
    if (op_.o_abandon != 0) {
        rs_.sr_err = SLAPD_ABANDON;
        send_ldap_result(&op_, &rs_);
        return SLAPD_ABANDON;
    }
    // Not slapd_shutdown: after SIGHUP with gentlehup on, running operations still complete.
    if (slapd_abrupt_shutdown != 0) {
        rs_.sr_err = LDAP_UNAVAILABLE;
        send_ldap_disconnect(&op_, &rs_);
        return LDAP_UNAVAILABLE;
    }
    if (op_.ors_tlimit != SLAP_NO_LIMIT && slap_get_time() > op_.o_time + op_.ors_tlimit)
        return send_search_result(op_, rs_, LDAP_TIMELIMIT_EXCEEDED);
    if (!stale) // served because the deadline has passed
        limits_.check();
    if (limits_.lost_slot())
        wait_for_slot(op_, service_);
    return std::nullopt;
}

int entry_sender::send(Entry& e)
{
    const unsigned pauses_before = ended_pauses();
    rs_.sr_entry = &e;
    rs_.sr_attrs = op_.ors_attrs;
    rs_.sr_operational_attrs = nullptr;
    rs_.sr_flags = 0;
    limits_.sending_begins();
    const int code = send_search_entry(&op_, &rs_);
    limits_.sending_ends();
    rs_.sr_entry = nullptr;
    rs_.sr_attrs = nullptr;
    rs_.sr_flags = 0;
    check_configuration(pauses_before);
    return code;
}

void entry_sender::check_configuration(unsigned pauses_before) const
{
    if (ended_pauses() == pauses_before)
        return;
    if (database_.expired())
        throw database_removed{};
    if (!alone_) // overlays still use the old ACLs through a copy of the database
        throw server_pauses{};
}

} // namespace pgsql::slapd
