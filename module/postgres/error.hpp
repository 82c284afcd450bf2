// error.hpp: says what went wrong with the database, in a form that decides what the client is
// told.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace pgsql::postgres {

/// A failure of the database or of the way to it. `what()` is for the log, never for the client.
class error : public std::runtime_error {
public:
    enum class cause {
        lost,      ///< no connection, or it broke: worth trying again on a fresh one
        rejected,  ///< no connection until somebody changes the server or its address
        deadline,  ///< no answer in time
        busy,      ///< every connection of the pool stayed in use until the deadline
        abandoned, ///< the client gave the operation up
        statement  ///< PostgreSQL refused the statement: retrying is useless
    };

    /// What an attempt to connect has heard.
    enum class server_reply {
        error_text,
        none,   ///< from any host
        refused ///< from one host at least, as `cause::refused` is from all
    };

    error(cause why, const std::string& message, std::string sqlstate = {},
          server_reply what = server_reply::error_text)
        : std::runtime_error(message), reason_(why), server_reply_(what),
          sqlstate_(std::move(sqlstate))
    {}

    [[nodiscard]] cause reason() const noexcept { return reason_; }
    [[nodiscard]] bool no_reply() const noexcept { return server_reply_ == server_reply::none; }
    /// Whether a server that was to be connected to refuses it for good.
    [[nodiscard]] bool refused() const noexcept { return server_reply_ == server_reply::refused; }
    /// The same failure, with the words of another.
    [[nodiscard]] error with_text_of(const error& other, const std::string& more) const
    {
        return {reason_, other.what() + more, other.sqlstate_, other.server_reply_};
    }
    /// Five characters (PostgreSQL manual, appendix A), empty when the failure is not the server's.
    [[nodiscard]] std::string_view sqlstate() const noexcept { return sqlstate_; }
    /// Whether it is the session that has failed, and not the statement: there was none to be had,
    /// PostgreSQL or a proxy has ended it (in words, or without), or it leads to a standby where a
    /// primary is needed.
    [[nodiscard]] bool session_failed() const noexcept
    {
        if (reason_ == cause::rejected)
            return true;
        return reason_ == cause::lost && (sqlstate_.empty() || sqlstate_.starts_with("08") ||
                                          sqlstate_.starts_with("57P") || sqlstate_ == "25006");
    }
    /// Whether it is a value that PostgreSQL refused, from the statement's parameters or from a
    /// row, and not the statement itself: data exceptions, constraints of domains, a subquery that
    /// finds more than one row, and what functions raise.
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
    /// Whether preparing the statement again helps. 0A000: a column's type changed since. 26000:
    /// somebody deallocated it.
    [[nodiscard]] bool outdated_statement() const noexcept
    {
        return sqlstate_ == "0A000" || sqlstate_ == "26000";
    }

private:
    cause reason_;
    server_reply server_reply_;
    std::string sqlstate_;
};

/// What an SQLSTATE means for us. Class 08 and 57P0x end a session, 53 is a server at its limits
/// and 40001/40P01 ask for a retry: all of them may well succeed on a fresh connection. 57014 is
/// our own statement_timeout.
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
