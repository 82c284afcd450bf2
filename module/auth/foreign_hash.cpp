// foreign_hash.cpp: recognizes password hashes of other programs, which cannot be verified.
#include "auth/hash_schemes.hpp"

#include <algorithm>
#include <array>

namespace pgsql::auth {
namespace {

// The guard matters: one value that decode() refuses makes the whole query fail.
constexpr const char* as_md5 =
    "rewrite it in the query: CASE WHEN PASSWORD ~ '^[0-9a-f]{32}$' THEN '{MD5}' || "
    "encode(decode(PASSWORD, 'hex'), 'base64') ELSE PASSWORD END";
constexpr const char* as_sha1 =
    "rewrite it in the query: CASE WHEN PASSWORD ~ '^[0-9a-f]{40}$' THEN '{SHA}' || "
    "encode(decode(PASSWORD, 'hex'), 'base64') ELSE PASSWORD END";

struct kind {
    const char* reason; ///< "PBKDF2-SHA256 of Django, which is not supported"
    const char* remedy; ///< how the query can convert it to a supported hash; empty: it cannot
};

struct form {
    std::string_view prefix;
    kind is;
};

// Longer prefixes first.
constexpr std::array forms = {
    form{"$wp$2", {"bcrypt of WordPress, which is not supported", ""}},
    form{"$bcrypt-sha256$", {"bcrypt-sha256 of passlib, which is not supported", ""}},
    form{"$fbscrypt$", {"scrypt of Firebase, which is not supported", ""}},
    form{"!bcrypt!", {"bcrypt of Request Tracker, which is not supported", ""}},
    form{"!sha512!", {"SHA-512 of Request Tracker, which is not supported", ""}},
    form{"$apr1$", {"MD5 of Apache, which is not supported", ""}},
};

struct digest {
    std::string_view prefix;
    std::size_t digits;
    kind is;
};

constexpr std::array digests = {
    digest{"", 32, {"MD5 in hexadecimal, which is not supported", as_md5}},
    digest{"md5", 32, {"MD5 of PostgreSQL, which is not supported", ""}},
    digest{"", 40, {"SHA-1 in hexadecimal, which is not supported", as_sha1}},
    digest{"*", 40, {"SHA-1 of MySQL, which is not supported", ""}},
    digest{"", 64, {"SHA-256 in hexadecimal, which is not supported", ""}},
    digest{"", 96, {"SHA-384 in hexadecimal, which is not supported", ""}},
    digest{"", 128, {"SHA-512 in hexadecimal, which is not supported", ""}},
};

bool is_hexadecimal(std::string_view text)
{
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Null if the value is not recognized.
const kind* kind_of(std::string_view stored)
{
    const auto* const f = std::find_if(forms.begin(), forms.end(), [&](const form& one) {
        return stored.starts_with(one.prefix) && stored.size() > one.prefix.size();
    });
    if (f != forms.end())
        return &f->is;
    const auto* const d = std::find_if(digests.begin(), digests.end(), [&](const digest& one) {
        return stored.size() == one.prefix.size() + one.digits && stored.starts_with(one.prefix) &&
               is_hexadecimal(stored.substr(one.prefix.size()));
    });
    return d != digests.end() ? &d->is : nullptr;
}

class foreign_hash final : public password_hash {
public:
    foreign_hash(std::string_view stored, const kind& is) : password_hash(stored), is_(is) {}

    [[nodiscard]] std::string scheme() const override // "PBKDF2-SHA256 of Django"
    {
        const std::string_view text(is_.reason);
        return std::string(text.substr(0, text.rfind(',')));
    }
    [[nodiscard]] const char* remedy() const noexcept override { return is_.remedy; }

private:
    [[nodiscard]] const char* defect() const override { return is_.reason; }
    [[nodiscard]] verification compute(std::string_view, unsigned) const override
    {
        return {verdict::refused, is_.reason};
    }

    const kind& is_;
};

} // namespace

parsed_hash parse_foreign_hash(std::string_view stored)
{
    const kind* is = kind_of(stored);
    return is != nullptr ? std::make_unique<foreign_hash>(stored, *is) : nullptr;
}

} // namespace pgsql::auth
