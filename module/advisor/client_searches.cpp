// client_searches.cpp: the searches that SSSD, nslcd and Proxmox VE send for a user and a group.
#include "advisor/client_searches.hpp"

#include <array>
#include <string_view>

namespace pgsql::directory {
namespace {

using names = std::vector<std::string>;

// RFC 4515 §3
std::string escaped(std::string_view value)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : value)
        if (c == '*' || c == '(' || c == ')' || c == '\\' || c == '\0') {
            const auto code = static_cast<unsigned char>(c);
            out += '\\';
            out += digits[code >> 4];
            out += digits[code & 15];
        } else
            out += c;
    return out;
}

} // namespace

// As recorded with SSSD 2.8, nslcd 0.9.12 and PVE::LDAP; SSSD's attribute list without attributes
// that the supported schemas do not define.
std::vector<client_search> client_searches(const sample& of)
{
    const names user = {"objectClass",   "uid",        "uidNumber",       "gidNumber",    "cn",
                        "homeDirectory", "loginShell", "modifyTimestamp", "sshPublicKey", "mail"};
    const names group = {"objectClass", "cn", "gidNumber", "memberUid", "modifyTimestamp"};
    const names group_bis = {"objectClass", "cn", "gidNumber", "member", "modifyTimestamp"};
    const names bare_group = {"objectClass", "cn", "gidNumber", "modifyTimestamp"};
    const names nslcd_user = {"uidNumber",     "cn",        "gecos",     "uid", "objectClass",
                              "homeDirectory", "gidNumber", "loginShell"};
    const names nslcd_group = {"member", "cn", "memberUid", "gidNumber"};
    const std::string uid = "(uid=" + escaped(of.user) + ")";
    const std::string uid_number = "(uidNumber=" + escaped(of.uid_number) + ")";
    const std::string cn = "(cn=" + escaped(of.group) + ")";
    const std::string gid_number = "(gidNumber=" + escaped(of.gid_number) + ")";
    const std::string member_uid = "(memberUid=" + escaped(of.user) + ")";
    const std::string member = "(member=" + escaped(of.user_dn) + ")";
    const std::string some_uid = "(&(uidNumber=*)(!(uidNumber=0)))";
    const std::string some_gid = "(cn=*)(&(gidNumber=*)(!(gidNumber=0)))";
    const std::string account = "(objectClass=posixAccount)";
    const std::string posix_group = "(objectClass=posixGroup)";
    return {
        {"SSSD", "a user by name", "(&" + uid + account + "(uid=*)" + some_uid + ")", user},
        {"SSSD", "a user by number", "(&" + uid_number + account + "(uid=*)" + some_uid + ")",
         user},
        {"SSSD", "a group by name", "(&" + cn + posix_group + some_gid + ")", group},
        {"SSSD", "a group by number", "(&" + gid_number + posix_group + some_gid + ")", group},
        {"SSSD", "a group by name (rfc2307bis)", "(&" + cn + posix_group + some_gid + ")",
         group_bis},
        {"SSSD", "the groups of a user", "(&" + member_uid + posix_group + some_gid + ")",
         bare_group},
        {"SSSD", "the groups of a user (rfc2307bis)", "(&" + member + posix_group + "(cn=*))",
         bare_group},
        {"SSSD",
         "whether an account may log in",
         "(&" + uid + account + "(objectClass=*))",
         {},
         true},
        {"SSSD", "all users", "(&" + account + "(uid=*)(uidNumber=*)(gidNumber=*))", user, false,
         true},
        {"SSSD", "all groups", "(&" + posix_group + some_gid + ")", group, false, true},
        {"SSSD", "users that have changed",
         "(&" + account + "(uid=*)(uidNumber=*)(gidNumber=*)(modifyTimestamp>=21000101000000Z)" +
             "(!(modifyTimestamp=21000101000000Z)))",
         user},
        {"nslcd", "a user by name", "(&" + account + uid + ")", nslcd_user},
        {"nslcd", "a user by number", "(&" + account + uid_number + ")", nslcd_user},
        {"nslcd", "a group by name", "(&" + posix_group + cn + ")", nslcd_group},
        {"nslcd", "a group by number", "(&" + posix_group + gid_number + ")", nslcd_group},
        {"nslcd",
         "the groups of a user",
         "(&" + posix_group + "(|" + member_uid + member + "))",
         {"cn", "gidNumber"}},
        {"nslcd", "all users", account, nslcd_user, false, true},
        {"nslcd", "all groups", posix_group, nslcd_group, false, true},
        {"Proxmox VE", "a login", uid, {"dn"}},
        {"Proxmox VE",
         "all users",
         "(&(|(uid=*)(enable=*)(expire=*)(firstname=*)(lastname=*)(email=*)(comment=*)(keys=*)"
         "(mail=*))(|(objectclass=inetorgperson)(objectclass=posixaccount)(objectclass=person)"
         "(objectclass=user)))",
         {"uid", "enable", "expire", "firstname", "lastname", "email", "comment", "keys", "mail",
          "memberOf"},
         false,
         true},
        {"Proxmox VE",
         "all groups",
         "(|(objectclass=groupOfNames)(objectclass=group)(objectclass=univentionGroup)"
         "(objectclass=ipausergroup))",
         {"member", "uniqueMember"},
         false,
         true},
    };
}

} // namespace pgsql::directory
