# A configuration that would show the password column is refused at start.
. "$(dirname "$0")/../lib.sh"
start_postgres
why='the column "password" has the password hashes (pgsql-kind users password=password), which serve logins only'
refused_with 'pgsql-attribute users description column=password' "pgsql-attribute users description column=password: $why"
refused_with 'pgsql-attribute users uid column=password' "pgsql-attribute users uid column=password: $why"
for template in '{password}' '{CRYPT}{password:last}' 'the hash {password}'; do
    template=${template/\{CRYPT\}/\{\{CRYPT\}\}}
    refused_with "pgsql-attribute users description \"default=$template\"" "pgsql-attribute users description default=$template: $why"
done
refused_with 'pgsql-kind users password=mail' 'pgsql-attribute users mail column=mail: the column "mail" has the password hashes'
refused_with 'pgsql-kind users password=full_name' 'the column "full_name" has the password hashes'
refused_with 'pgsql-kind users password=auth_backends' 'pgsql-kind users password=auth_backends: that column names the checks of a login'
refused_with 'pgsql-kind hosts rdn=cn class=device password=cn
pgsql-list hosts SELECT 1' 'pgsql-attribute hosts cn column=cn: the column "cn" has the password hashes'

# userPassword is what it is, with whatever options, and in whatever directive.
for name in userPassword 'userPassword;lang-de' 'USERPASSWORD;lang-a;lang-de-ch' 2.5.4.35; do
    for directive in "pgsql-attribute users $name column=mail" "pgsql-attribute users $name default=x" "pgsql-values users $name SELECT 1" \
        "pgsql-lookup users $name SELECT \$1" "pgsql-kind users rdn=$name"; do
        refused_with "$directive" "$name is not mapped from a column: the password column is only used to check binds"
    done
done
refused_with 'pgsql-attribute users objectClass;lang-de column=mail' 'object classes come from pgsql-kind'

# Online as well.
start_slapd - < <(manager_conf)
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=dc=example,dc=com)" 1.1 | sed -n 's/^dn: //p')
expect 80 as_config ldapmodify < <(printf '%s\n' "dn: $database" 'changetype: modify' 'add: olcPgAttribute' \
    'olcPgAttribute: users description column=password')
contains "$ERR" "$why"

# A kind without a password column has none to keep.
stop_slapd
start_slapd - < <(manager_conf; printf '%s\n' 'pgsql-kind users password=no_such_column' 'pgsql-attribute users description default="{mail}"')
contains "$(search -b dc=example,dc=com '(uid=ann)' description)" 'description: ann@'
