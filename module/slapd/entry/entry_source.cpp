// entry_source.cpp: turns plans into entries, page by page, and finds the one entry of a DN.
#include "slapd/entry/entry_source.hpp"

#include "slapd/entry/row_reader.hpp"
#include "slapd/entry/value_checks.hpp"

namespace pgsql::slapd {

std::shared_ptr<const bound> mapping_of(Operation& op, service& with)
{
    if (auto known = with.known_mapping())
        return known;
    return while_waiting(op, with,
                         [&](const postgres::patience& limits) { return with.mapping(limits); });
}

directory::wanted everything() { return {.everything = true, .operational = true}; }

namespace {

// Where the entries of a plan are to be had.
struct source {
    std::shared_ptr<const kept_entries> kept;
    bool last_known = false;
    std::unique_ptr<reading> rows; ///< if they are not kept
    std::unique_ptr<directory::cache::lead> lead;
};

std::shared_ptr<const kept_entries> entries_of(const directory::answer& from)
{
    return std::static_pointer_cast<const kept_entries>(from.what);
}

directory::answer answer_of(std::shared_ptr<const kept_entries> from)
{
    const std::size_t bytes = from->bytes();
    const bool empty = from->empty();
    return {std::move(from), bytes, empty};
}

// What another's statement finds, at the latest at the deadline.
directory::cache::flight::state wait_for(Operation& op, const service& with,
                                         directory::cache::flight& other, deadline until,
                                         directory::answer& out)
{
    using state = directory::cache::flight::state;
    constexpr auto glance = std::chrono::milliseconds(25);
    if (auto* const all = operation_limits::of(op))
        all->leave(); // the other one may be waiting for this very place
    return while_waiting(op, with, [&](const postgres::patience& limits) {
        const postgres::wait_scope here(limits);
        for (;;) {
            const auto now = clock::now();
            const state is = other.wait(std::min(until, now + glance), out);
            if (is != state::under_way)
                return is;
            if (now >= until)
                throw postgres::error(postgres::error::cause::deadline,
                                      "another's statement for the same was still under way at "
                                      "the deadline");
            if (limits.given_up())
                throw postgres::error(postgres::error::cause::abandoned,
                                      "the operation was abandoned");
            limits.long_wait();
        }
    });
}

// A visitor may lead slapd back to us with the same question, so that nobody waits for this one any
// more once its first entry is shown.
source read_rows(Operation& op, service& with, const bound& mapping, const directory::plan& from,
                 const course& how, std::unique_ptr<directory::cache::lead> lead)
{
    source out;
    out.rows = std::make_unique<reading>(op, with, mapping, from, how);
    out.rows->first_page();
    if (lead == nullptr)
        return out;
    auto all = std::make_shared<kept_entries>(mapping);
    const bool whole = out.rows->whole() && out.rows->keep_all(*all);
    if (!out.rows->vouched_for()) {
        lead->doubt();
        if (with.answers->usable())
            with.complain(
                "elsewhere",
                "answers come from another server than the one that tells of changes, and "
                "are not kept",
                3600);
    }
    if (whole) {
        out.rows.reset();
        out.kept = std::move(all);
        lead->land(answer_of(out.kept));
        return out;
    }
    lead->leave_alone();
    if (!out.rows->whole())
        out.lead = std::move(lead);
    return out;
}

source obtain(Operation& op, service& with, const bound& mapping, const directory::plan& from,
              const course& how, const std::string& key)
{
    using state = directory::cache::flight::state;
    std::optional<deadline> until;
    for (;;) {
        auto reply = with.answers->ask(key);
        if (reply.known)
            return {.kept = entries_of(*reply.known)};
        if (reply.mine != nullptr)
            return read_rows(op, with, mapping, from, how, std::move(reply.mine));
        if (!until)
            until = wait_limit(op, with);
        directory::answer found;
        switch (wait_for(op, with, *reply.others, *until, found)) {
        case state::landed:
            return {.kept = entries_of(found)};
        case state::alone:
            return read_rows(op, with, mapping, from, how, nullptr);
        default:
            break; // whoever asked has failed: perhaps it is for us to ask
        }
    }
}

constexpr std::size_t few = 50; // entries

bool show(const source& of, const directory::plan& from, const visitor& visit, const course& how)
{
    how.page_begins(static_cast<int>(of.kept->all().size()));
    for (const auto& one : of.kept->all()) {
        if (one.entry == nullptr) {
            how.twin(one.name);
            continue;
        }
        candidate c{*one.entry, one.name, from, of.last_known};
        if (!visit(c))
            return false;
    }
    how.page_ends();
    return true;
}

} // namespace

bool is_hidden(const candidate& c)
{
    return c.from.of->hides_rows && c.from.gate >= 0 &&
           c.page->at(c.row, c.from.gate).value_or("f") != "t";
}

bool is_away(const postgres::error& e) noexcept
{
    using cause = postgres::error::cause;
    return e.why() == cause::lost || e.why() == cause::refused || e.why() == cause::deadline ||
           e.why() == cause::busy;
}

bool each_candidate(Operation& op, service& with, const bound& mapping, const directory::plan& from,
                    const visitor& visit, const course& how)
{
    source of;
    if (with.answers == nullptr || !with.answers->of_use() || from.secret || how.after) {
        of = read_rows(op, with, mapping, from, how, nullptr);
    } else {
        const auto kind = from.of - mapping.map.kinds.data();
        const std::string key = std::to_string(mapping.serial) + ' ' + std::to_string(kind) +
                                (how.ordered || !from.pinned ? " o " : " u ") + from.identity();
        try {
            of = obtain(op, with, mapping, from, how, key);
        } catch (const postgres::error& e) {
            const auto last = is_away(e) ? with.answers->last_known(key) : std::nullopt;
            if (!last)
                throw;
            with.complain("last known",
                          std::string("the database is away (") + e.what() +
                              "): entries that were seen before are shown as they "
                              "were, and everything else gets result 52",
                          60);
            of = {.kept = entries_of(last->first), .last_known = true};
        }
    }
    if (of.kept != nullptr) {
        // The filter is tested of each, which takes its time as well.
        if (!from.lookup_only && of.kept->all().size() > few)
            wait_for_place(op, with);
        return show(of, from, visit, how);
    }
    auto all = of.lead != nullptr ? std::make_shared<kept_entries>(mapping) : nullptr;
    if (!of.rows->visit(visit, all))
        return false;
    if (all != nullptr && !of.rows->vouched_for())
        of.lead->doubt();
    if (all != nullptr)
        of.lead->land(answer_of(std::move(all)));
    return true;
}

void visit_entry(Operation& op, service& with, const bound& mapping, const berval& ndn,
                 const directory::filter& what, const directory::wanted& parts,
                 const visitor& visit, bool* ambiguous)
{
    const directory::place at = with.where().locate(view(ndn));
    if (at.fixed >= 0 || at.parent < 0)
        return;
    const operation_limits limits(op, with, false);
    bool found = false;
    bool last_known = false;
    for (std::size_t i = 0; i < mapping.map.kinds.size(); ++i) {
        const directory::kind& k = mapping.map.kinds[i];
        const int rdn = k.rdn().attribute;
        if (mapping.shared[i].parent != at.parent ||
            folded(mapping.map.attributes[static_cast<std::size_t>(rdn)].name) !=
                folded(at.attribute))
            continue;
        if (found && k.only_if_none_in >= 0)
            continue;
        const auto named = directory::filter::combine(
            directory::filter::type::conjunction, {directory::filter::equals(rdn, at.value), what});
        learn_characters(op, with, mapping, named);
        std::string name; // of the row that was found
        course how;
        how.twin = [&](std::string_view other) {
            if (found && other == name && ambiguous != nullptr)
                *ambiguous = true;
        };
        const auto look = [&](candidate& c) {
            last_known = last_known || c.last_known;
            if (view(c.entry.e_nname) != view(ndn))
                return true; // the statement may find more than it was asked for
            if (is_hidden(c))
                return found || visit(c);
            name = c.name;
            if (found && ambiguous != nullptr)
                *ambiguous = true;
            const bool first = !found;
            found = true;
            return first ? visit(c) : false;
        };
        without_refused_values([&](const std::vector<directory::asked_value>& refused) {
            if (const auto plan = directory::make_plan(mapping.map, k, named, parts, refused))
                each_candidate(op, with, mapping, *plan, look, how);
        });
    }
    if (!found && last_known) // that there is nothing is not known
        throw postgres::error(postgres::error::cause::lost,
                              "none of the last known entries is the one that was asked for");
}

std::string nearest_above(Operation& op, service& with, const bound& mapping, const berval& ndn)
{
    std::string matched;
    const auto disclosed = [&](Entry& e) {
        if (access_allowed(&op, &e, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) != 0)
            matched = view(e.e_name);
    };
    for (std::string_view dn = directory::parent_of(view(ndn)); !dn.empty();
         dn = directory::parent_of(dn)) {
        if (const int fixed = with.where().find(dn); fixed >= 0) {
            disclosed(with.fixed(fixed));
            break;
        }
        bool found = false;
        const std::string above(dn);
        visit_entry(op, with, mapping, look_at(above), directory::filter::of(directory::truth::yes),
                    everything(), [&](candidate& c) {
                        found = true;
                        disclosed(c.entry);
                        return true;
                    });
        if (found)
            break;
    }
    return matched;
}

} // namespace pgsql::slapd
