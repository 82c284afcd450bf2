// connection.hpp: turns statements into rows over one session with PostgreSQL, never waiting past a
// deadline.
#pragma once

#include "base/deadline.hpp"
#include "postgres/error.hpp"
#include "postgres/host_list.hpp"
#include "postgres/own_files.hpp"
#include "postgres/pool_stats.hpp"
#include "postgres/refusal.hpp"
#include "postgres/result.hpp"
#include "postgres/transport.hpp"
#include "sql/statement.hpp"

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace pgsql::postgres {

/// How long an operation may wait, and whether its client still wants the answer.
struct wait_options {
    deadline expiry;
    std::function<bool()> cancelled = [] { return false; };
    std::function<void()> on_long_wait = [] {}; ///< called, maybe often, when the wait becomes long
    /// Called at the end of each wait, long or not: what follows is work again. Must not throw, and
    /// may take its time, so that no lock is held that others wait for without a deadline.
    std::function<void()> wait_over = [] {};
};

/// One wait, from where it begins to where work goes on.
class wait_scope {
public:
    explicit wait_scope(const wait_options& options) : limits_(options) {}
    wait_scope(const wait_scope&) = delete;
    wait_scope& operator=(const wait_scope&) = delete;
    ~wait_scope() { limits_.wait_over(); }

private:
    const wait_options& limits_;
};

/// Where and how to connect. Times in seconds.
struct endpoint {
    std::string uri;              ///< a libpq URI or keyword string; empty: libpq's own defaults
    double connect_timeout = 2.0; ///< for one attempt
    double timeout = 3.0;         ///< becomes the session's statement_timeout
    std::shared_ptr<host_list> hosts; ///< of the uri
    file_defaults defaults;           ///< what the uri may change
    /// Whether a session is ours alone, and keeps what it was told and statements that it has
    /// prepared. A proxy that pools transactions gives each to another session.
    bool dedicated_session = true;
};

/// A column that a query returns.
struct described_column {
    std::string name;
    Oid type = 0;
    int modifier = -1; ///< of the type: what varchar(n) has; -1: none
    Oid table = 0;     ///< the table it is read from unchanged, or 0
    int table_column = 0;
};

/// One session. Every member that talks to the server throws postgres::error and leaves the session
/// unusable when its cause is anything but `statement`.
class connection {
public:
    /// `counted` lives longer than the session.
    [[nodiscard]] static std::unique_ptr<connection>
    open(const endpoint& endpoint, const wait_options& options, pool_stats& stats);

    [[nodiscard]] result run(const statement& statement, const wait_options& options);
    /// The same without preparing it, for what is seldom asked.
    [[nodiscard]] result run_once(const statement& statement, const wait_options& options);
    /// What has no values, such as BEGIN.
    result command(const char* text, const wait_options& options);
    /// Runs commands and then a query in a transaction that is rolled back.
    [[nodiscard]] result run_and_roll_back(const std::vector<std::string>& commands,
                                           const statement& query, const wait_options& options);
    /// The two halves of it: the statement is on its way, its rows are fetched later.
    void send(const statement& statement, const wait_options& options);
    [[nodiscard]] result collect(const wait_options& options);
    /// Whether collect() need not wait for what was sent.
    [[nodiscard]] bool ready();
    /// Runs an UPDATE that shall change one row, in a transaction of its own, and returns how many
    /// it would have changed: only if it is one row, the change is made. A null pointer is NULL.
    /// Errors come without details, which would show the row. PostgreSQL is not told to commit when
    /// the deadline has come: what was given up is not carried out later.
    [[nodiscard]] long update_exactly_one(const std::string& text,
                                          const std::vector<const std::string*>& values,
                                          const wait_options& options)
    {
        return execute_update(text, values, options, 1);
    }
    /// Runs it without consequences, to see whether it can be run. Each of its values is NULL.
    void dry_run(const std::string& text, int values, const wait_options& options)
    {
        (void)execute_update(
            text, std::vector<const std::string*>(static_cast<std::size_t>(values)), options, -1);
    }
    /// The columns of a query, and the types of its parameters for who wants to know them.
    [[nodiscard]] std::vector<described_column> describe(const std::string& text,
                                                         const wait_options& options,
                                                         std::vector<Oid>* parameters = nullptr);

    /// Whether the session can serve another statement: connected, nothing pending, outside a
    /// transaction.
    [[nodiscard]] bool reusable() const noexcept;
    /// Whether the server has closed the session while it lay idle.
    [[nodiscard]] bool closed_by_server() noexcept;
    /// Whether a NOTIFY of a channel that the session LISTENs to has come since the last call.
    [[nodiscard]] bool notified();
    /// What becomes readable when one comes.
    [[nodiscard]] int socket() const noexcept { return PQsocket(handle_.get()); }
    /// The encoding of the database; empty when a proxy does not tell.
    [[nodiscard]] std::string_view server_encoding() const noexcept
    {
        const char* name = PQparameterStatus(handle_.get(), "server_encoding");
        return name != nullptr ? name : "";
    }
    /// 150004 for 15.4
    [[nodiscard]] int server_version() const noexcept { return PQserverVersion(handle_.get()); }
    /// The number of the server, as rows have it.
    [[nodiscard]] long server_id() const noexcept { return server_id_; }
    /// 0 where a proxy keeps it to itself.
    [[nodiscard]] int backend_pid() const noexcept
    {
        return dedicated_ ? PQbackendPID(handle_.get()) : 0;
    }
    [[nodiscard]] clock::time_point opened() const noexcept { return opened_; }
    /// How its bytes travel.
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
    void begin_pooled();
    void end_pooled();
    /// Whether texts come as the bytes that are stored, whatever these are.
    [[nodiscard]] bool unconverted() const noexcept { return server_encoding() == "SQL_ASCII"; }
    void wait_for(bool writing, const wait_options& options);
    [[nodiscard]] long execute_update(const std::string& text,
                                      const std::vector<const std::string*>& values,
                                      const wait_options& options, long wanted);
    [[nodiscard]] const std::string& prepared(const std::string& text, const wait_options& options);
    void check_sent(int ok);
    [[noreturn]] void throw_lost();

    std::unique_ptr<PGconn, finish> handle_;
    pool_stats& stats_;
    const clock::time_point opened_ = clock::now();
    const std::string timeout_; ///< milliseconds
    const bool dedicated_;
    std::unordered_map<std::string, std::string> prepared_; ///< statement text → name on the server
    bool pipeline_ = false;                                 ///< its end has not come yet
    bool broken_ = false;
    long server_id_ = 0;
};

} // namespace pgsql::postgres
