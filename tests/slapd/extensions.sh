# Every extended operation and control has the same result as with back-mdb.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/mdb.sh"
need perl
start_postgres
q 'GRANT UPDATE ("userPassword") ON "Users" TO ldap'
over() { printf '%s\n' 'overlay sssvlv' 'overlay deref' 'overlay ppolicy'; }
{
    manager_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload sssvlv\nmoduleload deref\nmoduleload ppolicy\nmoduleload syncprov/'
    printf '%s\n' 'pgsql-password-change users UPDATE "Users" SET "userPassword" = $1 WHERE "uid" = $2 AND "userPassword" = $3' 'pgsql-password-hash m=1024 t=1 p=1'
    over
    twin_conf
    over
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
fill_twin
cat >"$T/extensions.pl" <<'END'
use Controls; use Net::LDAP;
my ($uri, $suffix) = @ARGV;
sub ber { return Controls::ber(@_) }
my %value = (
    '1.3.6.1.4.1.1466.20037'  => undef,                                                               # StartTLS
    '1.3.6.1.4.1.4203.1.11.1' => ber(0x30, ber(0x80, "uid=eve,$suffix"), ber(0x82, 'secret')),        # Password Modify
    '1.3.6.1.4.1.4203.1.11.3' => undef,                                                               # Who am I?
    '1.3.6.1.1.8'             => ber(0x30, ber(0x02, chr 99)),                                        # Cancel
    '1.3.6.1.1.21.1'          => undef,                                                               # Start Transaction
    '1.3.6.1.1.21.3'          => ber(0x30, ber(0x01, "\0"), Controls::text('')),                      # End Transaction
    '1.2.3.4.5'               => undef,
);
for my $announced (Net::LDAP->new($uri)->root_dse(attrs => ['supportedExtension'])->get_value('supportedExtension')) {
    exists $value{$announced} or die "what does the extended operation $announced do? give it a value here\n";
}
sub client {
    my $ldap = Net::LDAP->new($uri) or die 'cannot connect';
    $ldap->bind("cn=admin,$suffix", password => 'admin')->code and die 'cannot bind';
    return $ldap;
}
my @new = (attr => [objectClass => 'account', uid => 'new']);
my %change = (
    add    => sub { $_[0]->add("uid=new,$suffix", @new, control => [$_[1]]) },
    delete => sub { $_[0]->delete("uid=eve,$suffix", control => [$_[1]]) },
    modify => sub { $_[0]->modify("uid=eve,$suffix", replace => { mail => 'e@example.com' }, control => [$_[1]]) },
    rename => sub { $_[0]->moddn("uid=eve,$suffix", newrdn => 'uid=eva', control => [$_[1]]) },
);
Controls::each_control($uri, $suffix, sub {
    my ($name, $control) = @_;
    my $ldap = client();
    for my $oid (sort keys %value) {
        my $r = $ldap->extension(name => $oid, defined $value{$oid} ? (value => $value{$oid}) : (), control => [$control]);
        print "$name, $oid: ", $r->code, ' ', $r->error =~ s/\n/ /gr, ' ', $r->response // '', "\n";
    }
    return if $suffix =~ /org$/;
    for my $what (sort keys %change) {
        my $r = $change{$what}->($ldap, $control);
        print STDERR "$name, $what: ", $r->code, ' ', $r->error, "\n" if $r->code !~ /^(?:2|8|12|53)$/;
    }
});
END
answers() { expect 0 perl "-I$TESTS/lib" "$T/extensions.pl" "$URI" "$1"; }
before=$(search -D cn=admin,dc=example,dc=com -w admin -b dc=example,dc=com)
answers dc=example,dc=org
theirs=$(as_ours <<<"$OUT")
answers dc=example,dc=com
same "$theirs" "$OUT" "the answers to extended operations"
same '' "$ERR" "changes that were not refused"
same "$before" "$(search -D cn=admin,dc=example,dc=com -w admin -b dc=example,dc=com)" "the entries afterwards"
expect 0 ldapwhoami -x -H "$URI" -D uid=eve,dc=example,dc=com -w secret
