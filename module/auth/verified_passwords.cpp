// verified_passwords.cpp: caches successful password checks for some seconds.
#include "auth/verified_passwords.hpp"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

namespace pgsql::auth {
namespace {

struct mac_delete {
    void operator()(EVP_MAC* m) const noexcept { EVP_MAC_free(m); }
    void operator()(EVP_MAC_CTX* c) const noexcept { EVP_MAC_CTX_free(c); }
};

secret random_key()
{
    std::array<char, 32> bytes{};
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()) != 1)
        throw std::runtime_error("cannot generate a random key for the bind cache");
    secret out(std::string_view(bytes.data(), bytes.size()));
    explicit_bzero(bytes.data(), bytes.size());
    return out;
}

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

verified_passwords::verified_passwords(double seconds) : seconds_(seconds)
{
    if (seconds_ > 0)
        key_ = random_key();
}

verified_passwords::mac verified_passwords::mac_of(std::string_view dn, const secret& stored,
                                                   std::string_view password) const
{
    const std::unique_ptr<EVP_MAC, mac_delete> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    const std::unique_ptr<EVP_MAC_CTX, mac_delete> context(EVP_MAC_CTX_new(hmac.get()));
    char sha256[] = "SHA256"; // OSSL_PARAM's API lacks const
    const std::array parameters = {OSSL_PARAM_construct_utf8_string("digest", sha256, 0),
                                   OSSL_PARAM_construct_end()};
    mac out{};
    bool fine = context != nullptr && EVP_MAC_init(context.get(), bytes_of(key_.reveal()),
                                                   key_.reveal().size(), parameters.data()) == 1;
    for (const std::string_view part : {dn, std::string_view(stored.reveal()), password}) {
        const std::uint64_t size =
            part.size(); // so that different triples never give the same input
        fine = fine &&
               EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(&size),
                              sizeof size) == 1 &&
               EVP_MAC_update(context.get(), bytes_of(part), part.size()) == 1;
    }
    std::size_t written = 0;
    if (!fine || EVP_MAC_final(context.get(), out.data(), &written, out.size()) != 1 ||
        written != out.size())
        throw std::runtime_error("OpenSSL cannot compute an HMAC");
    return out;
}

bool verified_passwords::contains(std::string_view dn, const secret& stored,
                                  std::string_view password)
{
    if (seconds_ <= 0)
        return false;
    const mac key = mac_of(dn, stored, password);
    const std::lock_guard lock(mutex_);
    const auto time = expiry_.find(key);
    return time != expiry_.end() && time->second > clock::now();
}

void verified_passwords::add(std::string_view dn, const secret& stored, std::string_view password)
{
    if (seconds_ <= 0)
        return;
    const mac key = mac_of(dn, stored, password);
    const std::lock_guard lock(mutex_);
    if (expiry_.size() >= capacity)
        std::erase_if(expiry_, [now = clock::now()](const auto& m) { return m.second <= now; });
    if (expiry_.size() < capacity)
        expiry_[key] = in_seconds(seconds_);
}

} // namespace pgsql::auth
