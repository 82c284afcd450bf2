# RecipeQueries.pm: writes the queries of slapd for the users, groups and members that a recipe describes.
package SlapdPgsql::RecipeQueries;
use strict;
use warnings;
use SlapdPgsql::Catalog ();

# DIRECTORY: users, groups and members as RecipeMatch::section returns them, each with integer (whether its id is one);
# purpose (machines or applications), suffix, names (as-is, local-part or id), uid_base and gid_base. NUMBERS is the table of numbers
# for ids that are no integers; without it, as long as the table does not exist, numbers are hashes of the ids: for a test only.
sub new {
    my ($class, $directory, $numbers) = @_;
    return bless { %$directory, numbers => $numbers, machines => $directory->{purpose} eq 'machines' }, $class;
}

# [directive, "kind ...", query]..., in the order of slapd.conf.
sub directives {
    my ($self) = @_;
    my $filter = $self->{users}{'login filter'};
    return (
        ['pgsql-list', 'users', $self->_users],
        $self->_by_number('users', 'uidNumber', 'gidNumber'),
        defined $filter ? ['pgsql-login-filter', 'users', 'may_log_in'] : (),
        $self->{groups} && !$self->{machines} ? ['pgsql-values', 'users memberOf', $self->_values($self->_name, 'username', $self->_dn('cn', $self->{groups}{name}, 'groups'))] : (),
        !$self->{groups} ? () : (
            ['pgsql-list', 'groups', $self->_groups],
            $self->_by_number('groups', 'gidNumber'),
            $self->{machines} ? (['pgsql-lookup', 'groups memberUid', $self->_groups(1)], ['pgsql-values', 'groups memberUid', $self->_values($self->{groups}{name}, 'name', $self->_name)])
                : ['pgsql-values', 'groups member', $self->_values($self->{groups}{name}, 'name', $self->_dn('uid', $self->_name, 'people'))],
        ),
    );
}

# The login name in SQL.
sub _name {
    my ($self) = @_;
    my $name = $self->{users}{name};
    return $self->{names} eq 'local-part' ? "split_part($name, '\@', 1)" : $self->{names} eq 'id' ? "'u' || ($self->{users}{id})" : $name;
}

sub from { my ($self, $section) = @_; return $self->{$section}{from} . ($self->_joins_number($section) ? "\n" . $self->_join($section) : '') }

sub _where { my @conditions = grep { defined } @_; return @conditions ? "\nWHERE " . join(' AND ', @conditions == 1 ? @conditions : map { "($_)" } @conditions) : '' }

sub _joins_number { my ($self, $section) = @_; return $self->{machines} && !$self->{$section}{integer} && !defined $self->{$section}{number} && defined $self->{numbers} }

# A function whose values are the numbers of a test.
our $trial = 'hashtext';

my %number_alias = (users => 'un', groups => 'gn');

sub _join {
    my ($self, $section) = @_;
    my $alias = $number_alias{$section};
    return "LEFT JOIN $self->{numbers} $alias ON $alias.kind = '$section' AND $alias.key = ($self->{$section}{id})::text";
}

sub _number {
    my ($self, $section) = @_;
    my $base = $self->{ $section eq 'users' ? 'uid_base' : 'gid_base' };
    return $self->{$section}{number} if defined $self->{$section}{number};
    return $self->_joins_number($section) ? "$number_alias{$section}.number" : $self->{$section}{integer} ? "$self->{$section}{id} + $base"
        : "($base + ($trial(($self->{$section}{id})::text) & 536870911))::integer";
}

sub _users {
    my ($self, $condition) = @_;
    my $users = $self->{users};
    my $number = $self->{machines} ? $self->_number('users') : undef;
    my @columns = (
        ['username', $self->_name],
        defined $number ? (['uid_number', $number], ['gid_number', $users->{'group number'} // $number]) : (),
        map({ defined $users->{$_} ? [tr/ /_/r, $users->{$_}] : () } 'full name', 'first name', 'last name', 'mail'),
        (grep { $self->{machines} || $_->[0] !~ /\A"(?:homeDirectory|loginShell|gecos)"\z/ } _attributes($users)),
        map({ defined $users->{$_} ? ["${_}_at", $users->{$_}] : () } qw(created updated)),
        defined $users->{'login filter'} ? ['may_log_in', $users->{'login filter'}] : (),
        ['password', $users->{password}],
    );
    return _select(@columns) . "\nFROM " . $self->from('users') . _where($users->{where}, $condition);
}

sub _attributes {
    my ($section) = @_;
    return map { /\Aattribute (.*)/ ? ["\"$1\"", $section->{$_}] : () } sort keys %$section;
}

# All groups, or those of the member $1.
sub _groups {
    my ($self, $of_member, $condition) = @_;
    my $groups = $self->{groups};
    my $from = $of_member ? $self->{members}{from} . ($self->_joins_number('groups') ? "\n" . $self->_join('groups') : '') : $self->from('groups');
    my @where = ($of_member ? ($self->_member_conditions, $self->_name . ' = $1') : $groups->{where}, $condition);
    return _select(['name', $groups->{name}], $self->{machines} ? ['gid_number', $self->_number('groups')] : (), _attributes($groups)) . "\nFROM $from" . _where(@where);
}

sub _member_conditions { my ($self) = @_; return ($self->{users}{where}, $self->{groups}{where}, $self->{members}{where}) }

# A row for each membership.
sub _values {
    my ($self, $key, $key_name, $value) = @_;
    return _select([$key_name, $key], ['member', $value]) . "\nFROM $self->{members}{from}" . _where($self->_member_conditions);
}

# By number: the condition is on the column itself, which has an index.
sub _by_number {
    my ($self, $section, @attributes) = @_;
    return if !$self->{machines} || defined $self->{$section}{number};
    my $base = $self->{ $section eq 'users' ? 'uid_base' : 'gid_base' };
    my $condition = $self->{$section}{integer} ? "$self->{$section}{id} = \$1 - $base" : $self->_number($section) . ' = $1';
    return map { ['pgsql-lookup', "$section $_", $section eq 'users' ? $self->_users($condition) : $self->_groups(0, $condition)] } @attributes;
}

# The DN of the entry whose RDN has VALUE, an SQL expression. Characters with a meaning in a DN get a backslash (RFC 4514). slapd.conf
# refuses a line with an odd number of quotation marks, hence two.
sub _dn {
    my ($self, $attribute, $value, $container) = @_;
    return "'$attribute=' || regexp_replace($value, '([,+\"\\\\<>;=#\"])', '\\\\\\1', 'g') || " . SlapdPgsql::Catalog::literal(",ou=$container,$self->{suffix}");
}

sub _select {
    my @columns = map { $_->[1] =~ /\A\w+\.\Q$_->[0]\E\z/ ? $_->[1] : "$_->[1] AS $_->[0]" } @_;
    return 'SELECT ' . join(",\n  ", @columns);
}

1;
