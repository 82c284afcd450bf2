# Django, passlib, Werkzeug and PHP check the hashes of passwords that LDAP clients set.
. "$(dirname "$0")/../lib.sh"
need php
python=/usr/bin/python3 # Debian's, with Debian's modules
"$python" -c 'import argon2, bcrypt, django, passlib, werkzeug' 2>/dev/null || skip "modules of Python are missing; packaging/setup --tests installs them"
start_postgres
base=dc=example,dc=com
q 'GRANT UPDATE ON "Users" TO ldap' >/dev/null
mkdir "$T/slapd.d"
{
    manager_conf
    echo 'pgsql-password-change users UPDATE "Users" SET "userPassword" = ? WHERE "uid" = ? AND "userPassword" = ?'
    echo 'pgsql-password-hash m=1024 t=1 p=1'
} >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
format() { # OPTION…: of new hashes
    expect 0 as_config ldapmodify <<<"dn: $database
changetype: modify
replace: olcPgPasswordHash
olcPgPasswordHash: $*"
}
passwd() { ldappasswd -x -H "$URI" -D "cn=admin,$base" -w admin -s "$1" "uid=bob,$base"; }

# Each program says "yes" if the password on the first line of its input matches the hash on the second.
django() {
    "$python" -c 'if True:
        from django.conf import settings
        from django.contrib.auth import hashers
        names = ["PBKDF2", "Argon2", "BCrypt"]
        settings.configure(PASSWORD_HASHERS=["django.contrib.auth.hashers.%sPasswordHasher" % name for name in names])
        print("yes" if hashers.check_password(input(), input()) else "no")'
}
passlib() { "$python" -W ignore -c 'from passlib.hash import pbkdf2_sha512 as h; print("yes" if h.verify(input(), input()) else "no")'; }
werkzeug() { "$python" -c 'import werkzeug.security as s; p = input(); print("yes" if s.check_password_hash(input(), p) else "no")'; }
# hashlib as Werkzeug 2.3 and Django 4 call it, which Debian 12 does not have
scrypt() {
    "$python" -c 'if True:
        import base64, hashlib, re
        password, stored = input(), input()
        if stored[6] == ":":
            n, r, p, salt, key = re.fullmatch(r"scrypt:(\d+):(\d+):(\d+)\$([^$]*)\$([0-9a-f]*)", stored).groups()
            key = bytes.fromhex(key)
        else:
            _, n, salt, r, p, key = stored.split("$", 5)
            key = base64.b64decode(key, validate=True)
        made = hashlib.scrypt(password.encode(), salt=salt.encode(), n=int(n), r=int(r), p=int(p), maxmem=2**26, dklen=64)
        print("yes" if made == key else "no")'
}
php_verify() { php -r '[$p, $h] = explode("\n", file_get_contents("php://stdin")); echo password_verify($p, $h) ? "yes" : "no";'; }
nextcloud() { sed '2s/^3|//' | php_verify; } # as lib/private/Security/Hasher.php does
spring() { sed '2s/^{bcrypt}//' | php_verify; }

while read -r program options; do
    # shellcheck disable=SC2086 # words
    format $options
    for password in secret 'größer €' "$(printf 'x%.0s' {1..72})"; do
        expect 0 passwd "$password"
        expect 0 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w "$password"
        stored=$(q "SELECT \"userPassword\" FROM \"Users\" WHERE \"uid\" = 'bob'")
        same yes "$(printf '%s\n%s\n' "$password" "$stored" | "$program")" "what $program says with $options of $password"
        same no "$(printf '%s\n%s\n' "$password" "$stored" | sed '1s/.$//' | "$program")" "what $program says with $options of another password"
    done
done <<'END'
django format=django-argon2 m=1024 t=1 p=1
django format=django-pbkdf2 rounds=1000
django format=django-bcrypt cost=4
passlib format=passlib-pbkdf2 rounds=1000
werkzeug format=werkzeug-pbkdf2 rounds=1000
scrypt format=werkzeug-scrypt N=1024
scrypt format=django-scrypt N=1024 r=4 p=2
nextcloud format=nextcloud m=1024 t=1 p=1
php_verify format=php-bcrypt cost=4
php_verify format=bcrypt cost=4
php_verify format=argon2id m=1024 t=1 p=1
spring format=spring-bcrypt cost=4
END

# bcrypt reads 72 bytes: a longer password would match with any other end.
format format=bcrypt cost=4
expect 1 passwd "$(printf 'x%.0s' {1..73})"
contains "$OUT" "Constraint violation (19)"
contains "$OUT" "more than 72 bytes"
