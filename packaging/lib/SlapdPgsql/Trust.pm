# Trust.pm: opens the files that a program acts on, and refuses those that another user could have written.
#
# Each directory of the path is opened below the previous one, without following links, and checked through its handle, so that
# no other user can replace it between the check and the use.
package SlapdPgsql::Trust;
use strict;
use warnings;
use Cwd ();
use Fcntl qw(:DEFAULT :mode);

# Linux, on all of Debian's architectures: a handle for fstat and fchdir that needs no right to read.
use constant O_PATH => 0x200000;
my $most_links = 40;

# Trusted are root, the user that runs this program, who owns the program, and the users (by number) that the caller adds.
sub _trusted {
    my %trusted = map { $_ => 1 } 0, $>, (stat __FILE__)[4] // 0, @_;
    return \%trusted;
}

# The content of a file that only trusted users can change. Dies with a message.
sub content {
    my ($path, @users) = @_;
    my ($handle, $doubt) = _open($path, _trusted(@users));
    die "$doubt\n" if defined $doubt;
    return _content($handle, $path);
}

# The same of a file of any user. Returns (content, undef or who else can change it).
sub content_and_doubt {
    my ($path, @users) = @_;
    my ($handle, $doubt) = _open($path, _trusted(@users));
    return (_content($handle, $path), $doubt);
}

# Which other user can change the file, as text; undef: none. Dies if the file does not exist.
sub doubt {
    my ($path, @users) = @_;
    my (undef, $doubt) = _open($path, _trusted(@users));
    return $doubt;
}

# A directory: a handle for fstat, and which other user can change what is in it (undef: none) or, with TO_MAKE, what this program
# creates in it. Dies if it does not exist.
sub directory {
    my ($path, $to_make, @users) = @_;
    my ($handle, $doubt) = _open($path, _trusted(@users), $to_make);
    die "'$path' is not a directory\n" if !-d $handle;
    return ($handle, $doubt);
}

# A path of the open file, independent of its name.
sub path_of { return '/proc/self/fd/' . fileno $_[0] }

sub remedy {
    return 'check its content, then move it to where only root' . ($> ? ' and ' . user_name($>) : '') . ' can write';
}

sub user_name {
    my ($uid) = @_;
    my $name = getpwuid $uid;
    return defined $name ? "user $name" : "user $uid";
}

# Whether the path is a file that the caller has opened, or /dev/null.
sub _is_passed { return $_[0] =~ m{^(?:/dev/null|/dev/stdin|(?:/dev|/proc/self)/fd/\d+)\z} }

# A handle of the file for fstat, and the first reason to distrust it. An open file that the caller has passed on, as shells do
# with <(COMMAND), is the caller's.
sub _open {
    my ($path, $trusted, $to_make) = @_;
    if (_is_passed($path)) {
        open my $handle, '<', $path or die "'$path' cannot be read: $!\n";
        return ($handle);
    }
    my $start;
    sysopen $start, '.', O_PATH | O_DIRECTORY or die "the working directory cannot be opened: $!\n";
    my @result;
    my $done = eval { @result = _walk($path, $trusted, $to_make); 1 };
    my $error = $@;
    chdir $start or die "the working directory cannot be entered again: $!\n";
    die $error if !$done;
    return @result;
}

# Changes the working directory.
sub _walk {
    my ($path, $trusted, $to_make) = @_;
    my $working_directory = Cwd::getcwd();
    die "the working directory has no name: $!\n" if $path !~ m{^/} && !defined $working_directory;
    my @components = grep { $_ ne '' && $_ ne '.' } split m{/}, $path =~ m{^/} ? $path : "$working_directory/$path";
    my ($doubt, $links) = (undef, 0);
    my ($current, $handle) = ('/', _handle('/'));
    while (1) {
        $doubt //= _doubt($current, $handle, $trusted, @components || $to_make);
        last if !@components;
        chdir $handle or die "'$current' cannot be entered: $!\n";
        my $name = shift @components;
        my $child = ($current eq '/' ? '' : $current) . "/$name";
        $child = $current =~ s{/[^/]*\z}{}r || '/' if $name eq '..';
        my $next = _handle($name, $child);
        if (S_ISLNK((stat $next)[2])) {
            die "'$path' has too many symbolic links\n" if ++$links > $most_links;
            $doubt //= "'$child' is a symbolic link of " . user_name((stat _)[4]) if !$trusted->{ (stat _)[4] };
            my $target = readlink($name) // die "'$child' cannot be read: $!\n";
            unshift @components, grep { $_ ne '' && $_ ne '.' } split m{/}, $target;
            next if $target !~ m{^/};
            ($current, $handle) = ('/', _handle('/'));
            next;
        }
        ($current, $handle) = ($child, $next);
    }
    return ($handle, $doubt);
}

sub _handle {
    my ($name, $shown) = @_;
    sysopen my $handle, $name, O_PATH | O_NOFOLLOW or die "'" . ($shown // $name) . "' cannot be read: $!\n";
    return $handle;
}

# In a directory with the sticky bit, such as /tmp, other users cannot rename the files of a trusted user.
sub _doubt {
    my ($path, $handle, $trusted, $is_parent) = @_;
    my ($mode, $uid, $gid) = (stat $handle)[2, 4, 5];
    return "'$path' belongs to " . user_name($uid) if !$trusted->{$uid};
    return if $is_parent && $mode & S_ISVTX;
    return "everybody can write to '$path'" if $mode & S_IWOTH;
    return if !($mode & S_IWGRP) || _only_trusted($gid, $trusted);
    my $group = getgrgid($gid) // $gid;
    return "group $group can write to '$path'";
}

# Whether all members of a group are trusted users, as with the group that bears the name of a user. Only
# users of the local file count: the name service may depend on the directory that is about to start.
sub _only_trusted {
    my ($gid, $trusted) = @_;
    return 1 if $gid == 0;
    my (undef, undef, undef, $members) = getgrgid $gid;
    for my $name (split ' ', $members // '') {
        my $uid = getpwnam $name;
        return 0 if defined $uid && !$trusted->{$uid};
    }
    open my $users, '<', '/etc/passwd' or return 0;
    while (my $line = <$users>) {
        my (undef, undef, $uid, $primary) = split /:/, $line;
        return 0 if ($primary // '') eq $gid && !$trusted->{$uid};
    }
    return 1;
}

# Opened again through the handle, so that it is the same file. Reading a pipe or a device could block.
sub _content {
    my ($handle, $path) = @_;
    die "'$path' cannot be read: Is a directory\n" if -d $handle;
    die "'$path' is not a regular file\n" if !-f _ && !_is_passed($path);
    sysopen my $file, path_of($handle), O_RDONLY or die "'$path' cannot be read: $!\n";
    binmode $file;
    local $/;
    return scalar(<$file>) // '';
}

1;
