// account.cpp: reads the account of a bind DN from its row.
#include "slapd/auth/account.hpp"

#include "slapd/entry/acl_attributes.hpp"
#include "slapd/entry/cached_entries.hpp"
#include "slapd/entry/value_checks.hpp"
#include "slapd/entry/virtual_names.hpp"

#include "cache/result_cache.hpp"

#include <fmt/core.h>

#include <charconv>

namespace pgsql::slapd {
namespace {

// shadow(5): the day on which the account expires, counted from 1970; 0 and below mean never. A
// value that is not a number denies every login: it was meant as a restriction.
std::optional<long long> last_day_of(const candidate& candidate, const resolved_mapping& mapping)
{
    const auto attribute = mapping.map.attribute_named("shadowExpire");
    const directory::attribute_source* source = candidate.plan->entry_kind->source_of(attribute);
    if (source == nullptr)
        return 0;
    const Attribute* shown =
        attr_find(candidate.entry->e_attrs, mapping.types[attribute].description);
    if (shown == nullptr) {
        for (std::size_t i = 0; i < candidate.plan->columns.size(); ++i)
            if (candidate.plan->columns[i]->name == source->column &&
                !candidate.page->value(candidate.row, static_cast<int>(i)).value_or("").empty())
                return std::nullopt;
        return 0;
    }
    const std::string_view text = to_string_view(shown->a_nvals[0]);
    long long day = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), day); // out of range: never
    return day;
}

bool is_over(long long last_day) { return last_day > 0 && slap_get_time() / 86400 >= last_day; }

std::string acl_denial(Operation& op, Entry& e)
{
    return access_allowed(&op, &e, slap_schema.si_ad_userPassword, nullptr, ACL_AUTH, nullptr) == 0
               ? "access rules deny auth"
               : "";
}

std::string login_filter_denial(const candidate& candidate)
{
    const directory::plan& plan = *candidate.plan;
    if (!plan.login_allowed ||
        candidate.page->value(candidate.row, *plan.login_allowed).value_or("f") == "t")
        return {};
    std::string condition = plan.entry_kind->login_filter.substr(0, 100);
    return "denied by pgsql-login-filter " + plan.entry_kind->name + ": " + condition;
}

// Wipes the password in the row.
void read_columns(const service& service, const candidate& candidate, account& out)
{
    const directory::kind& k = *candidate.plan->entry_kind;
    for (std::size_t i = 0; i < candidate.plan->columns.size(); ++i) {
        const auto value = candidate.page->value(candidate.row, static_cast<int>(i));
        const std::string& name = candidate.plan->columns[i]->name;
        if (!value)
            continue;
        if (name == k.rdn().column)
            out.name = *value;
        if (name == k.row_key())
            out.key = *value;
        if (name == k.chain_column)
            out.chain = *value;
        if (name == k.password_column) {
            out.hash = auth::with_pepper(auth::parse_hash(*value), service.pepper);
            candidate.page->wipe(candidate.row, static_cast<int>(i));
        }
    }
}

account read_account(Operation& op, const service& service, const resolved_mapping& mapping,
                     const candidate& candidate)
{
    account out;
    out.kind = candidate.plan->entry_kind;
    out.hidden = is_hidden(candidate);
    out.dn = to_string_view(candidate.entry->e_name);
    out.denial_reason = acl_denial(op, *candidate.entry);
    std::string closed = login_filter_denial(candidate);
    const auto last_day = last_day_of(candidate, mapping);
    out.expiry_day = last_day.value_or(0);
    if (closed.empty() && !last_day)
        closed = "invalid shadowExpire";
    if (closed.empty() && is_over(out.expiry_day))
        closed = "account expired (shadowExpire)";
    out.locked = !closed.empty();
    if (out.denial_reason.empty())
        out.denial_reason = std::move(closed);
    read_columns(service, candidate, out);
    if (is_virtual(*candidate.entry)) {
        out.hash = nullptr;
        out.denial_reason = "virtual user";
    }
    return out;
}

// Reads the row of another user, so that the login filter takes as long for a name that does not
// exist.
void read_dummy_row(Operation& op, service& service, const resolved_mapping& mapping,
                    const directory::selection& selection)
{
    const auto users = mapping.map.kind_named("users");
    if (mapping.dummy_key.empty() || !users)
        return;
    const directory::kind& k = mapping.map.kinds[users];
    const auto named = directory::filter::equals(k.rdn().attribute, mapping.dummy_key);
    without_refused_values([&](const std::vector<directory::requested_value>& refused) {
        const auto plan = directory::make_plan(mapping.map, k, named, selection, refused);
        if (!plan)
            return;
        entry_stream rows(op, service, mapping, *plan);
        while (const candidate* const found = rows.next()) {
            account ignored;
            read_columns(service, *found, ignored); // wipes the hash
        }
    });
}

} // namespace

