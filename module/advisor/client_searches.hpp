// client_searches.hpp: the searches that SSSD, nslcd and Proxmox VE send for a user and a group.
#pragma once

#include <string>
#include <vector>

namespace pgsql::directory {

struct client_search {
    std::string client;
    std::string description; ///< for display: "a user by name"
    std::string filter;      ///< RFC 4515
    std::vector<std::string> attributes;
    bool base_is_user = false; ///< the base is the user's entry, not the suffix
    bool enumerates = false;   ///< returns all entries, so a full scan is necessary
};

/// The user and the group of the searches; the values are not escaped.
struct sample {
    std::string user = "ann";
    std::string uid_number = "32001";
    std::string user_dn;
    std::string group = "devs";
    std::string gid_number = "32001";
};

[[nodiscard]] std::vector<client_search> client_searches(const sample& of);

} // namespace pgsql::directory
