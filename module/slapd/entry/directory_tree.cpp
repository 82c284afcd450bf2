// directory_tree.cpp: the tree of the directory for one operation.
#include "slapd/entry/directory_tree.hpp"

#include "cache/result_cache.hpp"
#include "mapping/row_tree.hpp"
#include "slapd/entry/entry_stream.hpp"
#include "slapd/entry/rdn.hpp"
#include "slapd/entry/row_fetch.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

/// The tree with the rows; operations share it.
struct row_containers {
    explicit row_containers(directory::dn_tree of_rows) : tree(std::move(of_rows)) {}

    const directory::dn_tree tree;
    mutable std::mutex mutex;
    mutable std::set<std::pair<std::size_t, std::string>>
        missing; ///< kinds and keys that no row has
};

namespace {

constexpr std::size_t most_missing = 10000;

char extra_key; // its address identifies this type of OpExtra

// The key, the parent's key and the name of every row of the kind.
postgres::statement rows_of(const directory::kind& kind)
{
    const auto column = [&](const std::string& name) {
        const directory::column* c = kind.find_column(name);
        return c != nullptr ? directory::select_expression(*c) : std::string("NULL");
    };
    return {"SELECT " + column(kind.key_column) + ", " + column(kind.parent_column) + ", " +
                column(kind.rdn().column) + " FROM (" + kind.list.text + ") AS e",
            {}};
}

// The rows of a result, as the tree grows by them.
std::vector<directory::tree_row> tree_rows(const resolved_mapping& mapping, directory::kind_id id,
                                           const postgres::result& rows)
{
    const directory::kind& kind = mapping.map.kinds[id];
    const attribute_type& type = mapping.types[kind.rdn().attribute];
    std::vector<directory::tree_row> out;
    out.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
        const std::string_view key = rows.value(row, 0).value_or("");
        const std::string_view parent = rows.value(row, 1).value_or("");
        const std::string_view name = rows.value(row, 2).value_or("");
        directory::tree_row one{.kind = id, .key = std::string(key)};
        one.above = parent.empty() ? directory::place{kind.parent}
                                   : directory::place{{}, kind.parent_kind, std::string(parent)};
        if (name.find_first_not_of(' ') != std::string_view::npos)
            if (auto named = make_rdn(type, name)) {
                one.rdn = std::move(named->pretty);
                one.normalized_rdn = std::move(named->normalized);
            }
        out.push_back(std::move(one));
    }
    return out;
}

std::size_t bytes_of(const directory::dn_tree& tree)
{
    std::size_t out = sizeof tree;
    for (const auto& one : tree.entries())
        out += 400 + 2 * one.dn.size() + 3 * one.ndn.size() + 2 * one.key.size();
    return out;
}

} // namespace

