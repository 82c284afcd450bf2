// database_state.cpp: the entries of the database, of which only those that may have changed are
// read.
#include "slapd/replication/database_state.hpp"

#include "slapd/entry/directory_tree.hpp"
#include "slapd/entry/entry_stream.hpp"
#include "slapd/entry/rdn.hpp"
#include "slapd/entry/row_salvage.hpp"
#include "slapd/replication/row_scan.hpp"
#include "slapd/worker/idle_worker.hpp"
#include "slapd/worker/write_transaction.hpp"

#include "mapping/dn_tree.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

constexpr std::uint32_t container_kind = UINT32_MAX;
constexpr std::size_t names_at_once = 200;
constexpr std::size_t most_kept = 1000; // entries

class database_reader {
public:
    database_reader(Operation& op, service& service, feed& feed, write_transaction& snapshot,
                    const resolved_mapping& mapping, database_state& out)
        : op_(op), service_(service), feed_(feed), snapshot_(snapshot), mapping_(mapping),
          out_(out), tree_(op, service)
    {
        tree_.forget();
    }

    void read_all()
    {
        for (const auto& one : service_.dn_tree().entries())
            add(service_.container(service_.dn_tree().entries().id_of(one)), container_kind, 0);
        out_.rows = {.mapping = mapping_.shared_from_this(), .tree = tree_digest()};
        for (const directory::kind& k : mapping_.map.kinds)
            scan(k);
        for (kind_reading& one : readings_)
            if (one.partial)
                find_names(one);
        for (const kind_reading& one : readings_)
            if (!one.partial)
                wholly_.insert(one.names());
        for (const kind_reading& one : readings_)
            if (is_partial(one))
                read_names(one);
        for (const kind_reading& one : readings_)
            if (!is_partial(one))
                forget(one);
        for (kind_reading& one : readings_)
            if (is_partial(one))
                out_.lost.emplace(kind_number(*one.of), std::move(one.lost));
            else
                read_rows(*one.of, one.plan);
    }

private:
    [[nodiscard]] std::size_t tree_digest()
    {
        const auto& kinds = mapping_.map.kinds;
        const bool has_rows =
            std::any_of(kinds.begin(), kinds.end(), [](const auto& k) { return k.has_children; });
        return has_rows ? tree_.whole().digest() : 0;
    }

    using naming = std::pair<directory::attribute_id, bool>;
    struct kind_reading {
        const directory::kind* of;
        directory::plan plan;
        bool partial = false; ///< only rows that may have changed are read
        std::vector<changed_row> changed = {};
        std::set<std::uint64_t> lost = {}; ///< identifiers of rows that were removed or changed

        /// Kinds with the same one may have rows with the same DN. A private group has no name of
        /// another group.
        [[nodiscard]] naming names() const
        {
            return {of->rdn().attribute, bool(of->yields_to_kind)};
        }
    };

    // Rows of another kind may have the same DN, so that they are read in the same way.
    [[nodiscard]] bool is_partial(const kind_reading& one) const
    {
        return !wholly_.contains(one.names());
    }

    void keep_known(std::uint32_t id)
    {
        if (const auto at = feed_.rows().of_kind.find(id); at != feed_.rows().of_kind.end())
            out_.rows.of_kind.insert(*at);
    }

    [[nodiscard]] std::optional<directory::plan> plan_for(const directory::kind& k,
                                                          const directory::filter& condition) const
    {
        return directory::make_plan(mapping_.map, k, condition,
                                    copied_selection(service_, mapping_));
    }

    void scan(const directory::kind& k)
    {
        const auto id = kind_number(k);
        if (!k.error.empty()) {
            service_.log({log_event::feed_failed, k.name, k.error, "replicas keep its entries"});
            out_.unknown.insert(id);
            keep_known(id);
            return;
        }
        auto plan = plan_for(k, directory::filter::constant_of(directory::truth::yes));
        if (!plan)
            return;
        readings_.push_back({.of = &k, .plan = std::move(*plan)});
        kind_reading& one = readings_.back();
        if (!row_scan::can_read(one.plan))
            return;
        const known_rows& before = feed_.rows();
        const auto known = before.of_kind.find(id);
        const bool comparable = feed_.ready() && before.mapping == out_.rows.mapping &&
                                before.tree == out_.rows.tree && known != before.of_kind.end();
        row_scan rows(op_, service_, snapshot_, one.plan);
        try {
            out_.rows.of_kind[id] = rows.run(comparable ? &known->second : nullptr);
        } catch (const postgres::error& e) {
            postgres::rethrow_unless_statement(e);
            out_.rows.of_kind.erase(id); // reading the rows tells which one is wrong
            return;
        }
        one.partial = comparable && rows.rows();
        if (!one.partial)
            return;
        one.changed = *rows.rows();
        one.lost = known->second.lost_in(out_.rows.of_kind[id]);
    }

    // The names of the rows that may have changed.
    void find_names(kind_reading& one)
    {
        const auto id = kind_number(*one.of);
        for (const auto& [ndn, unused] : feed_.written())
            if (const auto version = feed_.find(ndn); version && version->kind == id)
                one.lost.insert(version->row);
        std::set<std::string>& names = names_[one.names()];
        names.merge(normalized(*one.of, one.changed));
        if (one.lost.empty())
            return;
        for (const std::string& ndn : feed_.names_if([&](const auto& version) {
                 return version.kind == id && one.lost.contains(version.row);
             }))
            names.insert(tree_.locate_row(ndn).value);
    }

