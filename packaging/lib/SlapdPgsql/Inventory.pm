# Inventory.pm: reads the hosts of slapd-pgsql-pair from a file, and checks their names and tags.
package SlapdPgsql::Inventory;
use strict;
use warnings;
use SlapdPgsql::Trust ();

my $tag_form  = qr/[A-Za-z0-9_.-]+/;
my $host_form = qr/[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]/;

# Returns { hosts => [{ tags, name, way, enter }, ...], replace, lock }; dies with a message. "way" is the name for ssh, "enter" the command
# that leads from there into the host. The file contains commands, so no other user may be able to write it.
sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or die "the inventory '$path' cannot be read; write a line 'tag host' for each server, or name it with -f\n";
    my $content = eval { SlapdPgsql::Trust::content($path) };
    die "the inventory '$path' is not used, because ", $@ =~ s/\n\z//r, '; ', SlapdPgsql::Trust::remedy(), "\n" if !defined $content;
    my (@hosts, $replace, $number);
    for my $line (split /\n/, $content) {
        my $where = "$path line " . ++$number;
        $line =~ s/\r\z//;
        next if $line =~ /^\s*(?:#|\z)/;
        if ($line =~ /^\s*replace:\s*(.*)\z/) { $replace = $1; next }
        my ($tags, $name, $way, $enter) = split ' ', $line, 4;
        my @tags = split /,/, $tags, -1;
        for (@tags) { die "$where: '$_' is not a tag; use letters, digits, and _ . -\n" if !/^$tag_form\z/ }
        $name //= '';
        die "$where: '$name' is not a host; write: tag host (an IPv6 address in brackets)\n" if $name !~ /^(?:$host_form)\z/;
        push @hosts, { tags => \@tags, name => $name, way => $way // $name =~ tr/[]//dr, enter => $enter };
    }
    return { hosts => \@hosts, replace => $replace, lock => $path };
}

1;