account find_account(Operation& op, service& service, const resolved_mapping& mapping,
                     const std::function<void(Entry&)>& handler)
{
    account out;
    out.denial_reason = "no such user";
    directory::selection selection{
        .all_user = true, .all_operational = acls_read_other_attributes(op), .password = true};
    if (const auto known = mapping.map.attribute_named(virtual_attribute))
        selection.attributes.push_back(known);
    entry_finder finder(op, service, mapping, op.o_req_ndn,
                        directory::filter::constant_of(directory::truth::yes), selection);
    while (const candidate* found = finder.next()) {
        out = read_account(op, service, mapping, *found);
        if (!out.hidden)
            handler(*found->entry);
    }
    if (out.kind == nullptr)
        read_dummy_row(op, service, mapping, selection);
    out.ambiguous = finder.ambiguous();
    if (out.ambiguous)
        out.denial_reason = "more than one row has this name";
    if (out.denial_reason.empty() && !out.hash)
        out.denial_reason = "no password";
    return out;
}

namespace {

// An account that was able to log in when it was cached.
struct cached_account {
    explicit cached_account(const resolved_mapping& of_mapping)
        : entry(of_mapping), mapping(&of_mapping)
    {}

    cached_entries entry;            ///< for the ACLs
    const resolved_mapping* mapping; ///< kept alive by the entry
    const directory::kind* kind = nullptr;
    std::string dn;
    std::string name;
    std::string key;
    std::shared_ptr<const auth::password_hash> hash;
    std::string chain;
    long long last_day = 0;
};

// A database that is slow or busy is not down: a locked-out user could cause that.
bool is_down(service& service, const postgres::error& e)
{
    return e.session_failed() || (is_unreachable(e) && service.pool().health().current() ==
                                                           postgres::circuit_breaker::state::down);
}

// An estimate: the object may store salt and digest besides the stored value.
std::size_t bytes_of(const auth::password_hash& hash)
{
    return sizeof hash + 2 * hash.stored().reveal().size();
}

account stale_account(Operation& op, const cached_account& known)
{
    account out;
    out.kind = known.kind;
    out.dn = known.dn;
    out.name = known.name;
    out.key = known.key;
    out.hash = known.hash;
    out.chain = known.chain;
    out.expiry_day = known.last_day;
    out.locked = is_over(known.last_day);
    out.denial_reason = acl_denial(op, *known.entry.items().front().entry);
    if (out.denial_reason.empty() && out.locked)
        out.denial_reason = "account expired (shadowExpire)";
    out.from_stale = true;
    return out;
}

} // namespace

account find_account_to_bind(Operation& op, service& service, const resolved_mapping& mapping)
{
    if (service.account_cache == nullptr)
        return find_account(op, service, mapping);
    const std::string key(to_string_view(op.o_req_ndn));
    const auto lookup =
        service.account_cache->find(key); // before the row is read, so that its epoch is known
    try {
        auto seen = std::make_shared<cached_account>(mapping);
        account out = find_account(op, service, mapping, [&](Entry& e) { seen->entry.add(e, ""); });
        if (out.ambiguous || out.locked || !out.hash) {
            service.account_cache->erase(key);
            return out;
        }
        seen->kind = out.kind;
        seen->dn = out.dn;
        seen->name = out.name;
        seen->key = out.key;
        seen->hash = out.hash;
        seen->chain = out.chain;
        seen->last_day = out.expiry_day;
        const std::size_t bytes = sizeof *seen + seen->entry.bytes() + out.dn.size() +
                                  out.name.size() + out.key.size() + bytes_of(*out.hash) +
                                  out.chain.size();
        lookup.lead->complete({std::move(seen), bytes});
        return out;
    } catch (const postgres::error& e) {
        const auto last =
            is_down(service, e) ? service.account_cache->stale_result(key) : std::nullopt;
        if (!last)
            throw;
        const auto& known = *static_cast<const cached_account*>(last->first.value.get());
        if (known.mapping != &mapping)
            throw;
        service.log({log_event::stale_binds, "",
                     fmt::format("database down ({}): using cached accounts for binds", e.what())});
        return stale_account(op, known);
    }
}

} // namespace pgsql::slapd
