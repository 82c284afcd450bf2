// row_salvage.hpp: skips the rows that PostgreSQL cannot read.
#pragma once

#include "slapd/entry/row_fetch.hpp"

namespace pgsql::slapd {

/// A row with a value that cannot be converted, or for which an expression of the query fails,
/// makes every statement fail that returns it. This class reads the other rows by ranges of keys
/// that become smaller until the row is found, which is then skipped and logged.
class row_salvage {
public:
    row_salvage(Operation& op, service& service, const directory::plan& plan)
        : op_(op), service_(service), plan_(plan)
    {}
    row_salvage(const row_salvage&) = delete;
    row_salvage& operator=(const row_salvage&) = delete;

    /// Call after the page following the row of that name has failed.
    void begin(const std::optional<std::string>& after, const postgres::error& why);
    [[nodiscard]] bool active() const noexcept { return active_; }
    /// The next readable rows, in the order of a page. Empty: this page is complete.
    [[nodiscard]] postgres::result next();
    /// Whether more rows may follow the complete page, and the key after which they start.
    [[nodiscard]] bool more() const noexcept { return more_; }
    [[nodiscard]] const std::optional<std::string>& position() const noexcept { return after_key_; }

private:
    using names = std::vector<std::optional<std::string>>; ///< nothing: the name cannot be read

    [[nodiscard]] std::optional<postgres::result> attempt(const postgres::statement& statement,
                                                          std::optional<postgres::error>* why);
    [[nodiscard]] postgres::statement names_from(int skip, int count) const;
    /// Reads the names of the next page; false if there are none.
    bool read_names();
    void read_names(int skip, int count, names& out);
    void advance(const postgres::result& page, std::size_t end);
    void leave_out(const std::string& name, const postgres::error& why);
    /// Throws if the row of that name is not the cause.
    void confirm(const std::string& name, const postgres::error& why);
    void count_failure();

    Operation& op_;
    service& service_;
    const directory::plan& plan_;
    std::optional<postgres::error> error_; ///< the failure of the page
    bool active_ = false;
    bool more_ = false;
    /// The filter's condition fails too, so that all names of the list query are read.
    bool unfiltered_ = false;
    bool confirmed_ = false; ///< a row is the cause, not the query
    std::optional<std::string> after_key_;
    names names_;
    std::size_t position_ = 0; ///< index of the next name
    std::size_t step_ = 1;     ///< names per range
    int read_ = 0;             ///< successful statements
    int failures_ = 0;
    int pages_ = 0;
};

/// On the stack of an operation that must know which rows are left out because PostgreSQL cannot
/// read them.
class unreadable_rows : OpExtra {
public:
    explicit unreadable_rows(Operation& op);
    unreadable_rows(const unreadable_rows&) = delete;
    unreadable_rows& operator=(const unreadable_rows&) = delete;
    ~unreadable_rows();

    /// Of the operation, or null.
    [[nodiscard]] static unreadable_rows* find(const Operation& op) noexcept;

    void add(const std::string& name);
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// Whether the name of a row cannot be read either.
    [[nodiscard]] bool has_nameless() const noexcept { return has_nameless_; }

private:
    Operation& op_;
    std::vector<std::string> names_;
    bool has_nameless_ = false;
};

/// Logs that a row is skipped; an empty name means that the name cannot be read.
void report_unreadable(const Operation& op, service& service, const directory::plan& plan,
                       const std::string& name, const postgres::error& why);

/// Other names of the list query, to check whether their rows fail too.
[[nodiscard]] std::vector<std::string> other_names(Operation& op, service& service,
                                                   const directory::plan& plan,
                                                   const std::string& excluded);

} // namespace pgsql::slapd
