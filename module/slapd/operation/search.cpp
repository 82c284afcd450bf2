// search.cpp: serves searches: selects the entries within base and scope that match the filter.
// Longer than other files: its steps share the state of one search and are in the order of
// execution.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/core/paging_cookie.hpp"
#include "slapd/entry/acl_attributes.hpp"
#include "slapd/entry/entry_source.hpp"
#include "slapd/entry/filter_translator.hpp"
#include "slapd/entry/row_fetch.hpp"
#include "slapd/entry/value_checks.hpp"
#include "slapd/operation/has_subordinates.hpp"
#include "slapd/operation/output_batching.hpp"
#include "slapd/serving/replication.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::filter;

class search_run {
public:
    search_run(Operation& op, SlapReply& rs, service& service)
        : op_(op), rs_(rs), service_(service), limits_(op, service, true),
          subordinates_(op, service),
          unchecked_(op.ors_limit != nullptr ? op.ors_limit->lms_s_unchecked : -1),
          database_(database_of(*op.o_bd).existence), alone_(may_idle(op))
    {}

    int run()
    {
        if (!service_.anonymous_search && BER_BVISEMPTY(&op_.o_ndn))
            return result(LDAP_INSUFFICIENT_ACCESS, "authentication required for searches");
        if (asked_by_consumer(op_)) {
            override_client_result(op_, {LDAP_UNWILLING_TO_PERFORM, no_replication});
            return result(LDAP_UNWILLING_TO_PERFORM, no_replication);
        }
        if (const int done = begin_page(); done != go_on)
            return done;
        const directory::dn_location location =
            service_.dn_tree().locate(to_string_view(op_.o_req_ndn));
        const int done = location.container >= 0 ? below_container(location.container) : at_row();
        if (done == page_full)
            return end_page(encode_cookie(last_, service_.cookie_secret, request()));
        if (done != go_on)
            return done;
        if (stale_ && rs_.sr_nentries == 0) // stale data cannot prove that nothing matches
            throw postgres::error(
                postgres::error::cause::lost,
                "no cached entry matches the search, and the database is unavailable");
        return paged_ ? end_page("") : result(LDAP_SUCCESS);
    }

private:
    static constexpr int go_on = -0x4242; // not an LDAP result; neither is
    static constexpr int page_full = -0x4243;
    static constexpr int most_page_rows = 1000;
    static constexpr std::uint16_t end_of_stages =
        0xffff; // after an entry that was the base itself

    // The request that a cookie is bound to: this client's search.
    std::string request() const
    {
        std::string text;
        for (const auto part : {to_string_view(op_.o_req_ndn), to_string_view(op_.o_ndn),
                                to_string_view(op_.ors_filterstr)})
            text.append(std::to_string(part.size())).append(":").append(part);
        return text + std::to_string(op_.ors_scope);
    }

    int begin_page()
    {
        if (get_pagedresults(&op_) <= SLAP_CONTROL_IGNORED)
            return go_on;
        const auto& control = *static_cast<PagedResultsState*>(op_.o_pagedresults_state);
        paged_ = true;
        page_size_ = control.ps_size;
        if (control.ps_cookieval.bv_len == 0)
            return go_on;
        const auto position =
            decode_cookie(to_string_view(control.ps_cookieval), service_.cookie_secret, request());
        if (!position)
            return result(LDAP_UNWILLING_TO_PERFORM,
                          "the paged results cookie belongs to another search or configuration");
        if (page_size_ == 0) // RFC 2696 §3: the client ends the search
            return end_page("");
        last_ = *position;
        // The size limit applies to all pages together, also to pages sent on other connections.
        const auto sent_before = static_cast<int>(last_.entries_sent) - control.ps_count;
        if (op_.ors_slimit != SLAP_NO_LIMIT && sent_before > 0) {
            if (op_.ors_slimit <= sent_before)
                return result(LDAP_SIZELIMIT_EXCEEDED);
            op_.ors_slimit -= sent_before;
        }
        return go_on;
    }

