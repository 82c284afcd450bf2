# World.pm: turns a seed into rows of units below each other, of users, groups, lists and computers in them, and a mapping of the rows.
package Oracle::Hiding::World;
use strict;
use warnings;
use Digest::MD5 'md5';
use Exporter 'import';
use Oracle::Spelling qw(one chance);

our @EXPORT_OK = qw($suffix $password @kinds escaped normal above is_within inserted literal seeded);
our $suffix = 'dc=example,dc=com';
our $password = 'secret';
my $stored_password = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='; # of "secret"

my @unit_names = ('Bremen', 'bremen-nord', 'Steintor', 'berlin', 'a, b + c', 'Köln', 'R+D', 'x', 'People', 'ann', 'Smith, Jones', '#1');
my @user_names = qw(ann Ann anna bob bea carl dora eve fred gina hank ines jan jörg kim lea max nina otto pia);
my @group_names = ('gb', 'gbe', 'staff', 'Staff', 'all', 'night shift', 'priv', 'ann', 'devs');
my @list_names = ('news', 'Board', 'ops', 'ann');
my @computer_names = qw(pc1 pc2 PC3 lap1 lap2 bob);

# Kinds: the attribute of the RDN, and the container of rows without a unit if kinds have containers.
our %kinds = (
    units => { rdn => 'ou', container => 'ou=units,ou=x' }, users => { rdn => 'uid', container => 'ou=people' },
    groups => { rdn => 'cn', container => 'ou=groups' }, lists => { rdn => 'cn', container => 'ou=lists,ou=x' },
    computers => { rdn => 'uid', container => 'ou=hosts' });
our @kinds = sort keys %kinds;

sub seeded { return srand unpack 'N', md5(join ' ', @_) }

sub new {
    my ($class, $seed, $number, $writes) = @_; # writes: whether clients may write
    seeded($seed, 'world', $number);
    my $self = bless { rows => { map { $_ => [] } @kinds }, by_dn => {}, containers => [], with_containers => chance(0.4), place_rdn => chance(0.25) ? 'l' : 'ou',
        auxiliary_groups => chance(0.5), lookups => chance(0.5), cache => !$writes && chance(0.4), self_read => !$writes && chance(0.15), writes => $writes }, $class;
    $self->make_containers;
    $self->make_units(one(5, 8, 12));
    $self->make_rows('users', one(14, 22, 30), @user_names);
    $self->make_rows('groups', one(5, 9), @group_names);
    $self->make_rows('lists', one(2, 4), @list_names);
    $self->make_rows('computers', one(2, 5), @computer_names);
    $self->make_values;
    return $self;
}

