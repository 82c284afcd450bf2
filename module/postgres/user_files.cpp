// user_files.cpp: the certificates and password files of the user that slapd runs as, for libpq.
#include "postgres/user_files.hpp"

#include <libpq-fe.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

namespace pgsql::postgres {
namespace {

// A path that does not exist.
constexpr const char* nowhere = "/nonexistent";

std::optional<std::string> home_of(uid_t user)
{
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> space{};
    if (getpwuid_r(user, &entry, space.data(), space.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return std::string(entry.pw_dir);
}

// Whether the directory can be the user's home: the user owns it, or root does and it is not root's
// own home.
bool is_home_for(const char* path, uid_t user)
{
    struct stat of {};
    if (path == nullptr || *path == '\0' || access(path, X_OK) != 0 || stat(path, &of) != 0)
        return false;
    return of.st_uid == user || (of.st_uid == 0 && home_of(0) != path);
}

// Whether a service file applies: these defaults would override the values in it.
bool names_service(const std::string& uri)
{
    const char* const service = std::getenv("PGSERVICE");
    if (service != nullptr && *service != '\0')
        return true;
    struct option_free {
        void operator()(PQconninfoOption* o) const noexcept { PQconninfoFree(o); }
    };
    const std::unique_ptr<PQconninfoOption, option_free> given(
        PQconninfoParse(uri.c_str(), nullptr));
    for (const PQconninfoOption* o = given.get(); o != nullptr && o->keyword != nullptr; ++o)
        if (std::string_view(o->keyword) == "service" && o->val != nullptr)
            return true;
    return false;
}

} // namespace

file_defaults user_files(const std::string& uri)
{
    const uid_t user = geteuid();
    if (is_home_for(std::getenv("HOME"), user) || names_service(uri))
        return {};
    std::string home = home_of(user).value_or(nowhere);
    if (access(home.c_str(), X_OK) != 0)
        home = nowhere;
    struct file {
        const char* keyword;
        const char* variable; // overrides the default
        const char* name;
    };
    constexpr std::array<file, 4> files = {
        {{"sslcert", "PGSSLCERT", "/.postgresql/postgresql.crt"},
         {"sslkey", "PGSSLKEY", "/.postgresql/postgresql.key"},
         {"sslrootcert", "PGSSLROOTCERT", "/.postgresql/root.crt"},
         {"passfile", "PGPASSFILE", "/.pgpass"}}};
    file_defaults out;
    for (const auto& f : files)
        if (std::getenv(f.variable) == nullptr)
            out.emplace_back(f.keyword, home + f.name);
    // Only if the file exists: with a directory of CRLs, a missing file would invalidate them all.
    const std::string revoked = home + "/.postgresql/root.crl";
    if (std::getenv("PGSSLCRL") == nullptr && std::getenv("PGSSLCRLDIR") == nullptr &&
        uri.find("sslcrldir") == std::string::npos && access(revoked.c_str(), R_OK) == 0)
        out.emplace_back("sslcrl", revoked);
    return out;
}

} // namespace pgsql::postgres