    int end_page(const std::string& cookie)
    {
        auto& state = op_.o_conn->c_pagedresults_state;
        state.ps_cookie = cookie.empty() ? 0 : 1; // slapd's flag for more pages
        state.ps_count = cookie.empty() ? 0 : static_cast<int>(last_.entries_sent);
        BerElementBuffer buffer;
        auto* ber = reinterpret_cast<BerElement*>(&buffer);
        ber_init2(ber, nullptr, LBER_USE_DER);
        berval value = to_berval(cookie);
        // slapd frees it with the result.
        auto* control =
            static_cast<LDAPControl*>(op_.o_tmpalloc(sizeof(LDAPControl), op_.o_tmpmemctx));
        *control = {const_cast<char*>(LDAP_CONTROL_PAGEDRESULTS), {}, 0};
        LDAPControl* controls[] = {control, nullptr};
        // No estimate of the total: counting would cost what paging saves.
        if (ber_printf(ber, "{iO}", 0, &value) < 0 ||
            ber_flatten2(ber, &control->ldctl_value, 0) < 0) {
            ber_free_buf(ber);
            return result(LDAP_OTHER, "the paged results control cannot be encoded");
        }
        slap_add_ctrls(&op_, &rs_, controls);
        const int code = result(LDAP_SUCCESS);
        ber_free_buf(ber);
        return code;
    }

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

    // RFC 4511 §4.5.1: the base must exist and be visible to this client.
    int check_base(Entry& base)
    {
        slap_mask_t mask = 0;
        if (access_allowed_mask(&op_, &base, slap_schema.si_ad_entry, nullptr, ACL_SEARCH, nullptr,
                                &mask) == 0)
            return result(ACL_GRANT(mask, ACL_DISCLOSE) ? LDAP_INSUFFICIENT_ACCESS
                                                        : LDAP_NO_SUCH_OBJECT);
        if (get_assert(&op_)) {
            subordinates_.before_test(base);
            if (test_filter(&op_, &base, static_cast<Filter*>(get_assertion(&op_))) !=
                LDAP_COMPARE_TRUE)
                return result(LDAP_ASSERTION_FAILED);
        }
        return go_on;
    }

    // RFC 3672: the control selects either subentries or other entries; without it a subentry is
    // visible only in a base search. As in back-mdb.
    [[nodiscard]] bool visible(bool subentry) const
    {
        const bool only_subentries = get_subentries_visibility(&op_);
        if (subentry && op_.ors_scope == LDAP_SCOPE_BASE)
            return only_subentries || get_subentries(&op_) == 0;
        return subentry == only_subentries;
    }

    int below_container(int top)
    {
        if (const int done = check_base(service_.container(top)); done != go_on)
            return done;
        for (int i = 0; visible(false) && last_.kind_index == 0 &&
                        i < static_cast<int>(service_.dn_tree().entries().size());
             ++i) {
            if (!last_.key.empty() && i <= std::atoi(last_.key.c_str()))
                continue; // on an earlier page
            const int parent = service_.dn_tree().entries()[static_cast<std::size_t>(i)].parent;
            const bool reached = op_.ors_scope == LDAP_SCOPE_BASE ? i == top
                                 : op_.ors_scope == LDAP_SCOPE_ONELEVEL
                                     ? parent == top
                                     : service_.dn_tree().is_below(i, top) &&
                                           (i != top || op_.ors_scope != LDAP_SCOPE_SUBORDINATE);
            if (reached && may_match(op_.ors_filter, service_.container(i)))
                if (const int done = offer(service_.container(i), {.key = std::to_string(i)});
                    done != go_on)
                    return done;
        }
        if (op_.ors_scope == LDAP_SCOPE_BASE)
            return go_on;
        return rows_below(top);
    }

    int rows_below(int top)
    {
        const auto mapping = current_mapping(op_, service_);
        directory::selection selection;
        const filter requested =
            translate_filter(op_.ors_filter, service_.dn_tree(), *mapping, selection);
        add_wanted_by_client(*mapping, selection);
        learn_characters(op_, service_, *mapping, requested);
        found_so_far found = {last_.groups_found, last_.private_included};
        const page_position begin = last_;
        for (std::size_t i = begin.kind_index == 0 ? 0 : begin.kind_index - 1;
             i < mapping->map.kinds.size(); ++i) {
            const directory::kind& k = mapping->map.kinds[i];
            const int parent = mapping->shared[i].parent;
            if (op_.ors_scope == LDAP_SCOPE_ONELEVEL ? parent != top
                                                     : !service_.dn_tree().is_below(parent, top))
                continue;
            if (!visible(mapping->shared[i].subentries) ||
                (k.yields_to_kind >= 0 && (found.answered || found.with_private)))
                continue;
            const int done =
                without_refused_values([&](const std::vector<directory::requested_value>& refused) {
                    found_so_far of_kind = found;
                    auto plan =
                        directory::make_plan(mapping->map, k, requested, selection, refused);
                    const int code =
                        plan ? rows_of_kind(*mapping, i, *plan, begin, of_kind) : go_on;
                    found = of_kind;
                    return code;
                });
            if (done != go_on)
                return done;
        }
        return go_on;
    }

