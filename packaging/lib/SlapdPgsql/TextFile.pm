# TextFile.pm: replaces a file as a whole.
package SlapdPgsql::TextFile;
use strict;
use warnings;
use Fcntl qw(:DEFAULT);

# Writes a file of mode 0644 under another name, then renames it, so that readers see the old content or the new one.
sub put {
    my ($path, $content) = @_;
    my $new = "$path.$$.new";    # the node exporter reads *.prom only
    my $failed = sub { my $error = "$!"; unlink $new; die "cannot write '$path': $error\n" };
    unlink $new;
    sysopen my $file, $new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644 or $failed->();
    binmode $file;
    chmod 0644, $file or $failed->();
    print {$file} $content or $failed->();
    close $file            or $failed->();
    rename $new, $path     or $failed->();
    return;
}

1;
