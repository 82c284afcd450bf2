#!/bin/bash
# No HTTP client blocks slapd-pgsql-metrics, and scrapes run one at a time.
. "$(dirname "$0")/../lib.sh"
need curl ldapsearch perl
start_postgres
start_slapd - < <(manager_conf; echo 'database monitor')
free_port port
address=127.0.0.1:$port
setpriv --pdeathsig TERM -- "$PROJECT/packaging/slapd-pgsql-metrics" --uri "$URI" --listen "$address" --timeout 2 2>"$T/said" &
server=$!
get() { curl -s --max-time 10 "$@"; }
code() { get -o /dev/null -w '%{http_code}' "$@"; }
scraped() { get "http://$address/metrics" | grep -q "^slapd_pgsql_up ${1:-1}$"; }
eventually 10 scraped
connect() { perl -MIO::Socket::IP -e '$| = 1; my ($text, $seconds, $count) = splice @ARGV, 1;
    my @all = map { my $s = IO::Socket::IP->new(PeerAddr => $ARGV[0]) or die; $s->send($text) if length $text; $s } 1 .. $count;
    print "connected\n"; sleep $seconds' "$address" "$@"; } # TEXT SECONDS COUNT

# ---- the protocol
contains "$(get -i "http://$address/metrics")" 'Content-Type: text/plain; version=0.0.4; charset=utf-8'
same 200 "$(code -I "http://$address/metrics")" "HEAD"
same 200 "$(code "http://$address/metrics?x=1")" "a query"
same 200 "$(code "http://$address/")" "the start page"
same 404 "$(code "http://$address/../etc/passwd" --path-as-is)" "another page"
same 405 "$(code -d x=y "http://$address/metrics")" "POST"
same 431 "$(code -H "X: $(printf '%09000d' 0)" "http://$address/metrics")" "a long head"
same 'HTTP/1.1 400 Bad Request' "$(exec 3<>"/dev/tcp/127.0.0.1/$port"; printf 'hello\r\n\r\n' >&3; head -n 1 <&3 | tr -d '\r')" "what is not HTTP"
address=127.0.0.2:$port
same 000 "$(code "http://$address/metrics" || true)" "another address"
address=127.0.0.1:$port

# ---- clients that send nothing, half a request, or do not read; the last ones ask for 30 KB each and leave them unread
for text in '' 'GET /metrics HTTP/1.1' $'GET /metrics HTTP/1.1\r\n\r\n'; do
    connect "$text" 30 100 >"$T/connected" &
    idle=$!
    eventually 10 grep -q connected "$T/connected"
    for _ in 1 2 3; do within 3 scraped; done
    kill "$idle" 2>/dev/null || true
    wait "$idle" 2>/dev/null || true
    : >"$T/connected"
done
sockets() { find "/proc/$server/fd" -lname 'socket:*' | wc -l; }
connect '' 30 3 >"$T/connected" &
eventually 10 grep -q connected "$T/connected"
[ "$(sockets)" -ge 4 ] || fail "the idle clients are not connected"
gone() { [ "$(sockets)" = 1 ]; } # only the listener
eventually 10 gone

# ---- slapd does not answer: one ldapsearch for all requests, and an end of it
kill -STOP "$SLAPD"
for n in 1 2 3 4 5; do get "http://$address/metrics" >"$T/answer.$n" & waiting[n]=$!; done
running() { pgrep -P "$server" | wc -l; }
busy() { [ "$(running)" = 1 ]; }
eventually 5 busy
for _ in {1..10}; do [ "$(running)" -le 1 ] || fail "several scrapes run at a time"; same 200 "$(code "http://$address/")" "the start page, during a scrape"; done
for n in 1 2 3 4 5; do wait "${waiting[n]}"; grep -qx 'slapd_pgsql_up 0' "$T/answer.$n" || fail "no answer about the failure: $(<"$T/answer.$n")"; done
scraped 0 || fail "the failure is not repeated"
same 1 "$(grep -c 'no answer within 2 s' "$T/said")" "messages about the failure"
kill -CONT "$SLAPD"
eventually 10 scraped
contains "$(<"$T/said")" 'slapd answers again'

# ---- no process is left, a second one is refused, and the end is at once
same 0 "$(running)" "processes after the scrapes"
expect 2 timeout 10 "$PROJECT/packaging/slapd-pgsql-metrics" --listen "$address"
contains "$ERR" "cannot listen on 127.0.0.1 port $port"
kill "$server"
wait "$server" || [ $? = 143 ] || fail "it ended with status $?"
