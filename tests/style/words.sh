# Documents, comments and messages use the field's words; each private idiom has a better word beside it.
. "$(dirname "$0")/../lib.sh"

# WORD (an extended regular expression, whole words) → the better word. Quoted messages, configurations and options are not searched.
words='away|unavailable, down
mend(ed|s|ing)?|fix
dear(er|est)?|expensive
nobody.?s|belongs to no entry
is had|is available, is fetched
are had|are available, are fetched
for want of|without, lack of
is no word|nothing is logged
as ever|as usual
told so|reported
of use|useful, has an effect
belongs? into|belongs in
behind it|after it
door|boundary, interface
house|project
rooms?|folder, file
floors?|layer
twins?|duplicate
telephones?|phone
blanks?|space
whoever|third person: a client, a user
somebody|a user, a client, an attacker
of one.s own|of your own
oneself|itself
without further ado|by default
says of itself|describes itself as
taken amiss|misinterpreted
gets what it deserves|was answered correctly with an error
a second place|another place
colour|color
behaviour|behavior
normalis(e|ed|es|ing)|normalize
recognis(e|ed|es|ing)|recognize
optimis(e|ed|es|ing)|optimize
initialis(e|ed|es|ing)|initialize
catalogues?|catalog
for ever|forever
dut(y|ies)|task
decoys?|dummy hash
loans?|lease
patience|wait options, timeout
hears?|receives, notices
heard of|reported
complain(s|ed|ts?)?|warn, report
made up|created, invented'

prose() { # FILE: its lines without code blocks, which quote messages and configurations; numbered
    case $1 in
        *.md) awk '/^```/ { code = !code; next } !code { print FILENAME ":" FNR ": " $0 }' "$1" | sed 's/`[^`]*`//g' ;;
        *.example | *.ldif | *.conf) awk '/^#/ { print FILENAME ":" FNR ": " $0 }' "$1" ;;
        */packaging/*) sed -n '/^=head1 NAME/,$ { /^[^ ]/ { = ; p } }' "$1" | sed 'N; s/\n/: /' | sed "s|^|$1:|; s/B<-[^>]*>//g" ;;
        *) awk '/^\.nf/ { code = 1 } /^\.fi/ { code = 0; next } !code { print FILENAME ":" FNR ": " $0 }' "$1" | sed 's/\\-\\-[a-z-]*//g' ;;
    esac
}
for document in "$PROJECT"/*.md "$PROJECT"/doc/*.{md,5,7,ldif} "$PROJECT"/doc/{clients,maps}/*.md "$PROJECT"/schema/default-roles.{conf,ldif} "$PROJECT/slapd.conf.example" "$PROJECT"/packaging/slapd-{from-env,pgsql-*}; do prose "$document"; done | sed "s|^$PROJECT/||" >"$T/prose"
[ "$(wc -l <"$T/prose")" -gt 1000 ] || fail "the documents are not read correctly"

any=$(sed 's/|[^|]*$//' <<<"$words" | paste -sd '|')
found() { # FILE: the lines with such a word, each with the better one
    local line hits
    grep -iwE -e "$any" "$1" >"$T/candidates" || return 0
    while IFS= read -r line; do
        hits=$(grep -iwE -e "${line%|*}" "$T/candidates" | sed "s/$/   → ${line##*|}/" || true)
        [ -z "$hits" ] || printf '%s\n' "$hits"
    done <<<"$words"
}
# The check itself works.
printf '%s\n' 'a.md:1: It is mended.' 'a.md:2: It is fixed.' 'a.md:3: The database is AWAY.' >"$T/sample"
same "a.md:3 a.md:1" "$(found "$T/sample" | grep -o '^a.md:[0-9]' | xargs)" "what the check finds"

same "" "$(found "$T/prose")" "words of the private idiom"

# The same in the sources: comments and string literals of the module, comments of the tests' scripts and of the packaging.
# Left out, because they are no prose:
# - `code` in backticks, $variables and paths with a slash: names may contain such a word (back-mdb's `twin`, $PROJECT, doc/house.md);
# - "texts" quoted in comments of scripts: a test's data, such as the password "dear";
# - string literals that are SQL names or words of a protocol: one word without a space is an identifier, not a sentence.
cat >"$T/texts.pl" <<'END_OF_PERL'
use strict;
use warnings;
my ($project, @files) = @ARGV;
my @found;
sub add { # FILE OFFSET-LINE TEXT
    my ($file, $line, $text) = @_;
    $text =~ s/`[^`\n]*`|\$\{?\w+\}?|[\w.-]*(?:\/[\w.*-]+)+//g;
    push @found, map { "$file:" . $line++ . ": $_" } split /\n/, $text, -1;
    return;
}
for my $path (@files) {
    my $file = $path =~ s{^\Q$project\E/}{}r;
    open my $in, '<', $path or die "$path: $!\n";
    my $source = do { local $/; <$in> };
    if ($path =~ /\.(?:cpp|hpp|def)\z/) {
        while ($source =~ m{(?<comment>//[^\n]*|/\*.*?\*/)|R"(?<end>[^(\s]*)\((?<raw>.*?)\)\k<end>"|"(?<string>(?:[^"\\\n]|\\.)*)"|'(?:[^'\\\n]|\\.)+'}gs) {
            my ($text, $prose, $begin) = ($+{comment} // $+{raw} // $+{string} // next, defined $+{comment}, $-[0]);
            add($file, 1 + (substr($source, 0, $begin) =~ tr/\n//), $text) if $prose || $text =~ /\S\s+\S/;
        }
    } else {
        my $line = 0;
        for (split /\n/, $source) {
            $line++;
            add($file, $line, $1 =~ s/"[^"]*"//gr) if /(?:^|\s)#(?!!)(.*)/;
        }
    }
}
print "$_\n" for @found;
END_OF_PERL
printf '%s\n' '// It is mended.' 'f("The database is away: %s", R"(is dear)", "away", '"'\"'"'); // `twin` doc/house.md' '/* two' '   rooms */' >"$T/sample.cpp"
printf '%s\n' '#!/house' 'echo "#1 away" # the password "dear" of $PROJECT' '# Whoever asks.' >"$T/sample.sh"
perl "$T/texts.pl" "$T" "$T/sample.cpp" "$T/sample.sh" >"$T/sample"
same "sample.cpp:1 sample.cpp:2 sample.cpp:2 sample.cpp:4 sample.sh:3" "$(found "$T/sample" | grep -oE '^sample.(cpp|sh):[0-9]+' | sort | xargs)" "what the check finds in sources"

