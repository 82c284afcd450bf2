# hiding.pl: turns a seed into a directory of actors with roles, and prints what they are shown otherwise than by one that has only what they see.
#
# Use: perl hiding.pl make DIRECTORY SEED NUMBER ACTORS       writes the directory number NUMBER of the seed: SQL and directives
#      perl hiding.pl ask DIRECTORY SEED NUMBER ACTORS OUR-URI COUNT FIRST ORACLE-URI…       COUNT searches of each actor; status 1 when answers differ
#      perl hiding.pl write DIRECTORY SEED NUMBER 1 OUR-URI COUNT PSQL ORACLE-URI            COUNT writes of the actor; PSQL: a command that lacks a database
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IO::Handle;
use IPC::Open2;
use Oracle::Generator;
use Oracle::Hiding::Judge;
use Oracle::Hiding::Reduced;
use Oracle::Hiding::Roles;
use Oracle::Hiding::World;
use Oracle::Hiding::Writes;
use Time::HiRes 'time';

local $SIG{__WARN__} = sub { warn @_ unless $_[0] =~ /^Deep recursion/ }; # of Convert::ASN1, which filters are nested for

my ($what, $directory, $seed, $number, $actors, $our_uri, $count, $first, @oracles) = @ARGV;
my $enough = 6; # different differences of a directory
my $writes = $ENV{WRITES} ? 1 : 0; # make and write: a directory that is written to
my $world = Oracle::Hiding::World->new($seed, $number, $writes);
my $roles = Oracle::Hiding::Roles->new($world, $seed, $number, $writes);
my @reduced = map { Oracle::Hiding::Reduced->new($roles, $_) } $roles->make_actors($actors);
my $suffix = $Oracle::Hiding::World::suffix;

sub file { # NAME TEXT…
    my ($name, @text) = @_;
    open my $out, '>', "$directory/$name" or die "$directory/$name: $!\n";
    print $out @text;
    close $out or die "$directory/$name: $!\n";
    return;
}

sub make {
    my $self_read = $world->{self_read} ? ' by self read' : '';
    file('world.sql', $world->sql, $roles->sql);
    file('mapping.conf', $world->mapping);
    file('schema', $world->{auxiliary_groups} ? 'rfc2307bis' : 'nis');
    file('roles.conf', $roles->configuration, $world->{cache} ? "pgsql-cache 64\npgsql-cache-notify off\npgsql-cache-ttl 3600\n" : (),
        "access to attrs=userPassword by anonymous auth by dynacl/pgsql-roles write by * none\naccess to * by dynacl/pgsql-roles write$self_read by * none\n");
    file('absent', map { ("ou=nosuch,$_->{dn}\n", "uid=nosuch,$_->{dn}\n") } @{ $world->{rows}{units} });
    for my $n (0 .. $#reduced) {
        file("without-$n.sql", $reduced[$n]->sql);
        file("without-$n.conf", $reduced[$n]->mapping, $writes ? $reduced[$n]->all_rights : $reduced[$n]->access_rules);
    }
    return;
}

