// multi_values.hpp: turns the rows of a page into the lists of values that they bring.
#pragma once

#include "slapd/entry/entry_builder.hpp"
#include "slapd/entry/row_fetch.hpp"

#include <set>

namespace pgsql::slapd {

/// Fetches the lists for as many rows at once as memory allows.
class page_lists {
public:
    page_lists(Operation& op, service& with, const directory::plan& from)
        : op_(op), with_(with), from_(from), at_once_(from.rows)
    {}

    /// The first `count` rows of the page are going to be asked for. The page has to outlive that.
    void begin(const postgres::rows& page, int count);

    /// Whether all that was read so far came from where changes are heard of.
    [[nodiscard]] bool vouched_for() const noexcept { return vouched_for_; }

    /// Those of a row; rows come in their order. Good until the next ones are asked for. Null: the
    /// row has one that PostgreSQL cannot read, which the log says.
    const page_values* of(int row);

private:
    /// False when they are too much for one time.
    bool fetch_lists(int first);
    [[nodiscard]] bool is_private_group(int row) const;
    /// Null when the list of a single row cannot be read. Nothing: those of several cannot.
    [[nodiscard]] std::optional<std::shared_ptr<const postgres::rows>>
    fetch_list(const directory::values_query& query, const std::vector<std::string>& keys);
    [[nodiscard]] bool reads_others(const directory::values_query& query, const std::string& key);
    [[nodiscard]] effort effort_of(const directory::values_query& in) const;
    /// To the names of the rows.
    void assign(listed_values& found, const std::vector<std::string>& keys, int first) const;

    Operation& op_;
    service& with_;
    const directory::plan& from_;
    const postgres::rows* page_ = nullptr;
    int count_ = 0;
    int end_ = 0; ///< the first row whose lists are not there
    int at_once_;
    page_values lists_;
    bool readable_ = true; ///< the lists, of a single row
    std::set<const directory::values_query*> read_;
    bool vouched_for_ = true;
};

} // namespace pgsql::slapd
