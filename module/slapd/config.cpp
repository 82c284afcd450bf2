// config.cpp: turns slapd.conf lines and cn=config values into directives, and back.
#include "operations.hpp"

#include "database.hpp"

#include <charconv>

namespace pgsql::slapd {
namespace {

enum directive : int {
    uri = 1,
    kind,
    list,
    lookup,
    attribute,
    private_groups,
    anonymous_search,
    timeout,
    connect_timeout,
    pool
};

int handle(ConfigArgs* c) noexcept;

// The numbers below lie under a random UUID's arc (ITU-T X.667), are in every stored configuration
// and never change.

ConfigTable table[] = {
    {.name = "pgsql-uri",
     .what = "connection URI",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_MAGIC | ARG_QUOTE | uri,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.1 NAME 'olcPgUri' "
                  "DESC 'Where PostgreSQL is: a libpq URI or keywords' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-kind",
     .what = "kind> <option>=<value",
     .min_args = 2,
     .max_args = 0,
     .length = 0,
     .arg_type = ARG_MAGIC | kind,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.2 NAME 'olcPgKind' "
         "DESC 'A kind of entry: its place, RDN and object classes' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-list",
     .what = "kind> <query",
     .min_args = 3,
     .max_args = 0,
     .length = 0,
     .arg_type = ARG_MAGIC | list,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.3 NAME 'olcPgList' "
         "DESC 'The query that lists all rows of a kind' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-lookup",
     .what = "kind> <attribute> <query",
     .min_args = 4,
     .max_args = 0,
     .length = 0,
     .arg_type = ARG_MAGIC | lookup,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.4 NAME 'olcPgLookup' "
         "DESC 'The query for the rows whose attribute equals its parameter' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-attribute",
     .what = "kind> <attribute> <option>=<value",
     .min_args = 4,
     .max_args = 0,
     .length = 0,
     .arg_type = ARG_MAGIC | attribute,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute =
         "( 2.25.162856128844017627545785008905003916249.1.5 NAME 'olcPgAttribute' "
         "DESC 'The column, defaults and comparison of an attribute' "
         "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORDERED 'VALUES' )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-private-groups",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_MAGIC | ARG_ON_OFF | private_groups,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.6 NAME 'olcPgPrivateGroups' "
                  "DESC 'Whether a gidNumber that only a user has is a group of that user' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-anonymous-search",
     .what = "on|off",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_MAGIC | ARG_ON_OFF | anonymous_search,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.7 NAME 'olcPgAnonymousSearch' "
                  "DESC 'Whether searches need no authentication' "
                  "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-timeout",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_MAGIC | timeout,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.8 NAME 'olcPgTimeout' "
                  "DESC 'Seconds until an unanswered operation gets unavailable' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-connect-timeout",
     .what = "seconds",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_MAGIC | connect_timeout,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.9 NAME 'olcPgConnectTimeout' "
                  "DESC 'Seconds for one attempt to connect' "
                  "EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = "pgsql-pool",
     .what = "connections",
     .min_args = 2,
     .max_args = 2,
     .length = 0,
     .arg_type = ARG_MAGIC | ARG_INT | pool,
     .arg_item = reinterpret_cast<void*>(handle),
     .attribute = "( 2.25.162856128844017627545785008905003916249.1.10 NAME 'olcPgPool' "
                  "DESC 'Connections to PostgreSQL at most' "
                  "EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
     .ad = nullptr,
     .arg_default = {}},
    {.name = nullptr,
     .what = nullptr,
     .min_args = 0,
     .max_args = 0,
     .length = 0,
     .arg_type = ARG_IGNORED,
     .arg_item = nullptr,
     .attribute = nullptr,
     .ad = nullptr,
     .arg_default = {}}};

ConfigOCs classes[] = {
    {.co_def =
         "( 2.25.162856128844017627545785008905003916249.2.1 NAME 'olcPgsqlConfig' "
         "DESC 'PostgreSQL backend configuration' SUP olcDatabaseConfig "
         "MAY ( olcPgUri $ olcPgKind $ olcPgList $ olcPgLookup $ olcPgAttribute $ olcPgPrivateGroups $ "
         "olcPgAnonymousSearch $ olcPgTimeout $ olcPgConnectTimeout $ olcPgPool ) )",
     .co_type = Cft_Database,
     .co_table = table,
     .co_ldadd = nullptr,
     .co_cfadd = nullptr,
     .co_lddel = nullptr,
     .co_oc = nullptr,
     .co_name = nullptr},
    {.co_def = nullptr,
     .co_type = Cft_Abstract,
     .co_table = nullptr,
     .co_ldadd = nullptr,
     .co_cfadd = nullptr,
     .co_lddel = nullptr,
     .co_oc = nullptr,
     .co_name = nullptr}};

const directives& defaults()
{
    static const directives* const all =
        new directives; // never destroyed: slapd may unload us at any time
    return *all;
}

std::vector<std::string>* values_of(directives& d, int which)
{
    switch (which) {
    case kind:
        return &d.kinds;
    case list:
        return &d.lists;
    case lookup:
        return &d.lookups;
    case attribute:
        return &d.attributes;
    default:
        return nullptr;
    }
}

std::string in_seconds_text(double seconds)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, seconds).ptr;
    return {text, end};
}

