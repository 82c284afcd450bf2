// database_state.cpp: the entries of the database, of which only those that may have changed are
// read.
#include "slapd/replication/database_state.hpp"

#include "slapd/entry/directory_tree.hpp"
#include "slapd/entry/entry_stream.hpp"
#include "slapd/entry/rdn.hpp"
#include "slapd/replication/row_scan.hpp"
#include "slapd/worker/idle_worker.hpp"
#include "slapd/worker/write_transaction.hpp"

#include "mapping/dn_tree.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

constexpr std::uint16_t container_kind = 0xffff;
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
            read(k);
    }

private:
    [[nodiscard]] std::size_t tree_digest()
    {
        const auto& kinds = mapping_.map.kinds;
        const bool has_rows =
            std::any_of(kinds.begin(), kinds.end(), [](const auto& k) { return k.has_children; });
        return has_rows ? tree_.whole().digest() : 0;
    }

    void read(const directory::kind& k)
    {
        const auto id = kind_number(k);
        if (!k.error.empty()) {
            out_.unknown.insert(id);
            keep_known(id);
            return;
        }
        const auto plan = plan_for(k, directory::filter::constant_of(directory::truth::yes));
        if (plan && !read_changes(k, *plan))
            read_rows(k, *plan);
    }

    void keep_known(std::uint16_t id)
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

    // Reads only the rows that have changed. False if that is not possible.
    bool read_changes(const directory::kind& k, const directory::plan& plan)
    {
        if (!row_scan::can_read(plan) || shares_names(k))
            return false;
        const auto id = kind_number(k);
        const known_rows& before = feed_.rows();
        const auto known = before.of_kind.find(id);
        const bool comparable = feed_.ready() && before.mapping == out_.rows.mapping &&
                                before.tree == out_.rows.tree && known != before.of_kind.end();
        row_scan scan(op_, service_, snapshot_, plan);
        try {
            out_.rows.of_kind[id] = scan.run(comparable ? &known->second : nullptr);
        } catch (const postgres::error& e) {
            postgres::rethrow_unless_statement(e);
            out_.rows.of_kind.erase(id);
            return false; // reading the rows tells which one is wrong
        }
        if (!comparable || !scan.rows())
            return false;
        auto lost = known->second.lost_in(out_.rows.of_kind[id]);
        for (const auto& [ndn, unused] : feed_.written())
            if (const auto version = feed_.find(ndn); version && version->kind == id)
                lost.insert(version->row);
        std::set<std::string> names = normalized(k, *scan.rows());
        if (!lost.empty())
            for (const std::string& ndn : feed_.names_if([&](const auto&, const auto& version) {
                     return version.kind == id && lost.contains(version.row);
                 }))
                names.insert(tree_.locate_row(ndn).value);
        found_.clear();
        read_names(k, names);
        for (const auto& row : *scan.rows())
            if (!found_.contains(row.id))
                return false; // a search for its name does not find it
        out_.lost.emplace(id, std::move(lost));
        return true;
    }

    // Whether rows of another kind may have the same DN.
    [[nodiscard]] bool shares_names(const directory::kind& k) const
    {
        const auto& kinds = mapping_.map.kinds;
        return std::any_of(kinds.begin(), kinds.end(), [&](const auto& other) {
            return &other != &k && other.rdn().attribute == k.rdn().attribute &&
                   (other.parent_kind || k.parent_kind || other.parent == k.parent);
        });
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

    void read_names(const directory::kind& k, const std::set<std::string>& names)
    {
        directory::filter condition{.type = directory::filter::node::disjunction};
        for (auto name = names.begin(); name != names.end();) {
            condition.parts.push_back(directory::filter::equals(k.rdn().attribute, *name));
            if (++name != names.end() && condition.parts.size() < names_at_once)
                continue;
            if (const auto plan = plan_for(k, condition))
                read_rows(k, *plan);
            condition.parts.clear();
        }
    }

    void read_rows(const directory::kind& k, const directory::plan& plan)
    {
        entry_stream rows(op_, service_, mapping_, plan,
                          {.ordered = true, .duplicates = true, .fresh = true});
        while (const candidate* const row = rows.next()) {
            found_.insert(row_id_of(*row));
            if (row->entry != nullptr && !is_hidden(*row))
                add(*row->entry, kind_number(k), row_id_of(*row));
        }
    }

    [[nodiscard]] static std::uint64_t row_id_of(const candidate& row)
    {
        const auto& page = *row.page;
        const auto key = row.plan->row_key ? page.value(row.row, *row.plan->row_key) : std::nullopt;
        return replication::row_id(page.value(row.row, 0).value_or(""), key.value_or(""));
    }

    void add(const Entry& e, std::uint16_t kind, std::uint64_t row)
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
    std::set<std::uint64_t> found_; ///< rows
};

} // namespace

std::uint16_t kind_number(const directory::kind& k)
{
    const auto hash = replication::hash_of(k.name);
    return static_cast<std::uint16_t>((hash ^ (hash >> 32U)) % container_kind);
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
