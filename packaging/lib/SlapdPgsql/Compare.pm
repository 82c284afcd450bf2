# Compare.pm: sends the searches of clients to two LDAP servers, and reports the differences.
package SlapdPgsql::Compare;
use strict;
use warnings;
use JSON::PP ();
use Net::LDAP ();
use Net::LDAP::Control::Paged ();
use Net::LDAP::Util ();
use SlapdPgsql::FilterMatch ();
use SlapdPgsql::Replay ();
use SlapdPgsql::Terminal ();
use SlapdPgsql::Difference ();

# Prints the report. Returns the exit status: 0 if the servers are the same or the new one is correct each time, 1 if a difference
# needs review. Dies with a message if they cannot be compared.
sub run {
    my ($old_uri, $new_uri, $option) = @_;
    die "--sample: '$option->{sample}' is too small; give a number of users and groups from 1\n" if $option->{sample} < 1;
    Net::LDAP::Filter->new($option->{'access-filter'}) or die "--access-filter: '$option->{'access-filter'}' is not a filter\n";
    for my $uri ($old_uri, $new_uri) {
        die "$uri: is not the URI of an LDAP server; use ldaps://, ldap:// or ldapi://\n" if $uri =~ m{^\w+://} && $uri !~ m{^ldap[si]?://}i;
    }
    my %server = (old => _connect($old_uri, $option), new => _connect($new_uri, $option));
    my $base = $option->{base} // _base($server{new}) // die "$new_uri: the rootDSE has no naming context; give a base with --base\n";
    my %found;    # entries with all their attributes, by server and DN
    my $full_entry = sub {
        my ($side, $entry) = @_;
        return $found{$side}{ _key($entry->{dn}) } //= _whole($server{$side}, $base, $entry->{dn});
    };
    my (@report, %line);
    for my $search (SlapdPgsql::Replay::once($base), _sample_searches(\%server, $base, $option)) {
        _progress("$search->{client}: $search->{description}") if -t STDERR;
        my ($old, $new) = map { _ask($server{$_}, $search) } 'old', 'new';
        my $title = "$search->{client}: $search->{description}";
        my $line = $line{$title} //= do { push @report, { %$search, title => $title, asked => 0, differences => [] }; $report[-1] };
        $line->{asked}++;
        for my $difference (SlapdPgsql::Difference::differences($search, $old, $new, $full_entry)) {
            # Examples differ in their values; the kind of reason is the same.
            my $kind = $difference->{because} =~ s/, for its \K\w+ is .*//r =~ s/where its \K\w+ is .*//r;
            my ($known) = grep { $_->{object} eq $difference->{object} && $_->{kind} eq $kind && $_->{right} == $difference->{right} } @{ $line->{differences} };
            push @{ $line->{differences} }, $known = { %$difference, kind => $kind, filter => $search->{filter}, times => 0, examples => [] } if !$known;
            $known->{times}++;
            push @{ $known->{examples} }, $difference->{example} if @{ $known->{examples} } < 3 && length($difference->{example} // '')
                && !grep { $_ eq $difference->{example} } @{ $known->{examples} };
        }
    }
    _progress('') if -t STDERR;
    my $review = grep { grep { !$_->{right} } @{ $_->{differences} } } @report;
    $option->{json} ? _print_json(\@report, $base) : _print(\@report, $base);
    return $review ? 1 : 0;
}

sub _connect {
    my ($uri, $option) = @_;
    die "--ca-file: '$option->{'ca-file'}' cannot be read: $!\n" if defined $option->{'ca-file'} && !-r $option->{'ca-file'};
    my @verify = defined $option->{'ca-file'} ? (verify => 'require', cafile => $option->{'ca-file'}) : (verify => 'none');
    my @login;
    if (defined(my $dn = $option->{'bind-dn'})) {
        my $file = $option->{'password-file'} // die "--bind-dn: --password-file is missing\n";
        open my $in, '<', $file or die "--password-file: '$file' cannot be read: $!\n";
        chomp(my $password = <$in> // '');
        die "--password-file: '$file' is empty\n" if $password eq '';
        @login = ($dn, password => $password);
    }
    my $server = Net::LDAP->new($uri, timeout => $option->{timeout}, @verify) or die "$uri: cannot connect: $@\n";
    my $bound = $server->bind(@login);
    die "$uri: bind refused: " . $bound->error . "\n" if $bound->code;
    return { uri => $uri, ldap => $server };
}

sub _base {
    my ($server) = @_;
    my $entry = $server->{ldap}->search(base => '', scope => 'base', filter => '(objectClass=*)', attrs => ['defaultNamingContext', 'namingContexts'])->entry(0) or return;
    return $entry->get_value('defaultNamingContext') // $entry->get_value('namingContexts');
}

# The whole answer, page by page. A server that ignores the control sends all at once.
sub _ask {
    my ($server, $search) = @_;
    my %entries;
    my $page = $search->{page} && Net::LDAP::Control::Paged->new(size => $search->{page});
    for (;;) {
        my $answer = $server->{ldap}->search(base => $search->{base}, scope => $search->{scope}, filter => $search->{filter}, attrs => $search->{attributes},
            $page ? (control => [$page]) : ());
        for my $entry ($answer->entries) {
            $entries{ _key($entry->dn) } = { dn => $entry->dn, attributes => { map { (lc($_) => [$entry->get_value($_)]) } $entry->attributes } };
        }
        return { code => $answer->code, message => $answer->error, entries => \%entries } if $answer->code || !$page;
        my ($control) = $answer->control($page->type);
        my $cookie = $control ? $control->cookie : undef;
        return { code => 0, message => '', entries => \%entries } if !defined $cookie || $cookie eq '';
        $page->cookie($cookie);
    }
}

sub _key { return SlapdPgsql::FilterMatch::normal('dn', $_[0]) }

# An entry with all its attributes; the old server finds it by its name only.
sub _whole {
    my ($server, $base, $dn) = @_;
    my ($parts) = Net::LDAP::Util::ldap_explode_dn($dn, casefold => 'lower') or return;
    my ($rdn) = %{ $parts->[0] // return };
    my $value = Net::LDAP::Util::escape_filter_value($parts->[0]{$rdn});
    my $class = $rdn eq 'cn' ? 'posixGroup' : 'posixAccount';
    my $answer = _ask($server, { base => $base, scope => 'sub', filter => "(&($rdn=$value)(objectClass=$class))", attributes => ['*', '+'] });
    die "$server->{uri}: the search for $dn failed: $answer->{message}\n" if $answer->{code};
    return $answer->{entries}{ _key($dn) };
}

# The searches for a sample of users and groups, and for those that were named.
sub _sample_searches {
    my ($server, $base, $option) = @_;
    my %user  = _names($server, $base, '(objectClass=posixAccount)', 'uid', 'uidNumber');
    my %group = _names($server, $base, '(objectClass=posixGroup)', 'cn', 'gidNumber');
    die "neither server shows a user below $base; check --base, and give --bind-dn if searches need a login\n" if !%user;
    for ([user => \%user], [group => \%group]) {
        my ($type, $known) = @$_;
        for my $name (@{ $option->{$type} }) { $known->{ lc $name } or die "--$type: neither server has the $type '$name'\n" }
    }
    return (
        (map { SlapdPgsql::Replay::of_user($base, $_, $option->{'access-filter'}) } map { $user{$_} } _spread($option->{sample}, [map { lc } @{ $option->{user} }], sort keys %user)),
        (map { SlapdPgsql::Replay::of_group($base, $_) } map { $group{$_} } _spread($option->{sample}, [map { lc } @{ $option->{group} }], sort keys %group)),
    );
}

# Names to { name, number, dn } of what both servers list; the new server takes precedence.
sub _names {
    my ($server, $base, $filter, $name, $number) = @_;
    my %known;
    for my $side ('old', 'new') {
        my $answer = _ask($server->{$side}, { base => $base, scope => 'sub', filter => $filter, attributes => [$name, $number], page => 500 });
        for my $entry (values %{ $answer->{entries} }) {
            my ($names, $numbers) = map { $entry->{attributes}{ lc $_ } // [] } $name, $number;
            next if !@$names || !@$numbers;
            $known{ lc $names->[0] } = { lc $name => $names->[0], lc $number => $numbers->[0], dn => $entry->{dn} };
        }
    }
    return %known;
}

sub _spread {
    my ($count, $named, @all) = @_;
    my %chosen = map { $_ => 1 } @$named;
    $count = @all if $count > @all;
    $chosen{ $all[int($_ * @all / $count)] } = 1 for 0 .. $count - 1;
    return grep { $chosen{$_} } @all;
}

sub _progress {
    my ($text) = @_;
    print STDERR "\r\e[K$text";
    return;
}

sub _print {
    my ($report, $base) = @_;
    my ($red, $green, $bold, $plain) = -t STDOUT ? ("\e[31m", "\e[32m", "\e[1m", "\e[0m") : ('') x 4;
    print 'Below ', _plain($base), ", old and new:\n\n";
    for my $line (@$report) {
        my @review = grep { !$_->{right} } @{ $line->{differences} };
        my $state = @review ? "${red}REVIEW$plain" : @{ $line->{differences} } ? 'differs' : "${green}same$plain";
        printf "%s%-52s%s %4d asked   %s\n", $bold, $line->{title}, $plain, $line->{asked}, $state;
        for my $difference (@{ $line->{differences} }) {
            $difference = _plain($difference);
            print "    $difference->{object} (" . ($difference->{times} == 1 ? 'once' : "$difference->{times} times") . ")\n";
            print "      ", ($difference->{right} ? $green : $red), $difference->{because}, "$plain\n";
            print "      e.g. $_\n" for @{ $difference->{examples} };
            print "      filter $difference->{filter}\n";
        }
    }
    my ($same, $correct, $to_review) = (0, 0, 0);
    for my $line (@$report) {
        if (!@{ $line->{differences} }) { $same++ }
        elsif (grep { !$_->{right} } @{ $line->{differences} }) { $to_review++ }
        else { $correct++ }
    }
    print "\n", scalar @$report, " kinds of search: $same the same, $correct different with the new server correct, $to_review to review\n";
    return;
}

# Values come from rows and servers, whose owners must not control this terminal.
sub _plain {
    my ($value) = @_;
    return ref $value eq 'HASH' ? { map { ($_ => _plain($value->{$_})) } keys %$value } : ref $value eq 'ARRAY' ? [map { _plain($_) } @$value]
        : SlapdPgsql::Terminal::line_of_bytes($value);
}

sub _print_json {
    my ($report, $base) = @_;
    my @searches = map {
        my $line = $_;
        +{ client => $line->{client}, description => $line->{description}, asked => $line->{asked}, differences => [map { my $d = $_;
            +{ (map { ($_ => $d->{$_}) } qw(object because times filter examples)), right => $d->{right} ? JSON::PP::true : JSON::PP::false } } @{ $line->{differences} }] }
    } @$report;
    # Values are bytes of UTF-8, and are written as such.
    print JSON::PP->new->canonical->pretty->encode({ base => $base, searches => \@searches });
    return;
}

1;
