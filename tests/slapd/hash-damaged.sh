# A hash that is cut off, lacks its salt or key, or has a short key matches no password.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
bind() { ldapwhoami -x -H "$URI" -D "uid=hal,$base" -w "$1"; }
put() { q "UPDATE \"Users\" SET \"userPassword\" = \$v\$$1\$v\$ WHERE \"uid\" = 'hal'"; }
start_slapd - < <(manager_conf)

# Each is of "secret". A key of 16 bytes is the shortest.
django='pbkdf2_sha256$1000$oGmLJ6lAdEwr8Rkylk49l5$H9QWT2g7fuR5N/Ir9pJ201HPnIpplqRQHIkYkpfigpk='
query='{PBKDF2-SHA256}1000$text:oGmLJ6lAdEwr8Rkylk49l5$hex:1FD4164F683B7EE47937F22BF69276D3'
argon2='$argon2id$v=19$m=1024,t=1,p=1$MXpaWno1TmpaRWdueFB3Zg$0HgHgfOJHKCyAiARvp+9GBmrKf0aBk+X1AnkEUVNzGo'
bcrypt='bcrypt_sha256$$2b$04$vRa0wzqExiRM0Dh8YUhL1evmLUpCGSHKndZ/EaSfn09dJuI9XpeSm'
phpass='$P$648E/X1hvCb23c/sxWiHJ0ONalAKg01'
scram='SCRAM-SHA-256$4096:AQIDBAUGBwgJCgsMDQ4PEA==$8rrDg00OqaiWXJ7p+sCgHEIaBSHY89ZJl3mfIsf32oY='
redmine='{REDMINE}0123456789abcdef0123456789abcdef$d11adc14bf40311825e908669ac5aecb3578a99c'
for hash in "$django" "$query" "$argon2" "$bcrypt" "$phpass" "$scram" "$redmine"; do
    put "$hash"
    expect 0 bind secret
    for length in 1 2 4 8 $((${#hash} / 2)) $((${#hash} - 12)) $((${#hash} - 2)) $((${#hash} - 1)); do
        put "${hash:0:length}"
        expect 49 bind secret
        expect 49 bind "${hash:0:length}"
    done
    put "${hash%[\$]*}\$"
    expect 49 bind secret
    put "$hash$hash"
    expect 49 bind secret
done

# Prefixes in prefixes, texts without a hash, and a column that has bytes.
for value in "{bcrypt}{bcrypt}${bcrypt#*\$}" "3|3|$argon2" '3|secret' '{CRYPT}' '{CRYPT}*0' '{SSHA}' '{SHA}' '{UNIX}root' '{}secret' 'sha1$$' '{REDMINE}$' '\x736563726574'; do
    put "$value"
    expect 49 bind secret
    expect 49 bind "$value"
done
put "$django"
q 'ALTER TABLE "Users" ALTER "userPassword" TYPE bytea USING convert_to("userPassword", $$UTF8$$)'
expect 49 bind secret
q 'ALTER TABLE "Users" ALTER "userPassword" TYPE text USING convert_from("userPassword", $$UTF8$$)'
expect 0 bind secret
[[ $(<"$T/slapd.log") != *H9QWT2g7* ]] || fail "the log has a hash"