    /// Decides whether private groups are searched.
    struct found_so_far {
        bool answered = false;     ///< an entry was found whose name or number is unique
        bool with_private = false; ///< a statement also returned private groups
    };

    int rows_of_kind(const resolved_mapping& mapping, std::size_t i, directory::plan& plan,
                     const page_position& begin, found_so_far& found)
    {
        found.with_private = found.with_private || plan.includes_private_groups;
        // Only one entry can have this name or number, so that no private group is searched once it
        // is found.
        const bool decides =
            plan.at_most_one &&
            std::any_of(mapping.map.kinds.begin(), mapping.map.kinds.end(), [&](const auto& other) {
                return other.yields_to_kind == static_cast<int>(i);
            });
        const auto stage = static_cast<std::uint16_t>(i + 1);
        read_options options;
        options.ordered = paged_;
        options.prefetch = !paged_ && plan.values_queries.empty();
        options.client_blocks = [&] { return client_.would_block(); };
        options.on_page_start = [&](int rows) { client_.cork(rows); };
        options.on_page_end = [&] { client_.uncork(); };
        if (begin.kind_index == stage && !begin.key.empty())
            options.after_key = begin.key;
        if (paged_) { // one statement per client page, plus one row that shows whether more follow
            const int asked = std::clamp(page_size_, 1, most_page_rows) + 1;
            plan.rows = plan.values_queries.empty() ? asked : std::min(plan.rows, asked);
        }
        int done = go_on;
        for_each_entry(
            op_, service_, mapping, plan,
            [&](candidate& candidate) {
                // slapd.conf(5), limits: the number of candidates a search may examine.
                if (unchecked_ >= 0 && ++candidates_ > unchecked_) {
                    done = result(LDAP_ADMINLIMIT_EXCEEDED);
                    return false;
                }
                stale_ = stale_ || candidate.from_stale;
                // Only one entry can have this name or number, so that the search for others ends.
                done = offer(candidate.entry, {.kind_index = stage,
                                               .groups_found = found.answered || decides,
                                               .private_included = found.with_private,
                                               .key = std::string(paged_ ? candidate.name : "")});
                found.answered = found.answered || (matched_ && decides);
                return done == go_on;
            },
            options);
        client_.uncork();
        return done;
    }

    // The base is the entry of a row or does not exist.
    int at_row()
    {
        const auto mapping = current_mapping(op_, service_);
        directory::selection selection;
        const filter requested = translate_filter(op_.ors_filter, service_.dn_tree(), *mapping,
                                                  selection); // also selects the match columns
        add_wanted_by_client(*mapping, selection);
        int done = go_on;
        bool found = false;
        const bool itself = op_.ors_scope == LDAP_SCOPE_BASE || op_.ors_scope == LDAP_SCOPE_SUBTREE;
        // The base is found regardless of the filter, which may not match it.
        const filter shown = filter::combine(
            filter::node::disjunction, {filter::constant_of(directory::truth::yes), requested});
        find_entry(
            op_, service_, *mapping, op_.o_req_ndn, shown, selection, [&](candidate& candidate) {
                found = true;
                stale_ = stale_ || candidate.from_stale;
                done = check_base(candidate.entry);
                const auto kind =
                    static_cast<std::size_t>(candidate.plan.entry_kind - mapping->map.kinds.data());
                if (done == go_on && itself && visible(mapping->shared[kind].subentries))
                    done = offer(candidate.entry, {.kind_index = end_of_stages});
                return true;
            });
        return found ? done : no_such_object(*mapping);
    }

    int no_such_object(const resolved_mapping& mapping)
    {
        const std::string matched = matched_dn(op_, service_, mapping, op_.o_req_ndn);
        rs_.sr_matched = matched.empty() ? nullptr : matched.c_str();
        const int code = result(LDAP_NO_SUCH_OBJECT);
        rs_.sr_matched = nullptr;
        return code;
    }

