// search.cpp: serves searches: selects the entries within base and scope that match the filter.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/entry/copied_entry.hpp"
#include "slapd/entry/entry_finder.hpp"
#include "slapd/entry/filter_translator.hpp"
#include "slapd/entry/known_names.hpp"
#include "slapd/entry/update_numbers.hpp"
#include "slapd/entry/value_checks.hpp"
#include "slapd/entry/virtual_names.hpp"
#include "slapd/operation/copy_order.hpp"
#include "slapd/operation/entry_sender.hpp"
#include "slapd/operation/requested_attributes.hpp"
#include "slapd/operation/search_scope.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/roles/page_copies.hpp"
#include "slapd/serving/replication.hpp"

#include "query/private_groups.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::filter;

// The key of a paged search after an entry of a row that was the base itself.
constexpr const char* base_sent = "0";

class search_run {
public:
    search_run(Operation& op, SlapReply& rs, service& service, int& sent)
        : op_(op), rs_(rs), service_(service), limits_(op, service, true), tree_(op, service),
          copies_(service.replicates && is_copying(op)), numbers_(op, service),
          rights_(op, service), visible_(rights_.visible()), scope_(op, tree_),
          pages_(op, rs, service), sender_(op, rs, service, pages_, sent), sent_(sent),
          unchecked_(op.ors_limit != nullptr ? op.ors_limit->lms_s_unchecked : -1)
    {
        if (copies_)
            audit_.emplace(*service.feed);
    }

    int run()
    {
        if (!service_.anonymous_search && BER_BVISEMPTY(&op_.o_ndn))
            return end(LDAP_INSUFFICIENT_ACCESS, "authentication required for searches");
        if (!service_.replicates && asked_by_consumer(op_)) {
            override_client_result(op_, {LDAP_UNWILLING_TO_PERFORM, no_replication});
            return end(LDAP_UNWILLING_TO_PERFORM, no_replication);
        }
        if (numbers_.filtered() && !service_.feed->ready())
            throw postgres::error(postgres::error::cause::lost,
                                  "the entries have not been compared with the database yet");
        if (copies_)
            if (const auto why = copy_failure(op_, service_))
                return end(why->code, why->text);
        if (const auto ended = pages_.begin())
            return *ended;
        if (const auto ended = scope_.has_fixed_base() ? at_container() : at_row())
            return *ended;
        if ((stale_ || tree_.is_stale()) &&
            sent_ == 0) // stale data cannot prove that nothing matches
            throw postgres::error(
                postgres::error::cause::lost,
                "no cached entry matches the search, and the database is unavailable");
        if (audit_) {
            // A search for its name does not find every row.
            if (audit_->widen(op_) && scope_.has_rows())
                if (const auto ended = rows())
                    return *ended;
            audit_->finish(op_);
        }
        limits_.leave(); // before the client can send its next search
        return pages_.end();
    }

private:
    search_end at_container()
    {
        if (const auto ended = check_base(service_.container(scope_.container())))
            return ended;
        if (scope_.has_containers() && !pages_.starts_after_containers())
            if (const auto ended = containers())
                return ended;
        return scope_.has_rows() ? rows() : std::nullopt;
    }

    // RFC 4511 §4.5.1: the base must exist and be visible to this client.
    search_end check_base(Entry& base)
    {
        slap_mask_t mask = 0;
        if (access_allowed_mask(&op_, &base, slap_schema.si_ad_entry, nullptr, ACL_SEARCH, nullptr,
                                &mask) == 0) {
            limits_.rethrow_failure();
            if (ACL_GRANT(mask, ACL_DISCLOSE) == 0)
                return hidden_base();
            return end(LDAP_INSUFFICIENT_ACCESS);
        }
        if (get_assert(&op_)) {
            sender_.before_test(base);
            if (test_filter(&op_, &base, static_cast<Filter*>(get_assertion(&op_))) !=
                LDAP_COMPARE_TRUE)
                return end(LDAP_ASSERTION_FAILED);
        }
        return std::nullopt;
    }

    // With roles it gets the same result as a name that does not exist.
    search_end hidden_base()
    {
        if (service_.role_rules().empty())
            return end(LDAP_NO_SUCH_OBJECT);
        return no_such_object(*current_mapping(op_, service_));
    }

