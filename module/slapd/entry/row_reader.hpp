// row_reader.hpp: turns the statements of a plan into entries, page by page.
#pragma once

#include "slapd/entry/cached_entries.hpp"
#include "slapd/entry/entry_source.hpp"
#include "slapd/entry/multi_values.hpp"
#include "slapd/entry/row_salvage.hpp"

#include <set>

namespace pgsql::slapd {

/// Rows with names that others have: a search says in one line which they are, however many.
class twins {
public:
    twins(service& with, const directory::plan& from) : with_(with), from_(from) {}

    void add(std::string_view name);
    void forget() noexcept;
    /// A line for each name that is looked up, but only one for lists and their pages.
    void report() const;

private:
    service& with_;
    const directory::plan& from_;
    int names_ = 0;
    std::string last_;
    std::string text_;
};

/// The rows of a plan, page by page. Everything it is given has to outlive it.
class reading {
public:
    reading(Operation& op, service& with, const bound& mapping, const directory::plan& from,
            const course& how)
        : op_(op), with_(with), mapping_(mapping), from_(from), how_(how),
          builder_(with, mapping, from), left_out_(with, from),
          loose_names_(from.of->names_may_coincide()), ordered_(how.ordered || !from.pinned),
          last_(how.after), salvage_(op, with, from), lists_(op, with, from)
    {}
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    /// Asks for it; comes before all else.
    void first_page();

    /// Whether the first page is the only one.
    [[nodiscard]] bool whole() const noexcept { return !more_; }

    /// Whether all that was read so far came from where changes are heard of.
    [[nodiscard]] bool vouched_for() const noexcept { return vouched_for_ && lists_.vouched_for(); }

    /// Keeps the entries of the only page. False if they are too much to be kept; then they have to
    /// be visited.
    [[nodiscard]] bool keep_all(kept_entries& in);

    /// False when the visitor stopped. What it is shown is kept as well, until that is too long.
    bool visit(const visitor& visit, std::shared_ptr<kept_entries>& kept);

private:
    /// What follows was left for another page.
    [[nodiscard]] bool full() const;
    /// Fetches a page, which may be on its way.
    void read_page(std::unique_ptr<postgres::pool::ahead> under_way);
    [[nodiscard]] effort effort_of_page() const;
    void arrive();
    /// Whether two of the page's rows have the same DN, however their names are spelled.
    [[nodiscard]] bool names_coincide();
    /// Which of the page's names rows of earlier pages have, in another spelling.
    void find_same_before();
    template <typename Each, typename Twin> bool each_row(const Each& each, const Twin& twin);

    Operation& op_;
    service& with_;
    const bound& mapping_;
    const directory::plan& from_;
    const course& how_;
    entry_builder builder_;
    twins left_out_;
    const bool loose_names_;
    bool ordered_;
    std::optional<std::string> last_; ///< the name behind which the next page begins
    std::string behind_;              ///< and this one
    postgres::rows page_;
    salvage salvage_;
    page_lists lists_;
    std::set<std::string> same_before_; ///< names, normalised, that earlier pages have
    int count_ = 0;                     ///< of the page's rows, without the one that tells of more
    bool more_ = false;
    bool vouched_for_ = true;
};

} // namespace pgsql::slapd
