// search.cpp: answers a search: which entries base and scope can reach, which of them the filter
// takes.
#include "operations.hpp"

#include "candidates.hpp"
#include "filter_reader.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::filter;

bool reads_entry(const Access* by)
{
    for (; by != nullptr; by = by->a_next)
        if (by->a_dn_at != nullptr || by->a_realdn_at != nullptr ||
            !BER_BVISEMPTY(&by->a_set_pat) || by->a_dynacl != nullptr)
            return true;
    return false;
}

// Whether an access rule looks at attributes of the entry that the client did not ask for: then
// they must be there.
bool acl_reads_entries(const AccessControl* rules)
{
    for (; rules != nullptr; rules = rules->acl_next)
        if (rules->acl_filter != nullptr || reads_entry(rules->acl_access))
            return true;
    return false;
}

class one_search {
public:
    one_search(Operation& op, SlapReply& rs, service& with) : op_(op), rs_(rs), with_(with) {}

    int run()
    {
        if (!with_.anonymous_search && BER_BVISEMPTY(&op_.o_ndn))
            return result(LDAP_INSUFFICIENT_ACCESS, "searching needs authentication here");
        const directory::place at = with_.where().locate(view(op_.o_req_ndn));
        const int done = at.fixed >= 0 ? below_fixed(at.fixed) : at_row();
        if (done != go_on)
            return done;
        return result(LDAP_SUCCESS);
    }

private:
    static constexpr int go_on = -0x4242; // no LDAP result

    int result(int code, const char* text = nullptr)
    {
        rs_.sr_err = code;
        rs_.sr_text = text;
        if (code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED ||
            code == LDAP_TIMELIMIT_EXCEEDED)
            rs_.sr_ref = rs_.sr_v2ref;
        send_ldap_result(&op_, &rs_);
        rs_.sr_ref = nullptr;
        rs_.sr_text = nullptr;
        return code;
    }

    // RFC 4511 §4.5.1: the base must exist, and be seen by this client.
    int check_base(Entry& base)
    {
        slap_mask_t mask = 0;
        if (access_allowed_mask(&op_, &base, slap_schema.si_ad_entry, nullptr, ACL_SEARCH, nullptr,
                                &mask) == 0)
            return result(ACL_GRANT(mask, ACL_DISCLOSE) ? LDAP_INSUFFICIENT_ACCESS
                                                        : LDAP_NO_SUCH_OBJECT);
        if (get_assert(&op_) &&
            test_filter(&op_, &base, static_cast<Filter*>(get_assertion(&op_))) !=
                LDAP_COMPARE_TRUE)
            return result(LDAP_ASSERTION_FAILED);
        return go_on;
    }

    int below_fixed(int top)
    {
        if (const int done = check_base(with_.fixed(top)); done != go_on)
            return done;
        for (int i = 0; i < static_cast<int>(with_.where().entries().size()); ++i) {
            const int parent = with_.where().entries()[static_cast<std::size_t>(i)].parent;
            const bool reached = op_.ors_scope == LDAP_SCOPE_BASE ? i == top
                                 : op_.ors_scope == LDAP_SCOPE_ONELEVEL
                                     ? parent == top
                                     : with_.where().below(i, top) &&
                                           (i != top || op_.ors_scope != LDAP_SCOPE_SUBORDINATE);
            if (reached)
                if (const int done = offer(with_.fixed(i)); done != go_on)
                    return done;
        }
        if (op_.ors_scope == LDAP_SCOPE_BASE)
            return go_on;
        return rows_below(top);
    }

    int rows_below(int top)
    {
        const auto mapping = mapping_of(op_, with_);
        directory::wanted parts;
        const filter what = read_filter(op_.ors_filter, *mapping, parts);
        add_wanted_by_client(*mapping, parts);
        std::vector<bool> answered(mapping->map.kinds.size());
        bool private_found = false;
        for (std::size_t i = 0; i < mapping->map.kinds.size(); ++i) {
            const directory::kind& k = mapping->map.kinds[i];
            const int parent = mapping->shared[i].parent;
            if (op_.ors_scope == LDAP_SCOPE_ONELEVEL ? parent != top
                                                     : !with_.where().below(parent, top))
                continue;
            if (k.only_if_none_in >= 0 &&
                (private_found || answered[static_cast<std::size_t>(k.only_if_none_in)]))
                continue;
            const auto plan = directory::make_plan(mapping->map, k, what, parts);
            if (!plan)
                continue;
            private_found = private_found || plan->covers_private;
            int done = go_on;
            each_candidate(op_, with_, *mapping, *plan, [&](candidate& c) {
                done = offer(c.entry);
                // Only one entry can have this name or number, so that nothing more of the like
                // needs to be looked for.
                answered[i] = answered[i] || (sent_last_ && plan->unique);
                return done == go_on;
            });
            if (done != go_on)
                return done;
        }
        return go_on;
    }

