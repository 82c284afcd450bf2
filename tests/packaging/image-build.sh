#!/bin/bash
# The container image is built from the release build and Debian's packages.
. "$(dirname "$0")/../lib.sh"
[ "$BUILD" = "$PROJECT/build/release" ] || skip "the image holds the release build"
image=("$PROJECT"/build/image/slapd-pgsql-*.oci.tar)
rm -f "${image[@]}"
"$PROJECT/packaging/build-image" >"$T/log" 2>&1 || {
    mkdir -p "$T/lists/partial"
    apt-get -qq -o Dir::State::lists="$T/lists" -o APT::Update::Error-Mode=any update >"$T/update" 2>&1 || skip "no package mirror answers: $(tail -n 1 "$T/update")"
    fail "$(<"$T/log")"
}
image=("$PROJECT"/build/image/slapd-pgsql-*.oci.tar)
[ -s "${image[0]}" ] || fail "there is no image in build/image"
