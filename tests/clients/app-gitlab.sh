#!/bin/bash
# With the settings of doc/clients/gitlab.md, GitLab's requests find users, and never block one by mistake.
. "$(dirname "$0")/../lib/requests.sh"
perl -MNet::LDAP -e 1 2>/dev/null || skip "Net::LDAP is missing; packaging/setup --tests installs it"
start_directory 'pgsql-hide-denied on' 'pgsql-login-filter users uid_number < 5000'
filter=$(setting "'user_filter' => '(.*)'")
attributes=(dn uid cn mail email userPrincipalName sAMAccountName userid)
users=$(setting "'base' => '(.*)'")
same "$reader" "$(setting "'bind_dn' => '(.*)'")" "the DN for searches"

# A login: GitLab reads the controls, sends pages of 126, and binds. The check: the entry, by the user's filter.
contains "$(search -b '' -s base '(objectClass=*)' supportedControl)" 1.2.840.113556.1.4.319
finds ann -b "$users" -z 1 -E pr=126/noprompt "(&(uid=ann)$filter)" "${attributes[@]}"
contains "$OUT" 'mail: ann@example.com'
contains "$OUT" 'cn: Ann Archer'
finds '' -b "$users" -z 1 -E pr=126/noprompt "(&(uid=bob)$filter)" "${attributes[@]}" # not a member
expect 0 login "uid=ann,$base" ann-secret
check=(-s base -E pr=126/noprompt "$filter" "${attributes[@]}")
finds ann -b "uid=ann,$base" "${check[@]}"
expect 32 as_reader -b "uid=left,$base" "${check[@]}"
finds '' -b "uid=ann,$base" -s base '(userAccountControl:1.2.840.113556.1.4.803:=2)' dn

# Users who may not log in are gone for GitLab.
finds carl -b "uid=carl,$base" "${check[@]}"
q "UPDATE \"Users\" SET \"uidNumber\" = 5002 WHERE uid = 'carl'"
expect 32 as_reader -b "uid=carl,$base" "${check[@]}"

# GitLab ignores the result of the bind, and searches. Each code in an outage is one that it repeats.
codes() {
    perl -MNet::LDAP -e 'my ($uri, $reader, $entry, $filter) = @ARGV;
        my $ldap = Net::LDAP->new($uri) or die $@;
        my $bind = $ldap->bind($reader, password => $ENV{PASSWORD} // "reader-secret")->code;
        print $bind, " ", $ldap->search(base => $entry, scope => "base", filter => $filter)->code' "$URI" "$reader" "uid=ann,$base" "$filter"
}
repeated() { [[ ",$(setting "'retry_empty_result_with_codes' => \[(.*)\]" | tr -d ' ')," == *",$1,"* ]]; }
same '0 0' "$(codes)" "the codes of bind and search"
same '49 50' "$(PASSWORD=wrong codes)" "the codes with a wrong password"
outage -b "uid=ann,$base" "${check[@]}"
same '52 50' "$(codes)" "the codes in an outage"
for code in 50 51 52 80; do repeated $code || fail "GitLab would block a user for the code $code"; done
for code in 0 3 4 32; do ! repeated $code || fail "GitLab cannot repeat for the code $code"; done
