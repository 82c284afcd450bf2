# certificates.sh: makes authorities, and certificates for servers and clients that they sign, in $T.
need openssl

authority() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$T/$1.key" -out "$T/$1.pem" 2>/dev/null; }
certificate() { # NAME AUTHORITY ALTERNATIVE-NAME [COMMON-NAME]: PostgreSQL can read its key
    openssl req -newkey rsa:2048 -nodes -subj "/CN=${4:-database}" -keyout "$T/$1.key" -out "$T/$1.csr" 2>/dev/null
    openssl x509 -req -in "$T/$1.csr" -CA "$T/$2.pem" -CAkey "$T/$2.key" -CAcreateserial -out "$T/$1.pem" \
        -extfile <(echo "subjectAltName=$3") -days 2 2>/dev/null
    chmod 600 "$T/$1.key"
    [ "$(id -u)" != 0 ] || chown postgres "$T/$1.key"
}