// Gives the present value to cn=config; 1 means there is none worth showing.
int emit(ConfigArgs& c, const directives& now)
{
    const auto text = [&](const std::string& value) {
        berval bv = look_at(value);
        value_add_one(&c.rvalue_vals, &bv);
        return 0;
    };
    switch (c.type) {
    case uri:
        return now.uri.empty() ? 1 : text(now.uri);
    case private_groups:
        c.value_int = now.private_groups ? 1 : 0;
        return now.private_groups == defaults().private_groups ? 1 : 0;
    case anonymous_search:
        c.value_int = now.anonymous_search ? 1 : 0;
        return now.anonymous_search == defaults().anonymous_search ? 1 : 0;
    case timeout:
        return now.timeout == defaults().timeout ? 1 : text(in_seconds_text(now.timeout));
    case connect_timeout:
        return now.connect_timeout == defaults().connect_timeout
                   ? 1
                   : text(in_seconds_text(now.connect_timeout));
    case pool:
        c.value_int = now.pool;
        return now.pool == defaults().pool ? 1 : 0;
    default:
        break;
    }
    const auto* all = values_of(const_cast<directives&>(now), c.type);
    int index = 0;
    for (const auto& value : *all)
        text("{" + std::to_string(index++) + "}" + value);
    return all->empty() ? 1 : 0;
}

void erase(ConfigArgs& c, directives& from)
{
    if (auto* all = values_of(from, c.type)) {
        if (c.valx < 0)
            all->clear();
        else if (c.valx < static_cast<int>(all->size()))
            all->erase(all->begin() + c.valx);
        return;
    }
    switch (c.type) {
    case uri:
        from.uri.clear();
        break;
    case private_groups:
        from.private_groups = defaults().private_groups;
        break;
    case anonymous_search:
        from.anonymous_search = defaults().anonymous_search;
        break;
    case timeout:
        from.timeout = defaults().timeout;
        break;
    case connect_timeout:
        from.connect_timeout = defaults().connect_timeout;
        break;
    case pool:
        from.pool = defaults().pool;
        break;
    default:
        break;
    }
}

