// compare.cpp: answers a compare by slapd's rules on an entry made of just what the assertion
// needs.
#include "slapd/core/callbacks.hpp"

#include "slapd/entry/acl_attributes.hpp"
#include "slapd/entry/entry_source.hpp"
#include "slapd/entry/filter_translator.hpp"

namespace pgsql::slapd {
namespace {

int compare(Operation& op, SlapReply& rs, service& with)
{
    const auto reply = [&](int code, const char* text, const char* matched) {
        rs.sr_err = code;
        rs.sr_text = text;
        rs.sr_matched = matched;
        send_ldap_result(&op, &rs);
        rs.sr_matched = nullptr;
        rs.sr_text = nullptr;
        return code == LDAP_COMPARE_TRUE || code == LDAP_COMPARE_FALSE ? LDAP_SUCCESS : code;
    };
    if (!with.anonymous_search && BER_BVISEMPTY(&op.o_ndn))
        return reply(LDAP_INSUFFICIENT_ACCESS, "comparing needs authentication here", nullptr);
    if (const int fixed = with.where().find(view(op.o_req_ndn)); fixed >= 0)
        return reply(slap_compare_entry(&op, &with.fixed(fixed), op.orc_ava), nullptr, nullptr);

    const operation_limits limits(op, with, true);
    const auto mapping = mapping_of(op, with);
    Filter assertion{};
    assertion.f_choice = LDAP_FILTER_EQUALITY;
    assertion.f_ava = op.orc_ava;
    directory::wanted parts;
    const auto leaf = read_filter(&assertion, with.where(), *mapping, parts);
    for (int i = 0; i < static_cast<int>(mapping->types.size()); ++i)
        parts.attributes.push_back(i);
    // Lists of values are asked about, not fetched, unless somebody else looks at them.
    if (rules_read_entries(op) || get_assert(&op))
        parts = everything();
    // Existence does not depend on the assertion; the leaf tells what the row has to show for it.
    const auto shown = directory::filter::combine(
        directory::filter::type::disjunction, {directory::filter::of(directory::truth::yes), leaf});
    std::optional<int> code;
    bool last_known = false;
    const auto look = [&](const directory::wanted& columns) {
        visit_entry(op, with, *mapping, op.o_req_ndn, shown, columns, [&](candidate& c) {
            code = slap_compare_entry(&op, &c.entry, op.orc_ava);
            last_known = c.last_known;
            return true;
        });
    };
    look(parts);
    // Without a mark the attribute is not there; whether with other values is known from the whole
    // list only.
    if (code == LDAP_NO_SUCH_ATTRIBUTE)
        look(everything());
    if (last_known && code != LDAP_COMPARE_TRUE)
        throw postgres::error(postgres::error::cause::lost,
                              "the last known entry does not make the assertion true");
    if (code)
        return reply(*code, nullptr, nullptr);
    const std::string matched = nearest_above(op, with, *mapping, op.o_req_ndn);
    return reply(LDAP_NO_SUCH_OBJECT, nullptr, matched.empty() ? nullptr : matched.c_str());
}

} // namespace

extern "C" int pgsql_compare(Operation* op, SlapReply* rs) noexcept
{
    return answer_and_count(tally::compare, op, rs, [&](service& with) {
        return with_columns_as_they_are(with, *rs, [&] { return compare(*op, *rs, with); });
    });
}

} // namespace pgsql::slapd
