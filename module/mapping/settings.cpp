// settings.cpp: the settings of each kind, before slapd's schema and PostgreSQL are consulted.
#include "mapping/settings.hpp"

#include <algorithm>

namespace pgsql::directory {

source_setting* kind_setting::find(std::string_view attribute)
{
    const auto at = std::find_if(sources.begin(), sources.end(),
                                 [&](const source_setting& s) { return s.attribute == attribute; });
    return at == sources.end() ? nullptr : &*at;
}

namespace {

kind_setting users()
{
    const std::vector<std::string> full_name = {"{full_name}", "{first_name} {last_name}",
                                                "{first_name}", "{last_name}", "{username}"};
    kind_setting k;
    k.name = "users";
    k.classes = {"top", "posixAccount", "inetOrgPerson"};
    k.password_column = "password";
    k.sources = {
        {.attribute = "uid", .column = "username", .compare = comparison::lower, .required = true},
        {.attribute = "uidNumber", .column = "uid_number", .required = true},
        {.attribute = "gidNumber", .column = "gid_number", .required = true},
        {.attribute = "cn", .column = "full_name", .defaults = full_name},
        // inetOrgPerson requires a surname
        {.attribute = "sn",
         .column = "last_name",
         .defaults = {"{full_name:last}", "{first_name:last}", "{username}"}},
        {.attribute = "givenName", .column = "first_name"},
        // defaults only: gecos allows only ASCII, and a row whose name has other characters is not
        // invalid
        {.attribute = "gecos", .defaults = full_name},
        {.attribute = "mail", .column = "mail", .defaults = {"{username}@{domain}"}},
        {.attribute = "homeDirectory",
         .column = "home_directory",
         .defaults = {"/home/{username}"}},
        {.attribute = "loginShell", .column = "login_shell", .defaults = {"/bin/bash"}},
        {.attribute = "createTimestamp", .column = "created_at"},
        {.attribute = "modifyTimestamp", .column = "updated_at"},
    };
    return k;
}

kind_setting groups()
{
    kind_setting k;
    k.name = "groups";
    k.classes = {"top", "posixGroup"};
    k.sources = {
        {.attribute = "cn", .column = "name", .required = true},
        {.attribute = "gidNumber", .column = "gid_number", .required = true},
        {.attribute = "memberUid", .column = "member_uids"},
        {.attribute = "createTimestamp", .column = "created_at"},
        // No modifyTimestamp: a group's row does not change with its members, and SSSD treats a
        // group with an unchanged modifyTimestamp as unchanged.
    };
    return k;
}

} // namespace

std::optional<kind_setting> preset(std::string_view name)
{
    if (name == "users")
        return users();
    if (name == "groups")
        return groups();
    return std::nullopt;
}

} // namespace pgsql::directory