// The value as it was written. slapd.conf's line begins with the directive and has lost its quotes
// and backslashes in argv; SQL needs them.
std::string raw_value(const ConfigArgs& c)
{
    std::string_view line(c.line);
    if (line.starts_with('{')) { // cn=config's {n}
        const auto end = line.find('}');
        if (end != std::string_view::npos &&
            line.substr(1, end - 1).find_first_not_of("0123456789") == std::string_view::npos)
            line.remove_prefix(end + 1);
    }
    const auto word = line.substr(0, line.find_first_of(" \t"));
    if (folded(word).starts_with("pgsql-"))
        line.remove_prefix(word.size());
    const auto from = line.find_first_not_of(" \t\n\r");
    const auto to = line.find_last_not_of(" \t\n\r");
    if (from == std::string_view::npos)
        return {};
    line = line.substr(from, to - from + 1);
    // pgsql-list users "SELECT \"uid\" …": quoted as other directives are. No SQL begins with a
    // quote.
    if (c.type == list || c.type == lookup) {
        std::string_view sql = line;
        for (int words = c.type == list ? 1 : 2; words > 0; --words) {
            sql.remove_prefix(std::min(sql.find_first_of(" \t"), sql.size()));
            sql.remove_prefix(std::min(sql.find_first_not_of(" \t"), sql.size()));
        }
        if (sql.starts_with('"')) {
            std::string unquoted;
            for (int i = 1; i < c.argc; ++i)
                unquoted += (i > 1 ? " " : "") + std::string(c.argv[i]);
            return unquoted;
        }
    }
    return std::string(line);
}

double seconds(const ConfigArgs& c)
{
    const std::string_view text(c.argv[1]);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() ||
        !(value >= 0.05 && value <= 3600))
        throw unusable(std::string(c.argv[0]) + " " + std::string(text) +
                       ": not a number of seconds between 0.05 and 3600");
    return value;
}

void store(ConfigArgs& c, directives& to)
{
    if (auto* all = values_of(to, c.type)) {
        std::string value = raw_value(c);
        check_directive(table[c.type - 1].name, value);
        if (c.valx >= 0 && c.valx < static_cast<int>(all->size()))
            all->insert(all->begin() + c.valx, std::move(value));
        else
            all->push_back(std::move(value));
        return;
    }
    switch (c.type) {
    case uri:
        to.uri = check_uri(c.argv[1]);
        break;
    case private_groups:
        to.private_groups = c.value_int != 0;
        break;
    case anonymous_search:
        to.anonymous_search = c.value_int != 0;
        break;
    case timeout:
        to.timeout = seconds(c);
        break;
    case connect_timeout:
        to.connect_timeout = seconds(c);
        break;
    case pool:
        if (c.value_int < 1 || c.value_int > 1000)
            throw unusable("pgsql-pool " + std::to_string(c.value_int) +
                           ": not a number of connections between 1 and 1000");
        to.pool = c.value_int;
        break;
    default:
        break;
    }
}

int refused(ConfigArgs& c, const char* why) noexcept
{
    snprintf(c.cr_msg, sizeof c.cr_msg, "%s", why);
    Debug(LDAP_DEBUG_ANY, "%s: %s\n", c.log, why); // cr_msg may be too short for it
    return ARG_BAD_CONF;
}

// Runs once when a modification of cn=config has gone through all its values.
int apply_change(ConfigArgs* c) noexcept
{
    try {
        database_of(*c->be).apply(*c->be);
        return LDAP_SUCCESS;
    } catch (const std::exception& e) {
        (void)refused(*c, e.what());
        return LDAP_OTHER;
    }
}

int handle(ConfigArgs* c) noexcept
{
    try {
        database& mine = database_of(*c->be);
        if (c->op == SLAP_CONFIG_EMIT)
            return emit(*c, mine.wanted);
        if (c->op == LDAP_MOD_DELETE)
            erase(*c, mine.wanted);
        else
            store(*c, mine.wanted);
        if (mine.open())
            config_push_cleanup(c, apply_change);
        return 0;
    } catch (const std::exception& e) {
        return refused(*c, e.what());
    }
}

} // namespace

extern "C" int pgsql_register_config(BackendInfo* bi) noexcept
{
    bi->bi_cf_ocs = classes;
    return config_register_schema(table, classes);
}

} // namespace pgsql::slapd
