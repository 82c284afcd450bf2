// row_tree.cpp: grows the tree of the directory by the rows that have others below them.
#include "mapping/row_tree.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace pgsql::directory {
namespace {

class grower {
public:
    grower(const dn_tree& fixed, std::vector<tree_row> rows)
        : rows_(std::move(rows)), entries_(fixed.entries())
    {
        std::sort(rows_.begin(), rows_.end(), [](const tree_row& a, const tree_row& b) {
            return std::tie(a.normalized_rdn, a.rdn, a.kind, a.key) <
                   std::tie(b.normalized_rdn, b.rdn, b.kind, b.key);
        });
    }

    row_tree run()
    {
        std::map<std::pair<kind_id, std::string>, int> known;
        for (const tree_row& row : rows_)
            if (row.key.empty()) {
                leave_out(row, "it has no key");
            } else if (known[{row.kind, row.key}]++ == 0) {
                below_[{row.above.fixed, row.above.kind, row.above.key}].push_back(&row);
            } else { // the first one has an entry
                broken_.push_back({row.kind, row.key, "another row has the same key"});
                faults_.repeated.push_back({{}, row.kind, row.key});
            }
        const std::size_t fixed = entries_.size();
        for (std::size_t i = 0; i < fixed; ++i)
            names_.insert(entries_[i].ndn);
        for (std::size_t i = 0; i < fixed; ++i)
            add_below(container_id(i), {.fixed = container_id(i)}, 1);
        for (const auto& [above, rows] : below_) // not reached from a fixed container
            for (const tree_row* row : rows)
                leave_out(*row, known.contains({std::get<1>(above), std::get<2>(above)})
                                    ? "the rows above it are in a circle, too deep or left out"
                                    : "no row has the key in its parent column");
        return {dn_tree(std::move(entries_), faults_), std::move(broken_)};
    }

private:
    void leave_out(const tree_row& row, const char* reason)
    {
        broken_.push_back({row.kind, row.key, reason});
        faults_.left_out.push_back({{}, row.kind, row.key});
    }

    void add_below(container_id parent, const place& above, int depth)
    {
        const auto at = below_.find({above.fixed, above.kind, above.key});
        if (at == below_.end() || depth > deepest_row)
            return;
        const std::vector<const tree_row*> rows = std::move(at->second);
        below_.erase(at);
        for (const tree_row* row : rows) {
            if (row->normalized_rdn.empty()) {
                leave_out(*row, "it has no valid name");
                continue;
            }
            container one{.dn = row->rdn + ',' + entries_[parent].dn,
                          .ndn = row->normalized_rdn + ',' + entries_[parent].ndn,
                          .parent = parent,
                          .kind = row->kind,
                          .key = row->key};
            if (!names_.insert(one.ndn).second) {
                leave_out(*row, "another entry has the same DN");
                faults_.ambiguous.push_back(one.ndn);
                continue;
            }
            entries_.push_back(std::move(one));
            add_below(entries_.id_of(entries_.back()),
                      {.fixed = {}, .kind = row->kind, .key = row->key}, depth + 1);
        }
    }

    std::vector<tree_row> rows_;
    id_vector<container> entries_;
    std::map<std::tuple<container_id, kind_id, std::string>, std::vector<const tree_row*>> below_;
    std::unordered_set<std::string> names_;
    std::vector<broken_row> broken_;
    tree_faults faults_;
};

} // namespace

row_tree grow(const dn_tree& fixed, std::vector<tree_row> rows)
{
    return grower(fixed, std::move(rows)).run();
}

} // namespace pgsql::directory
