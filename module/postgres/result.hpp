// result.hpp: turns a libpq result into rows of columns that can be looked at without copying.
#pragma once

#include <libpq-fe.h>
#include <string.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

namespace pgsql::postgres {

/// The answer to one statement, in text format. Views point into libpq's buffer and are
/// NUL-terminated there (libpq manual, PQgetvalue), which lets an Entry point straight at them.
class rows {
public:
    rows() = default;
    explicit rows(PGresult* result, long server = 0) : result_(result), server_(server) {}

    [[nodiscard]] int count() const noexcept { return result_ ? PQntuples(result_.get()) : 0; }
    /// The value, or nothing for NULL.
    [[nodiscard]] std::optional<std::string_view> at(int row, int column) const noexcept
    {
        if (PQgetisnull(result_.get(), row, column) != 0)
            return std::nullopt;
        return std::string_view(PQgetvalue(result_.get(), row, column),
                                static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
    }

    /// The number of a column's type in PostgreSQL's catalogue.
    [[nodiscard]] unsigned type(int column) const noexcept
    {
        return PQftype(result_.get(), column);
    }

    /// Which server the answer is from, by a number that each start of one has to itself.
    [[nodiscard]] long server() const noexcept { return server_; }
    [[nodiscard]] const PGresult* result() const noexcept { return result_.get(); }

    /// How many rows the statement has changed.
    [[nodiscard]] long changed() const noexcept
    {
        return result_ ? std::strtol(PQcmdTuples(result_.get()), nullptr, 10) : 0;
    }

    /// Overwrites a value that must not stay in memory.
    void wipe(int row, int column) const noexcept
    {
        explicit_bzero(PQgetvalue(result_.get(), row, column),
                       static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
    }

private:
    struct clear {
        void operator()(PGresult* r) const noexcept { PQclear(r); }
    };
    std::unique_ptr<PGresult, clear> result_;
    long server_ = 0;
};

} // namespace pgsql::postgres
