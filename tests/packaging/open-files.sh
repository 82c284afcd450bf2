#!/bin/bash
# Unit, image, examples and documents agree about the limits for many clients.
. "$(dirname "$0")/lib.bash"

files=$(sed -n 's/^LimitNOFILE=//p' "$PROJECT/packaging/debian/slapd-back-pgsql.slapd-pgsql.service")
run=$PROJECT/packaging/image/slapd-pgsql-run
most=$(sed -n 's/.* -gt \([0-9]*\) \].*/\1/p' "$run")
page=$(tr '\n' ' ' <"$PROJECT/doc/scaling.md")
contains "$page" "LimitNOFILE=$files"
contains "$page" "from $files to $most"

# What an engine permits becomes what slapd has in the image.
permits() { (ulimit -S -n "$1" && ulimit -H -n "$2" && sh "$run" sh -c 'ulimit -n'); } # SOFT HARD
hard=$(ulimit -H -n)
[ "$hard" = unlimited ] || [ "$hard" -ge $((files + 1)) ] || skip "this machine permits $hard open files only"
same "$files" "$(permits 1024 "$hard")" "the limit where an engine permits 1024 files by default"
same 500 "$(permits 500 500)" "the limit where an engine permits 500 files"
same "$((files + 1))" "$(permits $((files + 1)) "$hard")" "the limit that an administrator has chosen"
if [ "$hard" = unlimited ] || [ "$hard" -gt "$most" ]; then
    same "$files" "$(permits $((most + 1)) "$hard")" "the limit where an engine permits any number of files"
fi

# Idle connections end after SSSD has closed its own (after 900 s, sssd-ldap(5)): the same seconds everywhere.
seconds=$(perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::SlapdConf -e 'print map { $_->[0] eq "idletimeout" ? $_->[1] : () } @SlapdPgsql::SlapdConf::time_limits')
[ "$seconds" -gt 900 ] || fail "idletimeout $seconds closes connections that SSSD would use again"
same "idletimeout $seconds" "$(grep '^idletimeout' "$PROJECT/slapd.conf.example")" "slapd.conf.example"
same "olcIdleTimeout: $seconds" "$(grep '^olcIdleTimeout' "$PROJECT/doc/cn-config.ldif")" "doc/cn-config.ldif"
same "idletimeout $seconds" "$(grep '^idletimeout' "$PROJECT/doc/slapd-pgsql-operations.7")" "slapd-pgsql-operations(7)"
contains "$page" "\`idletimeout $seconds\`"
