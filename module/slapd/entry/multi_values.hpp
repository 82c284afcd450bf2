// multi_values.hpp: fetches the results of values queries for the rows of a page.
#pragma once

#include "slapd/entry/entry_builder.hpp"
#include "slapd/entry/row_fetch.hpp"

#include <set>

namespace pgsql::slapd {

/// Fetches the values for as many rows at a time as memory allows.
class multi_values {
public:
    multi_values(Operation& op, service& service, const directory::plan& plan)
        : op_(op), service_(service), plan_(plan), batch_(plan.rows)
    {}

    /// Starts with the first `count` rows of the page, which must outlive their use.
    void begin(const postgres::result& page, int count);

    /// Whether all results so far came from a server with change notifications.
    [[nodiscard]] bool cacheable() const noexcept { return cacheable_; }

    /// The values of a row; call in row order. Valid until the next call. Null if PostgreSQL cannot
    /// read a value of the row, which is logged.
    const page_values* values_for(int row);

private:
    /// False if the values are too large for one batch.
    bool fetch_batch(int first);
    [[nodiscard]] bool is_private_group(int row) const;
    /// A null pointer if the values of a single row cannot be read; nothing if those of several
    /// rows cannot.
    [[nodiscard]] std::optional<std::shared_ptr<const postgres::result>>
    fetch_list(const directory::values_query& query, const std::vector<std::string>& keys);
    [[nodiscard]] bool reads_others(const directory::values_query& query, const std::string& key);
    [[nodiscard]] std::vector<std::string> other_keys(const std::string& key) const;
    [[nodiscard]] effort effort_of(const directory::values_query& query) const;
    /// If the query lists members: the only member of a private group is the user of that name.
    void add_private_members(attribute_values& found, int first) const;
    /// Assigns the values to the keys of the rows.
    void assign(attribute_values& found, const std::vector<std::string>& keys, int first) const;

    Operation& op_;
    service& service_;
    const directory::plan& plan_;
    const postgres::result* page_ = nullptr;
    int count_ = 0;
    int end_ = 0; ///< the first row whose values are not fetched
    int batch_;
    page_values values_;
    bool readable_ = true; ///< false: the values of a single row cannot be read
    std::set<const directory::values_query*> read_;
    bool cacheable_ = true;
};

} // namespace pgsql::slapd
