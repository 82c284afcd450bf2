// config.cpp: registers the directives with slapd and passes their values between cn=config and a
// database.
#include "slapd/core/callbacks.hpp"

#include "slapd/serving/database.hpp"
#include "slapd/serving/directives.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <deque>

namespace pgsql::slapd {
namespace {

constexpr const char* oid_arc = "2.25.162856128844017627545785008905003916249";

int handle(ConfigArgs* c) noexcept;

/// The table of directives in slapd's format. slapd keeps pointers into it.
class config_schema {
public:
    config_schema()
    {
        std::string attributes;
        for (const directive& row : directives::table) {
            attributes += (attributes.empty() ? "" : " $ ") + row.attribute();
            table_.push_back(entry(row));
        }
        ConfigTable end{};
        end.arg_type = ARG_IGNORED;
        table_.push_back(end);
        classes_[0].co_def = keep(std::string("( ") + oid_arc +
                                  ".2.1 NAME 'olcPgsqlConfig' DESC 'PostgreSQL backend "
                                  "configuration' SUP olcDatabaseConfig MAY ( " +
                                  attributes + " ) )");
        classes_[0].co_type = Cft_Database;
        classes_[0].co_table = table_.data();
        classes_[1].co_type = Cft_Abstract;
    }

    ConfigTable* table() { return table_.data(); }
    ConfigOCs* classes() { return classes_.data(); }

private:
    char* keep(std::string text) { return texts_.emplace_back(std::move(text)).data(); }

    ConfigTable entry(const directive& row)
    {
        const bool flag = row.value.type == value_type::on_off;
        const bool integer = row.value.type == value_type::whole_number;
        const auto id = static_cast<unsigned>(&row - directives::table.data());
        ConfigTable out{};
        out.name = keep(row.name());
        out.what = const_cast<char*>(row.value.argument);
        out.min_args = 2;
        out.max_args = row.value.several_words ? 0 : 2;
        // The last part identifies the directive. It must not be 0.
        out.arg_type = ARG_MAGIC | (row.quoted() ? ARG_QUOTE : 0) | (id + 1);
        out.arg_item = reinterpret_cast<void*>(handle);
        out.attribute =
            keep(std::string("( ") + oid_arc + ".1." + std::to_string(row.oid) + " NAME '" +
                 row.attribute() + "' DESC '" + row.description + "' EQUALITY " +
                 (flag      ? "booleanMatch"
                  : integer ? "integerMatch"
                            : "caseExactMatch") +
                 " SYNTAX 1.3.6.1.4.1.1466.115.121.1." +
                 (flag      ? "7"
                  : integer ? "27"
                            : "15") +
                 (row.ordered() ? " X-ORDERED 'VALUES' )" : " SINGLE-VALUE )"));
        return out;
    }

    std::deque<std::string> texts_;
    std::vector<ConfigTable> table_;
    std::array<ConfigOCs, 2> classes_{};
};

// Passes the current values to cn=config; returns 1 if there are none.
int emit(ConfigArgs& c, const directive& row, const std::vector<std::string>& values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string text =
            row.ordered() ? "{" + std::to_string(i) + "}" + values[i] : values[i];
        berval bv = to_berval(text);
        value_add_one(&c.rvalue_vals, &bv);
    }
    return values.empty() ? 1 : 0;
}

void erase(const ConfigArgs& c, std::vector<std::string>& from)
{
    if (c.valx < 0)
        from.clear();
    else if (c.valx < static_cast<int>(from.size()))
        from.erase(from.begin() + c.valx);
}

// The value as written. In slapd.conf the line begins with the directive. argv lacks the quotes and
// backslashes, which SQL needs.
std::string_view raw_value(const ConfigArgs& c)
{
    std::string_view line(c.line);
    if (line.starts_with('{')) { // cn=config's {n}
        const auto end = line.find('}');
        if (end != std::string_view::npos &&
            line.substr(1, end - 1).find_first_not_of("0123456789") == std::string_view::npos)
            line.remove_prefix(end + 1);
    }
    const auto word = line.substr(0, line.find_first_of(" \t"));
    if (to_lower(word).starts_with("pgsql-"))
        line.remove_prefix(word.size());
    const auto from = line.find_first_not_of(" \t\n\r");
    const auto to = line.find_last_not_of(" \t\n\r");
    return from == std::string_view::npos ? std::string_view() : line.substr(from, to - from + 1);
}

void store(const ConfigArgs& c, const directive& row, std::vector<std::string>& to)
{
    const std::vector<std::string> words(c.argv + 1, c.argv + c.argc);
    std::string value = checked_value(row, words, raw_value(c));
    if (!row.ordered())
        to.clear();
    to.insert(c.valx >= 0 && c.valx < static_cast<int>(to.size()) ? to.begin() + c.valx : to.end(),
              std::move(value));
}

int refused(ConfigArgs& c, const char* reason) noexcept
{
    snprintf(c.cr_msg, sizeof c.cr_msg, "%s", reason);
    write_log({log_event::config_refused, c.log, reason}); // cr_msg may be too short
    return ARG_BAD_CONF;
}

// Runs once after a modification of cn=config has processed all its values.
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
        database& database = database_of(*c->be);
        const auto id = static_cast<std::size_t>(c->type - 1);
        const directive& row = directives::table.at(id);
        auto& values = database.pending.texts.at(id);
        if (c->op == SLAP_CONFIG_EMIT)
            return emit(*c, row, values);
        if (c->op == LDAP_MOD_DELETE)
            erase(*c, values);
        else
            store(*c, row, values);
        if (database.open())
            config_push_cleanup(c, apply_change);
        return 0;
    } catch (const std::exception& e) {
        return refused(*c, e.what());
    }
}

// Whether the line is more likely part of a query than a misspelled directive.
bool looks_like_sql(int count, char** words)
{
    constexpr std::string_view keywords[] = {
        "as",   "and",   "cross", "from", "full",  "group", "having", "inner", "join",
        "left", "limit", "on",    "or",   "order", "right", "select", "union", "where"};
    const std::string_view first = words[0];
    if (first.starts_with('(') || first.starts_with(')') || first.ends_with(','))
        return true;
    return std::any_of(words, words + std::min(count, 2), [&](const char* word) {
        return std::find(std::begin(keywords), std::end(keywords), to_lower(word)) !=
               std::end(keywords);
    });
}

} // namespace

extern "C" int pgsql_db_config(BackendDB*, const char* file, int line, int count,
                               char** words) noexcept
{
    try {
        if (count > 0 && looks_like_sql(count, words))
            write_log({log_event::config_refused, fmt::format("{}: line {}", file, line),
                       fmt::format("<{}> looks like part of a query", words[0]),
                       "begin each continuation line with a space"});
    } catch (const std::exception& e) {
        write_log({log_event::internal_error, file, e.what()});
    }
    return SLAP_CONF_UNKNOWN; // slapd rejects the line
}

extern "C" int pgsql_register_config(BackendInfo* bi) noexcept
{
    try {
        static config_schema schema;
        bi->bi_cf_ocs = schema.classes();
        return config_register_schema(schema.table(), schema.classes());
    } catch (const std::exception& e) {
        write_log({log_event::module_refused, "", e.what()});
        return LDAP_OTHER;
    }
}

} // namespace pgsql::slapd
