#!/usr/bin/perl
# transactions.pl: turns a seed into random transactions on the tables of tests/data/manager.sql, a script for psql.
#
# Use: transactions.pl SEED FIRST COUNT STEP uuids|names     the transactions FIRST, FIRST + STEP, … below FIRST + COUNT
# They change the users with numbers from 3001 on, and all groups but ldapusers, to which the users belong. Most rows are in the ranges
# 3001 to 9999 (single changes) and 10001 to 11000 (all at once). With "names", two users also swap their names in one transaction.
# An error of a statement leaves its transaction without effect. A transaction that is prepared runs without triggers, because
# PostgreSQL prepares none that notifies; a notification follows it.
use strict;
use warnings;
use utf8;

my ($seed, $first, $count, $step, $mix) = @ARGV;
binmode STDOUT, ':encoding(UTF-8)';
my ($many_first, $many_last) = (10001, 11000);

sub any { return 1 + int rand $_[0] }
sub one_of { return $_[rand @_] }
sub text { return "E'" . ($_[0] =~ s/([\\'])/\\$1/gr) . "'" }
sub number { return any(1_000_000_000) }

# The same number always gives the same name, so that names come back.
my @forms = ('p%d', 'jörg %d', 'a,b+%d', '#%d', 'quo"te %d', q(it's %d), 'back\\%d', '<%d>;=', 'ø%d', '日本 %d');
@forms = map { $_, ucfirst, tr/ /_/r =~ s/_/  /r } @forms if $mix eq 'uuids';
sub name { return text(sprintf $forms[$_[0] % @forms], $_[0]) }
sub some_name { return name(any(500)) }
sub group_name { return text('group ' . any(60)) }
sub group_number { return 5000 + any(60) }
sub value {
    return text(one_of('Ann Archer', 'ann archer', 'ANN  ARCHER', ' Ann Archer', 'Jörg Müßig', "Jo\x{308}rg", 'x' x 200, '日本', '\\', '{x}', number()));
}
sub hash { return sprintf "'{SSHA}' || encode(sha256('%d'), 'base64')", number() }

# Random rows, the same ones for the same seed and content.
sub users { return sprintf '(SELECT "uidNumber" FROM "Users" WHERE "uidNumber" BETWEEN 3001 AND 9999 ORDER BY md5("uidNumber" || %s) LIMIT %d)', text(number()), $_[0] // 1 }
sub groups { return sprintf '(SELECT "gidNumber" FROM "Groups" WHERE "gidNumber" <> 2001 ORDER BY md5("gidNumber" || %s) LIMIT %d)', text(number()), $_[0] // 1 }
sub members { return sprintf '(SELECT "uidNumber", "gidNumber" FROM "UserGroups" ORDER BY md5("uidNumber" || %s || "gidNumber") LIMIT %d)', text(number()), $_[0] }
sub update { return qq(UPDATE "Users" SET $_[0] WHERE "uidNumber" IN ) . ($_[1] // users(any(3))) }
sub insert {
    my ($from, $to, $name, $limit, @group) = @_;
    return qq(INSERT INTO "Users" ("uid", "uidNumber", "gidNumber", "cn", "sn", "givenName", "mail", "homeDirectory", "userPassword", "status", "createdAt", "updatedAt")
  SELECT $name, n, @{[one_of(@group)]}, 'User ' || n, 'User', 'User', n || '\@example.com', '/home/' || n, @{[hash()]}, 'active', now(), now()
  FROM generate_series($from, $to) n WHERE n NOT IN (SELECT "uidNumber" FROM "Users") ORDER BY md5(n || @{[text(number())]}) LIMIT $limit);
}
sub swap { # of two, or each gets the next one's
    my $chosen = users(one_of(2, 2, 3));
    return qq(CREATE TEMP TABLE swapped ON COMMIT DROP AS SELECT "uidNumber" AS n, "uid" AS name, row_number() OVER () AS place FROM "Users" WHERE "uidNumber" IN $chosen;
UPDATE "Users" SET "uid" = 'meanwhile ' || n FROM swapped WHERE "uidNumber" = n;
UPDATE "Users" SET "uid" = other.name FROM swapped mine JOIN swapped other ON other.place = mine.place % (SELECT count(*) FROM swapped) + 1 WHERE "uidNumber" = mine.n);
}
sub reload { # TABLE, what is left out
    my ($table, $condition) = @_;
    my $also = $table eq '"UserGroups"' ? '' : qq(CREATE TEMP TABLE members ON COMMIT DROP AS TABLE "UserGroups";\n);
    return qq(CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM $table WHERE $condition;\n${also}TRUNCATE $table CASCADE;\nINSERT INTO $table SELECT * FROM kept)
        . ($also && qq(;\nINSERT INTO "UserGroups" SELECT * FROM members WHERE "uidNumber" IN (SELECT "uidNumber" FROM "Users") AND "gidNumber" IN (SELECT "gidNumber" FROM "Groups")));
}
my $many = qq("uidNumber" BETWEEN $many_first AND $many_last);

# Weight, statement, and whether it needs triggers or temporary tables, which a transaction that is prepared cannot have.
my @statements = (
    [12, sub { insert(3001, 9999, one_of(q('u' || n), some_name()), any(3), 2001, 2001, 'n') }],
    [15, sub { update(sprintf '%s = %s', one_of('"cn"', '"sn"', '"givenName"'), value()) }],
    [6, sub { update(sprintf q("mail" = "uidNumber" || '-%d@example.org'), number()) }],
    [4, sub { update(sprintf q("homeDirectory" = '/home/%d'), number()) }],
    [10, sub { update('"uid" = ' . some_name(), users()) }],
    [6, sub { update(q("uid" = 'u' || "uidNumber"), users(any(3))) }],
    [6, sub { update('"userPassword" = ' . hash()) }],
    [4, sub { update('"status" = ' . text(one_of('active', 'active', 'suspended'))) }],
    [8, sub { update('"gidNumber" = ' . one_of('"uidNumber"', 2001, group_number(), 'coalesce(' . groups() . ', 2001)')) }],
    [9, sub { 'DELETE FROM "Users" WHERE "uidNumber" IN ' . users(any(3)) }, 1],
    [4, sub { update('"uidNumber" = ' . (3000 + any(6999)), users()) }, 1],
    [4, sub { my $taken = some_name(); qq(DELETE FROM "Users" WHERE "uid" = $taken AND "uidNumber" BETWEEN 3001 AND 9999;\n) . update(qq("uid" = $taken), users()) }, 1],
    [10, sub { sprintf 'INSERT INTO "UserGroups" SELECT u, g, now(), now() FROM unnest(ARRAY%s) u, unnest(ARRAY%s) g ON CONFLICT DO NOTHING', users(any(20)), groups(any(3)) }],
    [8, sub { 'DELETE FROM "UserGroups" WHERE ("uidNumber", "gidNumber") IN ' . members(any(20)) }],
    [6, sub { sprintf 'INSERT INTO "Groups" VALUES (%s, %s, false, now(), now())', one_of(group_number(), users()), group_name() }],
    [6, sub { 'UPDATE "Groups" SET "cn" = ' . group_name() . ' WHERE "gidNumber" IN ' . groups() }],
    [3, sub { 'UPDATE "Groups" SET "gidNumber" = ' . group_number() . ' WHERE "gidNumber" IN ' . groups() }, 1],
    [5, sub { 'DELETE FROM "Groups" WHERE "gidNumber" IN ' . groups(any(2)) }, 1],
    [1, sub { 'TRUNCATE "UserGroups"' }, 1],
    [1, sub { reload(one_of(['"Groups"', '"gidNumber" = 2001 OR hashtext("cn") % 2 = 0'], ['"Users"', 'true'], ['"UserGroups"', '"uidNumber" % 2 = 0'])->@*) }, 1],
    [2, sub { insert($many_first, $many_last, q('many' || n), 1000, 2001) }, 1],
    [2, sub { "DELETE FROM \"Users\" WHERE $many" }, 1],
    [2, sub { sprintf 'UPDATE "Users" SET %s WHERE %s', one_of('"cn" = ' . value(), '"userPassword" = ' . hash(), '"uid" = ' . text(one_of('many', 'all') . any(3)) . ' || "uidNumber"'), $many }],
    [2, sub { sprintf 'INSERT INTO "UserGroups" SELECT "uidNumber", g, now(), now() FROM "Users", unnest(ARRAY%s) g WHERE %s ON CONFLICT DO NOTHING', groups(), $many }],
    $mix eq 'names' ? [5, \&swap, 1] : (),
);

sub statement {
    my @among = $_[0] ? grep { !$_->[2] } @statements : @statements;
    my $sum = 0;
    $sum += $_->[0] for @among;
    my $at = rand $sum;
    for (@among) { return $_->[1]->() if ($at -= $_->[0]) < 0 }
}
sub transaction {
    my ($n) = @_;
    my $end = one_of(('COMMIT') x 16, ('ROLLBACK') x 2, ('PREPARE') x 2);
    my @run = ('BEGIN', $end eq 'PREPARE' ? 'SET LOCAL session_replication_role = replica' : ());
    for (1 .. one_of(1, 1, 1, 2, 3, 5)) {
        my $one = statement($end eq 'PREPARE');
        push @run, rand() < 0.9 || $one =~ /TEMP/ ? $one : ('SAVEPOINT before', $one, 'ROLLBACK TO before');
        push @run, sprintf "DO 'BEGIN PERFORM pg_sleep(%.3f); END'", rand 0.05 if rand() < 0.15;
        last if $one =~ /TEMP/; # once in a transaction
    }
    return (@run, $end) if $end ne 'PREPARE';
    return (@run, "PREPARE TRANSACTION '$n'", "COMMIT PREPARED '$n'", 'NOTIFY back_pgsql');
}

for (my $n = $first; $n < $first + $count; $n += $step) {
    srand(($seed * 1_000_003 + $n) % 4_294_967_291);
    print "-- transaction $n of seed $seed\n", map { "$_;\n" } transaction($n);
}
