# Questions.pm: asks an administrator at a terminal; otherwise the defaults are the answers.
package SlapdPgsql::Questions;
use strict;
use warnings;
use SlapdPgsql::Terminal ();
use SlapdPgsql::Tool ();

# Whether the terminal does not show what is typed; it does again when the program ends.
my $hidden;
END { my $status = $?; system 'stty', 'echo' if $hidden; $? = $status }

sub new { my ($class, $on) = @_; $| = 1 if $on; return bless { on => $on }, $class }

sub text {
    my ($self, $question, $default) = @_;
    return $default if !$self->{on};
    print SlapdPgsql::Terminal::plain($question . (length $default ? " [$default]" : '')), ': ';
    my $answer = <STDIN> // do { print "\n"; SlapdPgsql::Tool::fail('no answer; nothing was written') };
    utf8::decode($answer);
    $answer =~ s/\A\s+|\s+\z//g;
    return length $answer ? $answer : $default;
}

sub one_of {
    my ($self, $question, $default, @answers) = @_;
    while (1) {
        my $answer = $self->text("$question (" . join(', ', @answers) . ')', $default);
        return $answer if grep { $_ eq $answer } @answers;
        print 'Write one of: ', join(', ', @answers), "\n";
    }
}

sub yes {
    my ($self, $question, $default) = @_;
    return $default if !$self->{on};
    my $answer = $self->text("$question [" . ($default ? 'Y/n' : 'y/N') . ']', '');
    return $answer eq '' ? $default : $answer =~ /\Ay/i ? 1 : 0;
}

# The place of the chosen line, undef without a terminal.
sub choice {
    my ($self, $question, @lines) = @_;
    return if !$self->{on};
    print SlapdPgsql::Terminal::plain($question), "\n", map { '  ' . ($_ + 1) . '  ' . SlapdPgsql::Terminal::plain($lines[$_]) . "\n" } 0 .. $#lines;
    return $self->one_of('Number', 1, 1 .. @lines) - 1;
}

sub secret {
    my ($self, $question) = @_;
    local $SIG{INT} = sub { exit 130 };
    $hidden = !system 'stty', '-echo';
    my $answer = $self->text($question, '');
    $hidden = system 'stty', 'echo';
    print "\n";
    return $answer;
}

1;
