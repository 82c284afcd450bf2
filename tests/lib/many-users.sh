# many-users.sh: turns the samples into 20,000 users in 300 groups.

# Afterwards: uid=u0 to uid=u19999 with "User N", each in three of the groups g1 to g300.
add_many_users() {
    q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
       SELECT 10000 + n, 'u' || n, 3000 + n % 300, '/home/u' || n, 'User ' || n, 'Name' || n % 1000, 'U' || n % 100, 'u' || n || '@example.com', '!', now(), now()
       FROM generate_series(0, 19999) n;
       INSERT INTO \"Groups\" SELECT 3000 + n, 'g' || n, false, now(), now() FROM generate_series(1, 300) n;
       INSERT INTO \"UserGroups\" SELECT 10000 + n, 3001 + (n * 7 + k * 131) % 300, now(), now() FROM generate_series(0, 19999) n, generate_series(0, 2) k;
       ANALYZE"
}
