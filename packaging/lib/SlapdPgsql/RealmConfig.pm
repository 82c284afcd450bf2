# RealmConfig.pm: reads the settings of realms from the JSON of REALM_CONFIG, in the form that plain variables have.
#
# The settings of a realm are { name, base, default, options, paths => { name, base, options, links }, kinds => [[path, text]], links => [[path, type, options, path]] };
# Paths are those in the JSON, for messages. Only the form of the JSON is checked here.
package SlapdPgsql::RealmConfig;
use strict;
use warnings;
use JSON::PP ();
use SlapdPgsql::Environment ();

sub settings {
    my ($env) = @_;
    my $name = 'REALM_CONFIG';
    my $text = _text_of($env, $name, $env->get($name)) // return;
    my $file = $env->get($name) =~ s/^\s+|\s+$//gr;
    my $prefix = $file =~ /^[\[{]/ ? '' : "names the file '$file', which ";
    my $list = eval { JSON::PP->new->utf8->decode($text) };
    if (my $error = $@) {
        $error =~ s/ \(before .*//s;    # what follows may be a password
        $error =~ s/ at \S+ line \d+\.?\s*\z//;
        return $env->problem($name, "${prefix}is not valid JSON: $error");
    }
    return $env->problem($name, $prefix . 'is not a list of realms: [{"name": …, "baseDn": …, "directory": {…}, "auth": {…}}, …]')
        if ref $list ne 'ARRAY' || !@$list;
    my @settings = map { _realm_settings($env, "${name}[$_]", $list->[$_]) } 0 .. $#$list;
    my %seen;
    for my $realm (@settings) {
        $env->problem($realm->{paths}{name}, "is '$realm->{name}', the name of another realm") if $seen{ $realm->{name} }++;
    }
    $env->problem($name, 'has several realms with "default": true; keep one') if 1 < grep { $_->{default} } @settings;
    return @settings;
}

# The JSON itself, or the path of a file that contains it.
sub _text_of {
    my ($env, $name, $text) = @_;
    $text =~ s/^\s+|\s+$//g;
    return $text if $text =~ /^[\[{]/;
    return $env->problem($name, 'is neither JSON that begins with [ nor the path of a file; remove quotes around it')
        if !SlapdPgsql::Environment::is_path($text);
    return $env->text_of_file($text, $name, "the file '$text' that it names");
}

sub _realm_settings {
    my ($env, $path, $json) = @_;
    return $env->problem($path, 'is not an object') if ref $json ne 'HASH';
    _only($env, $path, $json, qw(name baseDn default directory auth));
    my ($directory, $auth) = map { _object($env, "$path.$_", $json->{$_}) } qw(directory auth);
    _only($env, "$path.directory", $directory, qw(backend options));
    my $links = $auth->{backends};
    if (ref $links ne 'ARRAY' || !@$links) {
        $env->problem("$path.auth.backends", 'is missing or an empty list');
        $links = [];
    }
    return {
        name    => _required($env, "$path.name", $json->{name}),
        base    => _required($env, "$path.baseDn", $json->{baseDn}),
        default => $json->{default} ? 1 : 0,
        options => _options($env, "$path.directory.options", $directory->{options}),
        paths   => { name => "$path.name", base => "$path.baseDn", options => "$path.directory.options", links => "$path.auth.backends" },
        kinds   => [["$path.directory.backend", _required($env, "$path.directory.backend", $directory->{backend})]],
        links   => [map { _link($env, "$path.auth.backends[$_]", $links->[$_]) } 0 .. $#$links],
    };
}

sub _link {
    my ($env, $path, $json) = @_;
    my $link = _object($env, $path, $json);
    return ["$path.type", _required($env, "$path.type", $link->{type}), _options($env, "$path.options", $link->{options}), "$path.options"];
}

# A realm's options as texts; unknown ones cause a warning, since they may be misspelled.
sub _options {
    my ($env, $path, $json) = @_;
    return {} if !defined $json;
    my $options = _object($env, $path, $json);
    _only($env, $path, $options, qw(sqlUri sqlSsl sqlQueryAllUsers sqlQueryOneUser sqlQueryAllGroups sqlQueryGroupsByMember sqlLoginFilter sqlPasswordChange
        ldapBaseDn notificationUrl));
    my %text = map { ($_ => scalar _text($env, "$path.$_", $options->{$_})) } keys %$options;
    delete @text{ grep { !defined $text{$_} || $text{$_} !~ /\S/ } keys %text };
    return \%text;
}

sub _object {
    my ($env, $path, $json) = @_;
    return $json if ref $json eq 'HASH';
    $env->problem($path, defined $json ? 'is not an object' : 'is missing');
    return {};
}

sub _required {
    my ($env, $path, $json) = @_;
    my $text = _text($env, $path, $json) // '';
    $env->problem($path, 'is missing') if $text !~ /\S/ && !ref $json;
    return $text;
}

sub _text {
    my ($env, $path, $json) = @_;
    return if !defined $json;
    return $json ? 'true' : 'false' if JSON::PP::is_bool($json);
    return $env->problem($path, 'is not a text') if ref $json;
    utf8::encode($json);
    return $json;
}

sub _only {
    my ($env, $path, $object, @known) = @_;
    my %known = map { $_ => 1 } @known;
    for my $name (grep { !$known{$_} } sort keys %$object) {
        utf8::encode($name);
        $env->warning("$path.$name", 'is not a known option; it is ignored');
    }
    return;
}

1;
