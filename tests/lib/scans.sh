# scans.sh: turns a search into the number of tables that PostgreSQL reads from end to end for it.

scans() { q "SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_user_tables"; }
# Sessions report what they did when they end.
ended() { kill_backends >/dev/null; [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap'")" = 0 ]; }
reads_all() { # FILTER ENTRIES
    local before
    eventually 5 ended
    before=$(scans)
    expect 0 search -b dc=example,dc=com "$1" 1.1
    same "$2" "$(sed -n 's/^dn: \([^,]*\),.*/\1/p' <<<"$OUT" | sort | xargs)" "$1"
    eventually 5 ended
    echo $(($(scans) - before))
}
