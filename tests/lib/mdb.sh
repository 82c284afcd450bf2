# mdb.sh: turns what our directory shows into a database of back-mdb in the same slapd, with which a test compares ours.

# The lines of a slapd.conf for it: the suffix is dc=example,dc=org, all else is alike. Comes after manager_conf.
twin_conf() {
    mkdir -p "$T/twin"
    cat <<END
database mdb
suffix "dc=example,dc=org"
rootdn "cn=admin,dc=example,dc=org"
rootpw admin
directory $T/twin
maxsize 100000000
END
}

# Reads entries or names of one of them as they are in the other.
as_twin() { sed 's/dc=example,dc=com/dc=example,dc=org/g'; }
as_ours() { sed 's/dc=example,dc=org/dc=example,dc=com/g'; }

# Copies everything into the back-mdb copy. An empty groupOfNames breaks the schema, so there must be none.
fill_twin() {
    search -M -b dc=example,dc=com -D cn=admin,dc=example,dc=com -w admin | as_twin >"$T/twin.ldif"
    expect 0 ldapadd -x -H "$URI" -D cn=admin,dc=example,dc=org -w admin -f "$T/twin.ldif"
}

# alike ARGS…: a search of ours has the result code, the entries and the controls of the same search in back-mdb, in that order;
# what it was is in $OUT. SHAPE=entries overlooks the order.
alike() {
    local status=0 theirs ours
    theirs=$(search -b dc=example,dc=org "${@//dc=example,dc=com/dc=example,dc=org}" 2>&1 | as_ours | "${SHAPE:-cat}"; exit "${PIPESTATUS[0]}") || status=$?
    theirs+=" $status" status=0
    ours=$(search -b dc=example,dc=com "$@" 2>&1 | "${SHAPE:-cat}"; exit "${PIPESTATUS[0]}") || status=$?
    OUT=$ours
    same "$theirs" "$ours $status" "the answer to: $*"
}

# LDIF in an order that does not depend on who wrote it: an entry a line, its own lines sorted.
entries() {
    awk 'BEGIN { RS = ""; FS = "\n" } { n = split($0, line, FS); first = line[1]
        for (i = 2; i <= n; ++i) for (j = i; j > 2 && line[j] < line[j - 1]; --j) { t = line[j]; line[j] = line[j - 1]; line[j - 1] = t }
        text = first; for (i = 2; i <= n; ++i) text = text "|" line[i]; print text }' | sort
}
