# Command.pm: runs a program and collects its output.
package SlapdPgsql::Command;
use strict;
use warnings;
use IPC::Open3 ();

# Runs COMMAND with INPUT as its standard input. Returns { status, out, err }; status is that of waitpid, 0 on success.
# Input and output are unlinked temporary files, so that neither side waits for the other.
sub run {
    my ($input, @command) = @_;
    my ($in, $out, $err) = map { _file() } 1 .. 3;
    print {$in} $input or die "cannot write a temporary file: $!\n";
    seek $in, 0, 0 or die "cannot read a temporary file: $!\n";
    my $pid = eval { IPC::Open3::open3(map({ $_->[0] . fileno $_->[1] } ['<&', $in], ['>&', $out], ['>&', $err]), @command) };
    return { status => 127 << 8, out => '', err => "$command[0] is not installed\n" } if !defined $pid;
    waitpid $pid, 0;
    return { status => $?, out => _content($out), err => _content($err) };
}

sub _file {
    open my $file, '+>:raw', undef or die "cannot create a temporary file: $!\n";
    return $file;
}

sub _content {
    my ($file) = @_;
    seek $file, 0, 0 or die "cannot read a temporary file: $!\n";
    local $/;
    return scalar(<$file>) // '';
}

1;
