# Adds may leave a returned column to its default, and the role gets the sequence that this default uses.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/rights.sh"
start_postgres
base=dc=example,dc=com
take_everybodys_rights public
q 'CREATE TABLE workers (id serial PRIMARY KEY, login text NOT NULL UNIQUE, name text NOT NULL)
   ; GRANT TEMPORARY ON DATABASE manager TO PUBLIC'
{
    base_conf
    cat <<END
database pgsql
suffix "$base"
rootdn "cn=admin,$base"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind workers rdn=uid class=top,account key=id
pgsql-list workers SELECT id, login AS uid, name AS description FROM workers
pgsql-write workers operations=add,modify,rename,delete
END
} >"$T/slapd.conf"
make_directory_role "$T/slapd.conf"
contains "$(<"$T/grants.sql")" 'GRANT USAGE ON SEQUENCE public.workers_id_seq'
start_slapd "$T/directory.conf"
expect 0 ldapadd -x -H "$URI" -D "cn=admin,$base" -w admin <<END
dn: uid=ann,$base
objectClass: account
uid: ann
description: Ann
END
same 'ann|Ann' "$(q 'SELECT login, name FROM workers')" "the new row"
