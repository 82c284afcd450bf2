// write_transaction.hpp: the transaction of an operation that writes, in which its statements run.
#pragma once

#include "slapd/serving/service.hpp"

#include <cstdint>
#include <span>

namespace pgsql::slapd {

/// COMMIT was sent, and the session was lost before its result arrived.
class commit_unanswered : public std::runtime_error {
public:
    commit_unanswered(const postgres::error& why, std::string transaction)
        : std::runtime_error(why.what()), id(std::move(transaction))
    {}
    const std::string id; ///< of the transaction, for txid_status()
};

/// PostgreSQL refuses a statement that changes rows.
struct change_refused {
    postgres::error why;
};

/// An advisory lock on a name, such as a DN.
struct name_lock {
    std::string_view name;
    bool shared = false; ///< others may hold it as well, if they share it
};

/// What the statements of a transaction see of others: what was committed before each statement, or
/// before the first one. With `snapshot` nothing can be changed.
enum class isolation : char { read_committed, snapshot };

/// A transaction on the primary. While it exists, the statements of its operation run in it, also
/// those of functions that slapd calls meanwhile. Writers of the same DN wait for each other: an
/// advisory lock (PostgreSQL manual §13.3.5) is held until the end. Statements see what others have
/// committed before (READ COMMITTED). Every function throws postgres::error.
class write_transaction : OpExtra {
public:
    /// The transaction begins, and waits for the locks, with the first statement.
    write_transaction(Operation& op, postgres::connection& session,
                      const postgres::wait_options& options, std::span<const name_lock> locks,
                      isolation isolation = isolation::read_committed);
    write_transaction(const write_transaction&) = delete;
    write_transaction& operator=(const write_transaction&) = delete;
    /// Rolls back what was not committed.
    ~write_transaction();

    /// The transaction of the operation, or null.
    [[nodiscard]] static write_transaction* find(const Operation& op) noexcept;

    [[nodiscard]] postgres::result run(const postgres::statement& query,
                                       const postgres::wait_options& options);
    /// Returns the number of changed rows.
    [[nodiscard]] long change(const postgres::change_statement& statement,
                              const postgres::wait_options& options);
    /// Runs the statement together with the next query, in one round trip. It must exist until
    /// finish_change(), which returns the number of changed rows. The query throws change_refused
    /// if PostgreSQL refuses this statement.
    void change_later(const postgres::change_statement& statement);
    [[nodiscard]] long finish_change(const postgres::wait_options& options);
    /// Throws commit_unanswered if the outcome is unknown.
    void commit(const postgres::wait_options& options);
    /// Undoes what was done since set_savepoint(), or else everything. Without a savepoint,
    /// statements that follow run outside of a transaction.
    void roll_back(const postgres::wait_options& options);
    void set_savepoint(const postgres::wait_options& options);

private:
    void begin(const postgres::wait_options& options);
    void note_id(const postgres::result& first);
    [[nodiscard]] postgres::result begin_with(const postgres::statement& query,
                                              const postgres::wait_options& options);
    [[nodiscard]] postgres::result change_with(const postgres::statement& query,
                                               const postgres::wait_options& options);

    Operation& op_;
    postgres::connection& session_;
    const postgres::wait_options& limits_;
    postgres::statement first_; ///< takes the locks and returns the transaction's identifier
    const postgres::change_statement* later_ = nullptr;
    std::optional<long> changed_rows_; ///< by the statement of change_later()
    bool begun_ = false;
    std::string id_;
    bool changed_ = false;
    bool has_savepoint_ = false;
    bool ended_ = false;
};

} // namespace pgsql::slapd
