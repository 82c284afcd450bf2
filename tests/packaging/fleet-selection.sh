#!/bin/bash
# slapd-pgsql-pair selects hosts by tags and names, and runs scripts on them.
. "$(dirname "$0")/../lib.sh"
need perl
mkdir "$T/bin"
cat >"$T/bin/ssh" <<'END'
#!/bin/bash
while [ "$1" != -- ]; do shift; done
HOSTNAME=$2 exec sh -c "$3"
END
chmod +x "$T/bin/ssh"
PATH=$T/bin:$PATH
fleet() { "$PROJECT/packaging/slapd-pgsql-pair" -f "$T/some" "$@"; }

# Tags: one of those without a sign, all with +, none with -; and names by a regular expression.
printf '%s\n' 'web,prod w1' 'web,test w2 root@gate pct exec 7 --' 'db,prod d1' 'mail m1' >"$T/some"
chosen() { expect 0 fleet "$@" list; cut -d : -f 4 <<<"$OUT" | xargs; }
same 'w1 w2 d1' "$(chosen -t web,db)" "either tag"
same 'w1 d1' "$(chosen -t +prod)" "a necessary tag"
same w1 "$(chosen -t web,mail,+prod,-test)" "all three"
same 'd1 m1' "$(chosen -t -web)" "an excluded tag"
same 'w2 d1' "$(chosen -m '^(w2|d)')" "names"
expect 0 fleet -m w list
same 'okay::web,prod:w1:w1
okay::web,test:w2:root@gate pct exec 7 --' "$OUT" "what would be asked"

# Scripts, with arguments that are one word each.
printf '%s\n' 'echo "$HOSTNAME has $# of $2"' 'exit 4' >"$T/script"
expect 1 fleet -m w1 script "$T/script" one "it's; 2"
same "fail::web,prod:w1:status 4: w1 has 2 of it's; 2" "$OUT" "a script for the shell"
for first in '#!/bin/bash -e' '#!/usr/bin/env bash'; do
    printf '%s\n' "$first" 'echo "${BASH_VERSION:+bash} $-$1"' >"$T/script"
    expect 0 fleet -m w1 script "$T/script" x
    contains "$OUT" ':bash '
    contains "$OUT" "sx"
done
printf '%s\n' '#!/usr/bin/perl' 'print "perl @ARGV\n"' >"$T/script"
expect 0 fleet -m w1 script "$T/script" -x y
same "okay::web,prod:w1:perl -x y" "$OUT" "a script for Perl"

refused_fleet() { expect 2 fleet "${@:2}"; contains "$ERR" "slapd-pgsql-pair: $1"; }
refused_fleet "-t: 'a b' is not a tag" -t 'a b' list
refused_fleet "-m: '(' is not a regular expression: " -m '(' list
refused_fleet "$T/some: no server has the tag web,+mail and matches w" -t web,+mail -m w list
refused_fleet "script: '$T/none' cannot be read: No such file" script "$T/none"
refused_fleet '-j: must be at least 1' -j 0 list
