// digest.cpp: message digests of passwords.
#include "auth/digest.hpp"

#include <array>
#include <memory>
#include <stdexcept>

namespace pgsql::auth {

secret digest_of(const EVP_MD* type, std::initializer_list<std::string_view> texts)
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    bool good = context != nullptr && EVP_DigestInit_ex(context.get(), type, nullptr) == 1;
    for (const std::string_view text : texts)
        good = good && EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1;
    if (!good || EVP_DigestFinal_ex(context.get(), bytes.data(), &size) != 1)
        throw std::runtime_error("OpenSSL cannot compute a digest");
    secret out({reinterpret_cast<const char*>(bytes.data()), size});
    explicit_bzero(bytes.data(), bytes.size());
    return out;
}

secret hex_digits(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size()); // no reallocation leaves a copy behind
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[static_cast<unsigned char>(c) & 15];
    }
    secret out(text);
    explicit_bzero(text.data(), text.size());
    return out;
}

} // namespace pgsql::auth
