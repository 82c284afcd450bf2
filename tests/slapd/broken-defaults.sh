# A default with invalid syntax is ignored, and a missing required attribute is reported.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/check.sh"
start_postgres
base=dc=example,dc=com
q 'UPDATE "Users" SET "uid" = $$müller$$ WHERE "uid" = $$ann$$; UPDATE "Users" SET "uid" = $$jörg$$ WHERE "uid" = $$bob$$'
conf() { manager_conf | sed 's/"mail", "homeDirectory" AS home_directory, //'; }
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
count() { search -b $base "$1" 1.1 | grep -c '^dn:' || true; }
of() { search -b $base "(uidNumber=$1)" "$2" | sed -n "s/^$2: //p"; }

# Such an entry is served without the attribute, and filters agree.
same "/home/carl" "$(of 2002 homeDirectory)" "a default that fits"
same "" "$(of 2000 homeDirectory)" "one that does not"
same "2" "$(count '(&(objectClass=posixAccount)(!(homeDirectory=*)))')" "accounts without a home directory"
same 0 "$(count '(homeDirectory=/home/müller)')" "accounts by a value that none can have"
same "" "$(of 2009 gecos)" "gecos of a name that is not ASCII"
logged default-invalid 'users homeDirectory: the default "/home/müller" of "müller" breaks the syntax'
not_logged default-invalid gecos
stop_slapd

checked 1 --brief "$T/slapd.conf"
contains "$OUT" 'pgsql-attribute users homeDirectory: 2 entries have no homeDirectory, which the object classes require'
contains "$OUT" 'e.g. users homeDirectory: the default "/home/müller" of "müller" breaks the syntax'
contains "$OUT" 'do:  add another default= after the one that breaks the syntax'
contains "$OUT" 'pgsql-attribute users mail: 2 defaults break the syntax'
lacks "$OUT" 'gecos'

# The manual's remedy: one more default.
{ conf; echo 'pgsql-attribute users homeDirectory default=/home/{username} default=/home/{uid_number}'; } >"$T/more.conf"
start_slapd "$T/more.conf"
same "/home/carl" "$(of 2002 homeDirectory)" "a default that fits"
same "/home/2000" "$(of 2000 homeDirectory)" "the next one"
for filter in '(homeDirectory=/home/2000)' '(&(homeDirectory=/home/2000)(uid=*))' '(|(homeDirectory=/home/2000)(uid=nosuch))'; do
    same 1 "$(count "$filter")" "entries of $filter"
done
same 10 "$(count '(&(objectClass=posixAccount)(homeDirectory=*))')" "accounts with a home directory"
same 0 "$(count '(&(objectClass=posixAccount)(!(homeDirectory=*)))')" "accounts without one"
same 9 "$(count '(&(objectClass=posixAccount)(!(homeDirectory=/home/2000)))')" "the others"
expect 6 ldapcompare -x -H "$URI" "uid=müller,$base" homeDirectory:/home/2000
stop_slapd
checked 1 --brief "$T/more.conf" # uids that memberUid cannot have
lacks "$OUT" 'have no homeDirectory'
contains "$OUT" 'pgsql-attribute users homeDirectory: 2 defaults break the syntax'

# A column without a value and without a default is the same kind of entry.
{ conf; echo 'pgsql-attribute users homeDirectory default='; } >"$T/none.conf"
checked 1 --brief "$T/none.conf"
contains "$OUT" 'pgsql-attribute users homeDirectory: 10 entries have no homeDirectory, which the object classes require'
contains "$OUT" 'do:  return a value for each row, or add a default='
