# Characters special in SQL, filters or DNs are plain data in values.
. "$(dirname "$0")/../lib.sh"
need perl
start_postgres
start_slapd - < <(manager_conf)
base=dc=example,dc=com

names=("o'hara" 'o"hara' 'back\slash' 'per%cent' 'under_score' 'st*r' 'com,ma' 'pl+us' 'equal=s' 'semi;colon' 'less<more>'
    '#hash' '(paren)' 'dollar$1' 'quest?ion' "x' or '1'='1" 'jürgen' '日本' 'two words' '{brace}' '--dash' '/*c*/' '&|!')
sql() { printf "'%s'" "${1//\'/\'\'}"; }
number=5000
q "$(for name in "${names[@]}"; do
    echo "INSERT INTO \"Users\" SELECT $((number += 1)), $(sql "$name"), 2001, '/home/x', '/bin/sh', $(sql "Full $name"), $(sql "$name"),
           'x', $(sql "$number@example.com"), NULL, 'x', 'active', NULL, NULL, now(), now();
       INSERT INTO \"UserGroups\" VALUES ($number, 2003, now(), now());"
done)"

# One process and one connection for all searches.
cat >"$T/names.pl" <<'END'
use strict; use warnings; use Encode; use Net::LDAP;
my ($uri, $base, @names) = @ARGV;
my $ldap = Net::LDAP->new($uri) or die "no connection\n";
sub hex_of { return $_[0] =~ s/(.)/sprintf '\\%02x', ord $1/gers }
sub found { # the entries of a search, which must succeed
    my %search = (base => $base, filter => '(objectClass=*)', @_);
    my $answer = $ldap->search(%search);
    die "$search{filter} below $search{base}: result ", $answer->code, ' ', $answer->error, "\n" if $answer->code;
    return $answer->entries;
}
sub same { my ($expected, $what, @seen) = @_; die "$what: @seen, not $expected\n" if "@seen" ne $expected }
sub uids { return map { $_->get_value('uid') } @_ }
for my $name (@names) {
    my ($hex, $text) = (hex_of($name), decode('UTF-8', $name));
    my ($begin, $end) = map { hex_of(encode('UTF-8', $_)) } substr($text, 0, 3), substr($text, -2);
    my $dn;
    for my $filter ("(uid=$hex)", "(cn=Full $hex)", "(sn=$hex)", "(&(uid=$begin*)(uid=*$end))") {
        my @entries = found(filter => $filter);
        same($name, "uid of $filter", uids(@entries));
        $dn = $entries[0]->dn;
    }
    # The DN that is shown leads back to the entry.
    same($name, "uid of the entry at $dn", uids(found(base => $dn, scope => 'base')));
    # So does one that escapes everything.
    same($name, 'uid of the fully escaped DN', uids(found(base => "uid=$hex,$base", scope => 'base', attrs => ['uid'])));
    # memberUid is ASCII by its syntax, so only such names can be members.
    same("cn=empty,$base", "groups of $name", map { $_->dn } found(filter => "(memberUid=$hex)")) if $name !~ /[^\0-\x7f]/;
}
print scalar @names, "\n";
END
expect 0 perl "$T/names.pl" "$URI" $base "${names[@]}"
same ${#names[@]} "$OUT" "names"

# Wildcards that are data do not select what they would as wildcards.
for filter in '(uid=\2a)' '(uid=%)' '(uid=a__)' '(uid=an\25)' '(cn=Ann _rcher)' "(uid=' OR 1=1 --)" '(uid=\5c%)' '(memberUid=\2a)'; do
    same "" "$(dns -b $base "$filter")" "entries of $filter"
done
same 1 "$(dns -b $base '(uid=*%*)' | wc -l)" "names with a per cent sign"
same 1 "$(dns -b $base '(uid=*_*)' | wc -l)" "names with an underscore"
same 1 "$(dns -b $base '(uid=*\5c*)' | wc -l)" "names with a backslash"
same 2 "$(dns -b $base '(uid=*\2a*)' | wc -l)" "names with a star"
