// entry_source.cpp: reads the entries of a plan page by page and finds the entry of a DN.
#include "slapd/entry/entry_source.hpp"

#include "slapd/entry/row_reader.hpp"
#include "slapd/entry/value_checks.hpp"

namespace pgsql::slapd {

std::shared_ptr<const resolved_mapping> current_mapping(Operation& op, service& service)
{
    if (auto known = service.known_mapping())
        return known;
    return while_waiting(op, service, [&](const postgres::wait_options& options) {
        return service.mapping(options);
    });
}

directory::selection all_attributes() { return {.all_user = true, .all_operational = true}; }

namespace {

// Where the entries of a plan come from.
struct source {
    std::shared_ptr<const cached_entries> cached;
    bool stale = false;
    std::unique_ptr<row_reader> rows; ///< if they are not cached
    std::unique_ptr<directory::result_cache::leader> lead;
};

std::shared_ptr<const cached_entries> entries_of(const directory::cached_result& result)
{
    return std::static_pointer_cast<const cached_entries>(result.value);
}

directory::cached_result answer_of(std::shared_ptr<const cached_entries> entries)
{
    const std::size_t bytes = entries->bytes();
    const bool empty = entries->empty();
    return {std::move(entries), bytes, empty};
}

// Waits until the deadline for the result of a concurrent identical query.
directory::result_cache::in_flight::state wait_for(Operation& op, const service& service,
                                                   directory::result_cache::in_flight& other,
                                                   deadline expiry, directory::cached_result& out)
{
    using state = directory::result_cache::in_flight::state;
    constexpr auto poll_interval = std::chrono::milliseconds(25);
    if (auto* const limits = operation_limits::find(op))
        limits->leave(); // the other operation may be waiting for this slot
    return while_waiting(op, service, [&](const postgres::wait_options& options) {
        const postgres::wait_scope here(options);
        for (;;) {
            const auto now = clock::now();
            const state current = other.wait(std::min(expiry, now + poll_interval), out);
            if (current != state::under_way)
                return current;
            if (now >= expiry)
                throw postgres::error(postgres::error::cause::deadline,
                                      "timed out waiting for a concurrent identical query");
            if (options.cancelled())
                throw postgres::error(postgres::error::cause::abandoned,
                                      "the operation was abandoned");
            options.on_long_wait();
        }
    });
}

// The entry handler may cause slapd to run the same query within this operation, so no operation
// may wait for this one once its first entry is handled.
source read_rows(Operation& op, service& service, const resolved_mapping& mapping,
                 const directory::plan& plan, const read_options& options,
                 std::unique_ptr<directory::result_cache::leader> lead)
{
    source out;
    out.rows = std::make_unique<row_reader>(op, service, mapping, plan, options);
    out.rows->first_page();
    if (lead == nullptr)
        return out;
    auto all = std::make_shared<cached_entries>(mapping);
    const bool whole = out.rows->is_single_page() && out.rows->cache_page(*all);
    if (!out.rows->cacheable()) {
        lead->mark_uncacheable();
        if (service.cache->valid())
            service.warn_throttled(
                "elsewhere", "results come from a server without change notifications; not cached",
                3600);
    }
    if (whole) {
        out.rows.reset();
        out.cached = std::move(all);
        lead->complete(answer_of(out.cached));
        return out;
    }
    lead->release_followers();
    if (!out.rows->is_single_page())
        out.lead = std::move(lead);
    return out;
}

source obtain(Operation& op, service& service, const resolved_mapping& mapping,
              const directory::plan& plan, const read_options& options, const std::string& key)
{
    using state = directory::result_cache::in_flight::state;
    std::optional<deadline> expiry;
    for (;;) {
        auto reply = service.cache->find(key);
        if (reply.hit)
            return {.cached = entries_of(*reply.hit)};
        if (reply.lead != nullptr)
            return read_rows(op, service, mapping, plan, options, std::move(reply.lead));
        if (!expiry)
            expiry = wait_limit(op, service);
        directory::cached_result found;
        switch (wait_for(op, service, *reply.flight, *expiry, found)) {
        case state::done:
            return {.cached = entries_of(found)};
        case state::uncacheable:
            return read_rows(op, service, mapping, plan, options, nullptr);
        default:
            break; // the leader has failed: try again, perhaps as leader
        }
    }
}

constexpr std::size_t few_entries = 50; // entries

bool show(const source& source, const directory::plan& plan, const entry_handler& visit,
          const read_options& options)
{
    options.on_page_start(static_cast<int>(source.cached->items().size()));
    for (const auto& one : source.cached->items()) {
        if (one.entry == nullptr) {
            options.on_duplicate(one.name);
            continue;
        }
        candidate candidate{*one.entry, one.name, plan, source.stale};
        if (!visit(candidate))
            return false;
    }
    options.on_page_end();
    return true;
}

} // namespace

bool is_hidden(const candidate& candidate)
{
    return candidate.plan.entry_kind->hides_rows && candidate.plan.gate >= 0 &&
           candidate.page->value(candidate.row, candidate.plan.gate).value_or("f") != "t";
}

bool is_unreachable(const postgres::error& e) noexcept
{
    using cause = postgres::error::cause;
    return e.reason() == cause::lost || e.reason() == cause::rejected ||
           e.reason() == cause::deadline || e.reason() == cause::busy;
}

bool for_each_entry(Operation& op, service& service, const resolved_mapping& mapping,
                    const directory::plan& plan, const entry_handler& visit,
                    const read_options& options)
{
    source source;
    if (service.cache == nullptr || !service.cache->enabled() || plan.has_secrets ||
        options.after_key) {
        source = read_rows(op, service, mapping, plan, options, nullptr);
    } else {
        const auto kind = plan.entry_kind - mapping.map.kinds.data();
        const std::string key = std::to_string(mapping.serial) + ' ' + std::to_string(kind) +
                                (options.ordered || !plan.bounded_by_equality ? " o " : " u ") +
                                plan.identity();
        try {
            source = obtain(op, service, mapping, plan, options, key);
        } catch (const postgres::error& e) {
            const auto last = is_unreachable(e) ? service.cache->stale_result(key) : std::nullopt;
            if (!last)
                throw;
            service.warn_throttled("last known",
                                   std::string("database down (") + e.what() +
                                       "): serving cached entries; all other requests get "
                                       "unavailable (52)",
                                   60);
            source = {.cached = entries_of(last->first), .stale = true};
        }
    }
    if (source.cached != nullptr) {
        // The filter is tested for each entry, which takes time as well.
        if (!plan.lookup_only && source.cached->items().size() > few_entries)
            wait_for_place(op, service);
        return show(source, plan, visit, options);
    }
    auto all = source.lead != nullptr ? std::make_shared<cached_entries>(mapping) : nullptr;
    if (!source.rows->visit(visit, all))
        return false;
    if (all != nullptr && !source.rows->cacheable())
        source.lead->mark_uncacheable();
    if (all != nullptr)
        source.lead->complete(answer_of(std::move(all)));
    return true;
}

void find_entry(Operation& op, service& service, const resolved_mapping& mapping, const berval& ndn,
                const directory::filter& filter, const directory::selection& selection,
                const entry_handler& visit, bool* ambiguous)
{
    const directory::dn_location location = service.dn_tree().locate(to_string_view(ndn));
    if (location.container >= 0 || location.parent < 0)
        return;
    const operation_limits limits(op, service, false);
    bool found = false;
    bool stale = false;
    for (std::size_t i = 0; i < mapping.map.kinds.size(); ++i) {
        const directory::kind& k = mapping.map.kinds[i];
        const int rdn = k.rdn().attribute;
        if (mapping.shared[i].parent != location.parent ||
            to_lower(mapping.map.attributes[static_cast<std::size_t>(rdn)].name) !=
                to_lower(location.attribute))
            continue;
        if (found && k.yields_to_kind >= 0)
            continue;
        const auto named =
            directory::filter::combine(directory::filter::node::conjunction,
                                       {directory::filter::equals(rdn, location.value), filter});
        learn_characters(op, service, mapping, named);
        std::string name; // of the row found first
        read_options options;
        options.on_duplicate = [&](std::string_view other) {
            if (found && other == name && ambiguous != nullptr)
                *ambiguous = true;
        };
        const auto handle = [&](candidate& candidate) {
            stale = stale || candidate.from_stale;
            if (to_string_view(candidate.entry.e_nname) != to_string_view(ndn))
                return true; // the statement may return other entries too
            if (is_hidden(candidate))
                return found || visit(candidate);
            name = candidate.name;
            if (found && ambiguous != nullptr)
                *ambiguous = true;
            const bool first = !found;
            found = true;
            return first ? visit(candidate) : false;
        };
        without_refused_values([&](const std::vector<directory::requested_value>& refused) {
            if (const auto plan = directory::make_plan(mapping.map, k, named, selection, refused))
                for_each_entry(op, service, mapping, *plan, handle, options);
        });
    }
    if (!found && stale) // stale data cannot prove that the entry does not exist
        throw postgres::error(postgres::error::cause::lost,
                              "the entry is not cached, and the database is unavailable");
}

std::string matched_dn(Operation& op, service& service, const resolved_mapping& mapping,
                       const berval& ndn)
{
    std::string matched;
    const auto disclosed = [&](Entry& e) {
        if (access_allowed(&op, &e, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) != 0)
            matched = to_string_view(e.e_name);
    };
    for (std::string_view dn = directory::parent_of(to_string_view(ndn)); !dn.empty();
         dn = directory::parent_of(dn)) {
        if (const int container = service.dn_tree().find(dn); container >= 0) {
            disclosed(service.container(container));
            break;
        }
        bool found = false;
        const std::string superior(dn);
        find_entry(op, service, mapping, to_berval(superior),
                   directory::filter::constant_of(directory::truth::yes), all_attributes(),
                   [&](candidate& candidate) {
                       found = true;
                       disclosed(candidate.entry);
                       return true;
                   });
        if (found)
            break;
    }
    return matched;
}

} // namespace pgsql::slapd