    // If a search for its name does not find a row, all rows are read.
    void read_names(const kind_reading& one)
    {
        const std::set<std::string>& names = names_[one.names()];
        found_.clear();
        directory::filter condition{.type = directory::filter::node::disjunction};
        for (auto name = names.begin(); name != names.end();) {
            if (condition.parts.empty()) // twice, since a lookup by one name may find another row
                condition.parts.push_back(
                    directory::filter::equals(one.of->rdn().attribute, *name));
            condition.parts.push_back(directory::filter::equals(one.of->rdn().attribute, *name));
            if (++name != names.end() && condition.parts.size() < names_at_once)
                continue;
            if (const auto plan = plan_for(*one.of, condition))
                read_rows(*one.of, *plan);
            condition.parts.clear();
        }
        for (const changed_row& row : one.changed)
            if (!found_.contains(row.id))
                wholly_.insert(one.names());
    }

    // What was read by names, of a kind that is then read wholly.
    void forget(const kind_reading& one)
    {
        out_.seen.erase_if(
            [id = kind_number(*one.of)](const auto& version) { return version.kind == id; });
    }

    [[nodiscard]] std::set<std::string> normalized(const directory::kind& k,
                                                   const std::vector<changed_row>& rows) const
    {
        std::set<std::string> out;
        for (const changed_row& row : rows)
            if (const auto named = make_rdn(mapping_.types[k.rdn().attribute], row.name)) {
                const std::string_view text = named->normalized;
                if (auto value = directory::unescape_value(text.substr(text.find('=') + 1)))
                    out.insert(std::move(*value));
            }
        return out;
    }

    void read_rows(const directory::kind& k, const directory::plan& plan)
    {
        const unreadable_rows unreadable(op_);
        entry_stream rows(op_, service_, mapping_, plan,
                          {.ordered = true, .duplicates = true, .fresh = true});
        while (const candidate* const row = rows.next()) {
            found_.insert(row_id_of(*row));
            if (row->entry != nullptr && !is_hidden(*row))
                add(*row->entry, kind_number(k), row_id_of(*row));
        }
        for (const std::string& name : unreadable.names())
            if (const auto named = make_rdn(mapping_.types[k.rdn().attribute], name))
                out_.unreadable.insert(named->normalized);
        if (unreadable.has_nameless())
            out_.unknown.insert(kind_number(k));
    }

    [[nodiscard]] static std::uint64_t row_id_of(const candidate& row)
    {
        const auto& page = *row.page;
        const auto key = row.plan->row_key ? page.value(row.row, *row.plan->row_key) : std::nullopt;
        return replication::row_id(page.value(row.row, 0).value_or(""), key.value_or(""));
    }

    void add(const Entry& e, std::uint32_t kind, std::uint64_t row)
    {
        auto version = version_of(e, kind);
        version.row = row;
        const std::string ndn(to_string_view(e.e_nname));
        if (!out_.seen.emplace(ndn, version).second || out_.entries.size() >= most_kept)
            return; // the first of one name
        const auto known = feed_.find(ndn);
        if (known && known->digest == version.digest && known->uuid == version.uuid)
            return;
        out_.entries.emplace(ndn, entry_dup(const_cast<Entry*>(&e)));
    }

    Operation& op_;
    service& service_;
    feed& feed_;
    write_transaction& snapshot_;
    const resolved_mapping& mapping_;
    database_state& out_;
    directory_tree tree_;
    std::vector<kind_reading> readings_;
    std::map<naming, std::set<std::string>> names_; ///< of rows that are read
    std::set<naming> wholly_;                       ///< of kinds with all rows
    std::set<std::uint64_t> found_;                 ///< rows
};

} // namespace

std::uint32_t kind_number(const directory::kind& k)
{
    const auto hash = replication::hash_of(k.name);
    return static_cast<std::uint32_t>((hash ^ (hash >> 32U)) % container_kind);
}

directory::selection copied_selection(const service& service, const resolved_mapping& mapping)
{
    directory::selection out = copied_attributes(mapping);
    out.password = out.shows_password = !service.feed_password_ndn.empty();
    return out;
}

void read_database(Operation& op, service& service, feed& feed, database_state& out)
{
    const auto mapping = current_mapping(op, service);
    while_waiting(op, service, [&](const postgres::wait_options& options) {
        return service.primary_pool().with_connection(options, [&](postgres::connection& session) {
            out = {};
            write_transaction snapshot(op, session, options, {}, isolation::snapshot);
            const auto now =
                snapshot.run({"SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) "
                              "* 1000000)::bigint",
                              {}},
                             options);
            out.now = std::stoll(std::string(now.value(0, 0).value_or("0")));
            database_reader(op, service, feed, snapshot, *mapping, out).read_all();
            // Reading all entries may take longer than one statement.
            while_waiting(op, service, [&](const postgres::wait_options& fresh) {
                snapshot.commit(fresh);
                return true;
            });
            return true;
        });
    });
}

} // namespace pgsql::slapd
