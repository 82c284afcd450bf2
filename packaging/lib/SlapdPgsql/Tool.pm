# Tool.pm: what the command-line programs share: options, help from their manual, and messages.
package SlapdPgsql::Tool;
use strict;
use warnings;
use Exporter qw(import);
use File::Basename ();
use Getopt::Long ();
use SlapdPgsql::Terminal ();

our @EXPORT_OK = qw(close_output fail fail_usage read_options reason report);

my $name = File::Basename::basename($0);

# Messages on standard error, a line each; text is characters, or bytes that may be anything.
sub report {
    print STDERR map { "$name: " . SlapdPgsql::Terminal::line_of_bytes($_) . "\n" } @_;
    return;
}

# Nothing was done: exit status 2.
sub fail { report(@_); exit 2 }

# A failure of the given arguments.
sub fail_usage { return fail(@_, "try $name --help") }

# The text of an exception that is one line.
sub reason { return $@ =~ s/\n\z//r }

# Reads the options into OPTION. --help shows SECTIONS of the program's manual, which is at the program's end.
sub read_options {
    my ($option, $sections, @specifications) = @_;
    Getopt::Long::Configure('no_auto_abbrev', 'no_ignore_case');
    local $SIG{__WARN__} = sub { report(map { s/\n\z//r } @_) };
    Getopt::Long::GetOptions($option, @specifications, 'help|h') or fail_usage();
    return if !delete $option->{help};
    require Pod::Usage;
    Pod::Usage::pod2usage(-verbose => 99, -sections => $sections, -output => \*STDOUT, -exitval => 0);
}

# Ends the output; a full disk or a closed pipe is a failure.
sub close_output {
    close STDOUT or fail("cannot write to standard output: $!");
    return;
}

1;
