// entry_stream.cpp: the entries of a plan, from the cache or page by page from PostgreSQL.
#include "slapd/entry/entry_stream.hpp"

#include "slapd/entry/cached_entries.hpp"
#include "slapd/entry/row_reader.hpp"
#include "slapd/worker/write_transaction.hpp"

#include <fmt/core.h>

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

bool is_hidden(const candidate& candidate)
{
    return candidate.plan->entry_kind->hides_rows && candidate.plan->login_allowed &&
           candidate.page->value(candidate.row, *candidate.plan->login_allowed).value_or("f") !=
               "t";
}

bool is_unreachable(const postgres::error& e) noexcept
{
    using cause = postgres::error::cause;
    return e.reason() == cause::lost || e.reason() == cause::rejected ||
           e.reason() == cause::deadline || e.reason() == cause::busy;
}

namespace {

using flight_state = directory::result_cache::in_flight::state;

constexpr std::size_t few_entries = 50; // entries

directory::cached_result result_of(std::shared_ptr<const cached_entries> entries)
{
    const std::size_t bytes = entries->bytes();
    const bool empty = entries->empty();
    return {std::move(entries), bytes, empty};
}

// Waits until the deadline for the result of a concurrent identical query.
flight_state wait_for(Operation& op, const service& service,
                      directory::result_cache::in_flight& other, deadline expiry,
                      directory::cached_result& out)
{
    if (auto* const limits = operation_limits::find(op))
        limits->leave(); // the other operation may be waiting for this slot
    return while_waiting(op, service, [&](const postgres::wait_options& options) {
        const postgres::wait_scope here(options);
        for (;;) {
            const auto now = clock::now();
            const flight_state current = other.wait(std::min(expiry, now + poll_interval), out);
            if (current != flight_state::under_way)
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

} // namespace

entry_stream::entry_stream(Operation& op, service& service, const resolved_mapping& mapping,
                           const directory::plan& plan, read_options options)
    : op_(op), service_(service), mapping_(mapping), plan_(plan), options_(std::move(options)),
      tree_(op, service)
{
    if (service.cache == nullptr || !service.cache->enabled() || plan.has_secrets ||
        options_.after_key || options_.fresh || wants_no_copy(op) ||
        write_transaction::find(op) != nullptr) {
        read_rows(nullptr);
    } else {
        const std::string key = cache_key();
        try {
            obtain(key);
        } catch (const postgres::error& e) {
            const auto last = is_unreachable(e) ? service.cache->stale_result(key) : std::nullopt;
            if (!last)
                throw;
            service.log({log_event::stale_entries, "",
                         fmt::format("database down ({}): serving cached entries", e.what()),
                         "all other requests get unavailable (52)"});
            use_cached(last->first);
            current_.from_stale = true;
        }
    }
    // The filter is tested for each entry, which takes time as well.
    if (cached_ != nullptr && !plan.lookup_only && cached_->items().size() > few_entries)
        wait_for_slot(op, service);
}

entry_stream::~entry_stream() = default;

bool entry_stream::depends_on_tree() const
{
    return plan_.parent || plan_.entry_kind->has_children ||
           std::any_of(plan_.values_queries.begin(), plan_.values_queries.end(),
                       [](const auto* query) { return query->has_parent; }) ||
           std::any_of(plan_.match_columns.begin(), plan_.match_columns.end(),
                       [](const auto& one) { return bool(one.above.kind); });
}

bool entry_stream::is_same_tree()
{
    return !depends_on_tree() || tree_.whole().digest() == tree_digest_;
}

std::string entry_stream::cache_key()
{
    const auto kind = mapping_.map.kinds.id_of(*plan_.entry_kind).index();
    tree_digest_ = depends_on_tree() ? tree_.whole().digest() : 0;
    return std::to_string(tree_digest_) + ' ' + std::to_string(mapping_.serial) + ' ' +
           std::to_string(kind) + (options_.ordered || !plan_.bounded_by_equality ? " o " : " u ") +
           plan_.identity();
}

void entry_stream::obtain(const std::string& key)
{
    std::optional<deadline> expiry;
    for (;;) {
        auto reply = service_.cache->find(key);
        if (reply.hit)
            return use_cached(*reply.hit);
        if (reply.lead != nullptr)
            return read_rows(std::move(reply.lead));
        if (!expiry)
            expiry = wait_limit(op_, service_);
        directory::cached_result found;
        switch (wait_for(op_, service_, *reply.flight, *expiry, found)) {
        case flight_state::done:
            return use_cached(found);
        case flight_state::uncacheable:
            return read_rows(nullptr);
        default:
            break; // the leader has failed: try again, perhaps as leader
        }
    }
}

void entry_stream::use_cached(const directory::cached_result& result)
{
    cached_ = std::static_pointer_cast<const cached_entries>(result.value);
    current_ = {.plan = &plan_};
    rows_.reset();
    kept_.reset();
}

void entry_stream::read_rows(std::unique_ptr<directory::result_cache::leader> lead)
{
    rows_ = std::make_unique<row_reader>(op_, service_, mapping_, plan_, options_);
    rows_->first_page();
    if (lead == nullptr)
        return;
    kept_ = std::make_shared<cached_entries>(mapping_);
    const bool single = rows_->is_single_page();
    while (single && kept_ != nullptr && rows_->next(current_))
        keep_current();
    if (!is_same_tree()) {
        lead->mark_uncacheable();
    } else if (!rows_->cacheable()) {
        lead->mark_uncacheable();
        if (service_.cache->valid())
            service_.log({log_event::cache_bypassed, "",
                          "results come from a server without change notifications", "not cached"});
    }
    if (!single) {
        lead->release_followers();
        lead_ = std::move(lead);
    } else if (kept_ != nullptr) {
        const directory::cached_result whole = result_of(kept_);
        use_cached(whole);
        lead->complete(whole);
    } else { // too large
        lead->release_followers();
        rows_->rewind();
    }
}

const candidate* entry_stream::next()
{
    for (;;) {
        if (const candidate* out = next_in_page())
            return out;
        if (!next_page())
            return nullptr;
    }
}

bool entry_stream::next_page()
{
    const bool first = !std::exchange(in_page_, true);
    if (rows_ == nullptr)
        return first;
    if (!first && !rows_->next_page()) {
        store_kept();
        return false;
    }
    if (options_.prefetch)
        rows_->prefetch();
    return true;
}

const candidate* entry_stream::next_in_page()
{
    if (!in_page_)
        return nullptr;
    while (rows_ != nullptr ? rows_->next(current_) : next_cached()) {
        if (kept_ != nullptr)
            keep_current();
        if (current_.entry != nullptr || options_.duplicates)
            return &current_;
    }
    return nullptr;
}

bool entry_stream::next_cached()
{
    if (position_ == cached_->items().size())
        return false;
    const cached_entries::item& one = cached_->items()[position_++];
    current_.entry = one.entry;
    current_.name = one.name;
    return true;
}

int entry_stream::page_rows() const
{
    return rows_ != nullptr ? rows_->count() : static_cast<int>(cached_->items().size());
}

bool entry_stream::prefetching() const { return rows_ != nullptr && rows_->prefetching(); }

void entry_stream::finish_prefetch() { rows_->finish_prefetch(); }

void entry_stream::keep_current()
{
    if (current_.entry == nullptr)
        kept_->add_duplicate(current_.name);
    else
        kept_->add(*current_.entry, current_.name);
    if (kept_->bytes() > service_.cache->max_entry_bytes())
        kept_.reset();
}

void entry_stream::store_kept()
{
    if (kept_ == nullptr)
        return;
    if (!rows_->cacheable() || !is_same_tree())
        lead_->mark_uncacheable();
    lead_->complete(result_of(std::move(kept_)));
}

} // namespace pgsql::slapd
