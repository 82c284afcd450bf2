// caches.cpp: makes the caches that the directives ask for.
#include "slapd/serving/caches.hpp"

#include "base/deadline.hpp"
#include "mapping/mapping.hpp"
#include "slapd/core/slapd.hpp"

#include <algorithm>

namespace pgsql::slapd {

using directory::config_error;

// In MiB.
double cache_mebibytes(const directives& directives)
{
    return directives.number(directives::cache);
}

// The cache of query results: for reuse, or with pgsql-serve-stale alone, only for outages.
std::shared_ptr<directory::result_cache> result_cache_of(const directives& directives)
{
    constexpr double mebibyte = 1024 * 1024;
    constexpr double stale_only = 32;
    const double size = cache_mebibytes(directives);
    const double stale = directives.number(directives::serve_stale);
    const bool notify = directives.flag(directives::cache_notify);
    if (!notify && !directives.has(directives::cache_ttl))
        throw config_error(
            "pgsql-cache-notify off requires pgsql-cache-ttl, which limits the age of cached results");
    if (!in_server() || (size <= 0 && stale <= 0))
        return nullptr;
    auto out = std::make_shared<directory::result_cache>(directory::result_cache::limits{
        static_cast<std::size_t>((size > 0 ? size : stale_only) * mebibyte),
        directives.number(directives::cache_ttl), stale});
    if (size > 0 && !notify)
        out->start_notifications(clock::time_point::max());
    return out;
}

// Whether rows below each other are kept while change notifications arrive.
bool keeps_tree(const directives& directives)
{
    const auto& kinds = directives.values_of(directives::kind);
    return !directives.flag(directives::pooler) &&
           std::any_of(kinds.begin(), kinds.end(), [](const std::string& text) {
               return text.find("parent=") != std::string::npos;
           });
}

bool notified(const directives& directives)
{
    return directives.flag(directives::cache_notify) &&
           (cache_mebibytes(directives) > 0 || keeps_tree(directives));
}

// The tree of rows below each other: one result.
std::shared_ptr<directory::result_cache> tree_cache_of(const directives& directives)
{
    constexpr std::size_t bytes = std::size_t{1} << 30; // a limit, not an amount
    const bool notify = directives.flag(directives::cache_notify);
    if (!in_server() || !keeps_tree(directives) || (!notify && cache_mebibytes(directives) <= 0))
        return nullptr;
    auto out = std::make_shared<directory::result_cache>(directory::result_cache::limits{
        bytes, directives.number(directives::cache_ttl),
        std::max(directives.number(directives::serve_stale),
                 directives.number(directives::serve_stale_binds))});
    if (!notify)
        out->start_notifications(clock::time_point::max());
    return out;
}

std::shared_ptr<directory::result_cache> role_cache_of(const directives& directives)
{
    constexpr std::size_t bytes = 8 << 20;
    if (!in_server() || !directives.has(directives::roles) || cache_mebibytes(directives) <= 0)
        return nullptr;
    auto out = std::make_shared<directory::result_cache>(
        directory::result_cache::limits{bytes, directives.number(directives::cache_ttl), 0});
    if (!directives.flag(directives::cache_notify))
        out->start_notifications(clock::time_point::max());
    return out;
}

std::shared_ptr<directory::result_cache> account_cache_of(const directives& directives)
{
    constexpr std::size_t bytes = 8 << 20;
    const double stale = directives.number(directives::serve_stale_binds);
    if (!in_server() || stale <= 0)
        return nullptr;
    return std::make_shared<directory::result_cache>(
        directory::result_cache::limits{bytes, 0, stale});
}

} // namespace pgsql::slapd
