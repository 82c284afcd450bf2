# Very deep, wide and long filters return the right entries in time.
. "$(dirname "$0")/../lib.sh"
start_postgres
start_slapd - < <(manager_conf; echo "pgsql-timeout 30") # as long as a sanitizer may need
base=dc=example,dc=com
repeat() { printf "%$2s" '' | sed "s/ /$1/g"; }

nested() { # OPENING [TIMES]: the filter (uid=ann) in a thousand of them, which is as deep as slapd itself allows
    echo "$(repeat "$1" "${2:-1000}")(uid=ann)$(repeat ')' "${2:-1000}")"
}
same "uid=ann,$base" "$(within 5 dns -b $base "$(nested '(\&')")" "AND, nested"
same "uid=ann,$base" "$(within 5 dns -b $base "$(nested '(|')")" "OR, nested"
same "uid=ann,$base" "$(within 5 dns -b $base "$(nested '(!')")" "NOT, nested"
same "15" "$(within 5 dns -b $base "$(nested '(!' 999)" | wc -l)" "entries of NOT, nested once less"
mixed=$(repeat '(\&(objectClass=posixAccount)(|(uid=bob)(!' 333)'(!(uid=ann))'$(repeat ')))' 333)
same "uid=ann,$base uid=bob,$base" "$(within 5 dns -b $base "$mixed" | xargs)" "all three, nested"

wide() { # START SUFFIX: one filter of ten thousand terms
    seq -f "(uid=x%.0f)" 10000 19999 | tr -d '\n' | sed "s/^/$1/; s/\$/$2)/"
}
same "uid=ann,$base" "$(within 5 dns -b $base "$(wide '(|' '(uid=ann)')")" "OR, wide"
same "" "$(within 5 dns -b $base "$(wide '(|' '')")" "OR, wide, of nobody"
same "uid=ann,$base" "$(within 5 dns -b $base "(&(uid=a*)(!$(wide '(|' '')))")" "NOT OR, wide"
same "" "$(within 5 dns -b $base "$(wide '(\&' '')")" "AND, wide"
mails=$(seq -f "(cn=x%.0f)" 10000 19999 | tr -d '\n')
same "cn=devs,$base uid=ann,$base" "$(within 5 dns -b $base "(|$mails(cn=devs)(cn=ann archer))" | xargs)" "OR, wide, over both kinds"

# A megabyte as a value or in the base. (Anonymous clients may send slapd a quarter of that; DNs end at 8 KB.)
cat >"$T/megabyte.pl" <<'END'
use strict; use warnings; use Net::LDAP;
my ($uri, $base) = @ARGV;
my $ldap = Net::LDAP->new($uri) or die "no connection: $@";
$ldap->bind("cn=admin,$base", password => "admin")->code and die "no login";
my $long = "a" x 1_000_000;
for my $filter ("(uid=$long)", "(uid=$long*)", "(uid=*$long*)", "(memberUid=$long)", "(cn=$long)", "(uidNumber=" . "1" x 1_000_000 . ")") {
    my $found = $ldap->search(base => $base, filter => $filter);
    printf "%s %d %d\n", substr($filter, 0, 12), $found->code, $found->count;
}
my $found = $ldap->search(base => "uid=$long,$base", scope => "base", filter => "(objectClass=*)");
printf "base %d\n", $found->code;
END
same "(uid=aaaaaaa 0 0
(uid=aaaaaaa 0 0
(uid=*aaaaaa 0 0
(memberUid=a 0 0
(cn=aaaaaaaa 0 0
(uidNumber=1 0 0
base 34" "$(timeout 60 perl "$T/megabyte.pl" "$URI" $base)" "answers to a megabyte"
same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann afterwards"
