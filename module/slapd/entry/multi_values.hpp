// multi_values.hpp: turns the rows of a page into the lists of values that they bring.
#pragma once

#include "slapd/entry/entry_builder.hpp"
#include "slapd/entry/row_fetch.hpp"

#include <set>

namespace pgsql::slapd {

/// Fetches the lists for as many rows at once as memory allows.
class multi_values {
public:
    multi_values(Operation& op, service& service, const directory::plan& plan)
        : op_(op), service_(service), plan_(plan), batch_(plan.rows)
    {}

    /// The first `count` rows of the page are going to be asked for. The page has to outlive that.
    void begin(const postgres::result& page, int count);

    /// Whether all that was read so far came from where changes are heard of.
    [[nodiscard]] bool cacheable() const noexcept { return cacheable_; }

    /// Those of a row; rows come in their order. Good until the next ones are asked for. Null: the
    /// row has one that PostgreSQL cannot read, which the log says.
    const page_values* values_for(int row);

private:
    /// False when they are too much for one time.
    bool fetch_batch(int first);
    [[nodiscard]] bool is_private_group(int row) const;
    /// Null when the list of a single row cannot be read. Nothing: those of several cannot.
    [[nodiscard]] std::optional<std::shared_ptr<const postgres::result>>
    fetch_list(const directory::values_query& query, const std::vector<std::string>& keys);
    [[nodiscard]] bool reads_others(const directory::values_query& query, const std::string& key);
    [[nodiscard]] effort effort_of(const directory::values_query& query) const;
    /// To the names of the rows.
    void assign(attribute_values& found, const std::vector<std::string>& keys, int first) const;

    Operation& op_;
    service& service_;
    const directory::plan& plan_;
    const postgres::result* page_ = nullptr;
    int count_ = 0;
    int end_ = 0; ///< the first row whose lists are not there
    int batch_;
    page_values values_;
    bool readable_ = true; ///< the lists, of a single row
    std::set<const directory::values_query*> read_;
    bool cacheable_ = true;
};

} // namespace pgsql::slapd
