#!/bin/bash
# A file that libnss_map would misread is refused with its line and a remedy.
. "$(dirname "$0")/lib.bash"
. "$TESTS/lib/nssmap.sh"
says() { # CODE TEXT LINE…: the file with these lines
    local code=$1 text=$2
    nssmap "${@:3}"
    expect "$code" migrate --nssmap nssmap.conf
    contains "$ERR" "slapd-pgsql-migrate: $text"
    [ "$code" = 0 ] || same "" "$OUT" "standard output"
}
refuses_line() { says 2 "nssmap.conf line 1: $1" "${@:2}"; }
warns_of() { says 0 "warning: nssmap.conf line $1" "${@:2}"; }
good=virtual:x:15000:15000:virtual:/home/virtual:/bin/bash

expect 2 migrate --nssmap nowhere
contains "$ERR" 'nowhere: cannot be read: No such file'
expect 2 migrate --nssmap .
contains "$ERR" 'cannot be read: Is a directory'
: >"$T/cwd/empty"
expect 2 migrate --nssmap empty
contains "$ERR" 'empty: has no line; write one as in passwd(5), such as virtual:x:15000'
refuses_line 'is empty, and libnss_map reads the first line only; remove it' '' "$good"
refuses_line 'is a comment, and libnss_map reads the first line only, without comments; remove it' '# a:b:c:d:e:f:g' "$good"
refuses_line 'has only 6 of 7 fields; write name:x:uid:gid:text:home:shell' "${good%:*}"
refuses_line 'has only 1 of 7 fields' virtual
refuses_line 'has more than 7 fields; remove the colons after the shell' "$good:"
refuses_line 'the name is missing; write one, such as virtual' "${good#virtual}"
refuses_line 'the shell is missing; write one, such as /bin/bash' "${good%/bin/bash}"
refuses_line "the shell is 'bash'; write an absolute path" "${good%/bin/bash}bash"
refuses_line 'the home directory is missing; write one, such as /home/virtual' virtual:x:15000:15000:virtual::/bin/bash
refuses_line "the home directory is 'home'; write an absolute path of ASCII characters" virtual:x:15000:15000:virtual:home:/bin/bash
refuses_line "the home directory is '/hömes'" virtual:x:15000:15000:virtual:/hömes:/bin/bash
for number in '' abc -1 +5 ' 15000' 15000x 0x10 2147483648 99999999999; do
    refuses_line "the number of the user is '$number'; write digits, at most 2147483647" "virtual:x:$number:15000:virtual:/home/virtual:/bin/bash"
done
refuses_line "the number of the group is 'users'" virtual:x:15000:users:virtual:/home/virtual:/bin/bash
refuses_line 'has a control character; remove it' "virtual:x:15000:15000:a"$'\t'"b:/home/virtual:/bin/bash"
refuses_line 'is longer than 8191 bytes, and libnss_map reads no more; shorten it' "virtual:x:15000:15000:$(printf '%09000d' 0):/home/virtual:/bin/bash"
refuses_line 'is not UTF-8; convert the file, for instance by iconv' $'virtual:x:15000:15000:K\xe4se:/home/virtual:/bin/bash'
printf 'virtual:x:15000:15000:a\0b:/home/virtual:/bin/bash\n' >"$T/cwd/nul"
expect 2 migrate --nssmap nul
contains "$ERR" 'nul line 1: has a NUL byte, where libnss_map ends the line; remove it'

warns_of '1: ends with a carriage return, which libnss_map takes for a part of the shell' "$good"$'\r'
contains "$OUT" "'/bin/bash'::varchar"
warns_of '2: is ignored, and all that follow: libnss_map reads the first line only' "$good" other:x:1:1::/srv:/bin/sh
lacks "$OUT" /srv
warns_of '1: libnss_map raises the number 0 of the user to 500' virtual:x:0:15000:virtual:/home/virtual:/bin/bash
warns_of '1: libnss_map raises the number 499 of the group to 500' virtual:x:500:499:virtual:/home/virtual:/bin/bash
warns_of '1: libnss_map makes home directories with two slashes, such as /home//alice; here they are /home/alice' virtual:x:10000:10000::/home/:/bin/bash
printf %s "$good" >"$T/cwd/unended"
expect 0 migrate --nssmap unended
same "" "$ERR" "the warnings"

# Options.
nssmap "$good"
refuses_option() { # TEXT OPTION…
    expect 2 migrate "${@:2}"
    same "" "$OUT" "standard output"
    contains "$ERR" "slapd-pgsql-migrate: $1"
}
refuses_option '--clients 192.0.2.1/24: is an address inside of a network; write 192.0.2.0/24' --nssmap nssmap.conf --clients 192.0.2.1/24
refuses_option "--clients 192.0.2.0/33: the network's bits are 0 to 32" --nssmap nssmap.conf --clients 192.0.2.0/33
refuses_option '--clients web1: is no address; write one such as 192.0.2.0/24' --nssmap nssmap.conf --clients web1
refuses_option '--names: write a regular expression without spaces' --nssmap nssmap.conf --names $'a\nrootpw x'
refuses_option '--clients is for names that are registered' --nssmap nssmap.conf --one-number --clients ::1
refuses_option '--json is for --compare only' --nssmap nssmap.conf --json
refuses_option '--names is for --nssmap only' --names a
refuses_option '--nssmap writes settings, --compare does not' --nssmap nssmap.conf --compare ldap://a ldap://b
refuses_option "unexpected argument 'other.env'" --nssmap nssmap.conf other.env
refuses_option 'a line break cannot be written in slapd.conf' --nssmap nssmap.conf --base $'dc=a\nrootpw x'

# One number: the directory gives none below 1000, nor those of systemd.
for number in 499 500 999 60001 65535; do
    nssmap "virtual:x:$number:15000:virtual:/home/virtual:/bin/bash"
    refuses_option "nssmap.conf line 1: the directory gives no virtual user the number $((number < 500 ? 500 : number)); choose one from 1000 to 60000, such as --one-number=15000" \
        --nssmap nssmap.conf --one-number
    expect 0 migrate --nssmap nssmap.conf --one-number=15000
    contains "$OUT" "chown -hR --from=$((number < 500 ? 500 : number)) 15000:15000 /home/virtual/"
done
refuses_option '--one-number=60001: the directory gives no virtual user the number 60001' --nssmap nssmap.conf --one-number=60001
nssmap virtual:x:15000:70000:virtual:/home/virtual:/bin/bash
refuses_option 'nssmap.conf line 1: numbers between 15000 and 70000 belong to systemd' --nssmap nssmap.conf --one-number
nssmap 'Virtual User:x:15000:15000:virtual:/home/virtual:/bin/bash'
refuses_option "nssmap.conf line 1: 'Virtual User' is no login name" --nssmap nssmap.conf --one-number
