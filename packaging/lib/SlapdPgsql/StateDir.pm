# StateDir.pm: turns STATE_DIR into a locked directory whose files appear whole, or not at all, and belong to slapd's user.
package SlapdPgsql::StateDir;
use strict;
use warnings;
use Fcntl qw(:DEFAULT :flock :mode);
use Errno ();
use File::Path ();
use IO::Handle ();

# OWNER is { name, uid, gid } if slapd will run as another user than this program. Dies with a message.
sub new {
    my ($class, $path, $owner) = @_;
    my $self = bless { path => $path, owner => $owner }, $class;
    if (!-d $path) {
        File::Path::make_path($path, { mode => 0755, error => \my $errors });
        die "cannot be made: '$path': " . (values %{ $errors->[0] })[0] . "\n" if @$errors;
        $self->_own($path, 0700);
    } elsif ($owner && (stat $path)[4] != $owner->{uid}) {
        # Never take over a directory that may be somebody's: it is empty, or was ours before.
        opendir my $dir, $path or die "cannot be read: '$path': $!\n";
        my @files = grep { !/^(?:\.\.?|lost\+found)$/ } readdir $dir;
        die "is '$path', which holds files and does not belong to user $owner->{name}; give an empty directory, chown this one, or set SLAPD_USER\n"
            if @files && !grep { $_ eq 'slapd-from-env.lock' } @files;
        $self->_own($path, 0700);
    }
    $self->_lock;
    return $self;
}

sub path { my ($self, $name) = @_; return "$self->{path}/$name" }

# Writes a file: beside its name first, then in place of it, so that a full disk or a crash leaves the old one.
sub put {
    my ($self, $name, $content) = @_;
    my $path = $self->path($name);
    my $new  = sprintf '%s.%d.new', $path, $$;
    my $failed = sub { my $why = "$!"; unlink $new; die "cannot write '$path': $why\n" };
    unlink $new;
    sysopen my $file, $new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or $failed->();
    binmode $file;
    print {$file} $content or $failed->();
    $file->flush           or $failed->();
    if ($self->{owner}) { chown $self->{owner}{uid}, $self->{owner}{gid}, $file or $failed->() }
    close $file       or $failed->();
    rename $new, $path or $failed->();
    return $path;
}

sub get {
    my ($self, $name) = @_;
    sysopen my $file, $self->path($name), O_RDONLY | O_NOFOLLOW or return;
    local $/;
    return scalar <$file>;
}

sub _own {
    my ($self, $path, $mode) = @_;
    my $owner = $self->{owner};
    chmod $mode, $path or die "cannot be used: chmod '$path': $!\n";
    die "cannot be given to user $owner->{name}: chown '$path': $!; set STATE_DIR to a place where that works, or SLAPD_USER=root\n"
        if $owner && !chown $owner->{uid}, $owner->{gid}, $path;
    return;
}

# The lock lives as long as slapd: the open file is inherited through exec. Two servers need two directories.
sub _lock {
    my ($self) = @_;
    local $^F = 1 << 20;
    my $path = $self->path('slapd-from-env.lock');
    sysopen $self->{lock}, $path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600 or die "cannot be written to: '$path': $!\n";
    return if flock $self->{lock}, LOCK_EX | LOCK_NB;
    die "is '$self->{path}', which another slapd-from-env is using; give each server its own, or stop that one\n" if $!{EWOULDBLOCK};
    return;    # some network file systems know no locks
}

1;
