#!/bin/bash
# slapd-from-env refuses variables and programs that another user could have written.
. "$(dirname "$0")/lib.bash"
for_other_users
FROM_ENV=$PROJECT/packaging/slapd-from-env
[ "$(id -u)" = 0 ] || skip "only root can make files of other users"

# What another user has prepared: a directory, a program that leaves a trace when it is run, files that name it.
theirs=$T/theirs
install -d -o nobody "$theirs"
printf '#!/bin/sh\ntouch %s/ran\n' "$T" >"$theirs/slapd"
chmod 777 "$T" # where its trace would be
echo "SLAPD=$theirs/slapd" >"$theirs/.env"
cp "$MODULE" "$theirs/back_pgsql.so"
chmod 755 "$theirs/slapd"
chown nobody "$theirs"/{slapd,.env,back_pgsql.so}
install -d -m 755 "$T/ours"
cd "$T/ours"
chmod 755 "$T"

refused() { # TEXT ARGUMENT…: as `refuses`, and none of their programs was run
    local text=$1
    shift
    expect 2 bare_env "$@" "${ENOUGH[@]}" BIND_IP=127.0.0.1
    contains "$ERR" "slapd-from-env: $text"
    same '' "$OUT" "standard output"
    [ ! -e "$T/ran" ] || fail "the other user's program was run"
    [ ! -e "$T/state" ] || fail "something was written to STATE_DIR"
}

# Its owner, the directory it is in, a link, who may write.
rm -r "$T/cwd"
ln -s "$theirs" "$T/cwd" # from_env's working directory
for option in '' --print; do refused ".env: the file of variables is not used, because '$theirs' belongs to user nobody" $option; done
rm "$T/cwd"
mkdir "$T/cwd"
cp "$theirs/.env" "$T/cwd/.env"
chown nobody "$T/cwd/.env"
refused ".env: the file of variables is not used, because '$T/cwd/.env' belongs to user nobody"
rm "$T/cwd/.env"
touch "$T/ours/env"
for mode in 'o+w everybody' 'g+w,g-s group nogroup'; do
    chgrp nogroup "$T/ours/env"
    chmod "${mode%% *}" "$T/ours/env"
    refused "$T/ours/env: the file of variables is not used, because ${mode#* } can write to '$T/ours/env'" --env-file "$T/ours/env"
    chmod go-w "$T/ours/env"
done
chmod 777 "$T/ours"
refused "$T/ours/env: the file of variables is not used, because everybody can write to '$T/ours'" --env-file "$T/ours/env"
chmod 1777 "$T/ours"
ln -s "$theirs/.env" "$T/ours/link"
chown -h nobody "$T/ours/link"
refused "$T/ours/link: the file of variables is not used, because '$T/ours/link' is a symbolic link of user nobody" --env-file "$T/ours/link"
chmod 755 "$T/ours"
mkfifo "$T/ours/pipe"
within 5 refused "$T/ours/pipe: the file of variables cannot be read: is not a regular file" --env-file "$T/ours/pipe"

# What variables name is run, loaded or believed as well.
refuses "SLAPD: is '$theirs/slapd', which is not used, because '$theirs' belongs to user nobody" SLAPD="$theirs/slapd"
refuses "SLAPD: is '$theirs/slapd', which is not used, because '$theirs' belongs to user nobody" PATH="$theirs:$PATH"
refuses "BACK_PGSQL_MODULE: is '$theirs/back_pgsql.so', which is not used, because " BACK_PGSQL_MODULE="$theirs/back_pgsql.so"
echo '[]' >"$theirs/realms"
refuses "REALM_CONFIG: the file '$theirs/realms' that it names is not used, because " REALM_CONFIG="$theirs/realms"
[ ! -e "$T/ran" ] || fail "the other user's program was run"

# A converter may read it, and runs nothing that it names.
printf '%s\n' "${ENOUGH[@]}" >>"$theirs/.env"
expect 0 "$PROJECT/packaging/slapd-pgsql-migrate" "$theirs/.env"
[ ! -e "$T/ran" ] || fail "the other user's program was run by slapd-pgsql-migrate"

# The program's own user may write what it likes; files of root's and of what the caller has opened are fine.
printf '%s\n' "${ENOUGH[@]}" >"$T/ours/env"
expect 0 bare_env --print --env-file "$T/ours/env"
expect 0 bare_env --print --env-file /dev/stdin <"$theirs/.env" SLAPD=
ln -s ours/env "$T/link"
expect 0 bare_env --print --env-file "$T/link"
chown nobody "$T/ours/env"
(cd / && expect 0 setpriv --reuid=nobody --regid=nogroup --clear-groups -- env -i PATH="$PATH" HOME="$T" BACK_PGSQL_MODULE="$MODULE" \
    "$FROM_ENV" --print --env-file "$T/ours/env")
