// account.cpp: turns the DN of a bind into what its row says about logging in.
#include "slapd/auth/account.hpp"

#include "slapd/entry/acl_attributes.hpp"
#include "slapd/entry/cached_entries.hpp"

#include "cache/result_cache.hpp"

#include <charconv>

namespace pgsql::slapd {
namespace {

// shadow(5): the day on which the account is gone, counted from 1970; 0 and below mean never. What
// is no number keeps everybody out: somebody meant something by it.
std::optional<long long> last_day_of(const candidate& c, const bound& mapping)
{
    const int attribute = mapping.map.attribute_named("shadowExpire");
    const directory::source* from = attribute < 0 ? nullptr : c.from.of->source_of(attribute);
    if (from == nullptr)
        return 0;
    const Attribute* shown =
        attr_find(c.entry.e_attrs, mapping.types[static_cast<std::size_t>(attribute)].description);
    if (shown == nullptr) {
        for (std::size_t i = 0; i < c.from.columns.size(); ++i)
            if (c.from.columns[i]->name == from->column &&
                !c.page->at(c.row, static_cast<int>(i)).value_or("").empty())
                return std::nullopt;
        return 0;
    }
    const std::string_view text = view(shown->a_nvals[0]);
    long long day = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), day); // beyond long long: never
    return day;
}

bool is_over(long long last_day) { return last_day > 0 && slap_get_time() / 86400 >= last_day; }

std::string rules_against(Operation& op, Entry& e)
{
    return access_allowed(&op, &e, slap_schema.si_ad_userPassword, nullptr, ACL_AUTH, nullptr) == 0
               ? "access rules deny auth"
               : "";
}

std::string gate_of(const candidate& c)
{
    if (c.from.gate < 0 || c.page->at(c.row, c.from.gate).value_or("f") == "t")
        return {};
    std::string condition = c.from.of->gate.substr(0, 100);
    return "the condition of pgsql-login-filter " + c.from.of->name +
           " is not true of its row: " + condition;
}

} // namespace

account find_account(Operation& op, service& with, const bound& mapping,
                     const std::function<void(Entry&)>& also)
{
    account out;
    out.barred = "no such user";
    const auto look = [&](candidate& c) {
        out = {};
        out.hidden = is_hidden(c);
        out.dn = view(c.entry.e_name);
        out.barred = rules_against(op, c.entry);
        std::string closed = gate_of(c);
        const auto last_day = last_day_of(c, mapping);
        out.last_day = last_day.value_or(0);
        if (closed.empty() && !last_day)
            closed = "its shadowExpire is no number of days";
        if (closed.empty() && is_over(out.last_day))
            closed = "its shadowExpire has come";
        out.locked_out = !closed.empty();
        if (out.barred.empty())
            out.barred = std::move(closed);
        if (!out.hidden)
            also(c.entry);
        const directory::kind& k = *c.from.of;
        out.of = &k;
        for (std::size_t i = 0; i < c.from.columns.size(); ++i) {
            const auto value = c.page->at(c.row, static_cast<int>(i));
            const std::string& name = c.from.columns[i]->name;
            if (!value)
                continue;
            if (name == k.rdn().column)
                out.name = *value;
            if (name == k.chain_column)
                out.chain = *value;
            if (name == k.password_column) {
                out.hash = login::parse_hash(*value);
                c.page->wipe(c.row, static_cast<int>(i));
            }
        }
        return true;
    };
    visit_entry(op, with, mapping, op.o_req_ndn, directory::filter::of(directory::truth::yes),
                directory::wanted{
                    .everything = true, .operational = rules_read_entries(op), .password = true},
                look, &out.ambiguous);
    if (out.ambiguous)
        out.barred = "more than one row has this name";
    if (out.barred.empty() && !out.hash)
        out.barred = "no password";
    return out;
}

namespace {

// An account that was open.
struct open_account {
    explicit open_account(const bound& of_mapping) : entry(of_mapping), mapping(&of_mapping) {}

    kept_entries entry;   ///< for access rules
    const bound* mapping; ///< which the entry holds
    const directory::kind* of = nullptr;
    std::string dn;
    std::string name;
    std::shared_ptr<const login::password_hash> hash;
    std::string chain;
    long long last_day = 0;
};

// One that answers late, or has no time for us, is not away: whoever is locked out could see to
// that.
bool is_gone(service& with, const postgres::error& e)
{
    return e.session_failed() ||
           (is_away(e) && with.pool().health().now() == postgres::breaker::state::away);
}

// About what it takes: it may hold its salt and digest apart from the stored value.
std::size_t bytes_of(const login::password_hash& hash)
{
    return sizeof hash + 2 * hash.stored().reveal().size();
}

account as_it_was(Operation& op, const open_account& known)
{
    account out;
    out.of = known.of;
    out.dn = known.dn;
    out.name = known.name;
    out.hash = known.hash;
    out.chain = known.chain;
    out.last_day = known.last_day;
    out.locked_out = is_over(known.last_day);
    out.barred = rules_against(op, *known.entry.all().front().entry);
    if (out.barred.empty() && out.locked_out)
        out.barred = "its shadowExpire has come";
    out.last_known = true;
    return out;
}

} // namespace

account find_account_to_bind(Operation& op, service& with, const bound& mapping)
{
    if (with.accounts == nullptr)
        return find_account(op, with, mapping);
    const std::string key(view(op.o_req_ndn));
    const auto asked = with.accounts->ask(key); // before the row is read, which tells its age
    try {
        auto seen = std::make_shared<open_account>(mapping);
        account out = find_account(op, with, mapping, [&](Entry& e) { seen->entry.add(e, ""); });
        if (out.ambiguous || out.locked_out || !out.hash) {
            with.accounts->forget(key);
            return out;
        }
        seen->of = out.of;
        seen->dn = out.dn;
        seen->name = out.name;
        seen->hash = out.hash;
        seen->chain = out.chain;
        seen->last_day = out.last_day;
        const std::size_t bytes = sizeof *seen + seen->entry.bytes() + out.dn.size() +
                                  out.name.size() + bytes_of(*out.hash) + out.chain.size();
        asked.mine->land({std::move(seen), bytes});
        return out;
    } catch (const postgres::error& e) {
        const auto last = is_gone(with, e) ? with.accounts->last_known(key) : std::nullopt;
        if (!last)
            throw;
        const auto& known = *static_cast<const open_account*>(last->first.what.get());
        if (known.mapping != &mapping)
            throw;
        with.complain("last known account",
                      std::string("the database is away (") + e.what() +
                          "): logins are checked as they would have been when their accounts were "
                          "last seen",
                      60);
        return as_it_was(op, known);
    }
}

} // namespace pgsql::slapd
