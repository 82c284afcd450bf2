# Sql.pm: writes an SQL query of several lines and comments as one line for slapd.conf, with the same meaning.
package SlapdPgsql::Sql;
use strict;
use warnings;

# Returns (text) or (undef, what is wrong and where).
sub one_line {
    my ($query) = @_;
    return _rewritten($query, sub { ' ' });
}

# The same for readers: lines remain, indented by two spaces as slapd.conf requires, and so do comments.
# A query that came as one line is broken before its clauses. What one_line takes, this does.
sub several_lines {
    my ($query) = @_;
    my ($text) = _rewritten($query, sub {
        my ($blank) = @_;
        return $blank =~ /\n/ ? "\n  " : ' ' if $blank !~ /^--/;
        (my $comment = substr $blank, 2) =~ s{([*/])(?=[*/])}{$1 }g;
        return '/*' . ($comment =~ s/\s+\z//r) . ' */';
    });
    return $text if $text =~ /\n/;
    my $clause = qr/(?:FROM|WHERE|(?:(?:INNER|LEFT|RIGHT|FULL|CROSS)\s+(?:OUTER\s+)?)?JOIN|GROUP\s+BY|ORDER\s+BY|UNION)\b/i;
    my ($start, $end) = (0, 1);
    while ((($start, $end) = clause($text, $clause, $end)) == 2) {
        substr($text, $start - 1, 1) = "\n  ";
        $end += 2;
    }
    return $text;
}

# Where the next such clause begins, after a space, and ends, outside of parentheses, literals and comments; empty: nowhere.
sub clause {
    my ($text, $clause, $minimum) = @_;
    my $depth = 0;
    pos($text) = 0;
    while (pos($text) < length $text) {
        my $start = pos $text;
        return ($start, $+[0]) if $depth == 0 && $start >= $minimum && substr($text, $start - 1, 1) =~ /\s/ && $text =~ /\G$clause/;
        $text =~ m{\G/\*}gc ? _skip_comment(\$text) : _token(\$text);
        my $token = substr $text, $start, pos($text) - $start;
        $depth += $token eq '(' ? 1 : $token eq ')' ? -1 : 0;
    }
    return;
}

# The statements of TEXT, without the semicolons between them.
sub statements {
    my ($text) = @_;
    my @statements = ('');
    pos($text) = 0;
    while (pos($text) < length $text) {
        my $start = pos $text;
        if ($text =~ /\G;/gc) { push @statements, ''; next }
        _piece(\$text) and pos($text) = length $text;
        $statements[-1] .= substr $text, $start, pos($text) - $start;
    }
    return grep { length } map { s/\A\s+|\s+\z//gr } @statements;
}

# What is wrong with TEXT, an expression or condition for a query; undef: nothing that can be told without PostgreSQL. psql takes a
# backslash outside of quotes for a command of its own, such as one that runs a program.
sub fault_of_expression {
    my ($text) = @_;
    return 'is empty' if $text !~ /\S/;
    return 'has a control character' if $text =~ /(?!\s)[[:cntrl:]]/;
    pos($text) = 0;
    while (pos($text) < length $text) {
        my $start = pos $text;
        my $fault = $text =~ /\G;/gc ? 'has a semicolon' : $text =~ /\G\\/gc ? 'has a backslash outside of quotes'
            : $text =~ /\G--/gc ? 'has a comment that hides what follows; write it between /* and */' : _piece(\$text);
        return "$fault at '" . substr($text, $start, 30) =~ s/\s+/ /gr . "'" if defined $fault;
    }
    return;
}

# Skips a comment or a token; returns what is wrong with it, if anything.
sub _piece {
    my ($text) = @_;
    return if $$text =~ /\G--[^\n]*/gc;
    return $$text =~ m{\G/\*}gc ? _skip_comment($text) ? undef : 'has a comment that is not closed' : _token($text);
}

# REPLACE returns the replacement of white space, or of a comment to the end of the line.
sub _rewritten {
    my ($query, $replace) = @_;
    my $out = '';
    my $semicolon;
    my $location = sub { 'at character ' . (1 + $_[0]) . " ('" . _excerpt($query, $_[0]) . "')" };
    return (undef, 'contains a NUL byte') if $query =~ /\0/;
    pos($query) = 0;
    while (pos($query) < length $query) {
        my $start = pos $query;
        if ($query =~ /\G(?:\s+|--[^\n]*)/gc) {
            my $replacement = $replace->(substr $query, $start, pos($query) - $start);
            $out .= $replacement if $replacement ne ' ' || substr($out, -1) ne ' ';
            next;
        }
        if ($query =~ m{\G/\*}gc) {
            return (undef, 'has a comment that is not closed ' . $location->($start)) if !_skip_comment(\$query);
            (my $comment = substr $query, $start, pos($query) - $start) =~ s/[\r\n]/ /g;
            $out .= $comment;
            next;
        }
        if (defined $semicolon) {
            return (undef, 'is more than one statement: text follows the semicolon ' . $location->($semicolon));
        }
        if ($query =~ /\G;/gc) {
            $semicolon = $start;
            next;
        }
        my $error = _token(\$query);
        return (undef, "$error " . $location->($start)) if defined $error;
        my $token = substr $query, $start, pos($query) - $start;
        return (undef, 'has a line break inside a quoted text ' . $location->($start) . q(; slapd.conf cannot contain it; write E'…\n…' or chr(10) instead))
            if $token =~ /[\r\n]/;
        $out .= $token;
    }
    $out =~ s/^\s+|\s+$//g;
    return (undef, 'contains no SQL') if $out eq '';
    return $out;
}

# Skips one token that is neither white space nor comment; returns what is wrong with it, if anything.
sub _token {
    my ($query) = @_;
    return if $$query =~ /\G[eE]'(?:[^'\\]++|\\.|'')*+'/gcs;
    return if $$query =~ /\G'(?:[^']++|'')*+'/gc;
    return if $$query =~ /\G"(?:[^"]++|"")*+"/gc;
    return if $$query =~ /\G(\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$).*?\g1/gcs;
    return 'has a quote that is not closed' if $$query =~ /\G(?:[eE]?'|")/;
    return 'has a dollar quote that is not closed' if $$query =~ /\G\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$/;
    return 'uses MySQL\'s backquote; PostgreSQL quotes names as "name"' if $$query =~ /\G`/;
    # A word includes digits and dollars: neither E'…' nor $1$ can begin in the middle of one.
    return if $$query =~ /\G[A-Za-z_\x80-\xff][A-Za-z0-9_\$\x80-\xff]*/gc;
    $$query =~ /\G./gcs;
    return;
}

# PostgreSQL's comments nest.
sub _skip_comment {
    my ($query) = @_;
    my $depth = 1;
    while ($depth) {
        if    ($$query =~ m{\G\*/}gc) { $depth-- }
        elsif ($$query =~ m{\G/\*}gc) { $depth++ }
        elsif ($$query !~ /\G./gcs)   { return 0 }
    }
    return 1;
}

sub _excerpt {
    my ($query, $start) = @_;
    my $part = substr $query, $start, 30;
    $part =~ s/\s+/ /g;
    return length($query) > $start + 30 ? "$part…" : $part;
}

# Does the query name this column anywhere outside of literals and comments? Sufficient for refusals; "SELECT *" is unknown.
sub mentions {
    my ($query, $column) = @_;
    $query =~ s/'(?:[^']++|'')*+'//g;
    return $query =~ /\b\Q$column\E\b/i;
}

1;
