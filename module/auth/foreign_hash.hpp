// foreign_hash.hpp: recognizes password hashes of other programs, which cannot be checked here.
#pragma once

#include <string_view>

namespace pgsql::login {

struct foreign_hash {
    const char* reason; ///< "PBKDF2-SHA256 of Django, which is not supported"
    const char* remedy; ///< how the query makes it one that is; empty: it cannot

    [[nodiscard]] std::string_view scheme() const noexcept; ///< "PBKDF2-SHA256 of Django"
};

/// Null if the value is not known to be one. Says nothing of its content.
[[nodiscard]] const foreign_hash* foreign_hash_of(std::string_view stored) noexcept;

} // namespace pgsql::login
