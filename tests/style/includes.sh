# Dependencies of module/ point down: slapd > login > directory and postgres, and only slapd.hpp knows slapd's headers.
. "$(dirname "$0")/../lib.sh"

standard='[a-z_]+'                       # <vector>, <string_view>: what the C++ library calls its headers
slapd_headers='portable\.h|slap\.h|slap-config\.h|proto-slap\.h|lutil.*\.h|ldap.*\.h|lber.*\.h|ac/.*|back-monitor.*'

# What each floor may include besides its own headers: floors below it | headers from outside, by regular expression.
below() {
    case $1 in
        directory) echo '' ;;
        postgres) echo '' ;;
        login) echo 'directory|postgres' ;;
        slapd) echo 'login|directory|postgres' ;;
        *) fail "module/$1 is no floor of the house; give it a place in $0" ;;
    esac
}
outside() {
    case $1 in
        directory) echo "$standard" ;;
        postgres) echo "$standard|nlohmann/json\.hpp|string\.h|libpq-fe\.h|postgres_ext\.h|poll\.h|pwd\.h|netinet/in\.h|sys/[a-z]+\.h|unistd\.h" ;;
        login) echo "$standard|argon2\.h|crypt\.h|curl/curl\.h|nlohmann/json\.hpp|[a-z/]+\.h" ;;
        slapd) echo "$standard|nlohmann/json\.hpp|[a-z/]+\.h" ;;
    esac
}

violations() { # DIRECTORY: prints FILE: HEADER for each include that points up or sideways
    local file floor kind header
    while IFS=: read -r file kind header; do
        floor=${file#"$1"/} floor=${floor%%/*}
        if [ "$kind" = '"' ]; then
            header=${header#../}
            # Texts with placeholders are both floors' currency; these know nothing but the standard library.
            [[ $floor == directory && $header =~ ^postgres/(statement|placeholders|whole_read)\.hpp$ ]] && continue
            case $header in
                */*) [[ ${header%%/*} =~ ^($(below "$floor")|$floor)$ && -f $1/$header ]] && continue ;;
                *) [ ! -f "$1/$floor/$header" ] || continue ;;
            esac
            [[ $file == */slapd/slapd.hpp && $header =~ ^($slapd_headers)$ ]] && continue
        elif [[ $header =~ ^($slapd_headers)$ ]]; then
            [[ $file == */slapd/slapd.hpp ]] && continue
        else
            [[ $header =~ ^($(outside "$floor"))$ ]] && continue
        fi
        echo "$file: $header"
    done < <(grep -rEo '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]+' "$1" --include='*.[ch]pp' |
        sed -E 's/^([^:]+):[^"<]*(["<])(.*)$/\1:\2:\3/')
}

# The check itself works: each of these points the wrong way, and each is seen.
mkdir -p "$T"/m/{directory,postgres,login,slapd}
touch "$T"/m/{directory/dn.hpp,postgres/pool.hpp,login/chain.hpp,slapd/slapd.hpp}
echo '#include "postgres/pool.hpp"' >"$T/m/directory/a.cpp"
echo '#include <libpq-fe.h>' >"$T/m/directory/b.cpp"
echo '#include "../directory/dn.hpp"' >"$T/m/postgres/c.cpp"
echo '#include "slapd/slapd.hpp"' >"$T/m/login/d.cpp"
echo '# include "slap.h"' >"$T/m/slapd/e.cpp"
echo '#include <ldap.h>' >"$T/m/slapd/f.cpp"
printf '#include "slap.h"\n#include <vector>\n' >"$T/m/slapd/slapd.hpp"
printf '#include "slapd.hpp"\n#include "directory/dn.hpp"\n#include <string>\n' >"$T/m/slapd/good.cpp"
same "a.cpp b.cpp c.cpp d.cpp e.cpp f.cpp" "$(violations "$T/m" | sed -E 's|.*/([a-z]\.cpp).*|\1|' | sort | xargs)" "what the check sees"

same "" "$(violations "$PROJECT/module")" "includes that do not point down"