sub described { # an actor
    my ($n) = @_;
    my $actor = $reduced[$n]{actor};
    return $actor->{user} ? join(', ', $actor->{user}{dn}, map { "$_->{role} at " . ($_->{position} // 'NULL') } @{ $actor->{assigned} }) : 'anonymous';
}

# Half of the searches are about entries that the actor sees.
sub generator {
    my ($reduced) = @_;
    my $generator = Oracle::Generator->new("$directory/all.ldif", "$directory/absent");
    my $entries = $generator->{entries};
    my @visible = grep { $reduced->is_visible(Oracle::Hiding::World::normal($_->[0][1])) } @$entries;
    push @$entries, map { @visible } 1 .. @$entries / (@visible || 1);
    return $generator;
}

# One worker has every second actor.
sub work {
    my ($worker, $to) = @_;
    for (my $n = $worker; $n < @reduced; $n += 2) {
        my $generator = generator($reduced[$n]);
        my $judge = Oracle::Hiding::Judge->new($oracles[$n], $our_uri, $reduced[$n]);
        my ($done, $skipped, $different) = (0, 0, 0);
        for my $at ($first .. $first + $count - 1) {
            my $search = $generator->search("$seed $number $n", $at);
            $done++;
            if (!$judge->can_judge($search)) { $skipped++; next }
            my $how = $judge->difference($search) or next;
            ($search, $how) = $judge->shrink($search, $how);
            next if defined $ENV{SKIP} && (Oracle::Judge::command('', $search) . $how) =~ /$ENV{SKIP}/;
            my @how = split /\n/, $how;
            splice @how, 12, @how, '…' if @how > 12;
            my $as = $reduced[$n]{actor}{user} ? " -D '$reduced[$n]{actor}{user}{dn}' -w $Oracle::Hiding::World::password" : '';
            my @lines = ("search $at of actor $n, directory $number, seed $seed, in its smallest form:", '  ' . Oracle::Judge::command($our_uri, $search) . $as,
                '  of ' . described($n), '  is answered differently, with - for what only the oracle shows and + for what only we show:', map { '  ' . substr $_, 0, 200 } @how);
            syswrite $to, substr(join("\t", map { tr/\t\n/  /r } @lines), 0, 4000) . "\n";
            last if ++$different == 5;
        }
        syswrite $to, "$done $judge->{found} $skipped " . scalar(keys %{ $reduced[$n]{readable} }) . ' ' . (%{ $reduced[$n]{scaffold} } ? 1 : 0) . "\n";
    }
    return;
}

sub ask {
    pipe my $from, my $to or die "pipe: $!\n";
    my @children;
    for my $worker (0, 1) {
        my $pid = fork // die "fork: $!\n";
        push(@children, $pid), next if $pid;
        close $from;
        work($worker, $to);
        exit 0;
    }
    close $to;
    STDOUT->autoflush(1);
    my ($done, $found, $skipped, $visible, $nested, $different, $begin, %shown) = (0, 0, 0, 0, 0, 0, time);
    while (my $line = <$from>) {
        if ($line =~ /^(\d+) (\d+) (\d+) (\d+) (\d+)$/) { $done += $1; $found += $2; $skipped += $3; $visible += $4; $nested += $5 }
        else {
            $different++;
            print $line =~ tr/\t/\n/r if !$shown{ (split /\t/, $line)[1] =~ s/(?<==)[^()]+(?=\))//gr =~ s/-D.*//r }++ && keys %shown <= $enough;
        }
    }
    my $failed = grep { waitpid $_, 0; $? } @children;
    printf "directory %d of seed %s: %d entries, %d actors who see %d of them on the average, %d of them below hidden units; %d searches, %.0f a second, %d found entries, "
        . "%d could not be judged, %d were answered differently\n", $number, $seed, scalar($world->all), scalar(@reduced), $visible / (@reduced || 1), $nested, $done,
        $done / (time - $begin), $found, $skipped, $different;
    return $different || $failed ? 1 : 0;
}

sub rows { # of a database, each once, through a session that stays open
    my ($in, $out) = @_;
    print $in Oracle::Hiding::World::rows_sql(), "\\echo end of rows\n";
    my %rows;
    while (defined(my $line = <$out>)) {
        chomp $line;
        return \%rows if $line eq 'end of rows';
        $rows{$line} = 1;
    }
    die "psql does not answer\n";
}

sub write_all {
    my ($psql, $oracle) = ($first, @oracles);
    my %sessions;
    for (['ours', 'manager'], ['oracle', 'without0']) {
        my ($in, $out);
        open2($out, $in, "$psql $_->[1]");
        $in->autoflush(1);
        $sessions{ $_->[0] } = [$in, $out];
    }
    my $writes = Oracle::Hiding::Writes->new($our_uri, $oracle, $reduced[0], sub { return rows(@{ $sessions{ $_[0] } }) });
    my ($done, $different) = (0, 0);
    for my $n (1 .. $count) {
        Oracle::Hiding::World::seeded($seed, 'write', $number, $n);
        my $op = $writes->some_write($n);
        my @wrong = $writes->judge($op);
        $done++;
        if (@wrong && !(defined $ENV{SKIP} && join("\n", Oracle::Hiding::Writes::lines($op), @wrong) =~ /$ENV{SKIP}/)) {
            $different++;
            splice @wrong, 8, @wrong, '…' if @wrong > 8;
            print "write $n of directory $number, seed $seed, of ", described(0), "\n", (map { "    $_\n" } Oracle::Hiding::Writes::lines($op)), map { "  $_\n" } @wrong;
        }
        last if $writes->{uneven};
    }
    my $codes = $writes->{codes};
    printf "directory %d of seed %s: %d writes (%s), %d went wrong\n", $number, $seed, $done, join(', ', map { "$_: $codes->{$_}" } sort keys %$codes), $different;
    return $different ? 1 : 0;
}

if ($what eq 'make') { make(); print scalar(@reduced), "\n" }
else { exit($what eq 'write' ? write_all() : ask()) }
