# Any .env file and any REALM_CONFIG is read or refused, without a password in a message.
#
# Use: perl settings.pl SECONDS CORPUS [SEED]
use strict;
use warnings FATAL => 'all';
use File::Basename qw(dirname);
use File::Temp ();
use Time::HiRes qw(time alarm);
use lib dirname(__FILE__) . '/../../packaging/lib';
use SlapdPgsql::Environment ();
use SlapdPgsql::Realms ();

my ($seconds, $corpus, $seed) = @ARGV;
$seed = srand($seed // time);
my $secret = 'Geheim-Kennwort';
my @seeds  = map { content($_) } glob "$corpus/*";
my @pieces = ('"', "'", '`', '\\', '#', ' #', "\n", "\r", "\t", ' ', '=', ':', ': ', 'export ', '{', '}', '[', ']', ',', '$', '\\n', "\0",
    "\xEF\xBB\xBF", "\xC3\xA4", "\xFF", 'null', 'true', '1e999', '\u0000', '\uD800', '--', '/*', ';', '?', '$1', '$$', 'NAME=', '"sqlUri":');
my $dir    = File::Temp->newdir;
my $file   = "$dir/settings";

sub content { open my $file, '<:raw', $_[0] or die "$_[0]: $!\n"; local $/; return scalar <$file> }
sub any     { return $_[rand @_] }

# A seed with some changes.
sub mutated {
    my $text = any(@seeds);
    for (0 .. rand 5) {
        my $at     = int rand 1 + length $text;
        my $choice = int rand 5;
        my $count  = int rand(any(2, 8, 60));
        if    ($choice == 0) { substr $text, $at, 0, any(@pieces) }
        elsif ($choice == 1) { substr $text, $at, $count, '' }
        elsif ($choice == 2) { substr $text, $at, 0, chr int rand 256 }
        elsif ($choice == 3) { substr $text, $at, 0, substr $text, int rand(1 + length $text), $count }
        else                 { my $other = any(@seeds); substr $text, $at, $count, substr $other, int rand(1 + length $other), $count }
    }
    return $text;
}

# What a file with this content sets.
sub environment {
    open my $out, '>:raw', $file or die "$file: $!\n";
    print {$out} $_[0];
    close $out or die "$file: $!\n";
    return SlapdPgsql::Environment->new(file => $file, process => {}, any_owner => 1);
}

# A value that is written in quotes is read as it was.
sub check_quoted {
    my $value = join '', map { any(@pieces, 'a' .. 'f') } 0 .. rand 8;
    $value =~ tr/\0\r//d;
    (my $escaped = $value) =~ s/([\\"])/\\$1/g;
    my $env = environment(qq(QUOTED="$escaped"\n));
    die 'read as ' . ($env->{value}{QUOTED} // join '; ', $env->problems) . ", not $value\n" if ($env->{value}{QUOTED} // '') ne $value;
}

sub check {
    my ($text) = @_;
    $text =~ tr/\0//d if $text =~ /^\s*["'`\[{]/; # no variable of a process holds it
    my $env    = $text =~ /^\s*["'`]?\s*[\[{]/ ? SlapdPgsql::Environment->new(file => '/dev/null', process => { REALM_CONFIG => $text }, any_owner => 1) : environment($text);
    my $realms = SlapdPgsql::Realms::realms($env);
    my @said   = ($env->problems, $env->warnings);
    # Names and some values are shown, also where damage has moved the password there.
    die "a message shows the password: $_\n" for grep { /\Q$secret\E/ && !/is not a known|\bis '|asks for '/ } @said;
    die "nothing is read, and no problem is known\n" if !$env->problems && grep { !defined $_->{base} || !defined $_->{uri} } @$realms;
}

my ($runs, $end) = (0, time + $seconds);
while (time < $end) {
    my $text = mutated();
    local $SIG{ALRM} = sub { die "it takes more than 5 seconds\n" };
    alarm 5;
    if (!eval { check_quoted(); check($text); 1 }) {
        print "BROKEN in run $runs of seed $seed: $@---\n$text\n---\n";
        exit 1;
    }
    alarm 0;
    $runs++;
}
printf "%d runs a second, %d runs of seed %s\n", $runs / $seconds, $runs, $seed;
