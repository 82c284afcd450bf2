# DirectoryConf.pm: the settings of slapd for a described directory, in the form of ConfigText.
package SlapdPgsql::DirectoryConf;
use strict;
use warnings;
use SlapdPgsql::RecipeQueries ();
use SlapdPgsql::SlapdConf ();
use SlapdPgsql::Sql ();

# NUMBERS as in RecipeQueries; PATHS are schema, own_schema, modules, module or undef, and pidfile.
sub settings {
    my ($directory, $numbers, $uri, $paths) = @_;
    my $set = sub { my ($name, $value, @remarks) = @_; return { name => $name, value => $value, remarks => \@remarks } };
    my $quoted = sub { return { %{ $set->(@_) }, quoted => 1 } };
    my $machines = $directory->{purpose} eq 'machines';
    my @head = (
        (map { $quoted->('include', "$paths->{schema}/$_.schema") } 'core', 'cosine', $machines ? () : 'nis', 'inetorgperson'),
        $machines ? $quoted->('include', "$paths->{own_schema}/rfc2307bis.schema", 'Groups have members by name and by DN.') : (),
        defined $paths->{module} ? () : $quoted->('modulepath', $paths->{modules}),
        $quoted->('moduleload', $paths->{module} // 'back_pgsql'),
        $quoted->('pidfile', $paths->{pidfile}),
        $set->('sizelimit', 'unlimited', 'A list of all users must be complete.'),
        (map { $set->(@$_) } @SlapdPgsql::SlapdConf::time_limits),
        $set->('sasl-secprops', $SlapdPgsql::SlapdConf::sasl_properties, 'Users log in by simple binds: no SASL mechanism that needs their passwords.'),
    );
    my @database = (
        $set->('database', 'pgsql'),
        $quoted->('suffix', $directory->{suffix}),
        $quoted->('pgsql-uri', $uri),
        _kinds($directory, $set),
        (map { $set->($_->[0], defined $_->[2] ? _value($_) : $_->[1]) } SlapdPgsql::RecipeQueries->new($directory, $numbers)->directives),
        $directory->{hide} ? $set->('pgsql-hide-denied', 'on') : (),
        $directory->{anonymous} ? () : $set->('pgsql-anonymous-search', 'off'),
        $set->('access', 'to attrs=userPassword by * auth'),
        $set->('access', 'to * by ' . ($directory->{anonymous} ? '* read' : 'users read by * auth')),
    );
    return [\@head, \@database];
}

sub _value {
    my ($directive) = @_;
    my ($name, $kind, $query) = @$directive;
    return "$kind $query" if $query !~ /\s/;
    return "$kind\n  " . SlapdPgsql::Sql::several_lines($query);
}

sub _kinds {
    my ($directory, $set) = @_;
    my $machines = $directory->{purpose} eq 'machines';
    return (
        $set->('pgsql-kind', 'users container=ou=people' . ($machines ? '' : ' class=top,inetOrgPerson'), $machines ? () : 'For logins to applications: users without numbers.'),
        defined $directory->{users}{mail} ? $set->('pgsql-attribute', 'users mail column=mail default=', 'No address is composed for users without one.')
        : $set->('pgsql-attribute', 'users mail default=', 'The application has no addresses, and none are composed.'),
        $directory->{groups} ? $set->('pgsql-kind', 'groups container=ou=groups' . ($machines ? '' : ' class=top,groupOfNames')) : (),
    );
}

1;