    // The base is the entry of a row, or nothing.
    int at_row()
    {
        const auto mapping = mapping_of(op_, with_);
        directory::wanted parts;
        const filter what =
            read_filter(op_.ors_filter, *mapping, parts); // tells what marks it needs
        add_wanted_by_client(*mapping, parts);
        int done = go_on;
        bool found = false;
        const bool itself = op_.ors_scope == LDAP_SCOPE_BASE || op_.ors_scope == LDAP_SCOPE_SUBTREE;
        // Its existence is asked for apart from the filter: the filter may be false of an entry
        // that exists.
        const filter shown =
            filter::combine(filter::type::disjunction, {filter::of(directory::truth::yes), what});
        visit_entry(op_, with_, *mapping, op_.o_req_ndn, shown, parts, [&](candidate& c) {
            found = true;
            done = check_base(c.entry);
            if (done == go_on && itself)
                done = offer(c.entry);
            return true;
        });
        return found ? done : no_such_object(*mapping);
    }

    int no_such_object(const bound& mapping)
    {
        const std::string matched = nearest_above(op_, with_, mapping, op_.o_req_ndn);
        rs_.sr_matched = matched.empty() ? nullptr : matched.c_str();
        const int code = result(LDAP_NO_SUCH_OBJECT);
        rs_.sr_matched = nullptr;
        return code;
    }

    void add_wanted_by_client(const bound& mapping, directory::wanted& to) const
    {
        // Overlays and internal callers look at what they like, and so may access rules.
        to.everything = to.everything || op_.ors_attrs == nullptr || op_.o_callback != nullptr ||
                        get_assert(&op_) || acl_reads_entries(op_.o_bd->be_acl) ||
                        acl_reads_entries(frontendDB->be_acl);
        if (to.everything)
            return;
        for (const AttributeName* a = op_.ors_attrs; !BER_BVISNULL(&a->an_name); ++a) {
            if (a->an_desc == nullptr) {
                // *, + and @class; 1.1 and unknown names ask for nothing we have
                const auto name = view(a->an_name);
                to.everything = to.everything || name == "*" || name == "+" ||
                                name.starts_with('@') || name.starts_with('!');
                continue;
            }
            for (std::size_t i = 0; i < mapping.types.size(); ++i)
                if (mapping.types[i].description == a->an_desc ||
                    is_ad_subtype(mapping.types[i].description, a->an_desc)) {
                    to.attributes.push_back(static_cast<int>(i));
                    to.delivered.push_back(static_cast<int>(i));
                }
        }
    }

    // test_filter has the last word on every entry: it settles what SQL left open and applies the
    // search ACLs.
    int offer(Entry& e)
    {
        sent_last_ = false;
        if (op_.o_abandon != 0) {
            rs_.sr_err = SLAPD_ABANDON;
            send_ldap_result(&op_, &rs_);
            return SLAPD_ABANDON;
        }
        if (slapd_shutdown != 0) {
            rs_.sr_err = LDAP_UNAVAILABLE;
            send_ldap_disconnect(&op_, &rs_);
            return LDAP_UNAVAILABLE;
        }
        if (op_.ors_tlimit != SLAP_NO_LIMIT && slap_get_time() > op_.o_time + op_.ors_tlimit)
            return result(LDAP_TIMELIMIT_EXCEEDED);
        if (test_filter(&op_, &e, op_.ors_filter) != LDAP_COMPARE_TRUE)
            return go_on;
        sent_last_ = true;
        rs_.sr_entry = &e;
        rs_.sr_attrs = op_.ors_attrs;
        rs_.sr_operational_attrs = nullptr;
        rs_.sr_flags = 0;
        const int sent = send_search_entry(&op_, &rs_);
        rs_.sr_entry = nullptr;
        rs_.sr_attrs = nullptr;
        rs_.sr_flags = 0;
        switch (sent) {
        case LDAP_SIZELIMIT_EXCEEDED:
            return result(LDAP_SIZELIMIT_EXCEEDED);
        case LDAP_BUSY:
            return result(LDAP_BUSY);
        case LDAP_UNAVAILABLE: // the client is gone
            rs_.sr_err = LDAP_OTHER;
            return LDAP_OTHER;
        case SLAPD_ABANDON:
            rs_.sr_err = SLAPD_ABANDON;
            return SLAPD_ABANDON;
        default:
            return go_on; // LDAP_INSUFFICIENT_ACCESS: an entry this client may not see
        }
    }

    Operation& op_;
    SlapReply& rs_;
    service& with_;
    bool sent_last_ = false;
};

} // namespace

extern "C" int pgsql_search(Operation* op, SlapReply* rs) noexcept
{
    return answer(op, rs, [&](service& with) { return one_search(*op, *rs, with).run(); });
}

} // namespace pgsql::slapd
