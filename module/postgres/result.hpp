// result.hpp: the rows of a libpq result, readable without copying.
#pragma once

#include <libpq-fe.h>
#include <string.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

namespace pgsql::postgres {

/// The result of one statement, in text format. Views point into libpq's buffer and are
/// NUL-terminated there (libpq manual, PQgetvalue), so that an Entry can point directly at them.
class result {
public:
    result() = default;
    explicit result(PGresult* answer, long server = 0) : handle_(answer), server_id_(server) {}

    [[nodiscard]] int count() const noexcept { return handle_ ? PQntuples(handle_.get()) : 0; }
    /// The value, or nothing for NULL.
    [[nodiscard]] std::optional<std::string_view> value(int row, int column) const noexcept
    {
        if (PQgetisnull(handle_.get(), row, column) != 0)
            return std::nullopt;
        return std::string_view(PQgetvalue(handle_.get(), row, column),
                                static_cast<std::size_t>(PQgetlength(handle_.get(), row, column)));
    }

    /// The OID of a column's type.
    [[nodiscard]] unsigned type_oid(int column) const noexcept
    {
        return PQftype(handle_.get(), column);
    }

    /// Identifies the server that sent the result; each start of a server has a different number.
    [[nodiscard]] long server_id() const noexcept { return server_id_; }
    [[nodiscard]] const PGresult* handle() const noexcept { return handle_.get(); }

    /// The number of rows that the statement changed.
    [[nodiscard]] long affected_rows() const noexcept
    {
        return handle_ ? std::strtol(PQcmdTuples(handle_.get()), nullptr, 10) : 0;
    }

    /// Overwrites a value that must not stay in memory.
    void wipe(int row, int column) const noexcept
    {
        explicit_bzero(PQgetvalue(handle_.get(), row, column),
                       static_cast<std::size_t>(PQgetlength(handle_.get(), row, column)));
    }

private:
    struct clear {
        void operator()(PGresult* r) const noexcept { PQclear(r); }
    };
    std::unique_ptr<PGresult, clear> handle_;
    long server_id_ = 0;
};

} // namespace pgsql::postgres