    search_end containers()
    {
        for (const auto& e : tree_.fixed().entries()) {
            const auto id = tree_.fixed().entries().id_of(e);
            if (!pages_.starts_after_container(id) && scope_.has_container(id) &&
                (!visible_.limited() || visible_.sees_fixed(id)) &&
                may_match(op_.ors_filter, service_.container(id)))
                if (const auto ended = send(service_.container(id), {}, std::to_string(id.index())))
                    return ended;
        }
        return std::nullopt;
    }

    // `fresh`: not from the cache.
    search_end rows(bool fresh = false)
    {
        const auto mapping = current_mapping(op_, service_);
        directory::selection selection;
        filter requested = copies_ ? copied_rows(*mapping)
                                   : numbers_.translate(op_.ors_filter, tree_, *mapping, selection);
        add_requested(op_, *mapping, selection);
        if (copies_)
            selection = copied_attributes(*mapping);
        selection.password = selection.shows_password =
            copies_ && is_consumers(op_) && !service_.feed_password_ndn.empty();
        named_entries names(op_, service_, *mapping, visible_);
        if (!service_.role_rules().empty())
            names.loosen(requested);
        learn_characters(op_, service_, *mapping, requested);
        const page_position& start = pages_.start();
        found_so_far found = {start.groups_found, start.private_included};
        for (const std::size_t i : kinds_after(*mapping, start)) {
            if (!mapping->map.kinds[i].has_children)
                if (const auto ended = send_parents())
                    return ended;
            auto placed = scope_.rows_of(*mapping, directory::kind_id(i));
            if (placed)
                placed = visible_.among(*mapping, directory::kind_id(i), *placed);
            if (!placed ||
                (mapping->map.kinds[i].yields_to_kind && (found.answered || found.with_private)))
                continue;
            const filter wanted =
                placed->type == filter::node::constant
                    ? requested
                    : filter::combine(filter::node::conjunction, {requested, *placed});
            if (const auto ended =
                    rows_of_kind(*mapping, i, wanted, selection, names, found, fresh))
                return ended;
        }
        if (const auto ended = send_parents())
            return ended;
        if (copies_ || found.some || fresh || stale_ || start.kind_index != 0)
            return std::nullopt;
        return unknown_name(*mapping, selection, found.kinds);
    }

    [[nodiscard]] std::vector<std::size_t> kinds_after(const resolved_mapping& mapping,
                                                       const page_position& start) const
    {
        std::vector<std::size_t> out;
        for (std::size_t i = start.kind_index == 0 ? 0 : start.kind_index - 1;
             i < mapping.map.kinds.size(); ++i)
            out.push_back(i);
        if (copies_)
            copy_order::sort(out, mapping);
        return out;
    }

    search_end send_parents()
    {
        for (const entry_ptr& e : order_.take())
            if (const auto ended = send(*e, {}, ""))
                return ended;
        return std::nullopt;
    }

    // Those of known entries, if the filter has few, or all.
    filter copied_rows(const resolved_mapping& mapping)
    {
        const auto& names = audit_->narrow(*op_.ors_filter);
        return names ? rows_named(*names, tree_, mapping)
                     : filter::constant_of(directory::truth::yes);
    }

    // No row has what the filter asks for.
    search_end unknown_name(const resolved_mapping& mapping, const directory::selection& selection,
                            const std::set<directory::kind_id>& kinds)
    {
        for (const auto& request :
             virtual_names(op_, service_, mapping).requests_of(op_.ors_filter)) {
            if (!kinds.contains(mapping.map.kinds.id_of(*request.kind)))
                continue;
            virtual_names names(op_, service_, mapping);
            const auto outcome = names.ask(request, selection);
            if (outcome == virtual_outcome::listed)
                return rows(true);
            if (outcome == virtual_outcome::given)
                return send(names.entry(), {.kind_index = after_all_kinds(mapping)}, request.value);
        }
        return std::nullopt;
    }

    static std::uint16_t after_all_kinds(const resolved_mapping& mapping)
    {
        return static_cast<std::uint16_t>(mapping.map.kinds.size() + 1);
    }

