// error.hpp: the errors of the database, classified by what the client gets.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace pgsql::postgres {

/// A failure of the database or the connection. `what()` is for the log, never for the client.
class error : public std::runtime_error {
public:
    enum class cause {
        lost,      ///< no connection, or it broke: a retry on a new one may succeed
        rejected,  ///< no connection until an administrator changes the server or its address
        deadline,  ///< no answer in time
        busy,      ///< every connection of the pool stayed in use until the deadline
        abandoned, ///< the client abandoned the operation
        statement  ///< PostgreSQL refused the statement: retrying is useless
    };

    /// What the servers replied to an attempt to connect.
    enum class server_reply {
        error_text,
        none,   ///< from any host
        refused ///< from at least one host; with `cause::rejected` from all
    };

    error(cause why, const std::string& message, std::string sqlstate = {},
          server_reply reply = server_reply::error_text)
        : std::runtime_error(message), reason_(why), server_reply_(reply),
          sqlstate_(std::move(sqlstate))
    {}

    [[nodiscard]] cause reason() const noexcept { return reason_; }
    [[nodiscard]] bool no_reply() const noexcept { return server_reply_ == server_reply::none; }
    /// Whether a server refused the session permanently.
    [[nodiscard]] bool refused() const noexcept { return server_reply_ == server_reply::refused; }
    /// The same failure with the text of another.
    [[nodiscard]] error with_text_of(const error& other, const std::string& more) const
    {
        return {reason_, other.what() + more, other.sqlstate_, other.server_reply_};
    }
    /// The same failure, preceded by what failed.
    [[nodiscard]] error with_context(const std::string& context) const
    {
        return {reason_, context + ": " + what(), sqlstate_, server_reply_};
    }
    /// Five characters (PostgreSQL manual, appendix A); empty if the server did not send one.
    [[nodiscard]] std::string_view sqlstate() const noexcept { return sqlstate_; }
    /// The column that the server names, for instance of a NOT NULL constraint; mostly empty.
    [[nodiscard]] std::string_view column() const noexcept { return column_; }
    /// The constraint that the server names; mostly empty.
    [[nodiscard]] std::string_view constraint() const noexcept { return constraint_; }
    void set_objects(const char* column, const char* constraint)
    {
        column_ = column != nullptr ? column : "";
        constraint_ = constraint != nullptr ? constraint : "";
    }
    /// Whether the transaction would succeed if it ran again: it conflicted with another one.
    [[nodiscard]] bool conflict() const noexcept
    {
        return sqlstate_ == "40001" || sqlstate_ == "40P01";
    }
    /// Whether the session failed, and not the statement: none could be opened, PostgreSQL or a
    /// pooler ended it (with or without a message), or its server is a standby where a primary is
    /// needed.
    [[nodiscard]] bool session_failed() const noexcept
    {
        if (reason_ == cause::rejected)
            return true;
        return reason_ == cause::lost && (sqlstate_.empty() || sqlstate_.starts_with("08") ||
                                          sqlstate_.starts_with("57P") || sqlstate_ == "25006");
    }
    /// Whether PostgreSQL rejected a value, of a parameter or of a row, and not the statement
    /// itself: data exceptions, domain constraints, a subquery that returns more than one row, and
    /// exceptions that functions raise.
    [[nodiscard]] bool caused_by_value() const noexcept
    {
        return reason_ == cause::statement &&
               (sqlstate_.starts_with("22") || sqlstate_.starts_with("23") ||
                sqlstate_ == "21000" || sqlstate_ == "P0001");
    }
    /// Whether the value has a character that PostgreSQL cannot convert.
    [[nodiscard]] bool caused_by_character() const noexcept
    {
        return sqlstate_ == "22021" || sqlstate_ == "22P05";
    }
    /// Whether the statement has to be prepared again. 0A000: the type of a column has changed.
    /// 26000: the statement was deallocated.
    [[nodiscard]] bool outdated_statement() const noexcept
    {
        return sqlstate_ == "0A000" || sqlstate_ == "26000";
    }

private:
    cause reason_;
    server_reply server_reply_;
    std::string sqlstate_;
    std::string column_;
    std::string constraint_;
};

/// Call in the handler of `e`: rethrows it unless PostgreSQL refused the statement.
inline void rethrow_unless_statement(const error& e)
{
    if (e.reason() != error::cause::statement)
        throw;
}

/// The cause of an error with this SQLSTATE. Class 08 and 57P0x end a session, class 53 is a server
/// at its limits, and 40001/40P01 require a retry: a new connection may succeed after each of them.
/// 57014 is the session's statement_timeout.
[[nodiscard]] constexpr error::cause cause_of(std::string_view sqlstate) noexcept
{
    if (sqlstate.empty() || sqlstate.starts_with("08") || sqlstate.starts_with("53") ||
        sqlstate.starts_with("57P") || sqlstate.starts_with("58") || sqlstate.starts_with("XX") ||
        sqlstate == "25P03" || sqlstate == "40001" || sqlstate == "40P01")
        return error::cause::lost;
    if (sqlstate == "57014" || sqlstate == "55P03")
        return error::cause::deadline;
    return error::cause::statement;
}

} // namespace pgsql::postgres
