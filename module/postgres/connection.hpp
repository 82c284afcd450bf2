// connection.hpp: runs statements in one session with PostgreSQL; every wait has a deadline.
#pragma once

#include "base/deadline.hpp"
#include "postgres/error.hpp"
#include "postgres/host_list.hpp"
#include "postgres/pool_stats.hpp"
#include "postgres/refusal.hpp"
#include "postgres/result.hpp"
#include "postgres/transport.hpp"
#include "postgres/user_files.hpp"
#include "sql/statement.hpp"

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace pgsql::postgres {

/// Texts whose length depends on a filter rarely recur; preparing them would only use up the
/// server's memory.
inline constexpr std::size_t longest_prepared = 8192;

/// How long an operation may wait, and whether its client has abandoned it.
struct wait_options {
    deadline expiry;
    std::function<bool()> cancelled = [] { return false; };
    std::function<void()> on_long_wait = [] {}; ///< called, perhaps repeatedly, during a long wait
    /// Called at the end of each wait, long or not, before work continues. Must not throw. It may
    /// block, so the caller must not hold a lock that others wait for without a deadline.
    std::function<void()> wait_over = [] {};
};

/// The scope of one wait; calls wait_over at its end.
class wait_scope {
public:
    explicit wait_scope(const wait_options& options) : limits_(options) {}
    wait_scope(const wait_scope&) = delete;
    wait_scope& operator=(const wait_scope&) = delete;
    ~wait_scope() { limits_.wait_over(); }

private:
    const wait_options& limits_;
};

/// Where and how to connect. Times are in seconds.
struct endpoint {
    std::string uri;                  ///< a libpq URI or keyword string; empty: libpq's defaults
    double connect_timeout = 2.0;     ///< for one attempt
    double timeout = 3.0;             ///< also the session's statement_timeout
    std::shared_ptr<host_list> hosts; ///< of the uri
    file_defaults defaults;           ///< which the uri may override
    /// Whether a session keeps its settings and prepared statements. A pooler that assigns each
    /// transaction to another session does not.
    bool dedicated_session = true;
};

/// A column that a query returns.
struct described_column {
    std::string name;
    Oid type = 0;
    int modifier = -1; ///< of the type, as varchar(n) has one; -1: none
    Oid table = 0;     ///< the table whose column it is, or 0 for an expression
    int table_column = 0;
};

/// One session. Every member that communicates with the server throws postgres::error. After an
/// error with any cause but `statement` the session is unusable.
class connection {
public:
    /// `stats` must outlive the session.
    [[nodiscard]] static std::unique_ptr<connection>
    open(const endpoint& endpoint, const wait_options& options, pool_stats& stats);

    [[nodiscard]] result run(const statement& statement, const wait_options& options);
    /// The same without preparing the statement, for rare ones.
    [[nodiscard]] result run_once(const statement& statement, const wait_options& options);
    /// Runs a statement without values, such as BEGIN.
    result command(const char* text, const wait_options& options);
    /// Runs commands and then a query in a transaction that is rolled back.
    [[nodiscard]] result run_and_roll_back(const std::vector<std::string>& commands,
                                           const statement& query, const wait_options& options);
    /// run() in two steps: sends the statement; collect() fetches its rows later.
    void send(const statement& statement, const wait_options& options);
    [[nodiscard]] result collect(const wait_options& options);
    /// After run() or collect() failed: waits for the rest of the statement and drops it. Returns
    /// whether the session can run another statement.
    [[nodiscard]] bool discard_result(const wait_options& options) noexcept;
    /// Whether collect() would return without waiting.
    [[nodiscard]] bool ready();
    /// Begins a transaction that may write, and runs the statements in it, or with `begin` false
    /// runs them in the open transaction: all in one round trip. `out` has the results of those
    /// before the first that fails. Without a session of its own every statement takes a round
    /// trip.
    void run_together(const std::vector<change_statement>& statements, bool begin,
                      const wait_options& options, std::vector<result>& out);
    /// Begins a transaction that may write, and runs `first` in it, a statement without values, in
    /// the same round trip. On a standby it throws an error of cause `lost` with SQLSTATE 25006.
    result begin(const wait_options& options, const std::string& first = {});
    /// Runs a statement of the transaction that changes rows, and returns their number. Error
    /// messages have no details, which would contain the row.
    [[nodiscard]] long change(const change_statement& statement, const wait_options& options,
                              bool prepare = true);
    /// Ends the transaction. An abandoned operation does not end the wait for COMMIT.
    void commit(const wait_options& options);
    void roll_back(const wait_options& options);
    /// Runs an UPDATE in a separate transaction, commits it only if it changed exactly one row, and
    /// returns the number of rows. A null pointer is NULL. Error messages have no details, which
    /// would contain the row. After the deadline no COMMIT is sent, so that an operation that was
    /// given up does not take effect later.
    [[nodiscard]] long update_exactly_one(const std::string& text,
                                          const std::vector<const std::string*>& values,
                                          const wait_options& options)
    {
        return execute_update(text, values, options, 1);
    }
    /// Runs an UPDATE with NULL for each value and rolls it back, to test whether it can run.
    void dry_run(const std::string& text, int values, const wait_options& options)
    {
        (void)execute_update(
            text, std::vector<const std::string*>(static_cast<std::size_t>(values)), options, -1);
    }
    /// The columns of a query and, if `parameters` is not null, the types of its parameters.
    [[nodiscard]] std::vector<described_column> describe(const std::string& text,
                                                         const wait_options& options,
                                                         std::vector<Oid>* parameters = nullptr);

    /// Whether the session can run another statement: connected, nothing pending, no transaction.
    [[nodiscard]] bool reusable() const noexcept;
    /// Whether the server has closed the idle session.
    [[nodiscard]] bool closed_by_server() noexcept;
    /// Whether a NOTIFY on a channel of the session's LISTEN has arrived since the last call.
    [[nodiscard]] bool notified();
    /// Becomes readable when a NOTIFY arrives.
    [[nodiscard]] int socket() const noexcept { return PQsocket(handle_.get()); }
    /// The encoding of the database; empty if a pooler does not report it.
    [[nodiscard]] std::string_view server_encoding() const noexcept
    {
        const char* name = PQparameterStatus(handle_.get(), "server_encoding");
        return name != nullptr ? name : "";
    }
    /// For instance 150004 for 15.4.
    [[nodiscard]] int server_version() const noexcept { return PQserverVersion(handle_.get()); }
    /// The identifier of the server, as in result::server_id().
    [[nodiscard]] long server_id() const noexcept { return server_id_; }
    /// 0 with a pooler, which does not report it.
    [[nodiscard]] int backend_pid() const noexcept
    {
        return dedicated_ ? PQbackendPID(handle_.get()) : 0;
    }
    [[nodiscard]] clock::time_point opened() const noexcept { return opened_; }
    /// The peer, and how the connection is encrypted.
    [[nodiscard]] transport travels() const { return transport_of(handle_.get()); }

private:
    struct finish {
        void operator()(PGconn* c) const noexcept { PQfinish(c); }
    };
    connection(PGconn* handle, const endpoint& endpoint, pool_stats& stats);

    [[nodiscard]] static std::unique_ptr<connection> open_at(const endpoint& endpoint,
                                                             const host_list::host& host,
                                                             const wait_options& options,
                                                             pool_stats& stats);

    void start(const wait_options& options);
    void set_up(const wait_options& options);
    [[noreturn]] void refuse(const connection_failure& why) const;
    void send(const statement& statement, const char* prepared_as);
    /// Whether a transaction is open, also a failed one.
    [[nodiscard]] bool in_transaction() const noexcept
    {
        const auto status = PQtransactionStatus(handle_.get());
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
    }
    void throw_if_outdated(const error& e);
    void begin_pooled();
    void end_pooled();
    /// Whether text values are the stored bytes, of unknown encoding.
    [[nodiscard]] bool unconverted() const noexcept { return server_encoding() == "SQL_ASCII"; }
    void wait_for(bool writing, const wait_options& options);
    /// The last result; `all` receives every one.
    result receive(const wait_options& options, std::vector<result>* all = nullptr);
    [[nodiscard]] long execute_update(const std::string& text,
                                      const std::vector<const std::string*>& values,
                                      const wait_options& options, long wanted);
    [[nodiscard]] const std::string& prepared(const std::string& text, const wait_options& options);
    void send_change(const change_statement& statement, const char* prepared_as);
    [[nodiscard]] error begin_failure(const error& e);
    /// Drops the prepared statements if so many more would be too many.
    void make_room_for(std::size_t statements, const wait_options& options);
    void check_sent(int ok);
    [[noreturn]] void throw_lost();

    std::unique_ptr<PGconn, finish> handle_;
    pool_stats& stats_;
    const clock::time_point opened_ = clock::now();
    const std::string timeout_; ///< milliseconds
    const bool dedicated_;
    std::unordered_map<std::string, std::string> prepared_; ///< statement text → name on the server
    bool pipeline_ = false;                                 ///< in pipeline mode
    bool broken_ = false;
    bool result_pending_ = false; ///< only the result of a sent statement is outstanding
    long server_id_ = 0;
};

} // namespace pgsql::postgres
