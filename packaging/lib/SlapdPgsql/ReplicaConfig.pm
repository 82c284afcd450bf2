# ReplicaConfig.pm: the slapd.conf of a replica with back-mdb, which copies its entries from providers.
package SlapdPgsql::ReplicaConfig;
use strict;
use warnings;
use SlapdPgsql::SlapdConf ();
use SlapdPgsql::Syncrepl ();
use SlapdPgsql::Tls ();

our $modules = '/usr/lib/ldap';
my $root = 'gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth';    # root, over ldapi:///
# Password schemes that slapd has in modules; those of slapd-contrib may be missing.
my @schemes = (['argon2', 'slapd'], ['pw-sha2', 'slapd'], ['pw-pbkdf2', 'slapd-contrib']);
# What SSSD and slapd look for, where the schema has it.
my @indexed = qw(objectClass entryUUID entryCSN uid uidNumber gidNumber cn memberUid member uniqueMember mail modifyTimestamp sudoUser sudoHost
    automountKey automountMapName ipHostNumber ipNetworkNumber ipServicePort ipServiceProtocol nisNetgroupTriple memberNisNetgroup);

# REPLICA: { providers, suffix, schema => [paths], names => what the schemas define, memberof, login, directory, size, certificate, key, tls_library }.
# Returns the text.
sub text {
    my ($replica) = @_;
    my $quoted = \&SlapdPgsql::SlapdConf::quoted;
    my %known  = (%{ $replica->{names} }, map { (lc $_ => 1) } qw(objectClass entryUUID entryCSN uid uidNumber gidNumber cn modifyTimestamp));
    my @uris   = map { $_->{provider} } @{ $replica->{providers} };
    my @readers = ("by dn.exact=$root read", $replica->{login} ? ('by users read', 'by * auth') : 'by * read');
    my @computed = $replica->{memberof} ? 'exattrs=memberOf' : ();    # without dynlist slapd does not know this attribute
    my @tls = defined $replica->{certificate}
        ? ('TLSCertificateFile ' . $quoted->($replica->{certificate}), 'TLSCertificateKeyFile ' . $quoted->($replica->{key}),
        map { "$_->[0] " . $quoted->($_->[1]) } @{ (SlapdPgsql::Tls::settings($replica->{tls_library}))[0] }) : ();
    my $lists = $replica->{memberof} && !$known{groupofurls} ? '/etc/ldap/schema/dyngroup.schema' : undef;
    return join '', map { "$_\n" } '# Written by slapd-pgsql-replica: a replica of ' . join(', ', @uris) . '.',
        '# It contains the password of the account that copies: mode 0640.',
        (map { 'include ' . $quoted->($_) } @{ $replica->{schema} }, defined $lists ? $lists : ()),
        'pidfile /run/slapd/slapd.pid', "modulepath $modules", 'moduleload back_mdb',
        $replica->{memberof} ? 'moduleload dynlist' : (),
        '# The password schemes of the copied hashes.', (map { "moduleload $_->[0]" } grep { -e "$modules/$_->[0].so" } @schemes),
        'loglevel stats sync', 'sizelimit unlimited', (map { "$_->[0] $_->[1]" } @SlapdPgsql::SlapdConf::time_limits), "sasl-secprops $SlapdPgsql::SlapdConf::sasl_properties", @tls,
        '', 'database config', "access to * by dn.exact=$root manage by * none",
        '', 'database mdb', 'suffix ' . $quoted->($replica->{suffix}), '# syncrepl writes as this one; nobody can log in as it.',
        'rootdn ' . $quoted->("cn=syncrepl,$replica->{suffix}"), 'directory ' . $quoted->($replica->{directory}), 'maxsize ' . $replica->{size} * 2**30,
        'index ' . join(',', grep { $known{ lc $_ } } @indexed) . ' eq',
        '# Nobody reads hashes, and logins check them.', 'access to attrs=userPassword by * auth', join("\n  ", 'access to *', @readers),
        '# Two syncrepl lines: while one provider is down, changes come from the other one.',
        (map { SlapdPgsql::Syncrepl::directive($replica->{providers}[$_], $_ + 1, @computed) } 0 .. $#{ $replica->{providers} }),
        '# A client that wants to write is sent to a provider.', 'updateref ' . $uris[0],
        ($replica->{memberof} ? ('# memberOf is not copied, but computed for each search.', 'overlay dynlist',
            'dynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames') : ()),
        '', 'database monitor', "access to * by dn.exact=$root read by * none";
}

# The packages that have the modules for password schemes that this machine lacks.
sub missing_packages { return map { -e "$modules/$_->[0].so" ? () : $_->[1] } @schemes }

1;
