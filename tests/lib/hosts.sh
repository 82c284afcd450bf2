# hosts.sh: gives the directory a kind of hosts, with tags and addresses, from a table.
#
#   create_hosts VALUES   the table hosts with these rows: name, tags and addresses, e.g. "('web1', '{web}', '{192.0.2.1}')"
#   hosts_conf            the configuration of slapd, with cn=Monitor below a database that has them

create_hosts() {
    q "CREATE TABLE hosts (name text, tags text[], addresses text[]);
       INSERT INTO hosts VALUES $1;
       GRANT SELECT ON hosts TO ldap"
}
hosts_conf() {
    manager_conf
    cat <<'END'
pgsql-kind hosts container=ou=hosts rdn=cn class=top,device,ipHost
pgsql-list hosts SELECT name AS cn, tags AS ou, addresses AS "ipHostNumber" FROM hosts
pgsql-attribute hosts ipHostNumber compare=exact
END
}
