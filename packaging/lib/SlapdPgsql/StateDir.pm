# StateDir.pm: a locked directory of slapd's user, with files that are written completely or not at all.
#
# Root must not trust the files of another user, so they are opened with the rights of that user.
package SlapdPgsql::StateDir;
use strict;
use warnings;
use Fcntl qw(:DEFAULT :flock :mode);
use Errno ();
use File::Path ();
use IO::Handle ();
use SlapdPgsql::Trust ();

my $lock = 'slapd-from-env.lock';

# OWNER is { name, uid, gid } if slapd will run as another user than this program. Dies with a message.
sub new {
    my ($class, $path, $owner) = @_;
    my $self = bless { path => $path, owner => $owner }, $class;
    my $exists = lstat $path;
    if (!$exists) {
        my $above = $path;
        $above =~ s{/+[^/]*/*\z}{} while $above ne '' && !lstat $above;
        $self->_opened($above eq '' ? '/' : $above, 'to create one in');
        File::Path::make_path($path, { mode => 0755, error => \my $errors });
        die "cannot create '$path': " . (values %{ $errors->[0] })[0] . "\n" if @$errors;
    }
    my $handle = $self->_opened($path);
    if (!$exists)                                        { $self->_give($handle) }
    elsif ($owner && (stat $handle)[4] != $owner->{uid}) { $self->_take_over($handle) }
    $self->_as_owner(sub { $self->_lock });
    return $self;
}

sub path { my ($self, $name) = @_; return "$self->{path}/$name" }

# Writes a file under another name, then renames it, so that a full disk or a crash leaves the old one.
sub put {
    my ($self, $name, $content) = @_;
    my $path = $self->path($name);
    my $new  = sprintf '%s.%d.new', $path, $$;
    my $failed = sub { my $error = "$!"; unlink $new; die "cannot write '$path': $error\n" };
    $self->_as_owner(sub {
        unlink $new;
        sysopen my $file, $new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or $failed->();
        binmode $file;
        print {$file} $content or $failed->();
        $file->flush           or $failed->();
        close $file            or $failed->();
        rename $new, $path     or $failed->();
    });
    return $path;
}

# The content of a file, undef if there is none. A file of another user is refused.
sub get {
    my ($self, $name) = @_;
    my $path = $self->path($name);
    return $self->_as_owner(sub {
        sysopen my $file, $path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK or return $!{ENOENT} ? undef : die "cannot read '$path': $!\n";
        my (undef, undef, $mode, $links, $uid) = stat $file;
        die _belongs_to($path, $uid) if $uid != $> && $uid != 0;
        die "contains '$path', which is not a regular file of its own; remove it\n" if !S_ISREG($mode) || $links != 1;
        binmode $file;
        local $/;
        return scalar(<$file>) // '';
    });
}

sub _belongs_to {
    my ($path, $uid) = @_;
    return "contains '$path', which belongs to " . SlapdPgsql::Trust::user_name($uid) . "; look at it, then remove it\n";
}

sub remove {
    my ($self, $name) = @_;
    $self->_as_owner(sub { unlink $self->path($name) });
    return;
}

# A handle of a directory in which no other user can have written, or can replace files.
sub _opened {
    my ($self, $path, $to_make) = @_;
    my $owner = $self->{owner};
    my ($handle, $doubt) = eval { SlapdPgsql::Trust::directory($path, $to_make, $owner ? $owner->{uid} : ()) } or die "cannot be used: $@";
    die "'$self->{path}' is not used, because $doubt, so another user could write a certificate or a configuration there; give a directory that"
        . ' only root and ' . ($owner ? "user $owner->{name}" : SlapdPgsql::Trust::user_name($>)) . " can write to, or a new one in such a directory\n" if defined $doubt;
    return $handle;
}

# A directory of root, empty or used by this program as root.
sub _take_over {
    my ($self, $handle) = @_;
    my ($path, $owner, $link) = (@$self{ 'path', 'owner' }, SlapdPgsql::Trust::path_of($handle));
    opendir my $dir, $link or die "cannot be read: '$path': $!\n";
    my @files = grep { !/^(?:\.\.?|lost\+found)$/ } readdir $dir;
    die "is '$path', which contains files and does not belong to user $owner->{name}; give an empty directory, chown this one, or set SLAPD_USER\n"
        if @files && !grep { $_ eq $lock } @files;
    for my $file (@files) {
        my ($mode, $links, $uid) = (lstat "$link/$file")[2, 3, 4];
        next if !S_ISREG($mode) || $links != 1 || $uid != 0;    # get() refuses the others
        chown $owner->{uid}, $owner->{gid}, "$link/$file" or die "cannot be given to user $owner->{name}: chown '$path/$file': $!\n";
    }
    $self->_give($handle);
    return;
}

sub _give {
    my ($self, $handle) = @_;
    my ($path, $owner, $link) = (@$self{ 'path', 'owner' }, SlapdPgsql::Trust::path_of($handle));
    chmod 0700, $link or die "cannot be used: chmod '$path': $!\n";
    die "cannot be given to user $owner->{name}: chown '$path': $!; set STATE_DIR to a directory where that works, or SLAPD_USER=root\n"
        if $owner && !chown $owner->{uid}, $owner->{gid}, $link;
    return;
}

# slapd inherits the open file, so the lock lasts as long as slapd. Two servers need two directories.
sub _lock {
    my ($self) = @_;
    local $^F = 1 << 20;
    my $path = $self->path($lock);
    unlink $path if $self->{owner} && lstat $path && (stat _)[4] == 0;    # of a start with SLAPD_USER=root
    sysopen $self->{lock}, $path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600
        or die lstat $path && (stat _)[4] != $> ? _belongs_to($path, (stat _)[4]) : "cannot be written to: '$path': $!\n";
    return if flock $self->{lock}, LOCK_EX | LOCK_NB;
    die "is '$self->{path}', which another slapd-from-env is using; give each server its own, or stop that one\n" if $!{EWOULDBLOCK};
    return;    # some network file systems have no locks
}

# Runs CODE with the rights of the directory's owner, and returns what it returns.
sub _as_owner {
    my ($self, $code) = @_;
    my $owner = $self->{owner} or return $code->();
    my ($groups, $uid) = ("$)", $>);
    $) = "$owner->{gid} $owner->{gid}";
    $> = $owner->{uid};
    die "cannot become user $owner->{name}: $!\n" if $> != $owner->{uid};
    my $result;
    my $done = eval { $result = $code->(); 1 };
    my $error = $@;
    $> = $uid;
    $) = $groups;
    die $error if !$done;
    return $result;
}

1;
