# Users log in with the hashes of several applications in one column, whatever the others have.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,$base" -w "${2:-secret}"; }
put() { q "UPDATE \"Users\" SET \"userPassword\" = \$v\$$2\$v\$ WHERE \"uid\" = '$1'"; }
figure() { search -b cn=Databases,cn=Monitor "(olmPgSuffix=$base)" "$1" | sed -n "s/^$1: //p"; }
put bob 'bcrypt$$2y$04$zUpel77q4xUrOsZDzDP.3edu4dfkQVpKuWiA.X6kiAt73.eI1sLqS'
start_slapd - < <(manager_conf; echo 'database monitor')

# One of each reader; tests/unit/application_hashes.cpp has the others and says which program wrote them.
while read -r value; do
    put hal "$value"
    expect 0 bind hal
    expect 49 bind hal Secret
    expect 49 bind hal "$value"
    expect 0 bind bob
done <<'END'
pbkdf2_sha256$1000$oGmLJ6lAdEwr8Rkylk49l5$H9QWT2g7fuR5N/Ir9pJ201HPnIpplqRQHIkYkpfigpk=
{PBKDF2-SHA256}1000$text:Sa$lt:01$hex:B30705A48833B1A07F75EE8CFA19E8C9F0A833CA0D666DCFA7E007E86B541D26CE9C34FB1035A13497025BB21F75A556F705
AQAAAAIAAAPoAAAAEAECAwQFBgcICQoLDA0ODxCzOa9PK+OAt/gtxGFwbGRosPWsL4o3xzjY5/aIInYIMg==
$scrypt$ln=8,r=8,p=2$3hsDgLBWCkFoDQFASKk15g$7eaVmxVPsbauRCqAxv10lqpxCkIEe3X3gP1Z18WDIRY
{scrypt@SpringSecurity_v5_8}$100801$AQIDBAUGBwgJCgsMDQ4PEA==$dPPREWWaVQHp5NFLI7D8lp6lvuGutdDeTmjTHZCDF0s=
3|$argon2id$v=19$m=1024,t=1,p=1$MXpaWno1TmpaRWdueFB3Zg$0HgHgfOJHKCyAiARvp+9GBmrKf0aBk+X1AnkEUVNzGo
bcrypt_sha256$$2b$04$vRa0wzqExiRM0Dh8YUhL1evmLUpCGSHKndZ/EaSfn09dJuI9XpeSm
$P$648E/X1hvCb23c/sxWiHJ0ONalAKg01
U$S$8saltsaltnNM2GM3hY1Teg5nk5q4CZ/bVXHo0yFbOTYM9IJQmuJI
SCRAM-SHA-256$4096:AQIDBAUGBwgJCgsMDQ4PEA==$8rrDg00OqaiWXJ7p+sCgHEIaBSHY89ZJl3mfIsf32oY=
{REDMINE}0123456789abcdef0123456789abcdef$d11adc14bf40311825e908669ac5aecb3578a99c
END

# A value that no password matches costs its own user the login, at once.
while read -r value; do
    put hal "$value"
    within 10 expect 49 bind hal
    expect 0 bind bob
done <<'END'
pbkdf2_sha256$4000000000$salt$H9QWT2g7fuR5N/Ir9pJ201HPnIpplqRQHIkYkpfigpk=
scrypt:1073741824:8:1$saltsalt$1d6ba963a799a6e186f19622f90e6ee70fbd277885fb29d36c51de40d5f8fd91c0b7fb23cd1da5e47e6aab52e414376260dd614c5f7eb228df2906ec23e305f2
3|$argon2id$v=19$m=4194304,t=1,p=1$MXpaWno1TmpaRWdueFB3Zg$0HgHgfOJHKCyAiARvp+9GBmrKf0aBk+X1AnkEUVNzGo
$S$zsaltsaltdeMhBIWiRzCjHXBMaZnkgqCd8Li3rnmbPAK0C/HMsm0
{PBKDF2-SHA256}1000$hex:abc$hex:zz
!tjLzyIIhRLG9Rzxk0uG1oNgiwWT5K4tmsjyOnj7h
END
logged hash-unusable "a PBKDF2 hash of more than 5000000 rounds; uid=hal,$base cannot bind"
logged hash-unusable "a locked or disabled password; uid=hal,$base cannot bind"

# cn=Monitor counts the checks by algorithm; those of bob above are bcrypt, too.
same "12 3" "$(figure olmPgHashesPbkdf) $(figure olmPgHashesArgon)" "checks of PBKDF2 with SCRAM, and of argon2"
same 6 "$(figure olmPgHashesScrypt)" "checks of scrypt"
same 9 "$(figure olmPgHashesOther)" "checks of phpass and Redmine's digest"
same 20 "$(figure olmPgHashesBcrypt)" "checks of bcrypt"
