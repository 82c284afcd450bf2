// slapd.hpp: the only file that includes slapd's headers; adapts them to C++ and hides version
// differences.
#pragma once

// Standard headers come first: slapd's macros would break them.
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <strings.h>

extern "C" {
#include <portable.h>

#include <ldap_cdefs.h>
// ac/string.h declares these three K&R-style, which conflicts with libc's declarations in C++.
#define strdup slapd_declares_strdup
#define strcasecmp slapd_declares_strcasecmp
#define strncasecmp slapd_declares_strncasecmp
#include <ac/string.h>
#undef strdup
#undef strcasecmp
#undef strncasecmp

#include <slap.h>

#include <back-monitor/back-monitor.h>
#include <lutil.h>
#include <slap-config.h>
}
#undef free // proto-slap.h: ch_free

namespace pgsql::slapd {

[[nodiscard]] inline std::string_view to_string_view(const berval& bv)
{
    return bv.bv_val == nullptr ? std::string_view() : std::string_view(bv.bv_val, bv.bv_len);
}

/// Whether this process is the server, not one of the tools that also open its databases.
[[nodiscard]] inline bool in_server() noexcept
{
    return (slapMode & SLAP_SERVER_MODE) != 0 && (slapMode & SLAP_TOOL_MODE) == 0;
}

/// Removes an asynchronously completed operation from its connection.
inline void finish_operation(Operation* op)
{
#if LDAP_VENDOR_VERSION >= 20600
    connection_op_finish(op, 1);
#else
    connection_op_finish(op);
#endif
}

/// A non-owning berval for a NUL-terminated string; slapd's API lacks const.
[[nodiscard]] inline berval to_berval(std::string_view text)
{
    return {text.size(), const_cast<char*>(text.data())};
}

} // namespace pgsql::slapd
