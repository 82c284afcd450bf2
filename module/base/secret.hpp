// secret.hpp: text that is wiped on destruction and cannot be printed, for password hashes.
#pragma once

#include <string.h>

#include <string>
#include <string_view>
#include <utility>

namespace pgsql::auth {

class secret {
public:
    secret() = default;
    explicit secret(std::string_view text) : text_(text) {}
    secret(secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
    secret& operator=(secret&& other) noexcept
    {
        if (this != &other) {
            wipe();
            text_ = std::move(other.text_);
            other.wipe();
        }
        return *this;
    }
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    ~secret() { wipe(); }

    /// NUL-terminated, for verification only; do not copy or store it.
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

private:
    void wipe() noexcept
    {
        // Includes the short-string buffer, which a moved-from string keeps inside the object.
        explicit_bzero(text_.data(), text_.capacity());
        text_.clear();
    }

    std::string text_;
};

} // namespace pgsql::auth
