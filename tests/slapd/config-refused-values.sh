# slapd refuses numbers, switches, chains of checks and URIs that are none, and says which.
. "$(dirname "$0")/../lib.sh"
start_postgres

# Numbers and switches: the value that is none.
for directive in pgsql-timeout pgsql-connect-timeout pgsql-hash-timeout; do
    for value in soon -1 0 3s nan inf; do refused_with "$directive $value" "$directive" "$value"; done
done
for directive in pgsql-pool-size pgsql-anonymous-limit pgsql-hash-threads pgsql-hash-memory; do
    for value in many -1 0 2.5 99999999999; do refused_with "$directive $value" "$directive" "$value"; done
done
for value in soon -1 3601; do refused_with "pgsql-bind-cache-ttl $value" pgsql-bind-cache-ttl "$value"; done
for directive in pgsql-private-groups pgsql-anonymous-search pgsql-hide-denied; do refused_with "$directive perhaps" "$directive"; done
refused_with 'pgsql-nosuch 1' pgsql-nosuch

# The chain of checks and the push endpoint.
push='pgsql-push-uri https://push.example.com/'
for chain in 'sql otp' notification 'sql,' 'sql,,notification'; do refused_with "pgsql-auth-backends $chain"$'\n'"$push" pgsql-auth-backends "$chain"; done
refused_with 'pgsql-auth-backends sql otp' 'unknown check "otp"' sql notification
refused_with 'pgsql-auth-backends notification' 'sql is missing'
refused_with 'pgsql-auth-backends sql notification' pgsql-auth-backends pgsql-push-uri # which is not there
for uri in push.example.com ftp://push.example.com/ https:// 'https://push:99999/' 'https://user:geheim@push example/'; do
    refused_with "pgsql-push-uri \"$uri\"" pgsql-push-uri
    lacks "$OUT" geheim
done
refused_with "$push"$'\n'"pgsql-push-ca $T/nowhere" pgsql-push-ca "$T/nowhere" "cannot be read"
for value in soon 0 -1 3601 5s; do refused_with "pgsql-push-timeout $value" pgsql-push-timeout "$value"; done
for value in -1 3601 x; do refused_with "pgsql-push-window $value" pgsql-push-window "$value"; done
for value in 0 -1 2.5 10001 many; do refused_with "pgsql-push-pending $value" pgsql-push-pending "$value"; done
for value in 0 -1 2.5 10001 many; do refused_with "pgsql-push-per-user $value" pgsql-push-per-user "$value"; done

# The URI: what libpq has against it, without the password.
for uri in 'postgres://ldap:geheim@[::1/manager' 'postgres://ldap:geheim@host/db?nosuch=1' 'nosuch=1 password=geheim' 'password=geheim host'; do
    refused_after "s|^pgsql-uri .*|pgsql-uri \"$uri\"|" pgsql-uri
    lacks "$OUT" geheim
done
refused_after 's|^pgsql-uri .*|pgsql-uri postgress://ldap:geheim@host/db|' 'unknown scheme postgress://'
lacks "$OUT" geheim
