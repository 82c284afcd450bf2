// password_hash.cpp: the parts of stored password hashes that all schemes share.
#include "auth/password_hash.hpp"

#include "auth/hash_schemes.hpp"

#include <strings.h>

#include <algorithm>

namespace pgsql::auth {
namespace {

constexpr std::size_t longest_hash = 1024;

class unknown_hash final : public password_hash {
public:
    explicit unknown_hash(std::string_view stored) : password_hash(stored) {}

    [[nodiscard]] std::string scheme() const override
    {
        const std::string& text = stored().reveal();
        if (text.empty())
            return "none (NULL or empty)";
        return is_locked() ? "locked" : "not a hash (plain text?)";
    }

private:
    [[nodiscard]] bool is_locked() const
    {
        const std::string& text = stored().reveal();
        return text[0] == '!' || text[0] == '*'; // passwd(5); Django writes ! and 40 characters
    }
    // slapd would compare such a value with the password itself.
    [[nodiscard]] const char* defect() const override
    {
        if (stored().empty())
            return "an empty password column";
        return is_locked() ? locked_hash : "a value that is not a known hash";
    }
    [[nodiscard]] verification compute(std::string_view, unsigned) const override
    {
        return {verdict::refused, defect()};
    }
};

} // namespace

const char* password_hash::problem() const
{
    return stored_.reveal().size() > longest_hash ? "a hash of more than 1024 characters"
                                                  : defect();
}

std::optional<verification> password_hash::precheck(std::size_t password_length) const
{
    if (const char* reason = problem())
        return verification{verdict::refused, reason};
    return precheck_length(password_length);
}

verification password_hash::verify(std::string_view password, unsigned threads) const
{
    const auto known = precheck(password.size());
    return known ? *known : compute(password, threads);
}

parsed_hash password_hash::dummy() const
{
    const std::string text = dummy_text();
    parsed_hash out = text.empty() ? nullptr : parse_hash(text);
    return out != nullptr && out->problem() == nullptr ? std::move(out) : nullptr;
}

parsed_hash parse_hash(std::string_view stored)
{
    parsed_hash out;
    for (hash_parser* const parse : hash_schemes)
        if ((out = parse(stored)) != nullptr)
            break;
    return out;
}

parsed_hash parse_unknown(std::string_view stored)
{
    return std::make_unique<unknown_hash>(stored);
}

bool has_prefix(std::string_view stored, std::string_view prefix) noexcept
{
    return stored.size() >= prefix.size() &&
           strncasecmp(stored.data(), prefix.data(), prefix.size()) == 0;
}

std::string scheme_in_braces(std::string_view stored)
{
    const auto end = stored.substr(0, 32).find('}');
    const auto name = stored.substr(1, end == std::string_view::npos ? 0 : end - 1);
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '/';
    });
    return plain && !name.empty() && end + 1 < stored.size() ? "{" + std::string(name) + "}"
                                                             : "an unknown {SCHEME}";
}

} // namespace pgsql::auth