mapfile -t sources < <(cd "$PROJECT" && find module tests packaging -type f \
    \( -path 'module/*.[ch]pp' -o -path 'module/*.def' -o -path 'tests/*.sh' -o -path 'packaging/lib/*.pm' -o -path 'packaging/slapd-*' \) ! -path 'tests/style/words.sh' | sort)
perl "$T/texts.pl" "$PROJECT" "${sources[@]/#/$PROJECT/}" >"$T/texts"
[ "$(wc -l <"$T/texts")" -gt 4000 ] || fail "the sources are not read correctly"
same "" "$(found "$T/texts")" "words of the private idiom in comments and messages"

# Renamed public names: NAME → the name now. CHANGELOG.md tells them, directives.def has the retired OID, and Environment.pm refuses them.
names='pgsql-anonymous-share|pgsql-anonymous-limit
pgsql-gate|pgsql-login-filter
pgsql-hide-gated|pgsql-hide-denied
pgsql-pool|pgsql-pool-size
pgsql-prepare|pgsql-pooler
pgsql-reads|pgsql-target-session-attrs
pgsql-remember-binds|pgsql-bind-cache-ttl
pgsql-session-idle|pgsql-session-idle-timeout
pgsql-stale|pgsql-serve-stale
pgsql-stale-binds|pgsql-serve-stale-binds
pgsql-withdraw|pgsql-refuse-after
olcPgAnonymousShare|olcPgAnonymousLimit
olcPgGate|olcPgLoginFilter
olcPgHideGated|olcPgHideDenied
olcPgPool|olcPgPoolSize
olcPgPrepare|olcPgPooler
olcPgReads|olcPgTargetSessionAttrs
olcPgRememberBinds|olcPgBindCacheTtl
olcPgSessionIdle|olcPgSessionIdleTimeout
olcPgStale|olcPgServeStale
olcPgStaleBinds|olcPgServeStaleBinds
olcPgWithdraw|olcPgRefuseAfter
BACK_PGSQL_REPORT_ABOUT|BACK_PGSQL_REPORT_CONTENT
SQL_GATE|SQL_LOGIN_FILTER
SQL_STALE|SQL_SERVE_STALE
SQL_STALE_BINDS|SQL_SERVE_STALE_BINDS
olmPgDatabaseAway|olmPgDatabaseDowntime
olmPgDatabaseTroubled|olmPgDatabaseState
olmPgRefusedAway|olmPgFailedFast
olmPgRepeated|olmPgRetries
sqlGate|sqlLoginFilter
under=|container=
--colour|--color'
old=$(sed -E 's/\|.*//; s/-/\\\\?-/g; s/\w$/&(?!\\w|\\\\?-\\w)/' <<<"$names" | paste -sd '|') # \- is a hyphen of manual pages
outdated() { # FILE or DIRECTORY…: FILE:NAME, sorted
    grep -rIoP --exclude='*.svg' --exclude=words.sh --exclude=directives.def --exclude=Environment.pm --exclude=refused.sh \
        --exclude-dir=corpus -e "((?<![\w-])|(?<=\\\\f[BIR]))\K(?:$old)" "$@" | sort -u || true
}
printf '%s\n' '.B pgsql\-gate' 'pgsql-pool-size 4' '[\fBunder=\fIdn\fR]' >"$T/sample"
same "$T/sample:pgsql\\-gate
$T/sample:under=" "$(outdated "$T/sample" /dev/null)" "what the check of names finds"
same "" "$(cd "$PROJECT" && outdated README.md CONTRIBUTING.md slapd.conf.example CMakeLists.txt doc module packaging schema tests)" "outdated names; words.sh has the new ones"
