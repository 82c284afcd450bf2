# DirectoryConf.pm: the settings of slapd for a described directory, in the form of ConfigText.
package SlapdPgsql::DirectoryConf;
use strict;
use warnings;
use SlapdPgsql::RecipeQueries ();
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
        $set->('sizelimit', 'unlimited'),
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
    my @kinds;
    if ($directory->{purpose} eq 'machines') {
        @kinds = ($set->('pgsql-kind', 'users container=ou=people'), $set->('pgsql-attribute', 'users mail column=mail default=', 'No address is composed for users without one.'));
        splice @kinds, 1, 1 if !defined $directory->{users}{mail};
        $kinds[1] //= $set->('pgsql-attribute', 'users mail default=', 'The application has no addresses, and none are composed.');
        push @kinds, $set->('pgsql-kind', 'groups container=ou=groups') if $directory->{groups};
        return @kinds;
    }
    # Kinds without numbers; the attributes are those of the kind "users".
    my $has = sub { return defined $directory->{users}{ $_[0] } };
    @kinds = (
        $set->('pgsql-kind', 'people container=ou=people rdn=uid class=top,inetOrgPerson password=password key=username', 'For logins to applications: users without numbers.'),
        $set->('pgsql-attribute', 'people uid column=username compare=lower'),
        $set->('pgsql-attribute', 'people cn ' . ($has->('full name') ? 'column=full_name ' : '') . _templates($directory, ['{full_name}'], ['{first_name} {last_name}'], ['{first_name}'], ['{last_name}'], ['{username}'])),
        $set->('pgsql-attribute', 'people sn ' . ($has->('last name') ? 'column=last_name ' : '') . _templates($directory, ['{full_name:last}'], ['{first_name:last}'], ['{username}'])),
        map({ $has->($_->[0]) ? $set->('pgsql-attribute', "people $_->[1] column=$_->[2]") : () } ['first name', 'givenName', 'first_name'], ['mail', 'mail', 'mail'],
            ['created', 'createTimestamp', 'created_at'], ['updated', 'modifyTimestamp', 'updated_at']),
    );
    push @kinds, $set->('pgsql-kind', 'teams container=ou=groups rdn=cn class=top,groupOfNames key=name'), $set->('pgsql-attribute', 'teams cn column=name') if $directory->{groups};
    return @kinds;
}

# default= for the templates whose columns the list query returns.
sub _templates {
    my ($directory, @templates) = @_;
    my %column = map { (tr/ /_/r => 1) } grep { defined $directory->{users}{$_} } 'full name', 'first name', 'last name';
    $column{username} = 1;
    my @usable = grep { !grep { !$column{$_} } map { s/:.*//r } $_->[0] =~ /\{([^}]+)\}/g } @templates;
    return join ' ', map { $_->[0] =~ / / ? "\"default=$_->[0]\"" : "default=$_->[0]" } @usable;
}

1;
