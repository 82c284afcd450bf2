# Includes in module/ point to lower layers only, and only slapd.hpp includes slapd's headers.
. "$(dirname "$0")/../lib.sh"

standard='[a-z_]+'                       # <vector>, <string_view>: the headers of the C++ library
system='[a-z0-9/_]+\.h'                     # of the C library and of the libraries that a folder may use
slapd_headers='portable\.h|slap\.h|slap-config\.h|proto-slap\.h|lutil.*\.h|ldap.*\.h|lber.*\.h|ac/.*|back-monitor.*'

# The folders from the lowest layer to the highest: FOLDER|folders that it may include, besides its own|headers of libraries.
layers() {
    local below=base\|sql
    echo "base||string\.h"
    echo "sql||"
    echo "postgres|$below|libpq-fe\.h|postgres_ext\.h|nlohmann/json\.hpp|$system"
    echo "mapping|$below|regex\.h"
    below+='|mapping'
    echo "query|$below|"
    echo "write|$below|nlohmann/json\.hpp"
    echo "cache|base|"
    echo "replication|base|"
    echo "auth|base|curl/curl\.h|nlohmann/json\.hpp|$system"
    below+='|postgres|query|write'
    echo "advisor|$below|nlohmann/json\.hpp"
    below+='|cache|replication|auth|advisor'
    for folder in slapd/core slapd/serving slapd/worker slapd/entry slapd/roles slapd/auth slapd/write slapd/operation; do
        echo "$folder|$below|nlohmann/json\.hpp|$system"
        below+="|$folder"
    done
    echo "slapd/replication|$below|$system"
    echo "slapd/monitor|$below|$system"
    echo "slapd/tool|$below|nlohmann/json\.hpp|$system"
    echo "slapd|$below|slapd/monitor|slapd/replication|slapd/tool|$system"
}
declare -A allowed
while IFS='|' read -r folder rest; do allowed[$folder]=$rest; done < <(layers)

violations() { # DIRECTORY: prints FILE: HEADER for each include that points up or sideways
    local file folder kind header
    while IFS=: read -r file kind header; do
        folder=${file#"$1"/} folder=${folder%/*}
        [ -n "${allowed[$folder]+set}" ] || fail "$file: give the folder $folder a place in $0"
        if [[ $header =~ ^($slapd_headers)$ ]]; then
            [[ $folder == slapd/core && $file == */slapd.hpp ]] && continue
        elif [ "$kind" = '"' ]; then
            [[ -f $1/$header && ${header%/*} =~ ^(${allowed[$folder]}|$folder)$ ]] && continue
        else
            [[ $header =~ ^($standard|${allowed[$folder]})$ ]] && continue
        fi
        echo "$file: $header"
    done < <(grep -rEo '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]+' "$1" --include='*.[ch]pp' |
        sed -E 's/^([^:]+):[^"<]*(["<])(.*)$/\1:\2:\3/')
}

# The check itself works: each of these points the wrong way, and each is seen.
mkdir -p "$T"/m/{mapping,query,postgres,auth,slapd/core,slapd/entry}
touch "$T"/m/{mapping/dn_tree.hpp,query/filter.hpp,postgres/pool.hpp,slapd/entry/row_reader.hpp}
echo '#include "postgres/pool.hpp"' >"$T/m/mapping/a.cpp"
echo '#include <libpq-fe.h>' >"$T/m/mapping/b.cpp"
echo '#include "query/filter.hpp"' >"$T/m/postgres/c.cpp"
echo '#include "slapd/core/slapd.hpp"' >"$T/m/auth/d.cpp"
echo '# include "slap.h"' >"$T/m/slapd/core/e.cpp"
echo '#include <ldap.h>' >"$T/m/slapd/entry/f.cpp"
echo '#include "slapd/entry/row_reader.hpp"' >"$T/m/slapd/core/g.cpp"
printf '#include "slap.h"\n#include <vector>\n' >"$T/m/slapd/core/slapd.hpp"
printf '#include "slapd/core/slapd.hpp"\n#include "mapping/dn_tree.hpp"\n#include <string>\n' >"$T/m/slapd/entry/good.cpp"
same "a.cpp b.cpp c.cpp d.cpp e.cpp f.cpp g.cpp" "$(violations "$T/m" | sed -E 's|.*/([a-z]\.cpp).*|\1|' | sort | xargs)" "what the check sees"

same "" "$(violations "$PROJECT/module")" "includes that do not point down"
