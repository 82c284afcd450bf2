# Suggestions.pm: improvements over the gateway for a realm's queries: settings that are off, and remarks.
package SlapdPgsql::Suggestions;
use strict;
use warnings;
use SlapdPgsql::Sql ();

# Settings as in Migration.pm, all of them off. With the cluster manager's tables they can be used as they are, all together;
# for other tables a remark says what to write.
sub for_realm {
    my ($realm) = @_;
    my $manager = ($realm->{all_users} // '') =~ /"Users"/ && ($realm->{all_users} // '') =~ /"userPassword"/;
    my @out = (
        { remarks => ['', 'Suggestions: what the gateway cannot do. They have no effect until you remove the # of their lines.'] },
        defined $realm->{login_filter} ? () : _login_filter($manager),
        _columns($realm, $manager),
        _members($realm, $manager),
        defined $realm->{password_change} ? () : _password_change($manager),
        _writes($manager),
        defined $realm->{cache} ? () : _cache($manager),
        _in_the_database($manager),
        { remarks => ['', 'Access to entries and attributes. Passwords are never shown, whatever these rules allow.'] },
    );
    return @out;
}

sub _off {
    my ($name, $value, @remarks) = @_;
    return { name => $name, value => $value, remarks => \@remarks, off => 1 };
}

sub _login_filter {
    my ($manager) = @_;
    my @remarks = ('The gateway admits pending and suspended users. With this condition only users whose row meets it can log in:');
    return $manager ? _off('pgsql-login-filter', q(users username IN (SELECT "uid" FROM "Users" WHERE "status" = 'active')), @remarks)
        : { remarks => [@remarks, '  pgsql-login-filter users CONDITION    (SQL over the columns of pgsql-list users)'] };
}

# The list of users and the lookup have to return the same columns.
sub _columns {
    my ($realm, $manager) = @_;
    my @wanted = grep { !SlapdPgsql::Sql::mentions($realm->{all_users}, $_->[0]) && !SlapdPgsql::Sql::mentions($realm->{all_users}, $_->[1]) }
        ['login_shell', 'loginShell'], ['sshPublicKey', 'sshPublicKey'], ['created_at', 'createdAt'], ['updated_at', 'updatedAt'];
    return if !@wanted;
    my @remarks = ('Login shells, SSH keys for sshd by way of SSSD, and times of creation and change: columns of these names become loginShell,',
        'sshPublicKey, createTimestamp and modifyTimestamp. Both queries have to return them:');
    my $columns = join ', ', map { $_->[0] eq $_->[1] ? qq("$_->[1]") : qq("$_->[1]" AS $_->[0]) } @wanted;
    my ($list, $lookup) = map { _with_columns($realm->{written}{$_}, $columns) } 'all_users', 'one_user';
    return { remarks => [@remarks, '  ' . join ', ', map { $_->[0] } @wanted] } if !$manager || !defined $list || !defined $lookup;
    return (_off('pgsql-list', "users\n  $list", @remarks, '(These two replace pgsql-list users and pgsql-lookup users uid above.)'),
        _off('pgsql-lookup', "users uid\n  $lookup"));
}

# The query with more columns before its FROM; undef if that cannot be found.
sub _with_columns {
    my ($query, $columns) = @_;
    my $text = SlapdPgsql::Sql::several_lines($query);
    return if $text !~ /^SELECT\b/i;
    my ($position) = SlapdPgsql::Sql::clause($text, qr/FROM\b/i, 1) or return;
    return substr($text, 0, $position) =~ s/\s*\z/,\n  $columns\n  /r . substr $text, $position;
}

sub _members {
    my ($realm, $manager) = @_;
    return if SlapdPgsql::Sql::mentions($realm->{all_groups}, 'member_uids');
    my @remarks = ('The four queries find the members of a group by asking for each user. With thousands of users this is faster:');
    return $manager ? _off('pgsql-values', qq(groups memberUid\n  SELECT g."cn" AS name, u."uid" AS member\n  FROM "Groups" g)
            . qq(\n  JOIN "UserGroups" ug USING ("gidNumber")\n  JOIN "Users" u USING ("uidNumber")), @remarks)
        : { remarks => [@remarks, '  pgsql-values groups memberUid SELECT … AS name, … AS member FROM …    (a row for each member)'] };
}

sub _password_change {
    my ($manager) = @_;
    return { remarks => ['With pgsql-password-change users can change their passwords by passwd(1); see slapd-pgsql-guide(7), PASSWORD CHANGES.'] } if !$manager;
    return (
        _off('pgsql-password-change', qq(users\n  UPDATE "Users" SET "userPassword" = ?, "updatedAt" = now() WHERE "uid" = ? AND "userPassword" = ?),
            'Users change their passwords by passwd(1). The role needs:', '  GRANT UPDATE ("userPassword", "updatedAt") ON "Users" TO the role'),
        _off('access', 'to attrs=userPassword by self =xw by * auth'),
    );
}

# Statements are made from the tables; the other columns that are NOT NULL get values.
sub _writes {
    my ($manager) = @_;
    my @remarks = ('Administrators add, change, rename and delete entries with LDAP clients; see slapd-pgsql-guide(7), WRITING ENTRIES.');
    return { remarks => [@remarks, '  pgsql-write users operations=add,modify,rename,delete'] } if !$manager;
    return (
        _off('pgsql-write', 'users operations=add,modify,rename,delete', @remarks,
            'The role needs INSERT, UPDATE and DELETE: slapd-pgsql-check --grants prints the script.'),
        (map { _off('pgsql-column-value', "users $_") } q(givenName ''), q(userPassword '!'), q(status 'active'), 'createdAt now()', 'updatedAt now()'),
        _off('pgsql-write', 'groups operations=add,modify,rename,delete'),
        (map { _off('pgsql-column-value', "groups $_") } 'createdAt now()', 'updatedAt now()'),
        _off('pgsql-add-values', qq(groups memberUid\n  INSERT INTO "UserGroups" SELECT u."uidNumber", g."gidNumber", now(), now())
            . qq(\n  FROM "Users" u, "Groups" g WHERE g."cn" = :key AND u."uid" = ANY(:values))),
        _off('pgsql-delete-values', qq(groups memberUid\n  DELETE FROM "UserGroups" ug USING "Users" u, "Groups" g)
            . qq(\n  WHERE ug."uidNumber" = u."uidNumber" AND ug."gidNumber" = g."gidNumber")
            . qq(\n    AND g."cn" = :key AND u."uid" = ANY(:values))),
    );
}

# Cached results need no statement. Triggers report changes.
sub _cache {
    my ($manager) = @_;
    my @remarks = ('Query results are reused until PostgreSQL reports a change, by triggers on the tables that the queries read:',
        '  slapd-pgsql-check --triggers slapd.conf | psql -X manager');
    return { remarks => [@remarks, 'and  pgsql-cache 64  (MiB)'] } if !$manager;
    return _off('pgsql-cache', '64', @remarks);
}

# Changes in PostgreSQL.
sub _in_the_database {
    my ($manager) = @_;
    return { remarks => [
        'The role: slapd-pgsql-check --grants prints a script that grants the rights that the queries need, and no others.',
        'Indexes, for tables of ten thousand rows or more: slapd-pgsql-check reports the missing ones.' . ($manager ? ' For the four queries:' : ''),
        !$manager ? () : map { "  CREATE INDEX CONCURRENTLY ON $_;" }
            q("Users" (lower("mail" COLLATE "C"))), q("Users" ((true)) WHERE "mail" ~ '^ |  | $|[^ -~]'),
            q("Groups" (lower("cn" COLLATE "C"))), q("Groups" ((true)) WHERE "cn" ~ '^ |  | $|[^ -~]'),
            q("UserGroups" ("gidNumber")), q("Users" ("gidNumber")),
    ] };
}

1;
