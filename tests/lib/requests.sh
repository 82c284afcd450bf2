# requests.sh: starts a slapd for an application, and sends what it would send with the settings of its page in doc/clients.
#
# The page is that of the test's name: app-gitea.sh reads doc/clients/gitea.md. Searches need a login, as with slapd-from-env.
# shellcheck source=tests/lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

base=dc=example,dc=com
reader=uid=reader,$base
page=$(basename "$0" .sh)
page=$PROJECT/doc/clients/${page#app-}.md

# The user `reader` with the password reader-secret, whom applications search as.
start_directory() { # LINE…: of the database
    start_postgres
    q "INSERT INTO \"Users\" (\"uidNumber\", uid, \"homeDirectory\", cn, sn, \"givenName\", mail, \"userPassword\", \"createdAt\", \"updatedAt\")
       VALUES (2900, 'reader', '/', 'Reader', 'Reader', 'Reader', 'reader@example.com',
               '$(openssl passwd -6 reader-secret)', now(), now())"
    {
        manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
        printf '%s\n' 'sizelimit unlimited' 'pgsql-anonymous-search off' "$@"
    } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
}

# setting PATTERN [VALUE…]: what the page has for the one group of PATTERN; each %s, or the placeholder $PLACEHOLDER, becomes a VALUE.
setting() {
    PATTERN=$1 perl -e 'my ($page, @values) = @ARGV; my $placeholder = $ENV{PLACEHOLDER} // "%s";
        open my $file, "<", $page or die "$page: $!\n";
        while (<$file>) {
            next unless /$ENV{PATTERN}/;
            my $setting = $1;
            $setting =~ s/\Q$placeholder\E/$_/ for @values;
            print "$setting\n";
            exit;
        }
        die "$page has no setting like $ENV{PATTERN}\n"' "$page" "${@:2}"
}

as_reader() { search -D "$reader" -w reader-secret "$@"; }
login() { ldapwhoami -x -H "$URI" -D "$1" -w "$2"; } # DN PASSWORD

# finds EXPECTED ARGUMENT…: a search by the reader finds the entries whose names are EXPECTED, in that order of the alphabet.
finds() {
    expect 0 as_reader "${@:2}"
    same "$1" "$(sed -nE 's/^dn: [a-z]+=([^,]*).*/\1/p' <<<"$OUT" | sort | xargs)" "what is found by ${*:2}"
}

# An application must not take an outage for users who are gone: its searches and logins fail. The rootdn binds without PostgreSQL.
outage() { # ARGUMENT…: of a search
    stop_postgres
    expect 52 search -D "cn=admin,$base" -w admin "$@"
    lacks "$OUT" dn:
    expect 52 login "$reader" reader-secret
    expect 52 login "uid=bob,$base" bob-secret
}
