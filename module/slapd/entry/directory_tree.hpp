// directory_tree.hpp: the tree of the directory for one operation.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

struct row_containers;

/// The containers, and the rows that have others below them. Those are read when they are first
/// needed, at most once for all users of the tree in one operation, and come from memory while
/// change notifications arrive.
class directory_tree : OpExtra {
public:
    directory_tree(Operation& op, service& service);
    directory_tree(const directory_tree&) = delete;
    directory_tree& operator=(const directory_tree&) = delete;
    ~directory_tree();

    /// The container with the normalized DN, or none.
    [[nodiscard]] directory::container_id find(std::string_view ndn);
    [[nodiscard]] directory::dn_location locate(std::string_view ndn);
    /// The same for an entry of a row, which may have others below it: it is located by what is
    /// above it, and is no container.
    [[nodiscard]] directory::dn_location locate_row(std::string_view ndn);
    /// Without rows.
    [[nodiscard]] const directory::dn_tree& fixed() const { return service_.dn_tree(); }
    /// Whether the container exists without a row.
    [[nodiscard]] bool is_fixed(directory::container_id id) const
    {
        return id.index() < service_.dn_tree().entries().size();
    }
    /// What entries immediately below the container are below.
    [[nodiscard]] directory::place place_of(directory::container_id id);
    /// The container of the place; none for a row that has no entry.
    [[nodiscard]] directory::container_id at(const directory::place& place);
    [[nodiscard]] const directory::container& container(directory::container_id id);
    /// How many rows there are from the container up, and the most below it in one line.
    [[nodiscard]] int level_of(directory::container_id id);
    [[nodiscard]] int levels_below(directory::container_id id);
    /// With all rows.
    [[nodiscard]] const directory::dn_tree& whole();

    /// Whether the tree tells what is at the place: an entry, or that there is none. Otherwise the
    /// row may be newer than the tree.
    [[nodiscard]] bool knows(const directory::place& row);
    /// Remembers that no row is at the place.
    void add_missing(const directory::place& row);
    /// Whether the rows are from memory although the database is unavailable.
    [[nodiscard]] bool is_stale();
    /// Reads the rows again, unless that was done after `since`.
    void refresh(clock::time_point since);
    /// Reads the rows again when they are next needed.
    void forget();

private:
    [[nodiscard]] const directory::dn_tree& tree_for(directory::container_id id);
    /// Whether a name of that attribute may be a row's.
    [[nodiscard]] bool may_be_row(std::string_view ndn) const;
    void read();
    void read_rows();

    Operation& op_;
    service& service_;
    directory_tree* const outer_; ///< of the same operation; holds the rows
    std::shared_ptr<const row_containers> rows_;
    clock::time_point read_; ///< before their statement was sent
    bool stale_ = false;
    std::vector<long> servers_; ///< that they came from
    bool from_memory_ = false;
};

} // namespace pgsql::slapd
