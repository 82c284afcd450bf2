# ReplicaSetup.pm: writes the files of a replica: slapd.conf with its schema, or cn=config, and the directory of the database.
package SlapdPgsql::ReplicaSetup;
use strict;
use warnings;
use Cwd ();
use File::Spec ();
use File::Temp ();
use SlapdPgsql::Command ();
use SlapdPgsql::Environment ();
use SlapdPgsql::Ldap ();
use SlapdPgsql::ReplicaCheck ();
use SlapdPgsql::ReplicaConfig ();
use SlapdPgsql::ReplicaSchema ();
use SlapdPgsql::Syncrepl ();
use SlapdPgsql::System ();
use SlapdPgsql::Tool ();

# OPTION are the options of "slapd-pgsql-replica write", PROVIDERS those of SlapdPgsql::Syncrepl. Returns the path of the configuration; dies with
# a message.
sub write_files {
    my ($option, @providers) = @_;
    my $user = $> == 0 ? _openldap() : undef;
    my ($base, $schema) = _learn($option, @providers);
    $_->{searchbase} = $base for @providers;
    my $replica = {
        providers => \@providers, suffix => $base, names => $schema->{names}, login => $option->{'require-login'}, size => $option->{size},
        directory => File::Spec->rel2abs($option->{directory}), certificate => $option->{certificate}, key => $option->{key},
        memberof => !$option->{'no-memberof'} && $schema->{names}{groupofnames} && _has_group($providers[0]),
        tls_library => SlapdPgsql::System::tls_library(SlapdPgsql::Environment->new(process => {}, file => '/dev/null')),
    };
    _make_directory($replica->{directory}, $user);
    return defined $option->{'cn-config'} ? _write_cn_config($option, $replica, $schema, $user) : _write_conf($option, $replica, $schema, $option->{output}, $user);
}

# As which slapd runs on Debian.
sub _openldap {
    my ($name, undef, $uid, $gid) = getpwnam 'openldap';
    return defined $name ? { name => $name, uid => $uid, gid => $gid } : undef;
}

# The suffix and the schema, from the first provider that answers. Of SCHEMA files only the names are read.
sub _learn {
    my ($option, @providers) = @_;
    my (@errors, $base, $schema);
    for my $provider (@providers) {
        my $answer = SlapdPgsql::Syncrepl::search($provider, '-b', '', '-s', 'base', qw(defaultNamingContext namingContexts));
        if ($answer->{status}) { push @errors, "$provider->{provider}: " . SlapdPgsql::Syncrepl::reason($provider, $answer); next }
        my ($dse) = SlapdPgsql::Ldap::entries($answer->{out} =~ s/^dn:(?=\n)/dn: /r);
        $base = $option->{suffix} // $dse->{defaultnamingcontext}[0] // $dse->{namingcontexts}[0] // die "$provider->{provider}: the rootDSE has no naming context; give --suffix\n";
        $schema = @{ $option->{schema} } ? { names => { map { ($_ => 1) } map { SlapdPgsql::ReplicaSchema::names_of_file($_) } @{ $option->{schema} } } }
            : SlapdPgsql::ReplicaSchema::of_provider($provider);
        last;
    }
    SlapdPgsql::Tool::report(map { "warning: $_" } @errors) if $schema;
    $schema // die "no provider can be asked for its schema: ", join('; ', @errors), "\n";
    return ($base, $schema);
}

# Whether there is a group from which memberOf can be computed.
sub _has_group {
    my ($provider) = @_;
    my $answer = SlapdPgsql::Syncrepl::search($provider, '-b', $provider->{searchbase}, '-z', 1, '(objectClass=groupOfNames)', '1.1');
    return scalar SlapdPgsql::Ldap::entries($answer->{out});
}

# A copied schema is in a file beside it. Returns the path.
sub _write_conf {
    my ($option, $replica, $schema, $path, $user) = @_;
    $path = File::Spec->rel2abs($path);
    my $copied = $path =~ s/(?:\.conf)?\z/.schema/r;
    my $paths = $schema->{text} ? [$copied] : [map { Cwd::abs_path($_) } @{ $option->{schema} }];
    _put($copied, "# The schema of the providers, copied by slapd-pgsql-replica.\n$schema->{text}", $user) if $schema->{text};
    _put($path, SlapdPgsql::ReplicaConfig::text({ %$replica, schema => $paths }), $user);
    return $path;
}

sub _write_cn_config {
    my ($option, $replica, $schema, $user) = @_;
    my $path = $option->{'cn-config'};
    mkdir $path, 0750;
    opendir my $listed, $path or die "--cn-config: '$path' cannot be opened: $!\n";
    die "--cn-config: '$path' is not empty\n" if grep { !/^\.\.?\z/ } readdir $listed;
    my $own = File::Temp->newdir;
    my $conf = _write_conf($option, $replica, $schema, "$own/replica.conf");
    my $result = SlapdPgsql::Command::run('', 'slaptest', '-n', 0, '-f', $conf, '-F', $path);
    die SlapdPgsql::ReplicaCheck::slaptest_error($result), "\n" if $result->{status};
    SlapdPgsql::Command::run('', 'chown', '-R', "$user->{uid}:$user->{gid}", $path) if $user;
    return $path;
}

# Written completely or not at all. slapd's group may read it.
sub _put {
    my ($path, $text, $user) = @_;
    my $new = eval { File::Temp->new(TEMPLATE => "$path.XXXXXX", PERMS => 0640) } // die "'$path' cannot be written: ", $@ =~ /: ([^:]*) at \S+ line/, "\n";
    chown 0, $user->{gid}, $new or die "'$path' cannot be given to the group $user->{name}: $!\n" if $user;
    print {$new} $text and close $new and rename $new->filename, $path or die "'$path' cannot be written: $!\n";
    $new->unlink_on_destroy(0);
    return;
}

sub _make_directory {
    my ($path, $user) = @_;
    return if -d $path;
    mkdir $path, 0700 or die "--directory: '$path' cannot be created: $!\n";
    chown $user->{uid}, $user->{gid}, $path if $user;
    return;
}

1;
