// slapd_hash.cpp: verifies the password schemes of slapd and its modules, such as {SSHA}.
#include "auth/slapd_hash.hpp"

#include "auth/hash_schemes.hpp"

namespace pgsql::auth {
namespace {

// Some modules of slapd (pw-apr1) read the password a thousand times.
constexpr std::size_t longest_password = 4096;

// Refused schemes of slapd, with the reason.
constexpr std::pair<std::string_view, const char*> refused_schemes[] = {
    {"{CLEARTEXT}", "a password in plain text"},
    {"{SASL}",
     "{SASL}, whose passwords are stored elsewhere"}, // would need a SASL session in the worker
};

slapd_functions in_use = {[](const std::string&) { return false; },
                          [](const std::string&, std::string_view) { return false; }};

class slapd_hash final : public password_hash {
public:
    explicit slapd_hash(std::string_view stored) : password_hash(stored) {}

    [[nodiscard]] std::string scheme() const override
    {
        return scheme_in_braces(stored().reveal());
    }

    [[nodiscard]] std::string slapd_form() const override { return stored().reveal(); }

private:
    [[nodiscard]] const char* defect() const override
    {
        const std::string& text = stored().reveal();
        const auto end = text.find('}');
        const secret scheme(std::string_view(text).substr(0, end == text.npos ? end : end + 1));
        if (end == text.npos || !in_use.knows(scheme.reveal()))
            return "a {SCHEME} that slapd does not support (is its module loaded?)";
        for (const auto& [name, why] : refused_schemes)
            if (scheme.reveal().size() == name.size() && has_prefix(scheme.reveal(), name))
                return why;
        return nullptr;
    }

    [[nodiscard]] std::optional<verification>
    precheck_length(std::size_t password_length) const override
    {
        return password_length > longest_password
                   ? std::optional(verification{verdict::mismatch, ""})
                   : std::nullopt;
    }

    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        return {in_use.matches(stored().reveal(), password) ? verdict::match : verdict::mismatch,
                ""};
    }
};

} // namespace

void use_slapd(const slapd_functions& functions) noexcept { in_use = functions; }

parsed_hash parse_slapd_hash(std::string_view stored)
{
    return stored.starts_with('{') ? std::make_unique<slapd_hash>(stored) : nullptr;
}

} // namespace pgsql::auth
