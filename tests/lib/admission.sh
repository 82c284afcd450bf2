# admission.sh: a directory that registers names which match [a-z]+[0-9] (pgsql-virtual users uid write).
. "$TESTS/lib/virtual-users.sh"
admission_conf() { # LINE…: the database, with more directives
    base_conf
    sed -n '/^database pgsql$/,/^```/p' "$PROJECT/doc/virtual-users.md" | sed "/^\`\`\`/d; /^access/d; s|postgres://[^ ]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|"
    cat <<'END'
pgsql-virtual users uid write
  SELECT $1 AS username, number AS uid_number, number AS gid_number FROM virtual_user($1) AS number
pgsql-virtual-names users [a-z]+[0-9]
END
    printf '%s\n' "$@"
    cat <<'END'
access to attrs=userPassword by * auth
access to dn.exact="dc=example,dc=com" attrs=children by dn.exact="uid=ann,dc=example,dc=com" add by * none
access to * by * read
END
}
registered() { q "SELECT string_agg(name, ' ' ORDER BY name) FROM virtual_users"; }
found() { dns -b "$base" "$@" | sed "s/,$base\$//" | xargs; } # FILTER OPTION…
as_ann() { ldapsearch -x -LLL -o ldif-wrap=no -H "$URI" -D "uid=ann,$base" -w ann-secret -b "$base" "$@"; }
# Refused. One refusal in a second is logged, so that the search may have to be repeated.
refusal_logged() { # NAME REASON SEARCH…
    "${@:3}" >/dev/null || true
    grep -qF "pgsql virtual name=\"$1\" client=127.0.0.1 suffix=\"$base\" outcome=refused reason=\"$2" "$T/slapd.log"
}
admitted() { as_ann "$@" 1.1 | sed -n "s/^dn: \(.*\),$base\$/\1/p" | xargs; } # FILTER OPTION…: DNS

# The same without a table: guest7 has the number 40007, and a group of that name and number.
given_conf() { # LINE…: the manager's database, with more directives
    local name="'guest' || \$1 - 40000" number='40000 + substr($1, 6)::integer'
    manager_conf
    cat <<END
pgsql-virtual users uid
  SELECT \$1 AS username, $number AS uid_number, $number AS gid_number, 'a guest' AS full_name
pgsql-virtual users uidNumber
  SELECT $name AS username, \$1::integer AS uid_number, \$1::integer AS gid_number, 'a guest' AS full_name WHERE \$1 BETWEEN 40000 AND 40999
pgsql-virtual groups cn SELECT \$1 AS name, $number AS gid_number
pgsql-virtual groups gidNumber SELECT $name AS name, \$1::integer AS gid_number WHERE \$1 BETWEEN 40000 AND 40999
pgsql-virtual-names users guest[0-9]{1,3}
pgsql-virtual-names groups guest[0-9]{1,3}
END
    printf '%s\n' "$@"
}
