# ReplicaSchema.pm: copies the definitions of a provider's schema that slapd itself does not contain.
package SlapdPgsql::ReplicaSchema;
use strict;
use warnings;
use SlapdPgsql::Ldap ();
use SlapdPgsql::Syncrepl ();

# slapd's own definitions for users' data (schema_prep.c); those for operation have a USAGE, and are not copied either.
my %built_in = map { (lc $_ => 1) } qw(objectClass aliasedObjectName distinguishedName name cn uid uidNumber gidNumber userPassword labeledURI description
    seeAlso pKCS8PrivateKey top extensibleObject alias referral OpenLDAProotDSE LDAProotDSE subentry subschema dynamicObject collectiveAttributeSubentry
    glue syncConsumerSubentry syncProviderSubentry);

# Returns { text => the lines for slapd, names => { lower case => 1 } of classes, and of attributes that can be indexed }. Dies with a message.
sub of_provider {
    my ($provider) = @_;
    my $answer = SlapdPgsql::Syncrepl::search($provider, '-b', 'cn=Subschema', '-s', 'base', qw(ldapSyntaxes attributeTypes objectClasses));
    die "$provider->{provider}: cn=Subschema cannot be read: " . SlapdPgsql::Ldap::reason($answer) . "\n" if $answer->{status};
    my ($schema) = SlapdPgsql::Ldap::entries($answer->{out});
    $schema->{attributetypes} && $schema->{objectclasses} or die "$provider->{provider}: cn=Subschema has no attributeTypes; let the replicator read it\n";
    my (%names, @lines);
    push @lines, map { "ldapsyntax $_" } grep { /X-SUBST/ } @{ $schema->{ldapsyntaxes} // [] };
    for (['attributetype', 'attributetypes'], ['objectclass', 'objectclasses']) {
        my ($directive, $key) = @$_;
        for my $definition (@{ $schema->{$key} }) {
            my @names = _names($definition);
            $names{ lc $_ } = 1 for grep { _has_index($directive, $definition) } @names;
            push @lines, "$directive $definition" if !_is_slapds($definition, @names);
        }
    }
    die "$provider->{provider}: a definition of cn=Subschema has a line break\n" if grep { /[\r\n\0]/ } @lines;
    return { text => join('', map { "$_\n" } @lines), names => \%names };
}

# The names that a schema file defines: those of classes, and of attributes that can be indexed.
sub names_of_file {
    my ($path) = @_;
    open my $in, '<', $path or die "--schema: '$path' cannot be read: $!\n";
    my $text = do { local $/; <$in> };
    my @names;
    while ($text =~ /^(attributetype|objectclass)\s(.*?)(?=^\S|\z)/gmsi) { push @names, map { lc } _names($2) if _has_index($1, $2) }
    return @names;
}

# nisNetgroupTriple of Debian's nis.schema has no equality rule, so that slapd refuses an index.
sub _has_index { my ($directive, $definition) = @_; return lc $directive eq 'objectclass' || $definition =~ /\s(?:EQUALITY|SUP)\s/ }

sub _names {
    my ($definition) = @_;
    my ($one, $several) = $definition =~ /\bNAME\s+(?:'([^']*)'|\(([^)]*)\))/ or return;
    return defined $one ? $one : $several =~ /'([^']*)'/g;
}

# Those of slapd itself and of its modules. Entries have the former, and replicas do not need the latter.
sub _is_slapds {
    my ($definition, @names) = @_;
    return $definition =~ /\sUSAGE\s+(?!userApplications)/ || grep { $built_in{ lc $_ } || /^ol[cm][A-Z]/ || /^monitor/i } @names;
}

1;
