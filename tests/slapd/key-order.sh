# Pages neither lose nor repeat entries, in any sort order of the names.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
# 496 names, and behind them some that loose collations cannot tell apart, across the border between two pages of 500.
q "CREATE EXTENSION citext;
   CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
   CREATE COLLATION german (provider = icu, locale = 'de');
   CREATE TABLE plain (name text, n serial);
   INSERT INTO plain SELECT 'n' || to_char(i, 'FM0000') FROM generate_series(1, 496) i;
   INSERT INTO plain VALUES ('zebra'), ('ZEBRA'), ('Zebra'), ('zeBRA'), ('zebrA'), ('zEbra'), ('zebraa'), ('/z b'), ('/zb'), ('/Z b');
   CREATE TABLE loose AS SELECT name COLLATE loose AS name, n FROM plain;
   CREATE TABLE german AS SELECT name COLLATE german AS name, n FROM plain;
   CREATE TABLE anycase AS SELECT name::citext AS name, n FROM plain;
   CREATE INDEX ON anycase (name);
   CREATE TABLE padded AS SELECT name::char(20) AS name, n FROM plain;
   GRANT SELECT ON ALL TABLES IN SCHEMA public TO ldap"
{
    base_conf
    echo "database pgsql"
    echo "suffix $base"
    echo "sizelimit unlimited"
    echo "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
    for kind in plain loose german anycase padded; do
        echo "pgsql-kind $kind rdn=homeDirectory class=top,device,extensibleObject container=ou=$kind" # to which case matters
    done
    for kind in plain loose german anycase padded; do
        echo "pgsql-list $kind SELECT name AS \"homeDirectory\", name AS description, n AS \"uidNumber\" FROM $kind"
    done
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
numbers() { search -b "ou=$1,$base" -s one "${@:2}" uidNumber | sed -n 's/^uidNumber: //p' | sort -n | xargs; }
all=$(seq 1 506 | xargs)
zebras=$(seq 497 502 | xargs)
for kind in plain loose german anycase padded; do
    same "$all" "$(numbers $kind)" "$kind: all"
    for size in 7 500; do same "$all" "$(numbers $kind -E pr=$size/noprompt)" "$kind: all in pages of $size"; done
    same "$zebras" "$(numbers $kind '(description=zebra)')" "$kind: equal"
    same "$zebras 503" "$(numbers $kind '(description=zeb*)')" "$kind: beginning"
    same "497" "$(numbers $kind '(homeDirectory=zebra)')" "$kind: equal, with case"
    same "497" "$(numbers $kind '(&(description=zebra)(!(|(homeDirectory=ZEBRA)(homeDirectory=Zebra)(homeDirectory=zeBRA)(homeDirectory=zebrA)(homeDirectory=zEbra))))')" "$kind: and not"
done
