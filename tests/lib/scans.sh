# scans.sh: turns a search into the number of tables that PostgreSQL reads from end to end for it.

# Sessions report what they did when they end, so the directory's end first.
end_sessions="DO \$\$ BEGIN PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'ldap'; END \$\$"
scans() { q "$end_sessions; SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_user_tables"; }
reads_all() { # FILTER ENTRIES
    local before
    before=$(scans)
    expect 0 search -b dc=example,dc=com "$1" 1.1
    same "$2" "$(sed -n 's/^dn: \([^,]*\),.*/\1/p' <<<"$OUT" | sort | xargs)" "$1"
    echo $(($(scans) - before))
}
