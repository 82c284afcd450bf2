# fail2ban bans the address of refused logins, and no address that a client forges.
. "$(dirname "$0")/../lib.sh"
need fail2ban-regex fail2ban-server perl
start_postgres
base=dc=example,dc=com
start_slapd - < <(manager_conf)

# 24 from 127.0.0.2, 3 from 127.0.0.3. The good login of 127.0.0.4 is none of them.
perl -MNet::LDAP -e '
    my ($uri, $base) = @ARGV;
    sub try {
        my ($from, $dn, $password) = @_;
        Net::LDAP->new($uri, localaddr => $from)->bind($dn, password => $password);
    }
    try("127.0.0.2", "uid=nobody$_,$base", "wrong") for 1 .. 20;
    try("127.0.0.2", "uid=$_,$base", "wrong") for "ann", "bob", "x\\22 client=192.0.2.1 suffix=\\22", "y client=192.0.2.1";
    try("127.0.0.3", "uid=ann,$base", "wrong") for 1 .. 3;
    try("127.0.0.4", "uid=bob,$base", "bob-secret");
    # What slapd writes as it came: lines of the form that counts.
    my $line = "conn=1 op=1 pgsql bind dn=\"uid=x,$base\" client=192.0.2.1 suffix=\"$base\" step=sql outcome=refused reason=\"x\" ms=1";
    for my $text ($line, "\n$line\n", "\r\n$line\r\n", "x (\n$line") {
        try("127.0.0.5", $text, "wrong");
        my $ldap = Net::LDAP->new($uri, localaddr => "127.0.0.5");
        $ldap->search(base => $base, filter => "(uid=ann)", attrs => [$text]);
        $ldap->search(base => $text, filter => "(uid=ann)");
        (my $escaped = $text) =~ s/([()])/sprintf "\\%02x", ord $1/ge;
        $ldap->search(base => $base, filter => "(description=$escaped)");
    }' "$URI" "$base"
log_has 'client=127.0.0.4'
contains "$(<"$T/slapd.log")" $'\nconn=1 op=1 pgsql bind'
stop_slapd

# The same as syslog has it: a line for each message, control characters in octal.
perl -0777 -ne '
    my ($sec, $min, $hour, $day, $month) = localtime;
    my $begin = sprintf "%s %2d %02d:%02d:%02d ldap1 slapd[4711]: ", (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$month], $day, $hour, $min, $sec;
    for (split /^(?=[0-9a-f]{8}\.[0-9a-f]{8} 0x)/m) {
        s/^\S+ \S+ // or next;
        s/\n\z//;
        s/([\x00-\x1f])/sprintf "#%03o", ord $1/ge;
        print $begin, $_, "\n";
    }' "$T/slapd.log" >"$T/syslog"
cp -r /etc/fail2ban "$T/fail2ban"
find "$T/fail2ban/jail.d" "$T/fail2ban/jail.local" -type f ! -name defaults-debian.conf -delete 2>/dev/null || true
# The commands of the manual, on a Debian without rsyslog.
sed -i "s|/var/log/auth.log|$T/missing|" "$T/fail2ban/paths-debian.conf"
accepted() { fail2ban-server -c "$T/fail2ban" -t; }
grep -rqs '^backend *= *systemd' "$T/fail2ban/jail.d" || expect 255 accepted # as in Debian 12
awk '/fail2ban ?:$/ { here = 1 } here && /^\.fi/ { exit } here && /^(cp|printf) /' "$PROJECT/doc/slapd-pgsql-guide.7" |
    sed -e 's/\\-/-/g; s/\\e/\\/g' -e "s/\\\\(aq/'/g; s|/usr/share/slapd-pgsql|$PROJECT/packaging|; s|/etc/fail2ban|$T/fail2ban|" >"$T/recipe"
same 2 "$(wc -l <"$T/recipe")" "commands of the manual"
expect 0 bash "$T/recipe"
expect 0 accepted
found=$(fail2ban-regex -c "$T/fail2ban" -o ip "$T/syslog" slapd-pgsql | sort | uniq -c | sed 's/^ *//')
same "24 127.0.0.2
3 127.0.0.3" "$found" "the addresses that fail2ban-regex finds"
line=$(grep -m 1 -F 'client=127.0.0.3' "$T/syslog")
same 2001:db8::7 "$(fail2ban-regex -c "$T/fail2ban" -o ip "${line/127.0.0.3/[2001:db8::7]}" slapd-pgsql)" "an IPv6 address"

# The jail, with an action that only notes the address.
printf '%s\n' '[Definition]' "actionban = echo <ip> >>$T/banned" >"$T/fail2ban/action.d/note.conf"
printf '%s\n' '[slapd-pgsql]' 'backend = polling' "logpath = $T/syslog" 'action = note' 'ignoreip = 127.0.0.9' '[sshd]' 'enabled = false' >"$T/fail2ban/jail.d/test.local"
: >"$T/banned"
mv "$T/syslog" "$T/messages"
: >"$T/syslog"
setpriv --pdeathsig TERM -- fail2ban-server -c "$T/fail2ban" -s "$T/f2b.sock" -p "$T/f2b.pid" --logtarget "$T/f2b.log" -xf start >"$T/f2b.out" 2>&1 &
eventually 20 fail2ban-client -s "$T/f2b.sock" status slapd-pgsql
cat "$T/messages" >>"$T/syslog"
eventually 20 test -s "$T/banned"
same 127.0.0.2 "$(<"$T/banned")" "who is banned"
