-- mdb-ldif.sql: turns the data of gen.sql into the LDIF of the same entries for back-mdb:  psql -XqAt -f mdb-ldif.sql >data.ldif
SELECT E'dn: dc=example,dc=com\nobjectClass: top\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: example.com\n\n'
    || E'dn: ou=people,dc=example,dc=com\nobjectClass: top\nobjectClass: organizationalUnit\nou: people\n\n'
    || E'dn: ou=groups,dc=example,dc=com\nobjectClass: top\nobjectClass: organizationalUnit\nou: groups\n';
SELECT format(E'dn: uid=%s,ou=people,dc=example,dc=com\nobjectClass: top\nobjectClass: posixAccount\nobjectClass: inetOrgPerson\n'
           || E'uid: %s\nuidNumber: %s\ngidNumber: %s\ncn: %s\nsn: %s\ngivenName: %s\ngecos: %s\nmail: %s\n'
           || E'homeDirectory: %s\nloginShell: %s\nuserPassword: %s\n',
       "uid", "uid", "uidNumber", "gidNumber", "cn", "sn", "givenName", "cn", "mail", "homeDirectory", "loginShell",
       CASE WHEN "userPassword" LIKE '{%' THEN '' ELSE '{CRYPT}' END || "userPassword")
FROM "Users" ORDER BY "uidNumber";
SELECT format(E'dn: cn=%s,ou=groups,dc=example,dc=com\nobjectClass: top\nobjectClass: posixGroup\ncn: %s\ngidNumber: %s\n', g."cn", g."cn", g."gidNumber")
    || string_agg('memberUid: ' || u."uid" || E'\n', '')
FROM "Groups" g JOIN "UserGroups" ug USING ("gidNumber") JOIN "Users" u USING ("uidNumber") GROUP BY g."gidNumber";
