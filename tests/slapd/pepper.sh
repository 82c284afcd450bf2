# Bcrypt hashes are of the password and the pepper in a file.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "$2"; }
put() { q "UPDATE \"Users\" SET \"userPassword\" = '$2' WHERE \"uid\" = '$1'"; }
# PHP: password_hash("secret" . "a-pepper", PASSWORD_BCRYPT, ["cost" => 4])
put ann '$2y$04$M.mWOEq4XaunG0FzUz.tyudHUptszhuYngRUbJ40miDb0mQa08vmW'
put bob '{bcrypt}$2y$04$M.mWOEq4XaunG0FzUz.tyudHUptszhuYngRUbJ40miDb0mQa08vmW'
# Django's BCryptSHA256PasswordHasher, and passlib's PBKDF2, of "secret" alone
put eve 'bcrypt_sha256$$2b$04$vRa0wzqExiRM0Dh8YUhL1evmLUpCGSHKndZ/EaSfn09dJuI9XpeSm'
put hal '$pbkdf2$1000$YazVure2tva.l3IuRUgJgQ$pzWS7GeXKIQR1NhTU.24eK.1jC8'

start_slapd - < <(manager_conf)
expect 49 bind ann secret
expect 0 bind ann secreta-pepper
stop_slapd

umask 077
printf 'a-pepper\n' >"$T/pepper"
start_slapd - < <(manager_conf; echo "pgsql-pepper $T/pepper")
for user in ann bob eve hal; do
    expect 0 bind "$user" secret
    expect 49 bind "$user" secreta-pepper
    expect 49 bind "$user" secre
done
lacks "$(<"$T/slapd.log")" a-pepper
stop_slapd

# A file that cannot be used, without a word of what it contains.
refused_pepper() { # TEXT
    refused_with "pgsql-pepper $T/pepper" pgsql-pepper "$T/pepper" "$1"
    lacks "$OUT" a-pepper
}
chmod 644 "$T/pepper"
refused_pepper "chmod 640"
chmod 640 "$T/pepper"
printf 'a-pepper\na-pepper\n' >"$T/pepper"
refused_pepper "one line without NUL"
printf 'a-pepper\0' >"$T/pepper"
refused_pepper "one line without NUL"
for content in '' '\n' "$(printf '%0501d' 0)"; do
    printf "$content" >"$T/pepper"
    refused_pepper "1 to 500 bytes"
done
rm "$T/pepper"
refused_pepper "cannot be read"
mkdir "$T/pepper"
refused_pepper "not a file"
rmdir "$T/pepper"
mkfifo "$T/pepper" # nobody writes to it
refused_pepper "not a file"
