# push.sh: turns tests/lib/push-server into an endpoint for approvals that a test may instruct and question.
#
#   start_push [CERTIFICATE KEY]   an endpoint at 127.0.0.1:$PUSH_PORT, by TLS if there is a certificate
#   users_say ANSWER               what it answers from now on (see push-server); user_says USER ANSWER for one user
#   release ANSWER                 what those get who were held; release_user USER ANSWER
#   prompts [TEXT]                 how many requests it has got (with TEXT in them)

need python3
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

PUSH=
start_push() {
    mkdir -p "$T/push"
    rm -f "$T/push/port"
    setpriv --pdeathsig TERM -- "$TESTS/lib/push-server" "$T/push" "$@" >>"$T/push/log" 2>&1 &
    PUSH=$!
    eventually 10 test -s "$T/push/port"
    PUSH_PORT=$(<"$T/push/port")
}
stop_push() { kill "$PUSH"; wait "$PUSH" 2>/dev/null || true; }

put_answer() { echo "$2" >"$T/push/$1.new"; mv "$T/push/$1.new" "$T/push/$1"; }
users_say() { put_answer answer "$1"; }
user_says() { put_answer "answer.$1" "$2"; }
release() { put_answer release "$1"; }
release_user() { put_answer "release.$1" "$2"; }
prompts() { touch "$T/push/requests"; grep -cF -- "${1:-}" "$T/push/requests" || true; }
prompted() { [ "$(prompts)" -ge "$1" ]; }

# Lines for the database: every login needs an approval. Quick hashes, so that a test can wait for prompts, not for argon2.
push_conf() {
    printf '%s\n' "pgsql-auth-backends sql notification" "pgsql-push-uri http://127.0.0.1:$PUSH_PORT/send"
}
quick_hashes() { # everybody's password becomes "secret"
    q "UPDATE \"Users\" SET \"userPassword\" = '\$5\$quick\$$(openssl passwd -5 -salt quick secret | cut -d '$' -f 4)'"
}
bind() { ldapwhoami -x -H "$URI" -D "uid=$1,dc=example,dc=com" -w "${2:-secret}"; }
