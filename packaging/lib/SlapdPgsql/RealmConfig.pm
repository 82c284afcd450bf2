# RealmConfig.pm: turns the JSON of REALM_CONFIG into wishes for realms, in the shape that plain variables give one.
#
# A wish is { name, base, default, options, at => { name, base, options, links }, kinds => [[at, text]], links => [[at, type, options, at]] };
# "at" says where in the JSON it stands, for messages. Nothing is judged here but the JSON's own shape.
package SlapdPgsql::RealmConfig;
use strict;
use warnings;
use JSON::PP ();
use SlapdPgsql::Environment ();

sub wishes {
    my ($env) = @_;
    my $name = 'REALM_CONFIG';
    my $text = _text_of($env, $name, $env->get($name)) // return;
    my $file = $env->get($name) =~ s/^\s+|\s+$//gr;
    my $which = $file =~ /^[\[{]/ ? '' : "names the file '$file', which ";
    my $list = eval { JSON::PP->new->utf8->decode($text) };
    if (my $error = $@) {
        $error =~ s/ \(before .*//s;    # what follows may be a password
        $error =~ s/ at \S+ line \d+\.?\s*\z//;
        return $env->problem($name, "${which}is not valid JSON: $error");
    }
    return $env->problem($name, $which . 'is not a list of realms: [{"name": …, "baseDn": …, "directory": {…}, "auth": {…}}, …]')
        if ref $list ne 'ARRAY' || !@$list;
    my @wishes = map { _wish($env, "${name}[$_]", $list->[$_]) } 0 .. $#$list;
    my %seen;
    for my $wish (@wishes) {
        $env->problem($wish->{at}{name}, "is '$wish->{name}', the name of another realm") if $seen{ $wish->{name} }++;
    }
    $env->problem($name, 'has several realms with "default": true; one can be the default') if 1 < grep { $_->{default} } @wishes;
    return @wishes;
}

# The JSON itself, or the path of a file that holds it.
sub _text_of {
    my ($env, $name, $text) = @_;
    $text =~ s/^\s+|\s+$//g;
    return $text if $text =~ /^[\[{]/;
    return $env->problem($name, 'is neither JSON that begins with [ nor the path of a file; remove quotes around it')
        if !SlapdPgsql::Environment::is_path($text);
    return $env->text_of_file($text, $name, "the file '$text' that it names");
}

sub _wish {
    my ($env, $at, $json) = @_;
    return $env->problem($at, 'is not an object') if ref $json ne 'HASH';
    _only($env, $at, $json, qw(name baseDn default directory auth));
    my ($directory, $auth) = map { _object($env, "$at.$_", $json->{$_}) } qw(directory auth);
    _only($env, "$at.directory", $directory, qw(backend options));
    my $links = $auth->{backends};
    if (ref $links ne 'ARRAY' || !@$links) {
        $env->problem("$at.auth.backends", 'is missing or an empty list');
        $links = [];
    }
    return {
        name    => _required($env, "$at.name", $json->{name}),
        base    => _required($env, "$at.baseDn", $json->{baseDn}),
        default => $json->{default} ? 1 : 0,
        options => _options($env, "$at.directory.options", $directory->{options}),
        at      => { name => "$at.name", base => "$at.baseDn", options => "$at.directory.options", links => "$at.auth.backends" },
        kinds   => [["$at.directory.backend", _required($env, "$at.directory.backend", $directory->{backend})]],
        links   => [map { _link($env, "$at.auth.backends[$_]", $links->[$_]) } 0 .. $#$links],
    };
}

sub _link {
    my ($env, $at, $json) = @_;
    my $link = _object($env, $at, $json);
    return ["$at.type", _required($env, "$at.type", $link->{type}), _options($env, "$at.options", $link->{options}), "$at.options"];
}

# A realm's options as texts; what the gateway's code does not read is said, in case it is a slip of the pen.
sub _options {
    my ($env, $at, $json) = @_;
    return {} if !defined $json;
    my $options = _object($env, $at, $json);
    _only($env, $at, $options, qw(sqlUri sqlSsl sqlQueryAllUsers sqlQueryOneUser sqlQueryAllGroups sqlQueryGroupsByMember sqlLoginFilter sqlPasswordChange
        ldapBaseDn notificationUrl));
    my %text = map { ($_ => scalar _text($env, "$at.$_", $options->{$_})) } keys %$options;
    delete @text{ grep { !defined $text{$_} || $text{$_} !~ /\S/ } keys %text };
    return \%text;
}

sub _object {
    my ($env, $at, $json) = @_;
    return $json if ref $json eq 'HASH';
    $env->problem($at, defined $json ? 'is not an object' : 'is missing');
    return {};
}

sub _required {
    my ($env, $at, $json) = @_;
    my $text = _text($env, $at, $json) // '';
    $env->problem($at, 'is missing') if $text !~ /\S/ && !ref $json;
    return $text;
}

sub _text {
    my ($env, $at, $json) = @_;
    return if !defined $json;
    return $json ? 'true' : 'false' if JSON::PP::is_bool($json);
    return $env->problem($at, 'is not a text') if ref $json;
    utf8::encode($json);
    return $json;
}

sub _only {
    my ($env, $at, $object, @known) = @_;
    my %known = map { $_ => 1 } @known;
    for my $name (grep { !$known{$_} } sort keys %$object) {
        utf8::encode($name);
        $env->warning("$at.$name", 'is not known; it is ignored');
    }
    return;
}

1;
