// entry_finder.cpp: finds the entry of a DN.
#include "slapd/entry/entry_finder.hpp"

#include "slapd/entry/value_checks.hpp"

#include <algorithm>

namespace pgsql::slapd {

entry_finder::entry_finder(Operation& op, service& service, const resolved_mapping& mapping,
                           const berval& ndn, directory::filter filter,
                           directory::selection selection, row_condition condition, bool fresh)
    : op_(op), service_(service), mapping_(mapping), ndn_(to_string_view(ndn)), tree_(op, service),
      location_(tree_.locate_row(ndn_)),
      above_(location_.parent ? tree_.place_of(location_.parent) : directory::place()),
      filter_(std::move(filter)), selection_(std::move(selection)),
      condition_(std::move(condition)), fresh_(fresh), limits_(op, service, false)
{}

namespace {

// Whether the condition may be true of a row at the place.
bool may_hold_at(const directory::filter& condition, const directory::place& above)
{
    using node = directory::filter::node;
    const auto& keys = condition.place_keys;
    switch (condition.type) {
    case node::placement:
        return above.kind ? std::find(keys.begin(), keys.end(), above.key) != keys.end()
                          : condition.at_container;
    case node::entry_name:
        return condition.above == above;
    case node::disjunction:
        return std::any_of(condition.parts.begin(), condition.parts.end(),
                           [&](const auto& part) { return may_hold_at(part, above); });
    default:
        return true;
    }
}

} // namespace

const candidate* entry_finder::next()
{
    while (rows_ || open_next_kind()) {
        while (const candidate* row = rows_->next()) {
            if (row->entry == nullptr) {
                ambiguous_ = ambiguous_ || (found_ && row->name == name_);
                continue;
            }
            stale_ = stale_ || row->from_stale;
            if (to_string_view(row->entry->e_nname) != ndn_)
                continue; // the statement may return other entries too
            if (is_hidden(*row)) {
                if (!found_)
                    return row;
                continue;
            }
            if (found_) {
                ambiguous_ = true;
                break;
            }
            found_ = true;
            ambiguous_ = row->plan->entry_kind->has_children && tree_.whole().is_ambiguous(ndn_);
            name_ = row->name;
            return row;
        }
        rows_.reset();
    }
    if (!found_ &&
        (stale_ || tree_.is_stale())) // stale data cannot prove that the entry does not exist
        throw postgres::error(postgres::error::cause::lost,
                              "the entry is not cached, and the database is unavailable");
    return nullptr;
}

bool entry_finder::open_next_kind()
{
    if (!location_.parent)
        return false;
    while (next_kind_ < mapping_.map.kinds.size()) {
        const std::size_t i = next_kind_++;
        const directory::kind& k = mapping_.map.kinds[i];
        if (k.may_be_below(above_) &&
            to_lower(mapping_.map.attributes[k.rdn().attribute].name) ==
                to_lower(location_.attribute) &&
            !(found_ && k.yields_to_kind) && open(k))
            return true;
    }
    return false;
}

bool entry_finder::open(const directory::kind& k)
{
    const auto findable = condition_ ? condition_(mapping_.map.kinds.id_of(k))
                                     : directory::filter::constant_of(directory::truth::yes);
    if (!findable)
        return false;
    if (k.parent_kind && !may_hold_at(*findable, above_))
        return false; // no statement tells whether the place exists
    auto named = directory::filter::combine(
        directory::filter::node::conjunction,
        {directory::filter::equals(k.rdn().attribute, location_.value), filter_});
    if (k.parent_kind)
        named.parts.push_back(directory::filter::below(above_));
    if (findable->type != directory::filter::node::constant)
        named.parts.push_back(*findable);
    learn_characters(op_, service_, mapping_, named);
    without_refused_values([&](const std::vector<directory::requested_value>& refused) {
        plan_ = directory::make_plan(mapping_.map, k, named, selection_, refused);
        if (plan_)
            rows_.emplace(op_, service_, mapping_, *plan_,
                          read_options{.duplicates = true, .fresh = fresh_});
    });
    return rows_.has_value();
}

std::string matched_dn(Operation& op, service& service, const resolved_mapping& mapping,
                       const berval& ndn, const row_condition& condition)
{
    std::string matched;
    directory_tree tree(op, service);
    // With roles, a hidden entry is not told from a missing one.
    const bool goes_on = !service.role_rules().empty();
    const auto disclosed = [&](Entry& e) {
        if (access_allowed(&op, &e, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) != 0)
            matched = to_string_view(e.e_name);
    };
    for (std::string_view dn = directory::parent_of(to_string_view(ndn)); !dn.empty();
         dn = directory::parent_of(dn)) {
        if (const auto container = tree.find(dn); container && tree.is_fixed(container)) {
            disclosed(service.container(container));
            if (goes_on && matched.empty())
                continue;
            break;
        }
        bool found = false;
        const std::string superior(dn);
        entry_finder finder(op, service, mapping, to_berval(superior),
                            directory::filter::constant_of(directory::truth::yes), all_attributes(),
                            condition);
        while (const candidate* above = finder.next()) {
            found = true;
            disclosed(*above->entry);
        }
        if (found && !(goes_on && matched.empty()))
            break;
    }
    return matched;
}

} // namespace pgsql::slapd
