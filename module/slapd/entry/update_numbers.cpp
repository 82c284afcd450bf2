// update_numbers.cpp: entryUSN, by which clients such as SSSD read only what has changed.
#include "slapd/entry/update_numbers.hpp"

#include "slapd/entry/known_names.hpp"
#include "slapd/serving/database.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <vector>

namespace pgsql::slapd {
namespace {

constexpr std::size_t most_names = 500; // else all entries are read, and slapd tests their numbers

AttributeDescription* entry_usn = nullptr;
AttributeDescription* last_usn = nullptr;

bool mentions(const Filter* filter)
{
    switch (filter->f_choice) {
    case LDAP_FILTER_AND:
    case LDAP_FILTER_OR:
    case LDAP_FILTER_NOT:
        for (const Filter* part = filter->f_and; part != nullptr; part = part->f_next)
            if (mentions(part))
                return true;
        return false;
    case LDAP_FILTER_EQUALITY:
    case LDAP_FILTER_GE:
    case LDAP_FILTER_LE:
        return filter->f_av_desc == entry_usn;
    case LDAP_FILTER_PRESENT:
        return filter->f_desc == entry_usn;
    default:
        return false;
    }
}

using number_test = std::function<bool(std::uint32_t)>;

// The comparison of numbers that the filter is; slapd decides about all others.
std::optional<number_test> comparison_of(const Filter& filter)
{
    const auto choice = filter.f_choice;
    if (choice != LDAP_FILTER_EQUALITY && choice != LDAP_FILTER_GE && choice != LDAP_FILTER_LE)
        return std::nullopt;
    if (filter.f_av_desc != entry_usn)
        return std::nullopt;
    std::uint64_t asserted = 0;
    const std::string_view text = to_string_view(filter.f_av_value);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), asserted);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
        return std::nullopt;
    return [=](std::uint32_t usn) {
        return choice == LDAP_FILTER_EQUALITY ? usn == asserted
               : choice == LDAP_FILTER_GE     ? usn >= asserted
                                              : usn <= asserted;
    };
}

bool is_requested(const Operation& op)
{
    if (op.ors_attrs == nullptr)
        return false;
    for (const AttributeName* a = op.ors_attrs; !BER_BVISNULL(&a->an_name); ++a)
        if (a->an_desc == entry_usn || to_string_view(a->an_name) == "+")
            return true;
    return false;
}

bool registered(const char* name, AttributeDescription*& to, const char* definition)
{
    berval text = to_berval(std::string_view(name));
    const char* unused = nullptr;
    return slap_bv2ad(&text, &to, &unused) == LDAP_SUCCESS || register_at(definition, &to, 0) == 0;
}

} // namespace

bool register_update_numbers() noexcept
{
    return registered("entryUSN", entry_usn,
                      "( 2.25.162856128844017627545785008905003916249.3.3 NAME 'entryUSN' "
                      "DESC 'Number of the update by which the entry changed last' "
                      "EQUALITY integerMatch ORDERING integerOrderingMatch "
                      "SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE NO-USER-MODIFICATION "
                      "USAGE directoryOperation )") &&
           registered("lastUSN", last_usn,
                      "( 2.25.162856128844017627545785008905003916249.3.4 NAME 'lastUSN' "
                      "DESC 'Number of the last update' "
                      "EQUALITY integerMatch ORDERING integerOrderingMatch "
                      "SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE NO-USER-MODIFICATION "
                      "USAGE dSAOperation )");
}

int add_last_usn(void*, Entry* e) noexcept
{
    if (attr_find(e->e_attrs, last_usn) != nullptr)
        return 0;
    BackendDB* be = nullptr;
    LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
    {
        if (!is_ours(*be))
            continue;
        const auto service = database_of(*be).current();
        if (service == nullptr || !service->shows_usn || service->feed->last_usn() == 0)
            continue;
        const std::string number = std::to_string(service->feed->last_usn());
        berval value = to_berval(number);
        return attr_merge_one(e, last_usn, &value, nullptr) == LDAP_SUCCESS ? 0 : 1;
    }
    return 0;
}

update_numbers::update_numbers(const Operation& op, const service& service) : service_(service)
{
    if (!service.shows_usn)
        return;
    highest_ = service.feed->last_usn();
    filtered_ = mentions(op.ors_filter);
    shown_ = is_requested(op) && !has_sync_control(op); // a stock slapd does not know entryUSN
}

directory::filter update_numbers::names_of(const number_test& wanted, directory_tree& tree,
                                           const resolved_mapping& mapping) const
{
    const auto names = service_.feed->names_if(
        [&](const auto& version) { return wanted(std::min(version.usn, highest_)); },
        most_names + 1);
    return names.size() > most_names ? directory::filter::constant_of(directory::truth::yes)
                                     : rows_named(names, tree, mapping);
}

directory::filter update_numbers::translate(const Filter* filter, directory_tree& tree,
                                            const resolved_mapping& mapping,
                                            directory::selection& selection) const
{
    using tree_filter = directory::filter;
    if (!mentions(filter))
        return translate_filter(filter, tree, mapping, selection);
    if (const auto comparison = comparison_of(*filter))
        return names_of(*comparison, tree, mapping);
    if (filter->f_choice == LDAP_FILTER_AND)
        return translate_and(filter, tree, mapping, selection);
    if (filter->f_choice != LDAP_FILTER_OR)
        return tree_filter::constant_of(directory::truth::yes); // slapd decides
    std::vector<directory::filter> parts;
    for (const Filter* part = filter->f_or; part != nullptr; part = part->f_next)
        parts.push_back(translate(part, tree, mapping, selection));
    return tree_filter::combine(tree_filter::node::disjunction, std::move(parts));
}

// SSSD sends (entryUSN>=n)(!(entryUSN=n)); without the second part n may be most entries' number.
directory::filter update_numbers::translate_and(const Filter* filter, directory_tree& tree,
                                                const resolved_mapping& mapping,
                                                directory::selection& selection) const
{
    std::vector<directory::filter> parts;
    std::vector<number_test> all;
    std::vector<number_test> none; // of an entry with a number
    for (const Filter* part = filter->f_and; part != nullptr; part = part->f_next) {
        const bool negated = part->f_choice == LDAP_FILTER_NOT;
        if (auto comparison = comparison_of(negated ? *part->f_not : *part))
            (negated ? none : all).push_back(std::move(*comparison));
        else
            parts.push_back(translate(part, tree, mapping, selection));
    }
    const auto wanted = [&](std::uint32_t usn) {
        const auto holds = [usn](const number_test& test) { return test(usn); };
        return std::ranges::all_of(all, holds) && std::ranges::none_of(none, holds);
    };
    parts.push_back(all.empty() ? directory::filter::constant_of(directory::truth::yes)
                                : names_of(wanted, tree, mapping));
    return directory::filter::combine(directory::filter::node::conjunction, std::move(parts));
}

void update_numbers::complete(Entry& e) const
{
    const auto known = service_.feed->find(to_string_view(e.e_nname));
    if (!known || known->usn == 0 || highest_ == 0)
        return;
    // What a comparison finds meanwhile may not be complete, nor in what has been read.
    const std::string number = std::to_string(std::min(known->usn, highest_));
    berval value = to_berval(number);
    (void)attr_merge_one(&e, entry_usn, &value, nullptr);
}

} // namespace pgsql::slapd
