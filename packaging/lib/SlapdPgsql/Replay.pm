# Replay.pm: the searches that SSSD, nslcd and Proxmox VE send for users and groups.
package SlapdPgsql::Replay;
use strict;
use warnings;
use Net::LDAP::Util ();

my @user_attributes = qw(objectClass uid userPassword uidNumber gidNumber cn homeDirectory loginShell krbPrincipalName modifyTimestamp
    shadowLastChange shadowMin shadowMax shadowWarning shadowInactive shadowExpire shadowFlag krbLastPwdChange krbPasswordExpiration
    pwdAttribute authorizedService accountExpires userAccountControl nsAccountLock host rhost loginDisabled loginExpirationTime
    loginAllowedTimeMap sshPublicKey userCertificate;binary mail);
my @group_attributes = qw(objectClass cn userPassword gidNumber memberuid modifyTimestamp);
my @no_members = qw(objectClass cn userPassword gidNumber modifyTimestamp);
my @nslcd_user = qw(uidNumber cn gecos uid objectClass homeDirectory gidNumber loginShell);
my @nslcd_group = qw(member cn memberUid gidNumber);
my @proxmox_user = qw(uid enable expire firstname lastname email comment keys mail memberOf);
my $number = '(&(uidNumber=*)(!(uidNumber=0)))';
my $group_number = '(&(gidNumber=*)(!(gidNumber=0)))';

# A search is { client, description, scope, base, filter, attributes, page (the control, with this size) }.
sub _search {
    my ($client, $description, $base, $filter, $attributes, %more) = @_;
    return { client => $client, description => $description, scope => 'sub', base => $base, filter => $filter, attributes => $attributes, %more };
}

# The searches for the whole directory, and for entries that do not exist.
sub once {
    my ($base) = @_;
    my $missing = 'no-such-user-of-slapd-pgsql-migrate';
    return (
        _search('all', 'the rootDSE', '', '(objectclass=*)', [qw(* namingContexts defaultNamingContext supportedControl)], scope => 'base'),
        _search('SSSD', 'all users', $base, '(&(objectclass=posixAccount)(uid=*)(uidNumber=*)(gidNumber=*))', \@user_attributes, page => 1000),
        _search('SSSD', 'all groups', $base, "(&(objectClass=posixGroup)(cn=*)$group_number)", \@group_attributes, page => 1000),
        _search('SSSD', 'sudo rules', $base, '(&(objectClass=sudoRole)(|(&(!(sudoHost=*))(cn=defaults))(sudoHost=ALL)(sudoHost=+*)))',
            [qw(objectClass cn sudoCommand sudoHost sudoUser)], page => 1000),
        _search('SSSD', 'a service', $base, '(&(cn=imaps)(objectclass=ipService))', [qw(objectClass cn ipServicePort ipServiceProtocol)]),
        _search('SSSD', 'a netgroup', $base, '(&(cn=ng1)(objectclass=nisNetgroup))', [qw(objectClass cn nisNetgroupTriple)]),
        _search('SSSD', 'a user who does not exist', $base, "(&(uid=$missing)(objectclass=posixAccount)(uid=*)$number)", \@user_attributes),
        _search('SSSD', 'a group that does not exist', $base, "(&(cn=$missing)(objectClass=posixGroup)(cn=*)$group_number)", \@group_attributes),
        _search('nslcd', 'all users', $base, '(objectClass=posixAccount)', \@nslcd_user),
        _search('nslcd', 'all groups', $base, '(objectClass=posixGroup)', \@nslcd_group),
        _search('Proxmox VE', 'all users', $base, '(&(|(uid=*)(enable=*)(expire=*)(firstname=*)(lastname=*)(email=*)(comment=*)(keys=*)(mail=*))'
            . '(|(objectclass=inetorgperson)(objectclass=posixaccount)(objectclass=person)(objectclass=user)))', \@proxmox_user, page => 900),
        _search('Proxmox VE', 'all groups', $base, '(|(objectclass=groupOfNames)(objectclass=group)(objectclass=univentionGroup)'
            . '(objectclass=ipausergroup))', [qw(member uniqueMember)], page => 100),
    );
}

# The searches for a user { uid, uidnumber, dn }.
sub of_user {
    my ($base, $user, $access_filter) = @_;
    my ($uid, $uid_number, $dn) = map { Net::LDAP::Util::escape_filter_value($_) } @$user{qw(uid uidnumber dn)};
    return (
        _search('SSSD', 'a user by name', $base, "(&(uid=$uid)(objectclass=posixAccount)(uid=*)$number)", \@user_attributes),
        _search('SSSD', 'a user by number', $base, "(&(uidNumber=$uid_number)(objectclass=posixAccount)(uid=*)$number)", \@user_attributes),
        _search('SSSD', 'groups of a user', $base, "(&(memberuid=$uid)(objectClass=posixGroup)(cn=*)$group_number)", \@no_members, page => 1000),
        _search('SSSD', 'groups of a user (rfc2307bis)', $base, "(&(member=$dn)(objectClass=posixGroup)(cn=*))", \@no_members, page => 1000),
        _search('SSSD', 'whether an account may log in', $user->{dn}, "(&(uid=$uid)(objectclass=posixAccount)$access_filter)", [], scope => 'base'),
        _search('nslcd', 'a user by name', $base, "(&(objectClass=posixAccount)(uid=$uid))", \@nslcd_user),
        _search('nslcd', 'a user by number', $base, "(&(objectClass=posixAccount)(uidNumber=$uid_number))", \@nslcd_user),
        _search('nslcd', 'groups of a user', $base, "(&(objectClass=posixGroup)(|(memberUid=$uid)(member=$dn)))", [qw(cn gidNumber)]),
        _search('nslcd', 'shadow of a user', $base, "(&(objectClass=shadowAccount)(uid=$uid))", [qw(shadowMax shadowLastChange uid shadowExpire)]),
        _search('Proxmox VE', 'a login', $base, "(uid=$uid)", ['dn']),
    );
}

# The searches for a group { cn, gidnumber, dn }.
sub of_group {
    my ($base, $group) = @_;
    my ($cn, $gid_number) = map { Net::LDAP::Util::escape_filter_value($_) } @$group{qw(cn gidnumber)};
    return (
        _search('SSSD', 'a group by name', $base, "(&(cn=$cn)(objectClass=posixGroup)(cn=*)$group_number)", \@group_attributes),
        _search('SSSD', 'a group by number', $base, "(&(gidNumber=$gid_number)(objectClass=posixGroup)(cn=*)$group_number)", \@group_attributes),
        _search('nslcd', 'a group by name', $base, "(&(objectClass=posixGroup)(cn=$cn))", \@nslcd_group),
        _search('nslcd', 'a group by number', $base, "(&(objectClass=posixGroup)(gidNumber=$gid_number))", \@nslcd_group),
    );
}

1;