    void add_wanted_by_client(const resolved_mapping& mapping, directory::selection& wanted) const
    {
        // Overlays and internal callers may read any attribute, and so may ACLs.
        wanted.all_operational = wanted.all_user || op_.o_callback != nullptr || get_assert(&op_) ||
                                 acls_read_other_attributes(op_);
        wanted.all_user = wanted.all_operational || op_.ors_attrs == nullptr;
        if (wanted.all_user)
            return;
        for (const AttributeName* a = op_.ors_attrs; !BER_BVISNULL(&a->an_name); ++a) {
            if (a->an_desc == nullptr) {
                // *, + and @class; 1.1 and unknown names select nothing
                const auto name = to_string_view(a->an_name);
                wanted.all_operational = wanted.all_operational || name == "+" ||
                                         name.starts_with('@') || name.starts_with('!');
                wanted.all_user = wanted.all_user || wanted.all_operational || name == "*";
                continue;
            }
            for (std::size_t i = 0; i < mapping.types.size(); ++i)
                if (mapping.types[i].description == a->an_desc ||
                    is_ad_subtype(mapping.types[i].description, a->an_desc)) {
                    wanted.attributes.push_back(static_cast<int>(i));
                    wanted.fetched.push_back(static_cast<int>(i));
                }
        }
    }

    // test_filter decides for every entry: it evaluates the whole filter, of which SQL tests only a
    // superset, and applies the search ACLs. `where`: the position in the order of a paged search.
    int offer(Entry& e, page_position where)
    {
        matched_ = false;
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
            return result(LDAP_TIMELIMIT_EXCEEDED);
        if (!stale_) // served because the deadline has passed
            limits_in_force_.check();
        if (limits_in_force_.lost_place())
            wait_for_place(op_, service_);
        subordinates_.before_test(e);
        if (test_filter(&op_, &e, op_.ors_filter) != LDAP_COMPARE_TRUE)
            return go_on;
        if (paged_ && rs_.sr_nentries >= page_size_)
            return page_full;
        matched_ = true;
        const int before = rs_.sr_nentries;
        subordinates_.before_send(e);
        const unsigned pauses_before = ended_pauses();
        rs_.sr_attrs = op_.ors_attrs;
        rs_.sr_operational_attrs = nullptr;
        rs_.sr_flags = 0;
        const int sent = send(e);
        rs_.sr_entry = nullptr;
        rs_.sr_attrs = nullptr;
        rs_.sr_flags = 0;
        if (ended_pauses() != pauses_before) { // while the client did not read
            if (database_.expired())
                throw database_removed{};
            if (!alone_) // overlays still use the old ACLs through a copy of the database
                throw server_pauses{};
        }
        where.entries_sent =
            last_.entries_sent + static_cast<std::uint32_t>(rs_.sr_nentries - before);
        last_ = std::move(where);
        switch (sent) {
        case LDAP_SIZELIMIT_EXCEEDED:
            return result(LDAP_SIZELIMIT_EXCEEDED);
        case LDAP_BUSY:
            return result(LDAP_BUSY);
        case LDAP_UNAVAILABLE: // the client has disconnected
        case SLAPD_ABANDON:
            rs_.sr_err = SLAPD_ABANDON;
            return SLAPD_ABANDON;
        default:
            return go_on; // LDAP_INSUFFICIENT_ACCESS: an entry this client may not see
        }
    }

    int send(Entry& e)
    {
        rs_.sr_entry = &e;
        limits_in_force_.sending_begins();
        const int out = send_search_entry(&op_, &rs_);
        limits_in_force_.sending_ends();
        return out;
    }

    Operation& op_;
    SlapReply& rs_;
    service& service_;
    operation_limits limits_;
    operation_limits& limits_in_force_ = *operation_limits::find(op_);
    has_subordinates subordinates_;
    const int unchecked_; ///< limit of candidates; op.ors_limit may be freed during a wait
    const std::weak_ptr<const char> database_;
    const bool alone_;     ///< no overlay or other caller refers to the configuration
    bool matched_ = false; ///< the last entry offered matched
    bool paged_ = false;
    int page_size_ = 0;
    page_position last_; ///< the last entry offered that matched
    int candidates_ = 0; ///< rows examined
    bool stale_ = false; ///< some entries are from stale cached data
    output_batching client_{op_, service_.corks};
};

} // namespace

extern "C" int pgsql_search(Operation* op, SlapReply* rs) noexcept
{
    return run_counted_operation(operation_stats::search, op, rs, [&](service& service) {
        const int limit = op->ors_slimit; // lowered by a page of a paged search
        return retry_after_schema_change(service, *rs, [&] {
            op->ors_slimit = limit;
            return search_run(*op, *rs, service).run();
        });
    });
}

} // namespace pgsql::slapd