directory_tree::directory_tree(Operation& op, service& service)
    : OpExtra{}, op_(op), service_(service), outer_([&]() -> directory_tree* {
          OpExtra* extra = nullptr;
          LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
          {
              if (extra->oe_key != &extra_key)
                  continue;
              auto* const other = static_cast<directory_tree*>(extra);
              if (&other->service_ == &service)
                  return other;
          }
          return nullptr;
      }())
{
    if (outer_ != nullptr)
        return;
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

directory_tree::~directory_tree()
{
    if (outer_ == nullptr)
        LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

bool directory_tree::may_be_row(std::string_view ndn) const
{
    const auto& attributes = service_.row_container_rdns();
    const std::string_view rdn = directory::rdn_of(ndn);
    return !attributes.empty() && attributes.contains(to_lower(rdn.substr(0, rdn.find('='))));
}

directory::container_id directory_tree::find(std::string_view ndn)
{
    if (const auto fixed = service_.dn_tree().find(ndn))
        return fixed;
    return may_be_row(ndn) ? whole().find(ndn) : directory::container_id();
}

directory::dn_location directory_tree::locate(std::string_view ndn)
{
    directory::dn_location out = service_.dn_tree().locate(ndn);
    if (out.container || (out.parent && !may_be_row(ndn)) ||
        (!out.parent && !may_be_row(directory::parent_of(ndn))))
        return out;
    return whole().locate(ndn);
}

directory::dn_location directory_tree::locate_row(std::string_view ndn)
{
    directory::dn_location out = locate(ndn);
    if (!out.container || is_fixed(out.container))
        return out;
    const directory::container_id parent = container(out.container).parent;
    out = directory::dn_tree({{"", container(parent).ndn, {}}}).locate(ndn);
    out.parent = parent;
    return out;
}

const directory::dn_tree& directory_tree::tree_for(directory::container_id id)
{
    return is_fixed(id) ? service_.dn_tree() : whole();
}

directory::place directory_tree::place_of(directory::container_id id)
{
    return tree_for(id).place_of(id);
}

directory::container_id directory_tree::at(const directory::place& place)
{
    return place.kind ? whole().at(place) : place.fixed;
}

const directory::container& directory_tree::container(directory::container_id id)
{
    return tree_for(id).entries()[id];
}

int directory_tree::level_of(directory::container_id id)
{
    int out = 0;
    for (; id && !is_fixed(id); id = container(id).parent)
        ++out;
    return out;
}

int directory_tree::levels_below(directory::container_id id)
{
    if (!id || is_fixed(id))
        return 0;
    int out = 0;
    for (const directory::container& one : whole().entries())
        if (const auto below = whole().entries().id_of(one); whole().is_below(below, id))
            out = std::max(out, level_of(below) - level_of(id));
    return out;
}

const directory::dn_tree& directory_tree::whole()
{
    if (outer_ != nullptr)
        return outer_->whole();
    if (rows_ == nullptr)
        read();
    return rows_->tree;
}

void directory_tree::read()
{
    directory::result_cache* const memory = service_.tree_cache.get();
    if (memory == nullptr || !memory->enabled() || wants_no_copy(op_) ||
        write_transaction::find(op_) != nullptr)
        return read_rows();
    const std::string key = std::to_string(current_mapping(op_, service_)->serial);
    const auto known = memory->find(key);
    if (known.hit) {
        rows_ = std::static_pointer_cast<const row_containers>(known.hit->value);
        from_memory_ = true;
        return;
    }
    try {
        read_rows();
    } catch (const postgres::error& e) {
        const auto last = is_unreachable(e) ? memory->stale_result(key) : std::nullopt;
        if (!last)
            throw;
        rows_ = std::static_pointer_cast<const row_containers>(last->first.value);
        from_memory_ = true;
        stale_ = true;
        return;
    }
    if (known.lead == nullptr)
        return; // another operation stores its own
    if (!std::all_of(servers_.begin(), servers_.end(),
                     [&](long server) { return memory->covers(server); }))
        known.lead->mark_uncacheable();
    known.lead->complete({rows_, bytes_of(rows_->tree)});
}

void directory_tree::read_rows()
{
    const auto mapping = current_mapping(op_, service_);
    read_ = clock::now();
    servers_.clear();
    std::vector<directory::tree_row> rows;
    for (const directory::kind& kind : mapping->map.kinds) {
        if (!kind.has_children)
            continue;
        if (!kind.error.empty())
            throw config_error(kind.error);
        const postgres::statement query = rows_of(kind);
        const auto found = while_waiting(op_, service_, [&](const postgres::wait_options& options) {
            if (auto* const transaction = write_transaction::find(op_))
                return transaction->run(query, options);
            return service_.pool_for(op_).run(query, options);
        });
        servers_.push_back(found.server_id());
        auto more = tree_rows(*mapping, mapping->map.kinds.id_of(kind), found);
        std::move(more.begin(), more.end(), std::back_inserter(rows));
    }
    auto grown = directory::grow(service_.dn_tree(), std::move(rows));
    for (const auto& one : grown.broken)
        service_.log(
            {log_event::row_skipped,
             fmt::format("{}: {}", mapping->map.kinds[one.kind].name, one.reason), "",
             fmt::format("the row with the key \"{}\" is skipped, and so is what is below it",
                         one.key.substr(0, 60))});
    rows_ = std::make_shared<const row_containers>(std::move(grown.tree));
}

bool directory_tree::knows(const directory::place& row)
{
    if (outer_ != nullptr)
        return outer_->knows(row);
    if (whole().at(row) || whole().is_left_out(row))
        return true;
    const std::lock_guard lock(rows_->mutex);
    return rows_->missing.contains({row.kind.index(), row.key});
}

void directory_tree::add_missing(const directory::place& row)
{
    if (outer_ != nullptr)
        return outer_->add_missing(row);
    (void)whole();
    const std::lock_guard lock(rows_->mutex);
    if (rows_->missing.size() < most_missing)
        rows_->missing.emplace(row.kind.index(), row.key);
}

bool directory_tree::is_stale() { return outer_ != nullptr ? outer_->is_stale() : stale_; }

void directory_tree::forget()
{
    if (outer_ != nullptr)
        return outer_->forget();
    rows_.reset();
    from_memory_ = false;
    stale_ = false;
}

void directory_tree::refresh(clock::time_point since)
{
    if (outer_ != nullptr)
        return outer_->refresh(since);
    if (rows_ == nullptr || (!from_memory_ && read_ > since))
        return;
    forget();
    read_rows();
}

} // namespace pgsql::slapd