    /// Decides whether private groups are searched.
    struct found_so_far {
        bool answered = false;              ///< an entry was found whose name or number is unique
        bool with_private = false;          ///< a statement also returned private groups
        bool some = false;                  ///< some row was found
        std::set<directory::kind_id> kinds; ///< whose rows may match
    };

    search_end rows_of_kind(const resolved_mapping& mapping, std::size_t i, const filter& requested,
                            const directory::selection& selection, named_entries& names,
                            found_so_far& found, bool fresh)
    {
        const auto kind_index = static_cast<std::uint16_t>(i + 1);
        std::optional<directory::plan> plan;
        std::optional<entry_stream> entries;
        without_refused_values([&](const std::vector<directory::requested_value>& refused) {
            plan = directory::make_plan(mapping.map, mapping.map.kinds[i], requested, selection,
                                        refused);
            if (!plan)
                return;
            read_options options = pages_.fit(*plan, kind_index);
            options.fresh = fresh;
            entries.emplace(op_, service_, mapping, *plan, std::move(options));
        });
        if (!entries)
            return std::nullopt;
        // Only one entry can have this name or number, so that no private group is searched once it
        // is found.
        const bool decides = directory::decides_private_groups(mapping.map, *plan);
        found.with_private = found.with_private || plan->includes_private_groups;
        found.kinds.insert(directory::kind_id(i));
        const bool hides_names = names.concerns(*plan->entry_kind) && names.hides();
        output_batching& client = sender_.client();
        const auto offer = [&](Entry& e, std::string_view name) -> search_end {
            if (entries->prefetching() && client.would_block())
                entries->finish_prefetch();
            // slapd.conf(5), limits: the number of candidates a search may examine.
            if (unchecked_ >= 0 && ++candidates_ > unchecked_)
                return end(LDAP_ADMINLIMIT_EXCEEDED);
            if (plan->parent && !in_scope(e))
                return std::nullopt; // SQL may admit more
            if (copies_ && plan->entry_kind->has_children) {
                order_.add(e);
                return std::nullopt;
            }
            if (const auto ended = send(e,
                                        {.kind_index = kind_index,
                                         .groups_found = found.answered || decides,
                                         .private_included = found.with_private},
                                        name))
                return ended;
            found.some = found.some || sender_.matched();
            found.answered = found.answered || (sender_.matched() && decides);
            return std::nullopt;
        };
        while (entries->next_page()) {
            client.cork(entries->page_rows());
            page_copies page(names);
            while (const candidate* row = entries->next_in_page()) {
                if (is_hidden(*row))
                    continue;
                stale_ = stale_ || row->from_stale;
                if (hides_names)
                    page.add(*row->entry, row->name);
                else if (const auto ended = offer(*row->entry, row->name))
                    return ended;
            }
            page.hide_names();
            for (const auto& [entry, name] : page.all)
                rights_.note_kind(to_string_view(entry->e_nname), *plan->entry_kind);
            for (const auto& [entry, name] : page.all)
                if (const auto ended = offer(*entry, name))
                    return ended;
            client.uncork();
        }
        return std::nullopt;
    }

    // A replica gets entries whose version is known.
    search_end send(Entry& e, const page_position& position, std::string_view key)
    {
        if (!copies_ && !numbers_.needed())
            return sender_.offer(e, position, key, stale_);
        const entry_ptr copy(entry_dup(&e));
        if (audit_ && !audit_->admit(*copy, is_consumers(op_)))
            return std::nullopt;
        if (numbers_.needed())
            numbers_.complete(*copy);
        return sender_.offer(*copy, position, key, stale_);
    }

    [[nodiscard]] bool in_scope(Entry& e)
    {
        return dnIsSuffixScope(&e.e_nname, &op_.o_req_ndn, op_.ors_scope) == 1;
    }

    // The base is the entry of a row, or of a name that no row has, or does not exist.
    search_end at_row()
    {
        const auto mapping = current_mapping(op_, service_);
        directory::selection selection;
        const filter requested = translate_filter(op_.ors_filter, tree_, *mapping,
                                                  selection); // also selects the match columns
        add_requested(op_, *mapping, selection);
        bool found = false;
        if (const auto ended = row_at_base(*mapping, requested, selection, found))
            return ended;
        if (!found && !copies_)
            if (const auto ended = unknown_base(*mapping, requested, selection, found))
                return ended;
        if (!found)
            return no_such_object(*mapping);
        return scope_.has_rows() ? rows() : std::nullopt;
    }

