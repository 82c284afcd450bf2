#!/bin/bash
# The recipe for ASP.NET Core Identity reads its hashes of each version, and lockouts.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application aspnet <"$TESTS/recipes/aspnet.sql"
new_directory
contains "$OUT" 'recipe aspnet (ASP.NET Core Identity)'
contains "$OUT" 'users     public.AspNetUsers: 6 users, 5 may log in'
for user in ann ben cid.smith@example.org dot; do
    logs_in "$user" 'my password'
    refuses "$user" wrong
done
for user in locked nopassword; do refuses "$user" 'my password'; done
same "mail: Ann@example.org
telephoneNumber: +1 555 0100" "$(entry '(&(uid=ann)(objectClass=posixAccount))' mail telephoneNumber | sort)" "a user"
same "ann ben locked" "$(members 'help desk')" "the members"
same "Help Desk" "$(groups_of ben | sed 's/ ben//; s/^ben //')" "the groups of a user"
number=$(entry '(&(uid=ben)(objectClass=posixAccount))' uidNumber)
same "uid: ben" "$(entry "(&(uidNumber=${number#*: })(objectClass=posixAccount))" uid)" "the user of a number"

# A new user has a number at once. A login writes the counter and the stamps, which no query reads.
database -c "INSERT INTO \"AspNetUsers\" (\"Id\", \"UserName\", \"PasswordHash\") SELECT 'new', 'Zoe', \"PasswordHash\" FROM \"AspNetUsers\" WHERE \"UserName\" = 'ben'"
logs_in zoe 'my password'
reports_nothing "UPDATE \"AspNetUsers\" SET \"AccessFailedCount\" = 1, \"ConcurrencyStamp\" = 'x'"
reports "UPDATE \"AspNetUsers\" SET \"LockoutEnd\" = 'infinity' WHERE \"UserName\" = 'Zoe'"
refuses zoe 'my password'

# Names in lower case with underscores, as EFCore.NamingConventions writes them; an id that is a number.
database <<'END'
CREATE TABLE asp_net_users AS SELECT row_number() OVER (ORDER BY "Id")::integer AS id, "UserName" AS user_name, "NormalizedUserName" AS normalized_user_name,
    "PasswordHash" AS password_hash, "Email" AS email, "LockoutEnd" AS lockout_end, "LockoutEnabled" AS lockout_enabled FROM "AspNetUsers";
DROP TABLE "AspNetUserRoles", "AspNetRoles", "AspNetUsers";
END
mv "$T/new.aspnet" "$T/first"
new_directory
contains "$OUT" 'recipe aspnet (ASP.NET Core Identity)'
logs_in ann 'my password'
refuses locked 'my password'
same "uidNumber: 2000001" "$(entry '(&(uid=ann)(objectClass=posixAccount))' uidNumber)" "the number"
