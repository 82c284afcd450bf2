# Filters match columns of uncommon types and collations, and their defaults.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
attributes="'at' EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24
'number' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27
'admin' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7
'since' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24
'bytes' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40
'flag' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7
'seen' EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24"
q "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
   CREATE TABLE things (name text, padded char(8), made timestamp, whole integer, words json, phone text, bytes bytea, several bytea[], amount numeric);
   INSERT INTO things VALUES ('full', 'Word', '2025-01-01', 7, '[\"one\"]', '+49 30 1', '\\x00ff', '{NULL,\"\\\\x00ff\",\"\\\\x61\"}', 7.250), ('null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), ('odd', '', 'infinity', 8, 'null', '', '', '{}', 1000.10);
   ALTER TABLE things ADD ips inet[], ADD flags boolean[], ADD seen timestamptz[], ADD amounts numeric[];
   UPDATE things SET ips = '{10.0.0.1,10.1.0.0/16}', flags = '{t,NULL}', seen = '{\"2025-03-02 09:30:00+00\",infinity}', amounts = '{7.00,8}' WHERE name = 'full';
   UPDATE things SET flags = '{f,t}', ips = '{}' WHERE name = 'odd';
   CREATE TABLE titles (thing text, title text COLLATE loose, admin boolean, since timestamptz, word bytea);
   INSERT INTO titles VALUES ('full', 'Some  Title', true, '2025-01-01', 'hello'), ('odd', 'other', false, '0001-01-01 BC', NULL);
   GRANT SELECT ON things, titles TO ldap"
{
    base_conf | sed '/^pidfile/,$d'
    nl -ba <<<"$attributes" | sed -E 's/^ *([0-9]+)\t(.*)/attributetype ( 1.3.6.1.4.1.4203.666.11.\1 NAME \2 )/'
    base_conf | sed -n '/^pidfile/,$p'
    cat <<END_OF_CONF
database pgsql
suffix $base
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind things rdn=cn class=top,device,extensibleObject
pgsql-list things SELECT name AS cn, padded AS description, made AS at, whole AS number, words AS l, phone AS "telephoneNumber", bytes, amount, ips AS "ipHostNumber", flags AS flag, seen, amounts AS "gidNumber", name AS "entryDN" FROM things
pgsql-values things title SELECT thing AS cn, title FROM titles
pgsql-values things admin SELECT thing AS cn, admin FROM titles
pgsql-values things since SELECT thing AS cn, since FROM titles
pgsql-values things displayName SELECT thing AS cn, admin FROM titles
pgsql-values things ou SELECT thing AS cn, word FROM titles
pgsql-attribute things flag column=flag
pgsql-attribute things carLicense column=flag
pgsql-attribute things roomNumber column=at
pgsql-attribute things street column=amount
pgsql-attribute things uidNumber column=amount
pgsql-attribute things description default="no description"
pgsql-attribute things at default=20200101000000Z
pgsql-attribute things number default=42
pgsql-attribute things l default="no place"
pgsql-attribute things telephoneNumber default="+49 30 0"
END_OF_CONF
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
finds() { same "$2" "$(dns -b "$base" "(&(objectClass=device)$1)" | sed -E 's/^cn=([^,]*),.*/\1/' | xargs)" "what $1 finds"; }

# Bytes are no text, and need not be UTF-8; a number is found as it is shown.
finds '(bytes=\00\ff)' full
finds '(bytes~=\00\ff)' full
finds '(!(bytes=\00\ff))' 'null odd'
finds '(bytes=\00)' ''
finds '(street=7.25)' full
finds '(street=*5)' full
finds '(street=*.1)' odd

# Values in arrays are those that columns would show.
finds '(ipHostNumber=10.0.0.1)' full
finds '(ipHostNumber=10.1.0.0/16)' full
finds '(!(ipHostNumber=*))' 'null odd'
finds '(flag=TRUE)' 'full odd'
finds '(flag=FALSE)' odd
finds '(carLicense=true)' 'full odd'
finds '(seen=20250302093000Z)' full
finds '(seen>=20250101000000Z)' full
finds '(gidNumber=7)' full
finds '(gidNumber>=8)' full
same "flag: FALSE flag: TRUE" "$(search -b "cn=odd,$base" -s base flag | grep ^flag | xargs)" "flags"

# The text of a time is the one that is shown, and that of bytes as well.
finds '(roomNumber=20250101000000Z)' full
finds '(roomNumber=2025*)' full
finds '(ou=hello)' full
finds '(ou=hel*)' full
logged column-unused '"entryDN"'
finds "(entryDN=cn=odd,$base)" odd

# Collations that take different texts for equal do not hinder.
finds '(title=SOME title)' full
finds '(|(title=other)(title=some title))' 'full odd'

# pgsql-values shows what a column of the list would show.
finds '(admin=TRUE)' full
finds '(admin=*)' 'full odd'
finds '(displayName=f)' odd
finds '(since=20250101000000Z)' full
finds '(!(since=*))' 'null odd'

# A default stands in for everything that gives no value.
finds '(description=no description)' 'null odd'
finds '(description=word)' full
finds '(at=20200101000000Z)' 'null odd'
finds '(at=20200101010000+0100)' 'null odd'
finds '(at=20250101000000Z)' full
finds '(l=no place)' 'null odd'
finds '(number=42)' null
finds '(telephoneNumber=+4930-0)' 'null odd'
