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
struct patience {
    deadline until;
    std::function<bool()> given_up = [] { return false; };
    std::function<void()> long_wait = [] {}; ///< called, maybe often, when the wait becomes long
    /// Called at the end of each wait, long or not: what follows is work again. Must not throw, and
    /// may take its time, so that no lock is held that others wait for without a deadline.
    std::function<void()> wait_over = [] {};
};

/// One wait, from where it begins to where work goes on.
class wait_scope {
public:
    explicit wait_scope(const patience& limits) : limits_(limits) {}
    wait_scope(const wait_scope&) = delete;
    wait_scope& operator=(const wait_scope&) = delete;
    ~wait_scope() { limits_.wait_over(); }

private:
    const patience& limits_;
};

/// Where and how to connect. Times in seconds.
struct target {
    std::string uri;              ///< a libpq URI or keyword string; empty: libpq's own defaults
    double connect_timeout = 2.0; ///< for one attempt
    double timeout = 3.0;         ///< becomes the session's statement_timeout
    std::shared_ptr<route> hosts; ///< of the uri
    options defaults;             ///< what the uri may change
    /// Whether a session is ours alone, and keeps what it was told and statements that it has
    /// prepared. A proxy that pools transactions gives each to another session.
    bool own_session = true;
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
    [[nodiscard]] static std::unique_ptr<connection> open(const target& where,
                                                          const patience& limits, traffic& counted);

    [[nodiscard]] rows run(const statement& what, const patience& limits);
    /// The same without preparing it, for what is seldom asked.
    [[nodiscard]] rows run_once(const statement& what, const patience& limits);
    /// What has no values, such as BEGIN.
    rows command(const char* text, const patience& limits);
    /// Runs commands and then a query in a transaction that is rolled back.
    [[nodiscard]] rows run_in_vain(const std::vector<std::string>& commands, const statement& query,
                                   const patience& limits);
    /// The two halves of it: the statement is on its way, its rows are fetched later.
    void send(const statement& what, const patience& limits);
    [[nodiscard]] rows collect(const patience& limits);
    /// Whether collect() need not wait for what was sent.
    [[nodiscard]] bool arrived();
    /// Runs an UPDATE that shall change one row, in a transaction of its own, and returns how many
    /// it would have changed: only if it is one row, the change is made. A null pointer is NULL.
    /// Errors come without details, which would show the row. PostgreSQL is not told to commit when
    /// the deadline has come: what was given up is not carried out later.
    [[nodiscard]] long change_one(const std::string& text,
                                  const std::vector<const std::string*>& values,
                                  const patience& limits)
    {
        return change(text, values, limits, 1);
    }
    /// Runs it without consequences, to see whether it can be run. Each of its values is NULL.
    void rehearse(const std::string& text, int values, const patience& limits)
    {
        (void)change(text, std::vector<const std::string*>(static_cast<std::size_t>(values)),
                     limits, -1);
    }
    /// The columns of a query, and the types of its parameters for who wants to know them.
    [[nodiscard]] std::vector<described_column> describe(const std::string& text,
                                                         const patience& limits,
                                                         std::vector<Oid>* parameters = nullptr);

    /// Whether the session can serve another statement: connected, nothing pending, outside a
    /// transaction.
    [[nodiscard]] bool reusable() const noexcept;
    /// Whether the server has closed the session while it lay idle.
    [[nodiscard]] bool stale() noexcept;
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
    [[nodiscard]] long server() const noexcept { return server_; }
    /// 0 where a proxy keeps it to itself.
    [[nodiscard]] int backend_pid() const noexcept
    {
        return own_session_ ? PQbackendPID(handle_.get()) : 0;
    }
    [[nodiscard]] clock::time_point opened() const noexcept { return opened_; }
    /// How its bytes travel.
    [[nodiscard]] transport travels() const { return transport_of(handle_.get()); }

private:
    struct finish {
        void operator()(PGconn* c) const noexcept { PQfinish(c); }
    };
    connection(PGconn* handle, const target& where, traffic& counted);

    [[nodiscard]] static std::unique_ptr<connection>
    open_at(const target& where, const route::host& at, const patience& limits, traffic& counted);

    void start(const patience& limits);
    void set_up(const patience& limits);
    [[noreturn]] void refuse(const connection_failure& why) const;
    void send(const statement& what, const char* prepared_as);
    void begin_shared();
    void end_shared();
    /// Whether texts come as the bytes that are stored, whatever these are.
    [[nodiscard]] bool unconverted() const noexcept { return server_encoding() == "SQL_ASCII"; }
    void wait_for(bool writing, const patience& limits);
    [[nodiscard]] long change(const std::string& text,
                              const std::vector<const std::string*>& values, const patience& limits,
                              long wanted);
    [[nodiscard]] const std::string& prepared(const std::string& text, const patience& limits);
    void sent(int ok);
    [[noreturn]] void lost();

    std::unique_ptr<PGconn, finish> handle_;
    traffic& counted_;
    const clock::time_point opened_ = clock::now();
    const std::string timeout_; ///< milliseconds
    const bool own_session_;
    std::unordered_map<std::string, std::string> prepared_; ///< statement text → name on the server
    bool pipeline_ = false;                                 ///< its end has not come yet
    bool broken_ = false;
    long server_ = 0;
};

} // namespace pgsql::postgres