sub rdn_of { return $_[1] eq 'units' ? $_[0]{place_rdn} : $kinds{ $_[1] }{rdn} }
sub escaped { return $_[0] =~ s/([,+"\\<>;=])/sprintf '\\%02X', ord $1/ger =~ s/^#/\\23/r }
sub normal { return lc($_[0]) =~ s/\s*([,=])\s*/$1/gr }
sub above { return $_[0] =~ s/^[^,]*,?//r }
sub is_within { my ($dn, $top) = @_; return $dn eq $top || substr($dn, -length($top) - 1) eq ",$top" } # both normal

sub top_of { # a kind's place without a unit
    my ($self, $kind) = @_;
    return $self->{with_containers} ? "$kinds{$kind}{container},$suffix" : $suffix;
}

sub make_containers {
    my ($self) = @_;
    my %seen;
    for my $kind (@kinds) {
        for (my $dn = $self->top_of($kind); $dn ne ''; $dn = above($dn)) {
            push @{ $self->{containers} }, $dn if !$seen{$dn}++;
            last if $dn eq $suffix;
        }
    }
    return;
}

sub place { # above a row
    my ($self, $row) = @_;
    my $unit = $row->{unit};
    return defined $unit ? $self->{rows}{units}[$unit - 1]{dn} : $self->top_of($row->{kind});
}

# Nothing if there is another entry of the name.
sub put {
    my ($self, $row) = @_;
    $row->{dn} = $self->rdn_of($row->{kind}) . '=' . escaped($row->{name}) . ',' . $self->place($row);
    my $normal = normal($row->{dn});
    return if $self->{by_dn}{$normal} || grep { normal($_) eq $normal } @{ $self->{containers} };
    $row->{normal} = $normal;
    push @{ $self->{rows}{ $row->{kind} } }, $row;
    $row->{id} = @{ $self->{rows}{ $row->{kind} } };
    return $self->{by_dn}{$normal} = $row;
}

sub make_units {
    my ($self, $count) = @_;
    for (1 .. 3 * $count) {
        my $units = $self->{rows}{units};
        my @higher = grep { $_->{depth} < 4 } @$units;
        my $above = @higher && chance(0.7) ? one(@higher) : undef;
        $self->put({ kind => 'units', name => one(@unit_names), unit => $above && $above->{id}, depth => $above ? $above->{depth} + 1 : 1 });
        last if @{ $self->{rows}{units} } == $count;
    }
    return;
}

sub make_rows {
    my ($self, $kind, $count, @names) = @_;
    my $units = $self->{rows}{units};
    $self->put({ kind => $kind, name => one(@names), unit => chance(0.2) ? undef : one(@$units)->{id} }) for 1 .. $count;
    return;
}

sub all { my ($self) = @_; return map { @{ $self->{rows}{$_} } } @kinds }

# A DN as somebody may have stored it: of an entry, of a place, of nothing.
sub some_dn {
    my ($self) = @_;
    my $dn = one(map { $_->{dn} } $self->all);
    $dn = one(@{ $self->{containers} }) if chance(0.05);
    $dn = one('uid=nosuch,', 'cn=nosuch,', 'ou=nosuch,', 'uid=a,uid=b,') . one(map { $_->{dn} } @{ $self->{rows}{units} }) if chance(0.08);
    $dn = 'cn=somebody,dc=example,dc=org' if chance(0.03);
    return chance(0.15) ? uc($dn) =~ s/,/, /gr =~ s/ÖL/öL/gr : $dn;
}

sub make_values {
    my ($self) = @_;
    for my $row (@{ $self->{rows}{users} }) {
        $row->{boss} = $self->some_dn if chance(0.5);
        $row->{assistant} = $self->some_dn if chance(0.3);
        $row->{mail} = chance(0.8) ? "$row->{id}\@example.com" : undef;
        $row->{phones} = [map { "+49 421 $_" } grep { chance(0.3) } 1 .. 3];
    }
    $_->{assistant} = chance(0.4) ? $self->some_dn : undef for @{ $self->{rows}{computers} };
    $_->{note} = one(undef, 'a note', "note $_->{id}") for map { @{ $self->{rows}{$_} } } qw(units groups lists computers);
    my @accounts = map { @{ $self->{rows}{$_} } } qw(users computers);
    for my $row (@{ $self->{rows}{groups} }) {
        my %members = map { (chance(0.1) ? uc one(@accounts)->{name} =~ s/ö/oe/r : one(@accounts)->{name}) => 1 } 1 .. one(0, 1, 3, 8);
        $members{nobody} = 1 if chance(0.2);
        $row->{members} = [sort keys %members];
    }
    for my $row (@{ $self->{rows}{lists} }) {
        my %members = map { $self->some_dn => 1 } 1 .. one(0, 1, 3, 8);
        my %seen;
        $row->{members} = [grep { !$seen{ normal($_) }++ } sort keys %members];
    }
    return;
}

sub literal {
    my ($value) = @_;
    return 'NULL' if !defined $value;
    return 'ARRAY[' . join(', ', map { literal($_) } @$value) . ']::text[]' if ref $value;
    return "'" . ($value =~ s/'/''/gr) . "'";
}

sub inserted {
    my ($table, @rows) = @_;
    return '' if !@rows;
    return "INSERT INTO $table VALUES " . join(",\n  ", map { '(' . join(', ', map { literal($_) } @$_) . ')' } @rows) . ";\n";
}

sub sql {
    my ($self) = @_;
    my $rows = $self->{rows};
    return <<'END' . join '',
DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO ldap;
CREATE SEQUENCE ids START 1000;
CREATE TABLE units (id int PRIMARY KEY DEFAULT nextval('ids'), parent int, name text NOT NULL, note text);
CREATE TABLE people (id int PRIMARY KEY DEFAULT nextval('ids'), unit int, login text NOT NULL, number int NOT NULL, cn text NOT NULL, family text NOT NULL, mail text,
    boss text, assistant text, phones text[], pass text);
CREATE TABLE teams (id int PRIMARY KEY DEFAULT nextval('ids'), unit int, name text NOT NULL, number int NOT NULL, note text);
CREATE TABLE members (team int, who text, PRIMARY KEY (team, who));
CREATE TABLE lists (id int PRIMARY KEY DEFAULT nextval('ids'), unit int, name text NOT NULL, note text);
CREATE TABLE list_members (list int, dn text, PRIMARY KEY (list, dn));
CREATE TABLE computers (id int PRIMARY KEY DEFAULT nextval('ids'), unit int, name text NOT NULL, note text, assistant text);
CREATE TABLE roles (person int, role text, position text);
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap;
GRANT USAGE ON SEQUENCE ids TO ldap;
END
        inserted('units', map { [@$_{qw(id unit name note)}] } @{ $rows->{units} }),
        inserted('people', map { [@$_{qw(id unit name)}, 1000 + $_->{id}, "The $_->{name}", $_->{name}, @$_{qw(mail boss assistant phones)}, $stored_password] } @{ $rows->{users} }),
        inserted('teams', map { [@$_{qw(id unit name)}, 2000 + $_->{id}, $_->{note}] } @{ $rows->{groups} }),
        inserted('members', map { my $id = $_->{id}; map { [$id, $_] } @{ $_->{members} } } @{ $rows->{groups} }),
        inserted('lists', map { [@$_{qw(id unit name note)}] } @{ $rows->{lists} }),
        inserted('list_members', map { my $id = $_->{id}; map { [$id, $_] } @{ $_->{members} } } @{ $rows->{lists} }),
        inserted('computers', map { [@$_{qw(id unit name note assistant)}] } @{ $rows->{computers} });
}

my $statements = join('', map { "pgsql-write $_ operations=add,modify,rename,delete\n" } @kinds) . <<'END';
pgsql-add-values groups memberUid INSERT INTO members SELECT :key, v FROM unnest(:values::text[]) v
pgsql-delete-values groups memberUid DELETE FROM members WHERE team = :key AND who = ANY (:values::text[])
pgsql-add-values lists member INSERT INTO list_members SELECT :key, v FROM unnest(:values::text[]) v
pgsql-delete-values lists member DELETE FROM list_members WHERE list = :key AND lower(dn) = ANY (SELECT lower(v) FROM unnest(:values::text[]) v)
pgsql-password-hash m=64 t=1 p=1
END

# Rows as lines. What names entries is apart from the rest, since it is hidden apart.
sub rows_sql {
    return join '', map { "$_;\n" } q(SELECT 'unit', id, parent, name, note FROM units), q(SELECT 'user', id, unit, login, number, cn, family, mail, phones FROM people),
        q(SELECT 'boss', id, boss FROM people WHERE boss IS NOT NULL), q(SELECT 'assistant', id, assistant FROM people WHERE assistant IS NOT NULL),
        q(SELECT 'group', id, unit, name, number, note FROM teams), q(SELECT 'member', team, who FROM members), q(SELECT 'list', id, unit, name, note FROM lists),
        q(SELECT 'list member', list, dn FROM list_members), q(SELECT 'computer', id, unit, name, note FROM computers),
        q(SELECT 'assistant of a computer', id, assistant FROM computers WHERE assistant IS NOT NULL);
}

sub mapping { # directives; the containers are those of all kinds or of these
    my ($self, $has_container) = @_;
    my %at = map { $_ => $self->{with_containers} && (!$has_container || $has_container->{$_}) ? " container=$kinds{$_}{container}" : '' } @kinds;
    my $place = $self->{place_rdn};
    my $class = $place eq 'ou' ? 'organizationalUnit' : 'locality';
    my $groups = 'SELECT t.id, t.unit, t.name, t.number AS gid_number, t.note AS description FROM teams t';
    return <<"END" . ($self->{lookups} ? <<"END" : '') . ($self->{writes} ? $statements : '');
pgsql-kind units$at{units} rdn=$place class=top,$class key=id parent=parent
pgsql-list units SELECT id, parent, name AS $place, note AS description FROM units
pgsql-kind users$at{users} key=id parent=units:unit password=pass
pgsql-list users SELECT id, unit, login AS username, number AS uid_number, number AS gid_number, cn AS full_name, family AS last_name, mail,
  boss AS manager, assistant AS "seeAlso", phones AS "telephoneNumber", pass FROM people
pgsql-kind groups$at{groups} key=id parent=units:unit
pgsql-list groups $groups
pgsql-values groups memberUid SELECT team AS id, who AS "memberUid" FROM members
pgsql-kind lists$at{lists} rdn=cn class=top,groupOfNames key=id parent=units:unit
pgsql-list lists SELECT id, unit, name AS cn, note AS description FROM lists
pgsql-values lists member SELECT list AS id, dn AS member FROM list_members
pgsql-kind computers$at{computers} rdn=uid class=top,account key=id parent=units:unit
pgsql-list computers SELECT id, unit, name AS uid, note AS description, assistant AS "seeAlso" FROM computers
pgsql-attribute users uid compare=any
pgsql-private-groups off
END
pgsql-lookup groups memberUid $groups JOIN members m ON m.team = t.id WHERE m.who = ?
END
}

1;
