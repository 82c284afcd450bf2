// account.cpp: turns the DN of a bind into what its row says about logging in.
#include "account.hpp"

#include "onlookers.hpp"

#include <charconv>

namespace pgsql::slapd {
namespace {

// shadow(5): the day on which the account is gone, counted from 1970; 0 and below mean never. What
// is no number keeps everybody out: somebody meant something by it.
std::string expiry_of(const candidate& c, const bound& mapping)
{
    const int attribute = mapping.map.attribute_named("shadowExpire");
    const directory::source* from = attribute < 0 ? nullptr : c.from.of->source_of(attribute);
    if (from == nullptr)
        return {};
    const Attribute* shown =
        attr_find(c.entry.e_attrs, mapping.types[static_cast<std::size_t>(attribute)].description);
    if (shown == nullptr) {
        for (std::size_t i = 0; i < c.from.columns.size(); ++i)
            if (c.from.columns[i]->name == from->column &&
                !c.page.at(c.row, static_cast<int>(i)).value_or("").empty())
                return "its shadowExpire is no number of days";
        return {};
    }
    const std::string_view text = view(shown->a_nvals[0]);
    long long day = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), day); // beyond long long: never
    return day > 0 && slap_get_time() / 86400 >= day ? "its shadowExpire has come" : "";
}

std::string gate_of(const candidate& c)
{
    if (c.from.gate < 0 || c.page.at(c.row, c.from.gate).value_or("f") == "t")
        return {};
    std::string condition = c.from.of->gate.substr(0, 100);
    return "the condition of pgsql-gate " + c.from.of->name +
           " is not true of its row: " + condition;
}

} // namespace

account find_account(Operation& op, service& with, const bound& mapping,
                     const std::function<void(Entry&)>& also)
{
    account out;
    out.barred = "no such user";
    const auto look = [&](candidate& c) {
        out.barred.clear();
        out.dn = view(c.entry.e_name);
        if (access_allowed(&op, &c.entry, slap_schema.si_ad_userPassword, nullptr, ACL_AUTH,
                           nullptr) == 0)
            out.barred = "access rules deny auth";
        std::string closed = gate_of(c);
        if (closed.empty())
            closed = expiry_of(c, mapping);
        out.locked_out = !closed.empty();
        if (out.barred.empty())
            out.barred = std::move(closed);
        also(c.entry);
        const directory::kind& k = *c.from.of;
        out.of = &k;
        for (std::size_t i = 0; i < c.from.columns.size(); ++i) {
            const auto value = c.page.at(c.row, static_cast<int>(i));
            const std::string& name = c.from.columns[i]->name;
            if (!value)
                continue;
            if (name == k.rdn().column)
                out.name = *value;
            if (name == k.chain_column)
                out.chain = *value;
            if (name == k.password_column) {
                out.hash.emplace(*value);
                c.page.wipe(c.row, static_cast<int>(i));
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

} // namespace pgsql::slapd
