// row_salvage.hpp: reads the rows of a plan around those that PostgreSQL cannot read.
#pragma once

#include "slapd/entry/row_fetch.hpp"

namespace pgsql::slapd {

/// One row with a value that cannot be converted, or that an expression of the query fails for,
/// makes every statement fail that returns it. The rows around it are read by their names, in
/// ranges that become smaller until the row is found, which is left out and named in the log.
class row_salvage {
public:
    row_salvage(Operation& op, service& service, const directory::plan& plan)
        : op_(op), service_(service), plan_(plan)
    {}
    row_salvage(const row_salvage&) = delete;
    row_salvage& operator=(const row_salvage&) = delete;

    /// The page behind the row of that name has failed.
    void begin(const std::optional<std::string>& after, const postgres::error& why);
    [[nodiscard]] bool active() const noexcept { return active_; }
    /// The next rows that can be read, in the order of a page. None: this page is finished.
    [[nodiscard]] postgres::result next();
    /// Whether more rows may follow the finished page, and the name behind which.
    [[nodiscard]] bool more() const noexcept { return more_; }
    [[nodiscard]] const std::optional<std::string>& position() const noexcept { return after_key_; }

private:
    using names = std::vector<std::optional<std::string>>; ///< nothing: it cannot be read either

    [[nodiscard]] std::optional<postgres::result> attempt(const postgres::statement& statement,
                                                          std::optional<postgres::error>* why);
    [[nodiscard]] postgres::statement names_from(int skip, int count) const;
    /// The names of the next page; false when there are none.
    bool read_names();
    void read_names(int skip, int count, names& to);
    void advance(const postgres::result& page, std::size_t end);
    void leave_out(const std::string& name, const postgres::error& why);
    /// Throws when it is not the row of that name that is at fault.
    void confirm(const std::string& name, const postgres::error& why);
    void count_failure();

    Operation& op_;
    service& service_;
    const directory::plan& plan_;
    std::optional<postgres::error> error_; ///< the page's own failure
    bool active_ = false;
    bool more_ = false;
    /// The filter's condition fails as well, so that all names of the list query are gone through.
    bool unfiltered_ = false;
    bool confirmed_ = false; ///< it is a row that is at fault, and not the query
    std::optional<std::string> after_key_;
    names names_;
    std::size_t position_ = 0; ///< the next of them
    std::size_t step_ = 1;     ///< how many are asked for
    int read_ = 0;             ///< statements that succeeded
    int failures_ = 0;
    int pages_ = 0;
};

/// The log says that a row is left out; without a name, that this is what cannot be read.
void report_unreadable(service& service, const directory::plan& plan, const std::string& name,
                       const postgres::error& why);

/// Names that the list query has, but this one, to see whether others fail like it.
[[nodiscard]] std::vector<std::string>
other_names(Operation& op, service& service, const directory::plan& plan, const std::string& than);

} // namespace pgsql::slapd
