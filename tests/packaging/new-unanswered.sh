#!/bin/bash
# The wizard ends in time when tables are locked, slow, failing or out of reach.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
hash=$(slappasswd -h '{SSHA}' -s secret)
free_port hanging
perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.1", LocalPort => $ARGV[0]) or die; my @c; push @c, $s->accept while 1' "$hanging" &
application shop <<END
CREATE TABLE staff (id int PRIMARY KEY, login text UNIQUE, password text);
INSERT INTO staff VALUES (1, 'ann', '$hash');
CREATE VIEW slow AS SELECT login, password FROM staff, (SELECT pg_sleep(3600) OFFSET 0) s;
CREATE VIEW failing AS SELECT login, (id / 0)::text AS password FROM staff;
CREATE MATERIALIZED VIEW empty AS SELECT * FROM staff WITH NO DATA;
CREATE EXTENSION postgres_fdw;
CREATE SERVER hanging FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '$hanging');
CREATE USER MAPPING FOR PUBLIC SERVER hanging OPTIONS (user 'x', password 'y');
CREATE FOREIGN TABLE far (login text, password text) SERVER hanging;
END

# Tables that fail do not hide the one that answers.
database -c 'ALTER VIEW slow RENAME TO other' -c 'ALTER VIEW other RENAME password TO note' -c 'ALTER FOREIGN TABLE far RENAME password TO note'
within 20 expect 0 wizard --dry-run
contains "$OUT" 'users     public.staff: 1 users'
for table in failing empty; do
    within 20 expect 2 wizard --dry-run --users "$table"
    contains "$ERR" "the table $table has no password hashes:"
done

# A statement is canceled; psql, which waits for a server that cannot cancel it, is ended.
asked() { perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::Psql -e 'eval { SlapdPgsql::Psql->new($ARGV[0])->json($ARGV[1], 1) }; print $@' "$(administrator)" "$1"; }
within 8 expect 0 asked 'SELECT to_json(count(*)) FROM public.other'
contains "$OUT" 'canceling statement due to statement timeout'
PGCONNECT_TIMEOUT=2 within 12 expect 0 asked 'SELECT to_json(count(*)) FROM public.far'
contains "$OUT" 'PostgreSQL does not answer within 8 s'

# A lock of another session.
database -c 'BEGIN' -c 'LOCK staff' -c 'SELECT pg_sleep(3600)' >/dev/null 2>&1 &
locked() { [ "$(database -c "SELECT count(*) FROM pg_locks WHERE relation = 'staff'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]; }
eventually 10 locked
within 40 expect 2 wizard --dry-run --users staff
contains "$ERR" 'canceling statement due to lock timeout'
q "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'shop'" >/dev/null

# PostgreSQL ends in the middle.
stop_postgres immediate
within 20 expect 2 wizard --dry-run
contains "$ERR" 'the database: '

# slapd-pgsql-check that takes too long.
mkdir "$T/bin"
echo 'sleep 3600' >"$T/bin/slapd-pgsql-check"
checked() { perl -I "$PROJECT/packaging/lib" -MSlapdPgsql::DirectoryTrial -e '$SlapdPgsql::DirectoryTrial::limit = 1; SlapdPgsql::DirectoryTrial->new($ARGV[0], sub { "" })->report' "$T/bin"; }
! checked 2>"$T/checked" || fail "it ended"
contains "$(<"$T/checked")" 'slapd-pgsql-check does not end within 1 s; create an index on the login names'
