#!/bin/bash
# With the settings of doc/clients/thunderbird.md, Thunderbird's searches find people by what is typed.
. "$(dirname "$0")/../lib/requests.sh"
start_directory 'pgsql-anonymous-search on'
q "UPDATE \"Users\" SET cn = 'Carl van Cooper' WHERE uid = 'carl'"
pref() { PLACEHOLDER=%v setting "\"ldap_2\\.servers\\.example\\.$1\", \"?(.*?)\"?\\);" "${@:2}"; } # NAME TEXT…
IFS='?' read -r url _ scope kind <<<"$(pref uri)"
same $base "${url##*/}" "the base"
typed() { # EXPECTED TEXT: Thunderbird joins the filter of the URI and that of its template
    expect 0 search -b $base -s "$scope" -z "$(pref maxHits)" "(&$kind$(pref autoComplete.filterTemplate "$2" "$2" "$2"))" cn givenName sn mail telephoneNumber
    same "$1" "$(sed -n 's/^mail: //p' <<<"$OUT" | sort | xargs)" "the addresses for $2"
}
typed ann@example.com an
typed ann@example.com Ann
typed bob@example.com bak
typed jan@example.com jä
typed 'carl@example.com' 'carl v'
typed '' '\2a'
typed '' nosuch

# The default template.
expect 0 search -b $base "(&$kind(|(cn=*carl*coop-*)(mail=*coop*)(givenName=*carl*)(sn=*coop*)))" mail
contains "$OUT" carl@example.com

# More than the limit: the entries until then.
expect 4 search -b $base -z 3 "$kind" mail
same 3 "$(grep -c ^mail: <<<"$OUT")" "the entries until the limit"

outage -b $base "(&$kind$(pref autoComplete.filterTemplate a a a))" mail