    search_end row_at_base(const resolved_mapping& mapping, const filter& requested,
                           const directory::selection& selection, bool& found, bool fresh = false)
    {
        // The base is found regardless of the filter, which may not match it.
        entry_finder finder(
            op_, service_, mapping, op_.o_req_ndn,
            filter::combine(filter::node::disjunction,
                            {filter::constant_of(directory::truth::yes), requested}),
            selection, [&](directory::kind_id kind) { return visible_.of(mapping, kind); }, fresh);
        named_entries names(op_, service_, mapping, visible_);
        while (const candidate* base = finder.next()) {
            found = true;
            stale_ = stale_ || base->from_stale;
            entry_ptr copy;
            if (names.concerns(*base->plan->entry_kind) && names.hides()) {
                copy.reset(entry_dup(base->entry));
                names.hide({copy.get()});
                rights_.note_kind(to_string_view(copy->e_nname), *base->plan->entry_kind);
            }
            Entry& e = copy != nullptr ? *copy : *base->entry;
            if (const auto ended = offer_base(e, mapping, *base->plan->entry_kind))
                return ended;
        }
        return std::nullopt;
    }

    search_end offer_base(Entry& base, const resolved_mapping& mapping, const directory::kind& kind)
    {
        if (const auto ended = check_base(base))
            return ended;
        if (!scope_.has_base(mapping.shared[mapping.map.kinds.id_of(kind)]) ||
            pages_.starts_after_base())
            return std::nullopt;
        return send(base, {}, base_sent);
    }

    search_end unknown_base(const resolved_mapping& mapping, const filter& requested,
                            const directory::selection& selection, bool& found)
    {
        for (const auto& request :
             virtual_names(op_, service_, mapping).requests_of(op_.o_req_ndn)) {
            if (!visible_.of(mapping, mapping.map.kinds.id_of(*request.kind)))
                continue;
            virtual_names names(op_, service_, mapping);
            const auto outcome = names.ask(request, selection);
            if (outcome == virtual_outcome::listed)
                return row_at_base(mapping, requested, selection, found, true);
            found = outcome == virtual_outcome::given;
            if (found)
                return offer_base(names.entry(), mapping, *request.kind);
        }
        return std::nullopt;
    }

    int no_such_object(const resolved_mapping& mapping)
    {
        const std::string matched =
            matched_dn(op_, service_, mapping, op_.o_req_ndn,
                       [&](directory::kind_id kind) { return visible_.of(mapping, kind); });
        rs_.sr_matched = matched.empty() ? nullptr : matched.c_str();
        const int code = end(LDAP_NO_SUCH_OBJECT);
        rs_.sr_matched = nullptr;
        return code;
    }

    int end(int code, const char* text = nullptr)
    {
        limits_.leave();
        return send_search_result(op_, rs_, code, text);
    }

    Operation& op_;
    SlapReply& rs_;
    service& service_;
    operation_limits limits_;
    directory_tree tree_;
    const bool copies_;               ///< for a replica
    std::optional<copy_audit> audit_; ///< then
    copy_order order_;                ///< then
    const update_numbers numbers_;
    entry_rights rights_;
    visible_rows& visible_;
    const search_scope scope_;
    result_pages pages_;
    entry_sender sender_;
    const int& sent_;     ///< the number of entries
    const int unchecked_; ///< limit of candidates; op.ors_limit may be freed during a wait
    int candidates_ = 0;  ///< rows examined
    bool stale_ = false;  ///< some entries are from stale cached data
};

} // namespace

extern "C" int pgsql_search(Operation* op, SlapReply* rs) noexcept
{
    return run_counted_operation(operation_stats::search, op, rs, [&](service& service) {
        const int limit = op->ors_slimit; // lowered by a page of a paged search
        int sent = 0;
        return retry_after_schema_change(service, sent, [&] {
            op->ors_slimit = limit;
            return search_run(*op, *rs, service, sent).run();
        });
    });
}

} // namespace pgsql::slapd
