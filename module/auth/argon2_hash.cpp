// argon2_hash.cpp: argon2 PHC strings (RFC 9106), bare or after {ARGON2}.
#include "auth/argon2.hpp"
#include "auth/hash_schemes.hpp"

namespace pgsql::auth {
namespace {

constexpr std::size_t shortest_key = 16; // as of PBKDF2

class argon2_hash final : public password_hash {
public:
    argon2_hash(std::string_view stored, std::string_view text)
        : password_hash(stored), prefix_(stored.size() - text.size()),
          cost_(read_argon2_cost(text)), parts_(read_argon2(text)),
          head_(cost_ ? text.substr(0, text.find('$', text.find(',')) + 1) : "")
    {}

    [[nodiscard]] std::string scheme() const override
    {
        if (!cost_)
            return "argon2, not readable";
        return head_.substr(1, head_.find('$', 1) - 1) + " m=" + std::to_string(cost_->memory_kib) +
               " t=" + std::to_string(cost_->passes) + " p=" + std::to_string(cost_->lanes);
    }

    [[nodiscard]] hash_family family() const noexcept override { return hash_family::argon2; }

    [[nodiscard]] hash_cost cost(std::size_t) const override
    {
        return cost_ ? cost_of(*cost_) : hash_cost{};
    }

    [[nodiscard]] std::string slapd_form() const override
    {
        return "{ARGON2}" + stored().reveal().substr(prefix_);
    }

private:
    [[nodiscard]] const char* defect() const override
    {
        if (!cost_)
            return "an argon2 hash without readable parameters m, t and p";
        if (const char* reason = error_in(*cost_))
            return reason;
        if (!parts_)
            return "a damaged argon2 hash";
        return parts_->tag.reveal().size() < shortest_key
                   ? "an argon2 hash whose key is shorter than 16 bytes"
                   : nullptr;
    }

    [[nodiscard]] verification compute(std::string_view password, unsigned threads) const override
    {
        switch (verify_argon2(*parts_, password, threads)) {
        case ARGON2_OK:
            return {verdict::match, ""};
        case ARGON2_VERIFY_MISMATCH:
            return {verdict::mismatch, ""};
        case ARGON2_MEMORY_ALLOCATION_ERROR:
            return {verdict::busy, "no memory for an argon2 check"};
        case ARGON2_THREAD_FAIL:
            return {verdict::busy, "no thread for an argon2 check"};
        default:
            return {verdict::refused, "an argon2 hash that libargon2 rejects"};
        }
    }

    [[nodiscard]] std::string dummy_text() const override // a tag of 32 bytes
    {
        return cost_ ? head_ + std::string(dummy_salt) + "$" + std::string(43, 'A') : "";
    }

    const std::size_t prefix_; ///< length of {ARGON2}, or 0
    const std::optional<argon2_cost> cost_;
    const std::optional<argon2_parts> parts_;
    const std::string head_; ///< up to the salt; empty if the cost cannot be read
};

} // namespace

parsed_hash parse_argon2_hash(std::string_view stored)
{
    constexpr std::string_view prefix = "{ARGON2}";
    if (has_prefix(stored, prefix))
        return std::make_unique<argon2_hash>(stored, stored.substr(prefix.size()));
    return stored.starts_with("$argon2") ? std::make_unique<argon2_hash>(stored, stored) : nullptr;
}

} // namespace pgsql::auth
