# Terminal.pm: prepares text of any source for a terminal.
package SlapdPgsql::Terminal;
use strict;
use warnings;

my %ascii = ("\x{2026}" => '...', "\x{2013}" => '-', "\x{2018}" => "'", "\x{2019}" => "'", "\x{201c}" => '"', "\x{201d}" => '"');

sub is_utf8 {
    my ($locale) = grep { length } map { $_ // '' } @ENV{qw(LC_ALL LC_CTYPE LANG)};
    return ($locale // '') =~ /utf-?8/i;
}

# Text on one line and without control characters. Characters that the locale's encoding lacks are replaced or shown by number.
sub plain {
    my ($text) = @_;
    $text =~ s/[\t\r\n]+/ /g;
    $text =~ s/([\x00-\x1f\x7f-\x9f\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}])/_number($1)/ge;
    $text =~ s/([^\x00-\x7f])/$ascii{$1} \/\/ _number($1)/ge if !is_utf8();
    return $text;
}

# The same of characters or bytes, which may be UTF-8 or anything; returns bytes.
sub line_of_bytes {
    my ($bytes) = @_;
    utf8::encode($bytes) if utf8::is_utf8($bytes);
    $bytes =~ s/([\x80-\xff])/_number($1)/ge if !utf8::decode($bytes);
    my $text = plain($bytes);
    utf8::encode($text);
    return $text;
}

# Seconds in the unit that a reader wants.
sub duration {
    my ($seconds) = @_;
    for (['days', 86400], ['h', 3600], ['min', 60]) {
        return int($seconds / $_->[1]) . " $_->[0]" if $seconds >= 2 * $_->[1];
    }
    return "$seconds s";
}

sub _number {
    my ($character) = @_;
    return sprintf ord $character < 256 ? '\\x%02x' : '\\x{%x}', ord $character;
}

1;
