// hidden_names.cpp: turns login filters that hide rows into conditions that keep the names of these
// rows out of other entries.
#include "query/hidden_names.hpp"

#include "query/column_condition.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace pgsql::directory {
namespace {

using postgres::query_text;
using postgres::quote_identifier;

// The text with the default collation, by a cast to a type that has none, so that the collation of
// the other operand applies and its index serves.
std::string as_text(const std::string& value) { return "textin(textout((" + value + ")::text))"; }

// In lower case. ASCII first: in Turkish, I is not the capital of i.
std::string folded(const std::string& text)
{
    return "lower(textin(textout(lower(" + text + " COLLATE \"C\"))))";
}

std::string literal(const std::string& text)
{
    std::string out = "E'";
    for (const char c : text) {
        if (c == '\'' || c == '\\')
            out += c;
        out += c;
    }
    return out + "'";
}

// A value of a DN without its quotes and escapes (RFC 4514 §2.4). An escaped byte that makes no
// character of this database stays as it is: no row has it.
std::string unescaped(const std::string& text)
{
    const std::string bare = "regexp_replace(" + text + ", " + literal(R"re(^\s*"(.*)"\s*$)re") +
                             ", " + literal(R"(\1)") + ")";
    constexpr const char* part = R"(((?:\\[0-9A-Fa-f]{2})+)|\\(.)|([^\\]+))";
    constexpr const char* ascii = R"(^(?:0[1-9a-f]|[1-7].)+$)";
    constexpr const char* utf8 =
        R"(^(?:0[1-9a-f]|[1-7].|(?:c[2-9a-f]|d.)[89ab].|e0[ab].[89ab].|e[1-9abcef](?:[89ab].){2}|ed[89].[89ab].|f0[9ab].(?:[89ab].){2}|f[1-3](?:[89ab].){3}|f48.(?:[89ab].){2})+$)";
    return "CASE WHEN " + text + " ~ " + literal(R"re(["\\])re") +
           " THEN (SELECT string_agg(CASE WHEN p.hex ~ " + literal(ascii) + " OR (p.hex ~ " +
           literal(utf8) +
           " AND current_setting('server_encoding') IN ('UTF8', 'SQL_ASCII'))"
           " THEN convert_from(decode(p.hex, 'hex'), 'UTF8') ELSE coalesce(m.p[2], m.p[3], m.p[1]) END,"
           " '' ORDER BY m.n) FROM regexp_matches(" +
           bare + ", " + literal(part) +
           ", 'g') WITH ORDINALITY AS m(p, n) CROSS JOIN LATERAL (SELECT lower(replace(m.p[1], " +
           literal("\\") + ", ''))) AS p(hex)) ELSE " + text + " END";
}

// Stands for the parameter of a lookup in a condition: no query has it.
constexpr const char* parameter = "\1";

// The rows of a lookup if the condition is true of its parameter.
query_text only_if(const query_text& query, const std::string& condition)
{
    query_text out = restrict_query(query, "true");
    out.text += " AND ";
    for (const char c : condition) {
        if (c != *parameter) {
            out.text += c;
            continue;
        }
        out.offsets.push_back(out.text.size());
        out.text += "$1";
    }
    return out;
}

// As slapd compares: without spaces at the ends, and with one between words.
std::string squeezed(const std::string& text)
{
    return "btrim(regexp_replace(" + text + ", ' +', ' ', 'g'), E' \\t\\r\\n')";
}

// That the column of the row h holds the name, as its entry's RDN would be found by it: one
// condition or two, each of a form that an index serves and that PostgreSQL can hash.
std::vector<std::string> holds(const column& where, matching_rule rule, comparison compare,
                               const std::string& value,
                               const std::map<unsigned, std::string>& types)
{
    const std::string name = "h." + quote_identifier(where.name);
    const std::string text = squeezed(value);
    const auto of_type = [&](const char* pattern, const char* type) {
        return "CASE WHEN " + text + " ~ '" + pattern + "' THEN (" + text + ")::" + type + " END";
    };
    std::string own = name;
    switch (where.type) {
    case column_type::citext:
        if (const auto type = types.find(where.type_oid); type != types.end())
            return {name + " = (" + text + ")::" + type->second};
        break;
    case column_type::int2:
    case column_type::int4:
    case column_type::int8:
        return {name + " = " + of_type("^(0|-?[1-9][0-9]{0,17})$", "int8")};
    case column_type::uuid:
        return {name + " = " +
                of_type("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", "uuid")};
    case column_type::text:
        break;
    case column_type::numeric:
        own = "trim_scale(" + name + ")::text";
        break;
    default:
        own = name + "::text";
    }
    if (!where.deterministic || where.type == column_type::citext)
        own = "(" + name + "::text COLLATE \"C\")";
    const auto form = [&](const std::string& of) {
        return rule == matching_rule::ignore_case ? folded(of) : of;
    };
    if (compare == comparison::any) // rows in any form: most are regular
        return {rule == matching_rule::ignore_case
                    ? "lower(" + own + " COLLATE \"C\") = lower(" + text + " COLLATE \"C\")"
                    : own + " = " + text,
                own + irregular + " AND " + form(squeezed(own)) + " = " + form(text)};
    if (rule != matching_rule::ignore_case)
        return {own + " = " + text};
    // One that is not in lower case, as it should be, has an entry, too.
    return {own + " = " + folded(text), own + " = " + text};
}

std::string exists(const std::string& rows, const std::string& condition)
{
    return "EXISTS (SELECT 1 FROM (" + rows + "\n) AS h WHERE " + condition + ")";
}

void add(std::string& to, const char* operation, const std::string& condition)
{
    to += (to.empty() ? "" : operation) + condition;
}

// What the template makes of the row e, or nothing if it makes nothing of columns.
std::optional<std::string> in_sql(const value_template& from, const kind& kind)
{
    std::string out;
    bool any = false;
    for (const auto& piece : from.pieces()) {
        const column* c = piece.column ? kind.find_column(piece.text) : nullptr;
        const std::string text = c != nullptr ? "(" + select_expression(*c) + ")::text" : "";
        add(out, " || ",
            c == nullptr      ? literal(piece.text)
            : piece.last_word ? "regexp_replace(btrim(" + text + "), '^.* ', '')"
                              : text);
        any = any || c != nullptr;
    }
    return any ? std::optional(out) : std::nullopt;
}

} // namespace

hidden_names::hidden_names(const mapping& mapping, name_syntax syntax)
    : kinds_(mapping.kinds), attributes_(mapping.attributes), syntax_(std::move(syntax)),
      member_uid_(mapping.attribute_named("memberUid")), uid_(mapping.attribute_named("uid"))
{
    for (const kind& k : kinds_)
        if (k.hides_rows && problem_.empty())
            problem_ = k.error;
}

bool hidden_names::may_name(attribute_id attribute) const
{
    const auto hides = [](const auto& k) { return k.hides_rows; };
    if (std::none_of(kinds_.begin(), kinds_.end(), hides))
        return false;
    if (syntax_.is_dn(attribute) || !problem_.empty())
        return syntax_.is_dn(attribute) || attribute == member_uid_;
    const auto of_accounts = accounts();
    return attribute == member_uid_ &&
           std::any_of(of_accounts.begin(), of_accounts.end(),
                       [](const name_column& n) { return n.owner->hides_rows; });
}

std::vector<hidden_names::name_column> hidden_names::accounts() const
{
    std::vector<name_column> out;
    const auto add_column = [&](const kind& k, const attribute_source* source) {
        const column* c = source != nullptr ? k.find_column(source->column) : nullptr;
        if (c != nullptr && (out.empty() || out.back().source != c))
            out.push_back({&k, c, attributes_[source->attribute].rule, source->compare});
    };
    for (const kind& k : kinds_) {
        if (!k.error.empty())
            continue;
        add_column(k, k.source_of(uid_));
        if (k.name == "users")
            add_column(k, &k.rdn());
    }
    return out;
}

std::vector<hidden_names::name_column> hidden_names::entries_at(const dn_pattern& pattern) const
{
    std::vector<name_column> out;
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
        const kind& k = kinds_[i];
        const column* c = k.error.empty() ? k.find_column(k.rdn().column) : nullptr;
        if (c != nullptr && syntax_.patterns[i] == pattern)
            out.push_back({&k, c, attributes_[k.rdn().attribute].rule, k.rdn().compare});
    }
    return out;
}

// The names in a value of the attribute.
std::vector<hidden_names::mention> hidden_names::mentions(attribute_id attribute,
                                                          const std::string& value) const
{
    if (!syntax_.is_dn(attribute))
        return {{as_text(value), accounts()}};
    std::vector<mention> out;
    std::vector<dn_pattern> seen;
    for (const dn_pattern& pattern : syntax_.patterns) {
        if (std::find(seen.begin(), seen.end(), pattern) != seen.end())
            continue;
        seen.push_back(pattern);
        const std::string expression =
            R"((?i)^\s*)" + pattern.attribute +
            R"re(\s*=\s*((?:[^,;+"\\]|\\.)*|"(?:[^"\\]|\\.)*"\s*))re" + pattern.parent +
            R"(\s*(?:#'[01]*'B)?\s*$)"; // the end is of a Name And Optional UID
        out.push_back({"substring(" + as_text(value) + ", " + literal(expression) + ")",
                       entries_at(pattern), true});
    }
    return out;
}

// Not the name of hidden rows alone. Empty: no such rows can have it.
std::string hidden_names::is_visible(const mention& of) const
{
    const std::string name = of.escaped ? unescaped(of.name) : of.name;
    std::string visible;
    std::string any;
    for (const name_column& one : of.among)
        for (const auto& condition :
             holds(*one.source, one.rule, one.compare, name, syntax_.types)) {
            add(visible, " OR ", exists(one.owner->list.text, condition));
            if (one.owner->hides_rows)
                add(any, " OR ", exists(one.owner->unfiltered.text, condition));
        }
    return any.empty() ? "" : "(" + visible + " OR NOT (" + any + "))";
}

std::string hidden_names::are_visible(const std::vector<mention>& all) const
{
    std::string out;
    for (const mention& one : all)
        if (const std::string condition = is_visible(one); !condition.empty())
            add(out, " AND ", condition);
    return out.empty() ? "true" : out;
}

// The rows whose value names no hidden row. A DN is taken apart once for each.
std::string hidden_names::visible_rows(const std::string& select, attribute_id attribute,
                                       const std::string& value) const
{
    auto names = mentions(attribute, value);
    std::string spelled;
    std::string plain;
    for (std::size_t i = 0; i < names.size() && syntax_.is_dn(attribute); ++i) {
        const std::string n = "n" + std::to_string(i);
        add(spelled, ", ", names[i].name + " AS " + n);
        add(plain, ", ", unescaped("spelled." + n) + " AS " + n);
        names[i].name = "plain." + n;
        names[i].escaped = false;
    }
    const auto once = [](const std::string& columns, const char* name) {
        return columns.empty() ? ""
                               : " CROSS JOIN LATERAL (SELECT " + columns + " OFFSET 0) AS " + name;
    };
    return select + once(spelled, "spelled") + once(plain, "plain") + " WHERE " +
           are_visible(names);
}

// What is read in the place of a column, without such names.
std::string hidden_names::without_hidden(const column& c, attribute_id attribute) const
{
    const std::string read = select_expression(c);
    if (is_list(c.type))
        return "(" +
               visible_rows("SELECT array_agg(v.t ORDER BY v.n) FROM unnest(" + read +
                                ") WITH ORDINALITY AS v(t, n)",
                            attribute,
                            c.type == column_type::bytea_array ? "encode(v.t, 'escape')" : "v.t") +
               ")";
    return only_if_visible(c, attribute,
                           c.type == column_type::bytea ? "encode(" + read + ", 'escape')" : read);
}

std::string hidden_names::only_if_visible(const column& c, attribute_id attribute,
                                          const std::string& value) const
{
    return "(CASE WHEN " + are_visible(mentions(attribute, value)) + " THEN " + reference(c) +
           " END)";
}

void hidden_names::remove_from_columns(kind& changed_kind) const
{
    const kind before = changed_kind;
    const auto changed = [&](const std::string& name) {
        const auto at = std::find_if(changed_kind.columns.begin(), changed_kind.columns.end(),
                                     [&](const column& c) { return c.name == name; });
        // Entries have their names and numbers in any case.
        const bool needed =
            std::any_of(changed_kind.sources.begin(), changed_kind.sources.end(),
                        [&](const attribute_source& s) { return s.required && s.column == name; });
        return at != changed_kind.columns.end() && !needed ? &*at : nullptr;
    };
    for (const attribute_source& s : before.sources) {
        if (!may_name(s.attribute))
            continue;
        if (column* c = changed(s.column))
            c->instead = without_hidden(*before.find_column(s.column), s.attribute);
        for (const value_template& t : s.defaults) {
            const auto made = in_sql(t, before);
            if (!made)
                continue;
            // One that cannot be filled in is passed over.
            for (const auto& piece : t.pieces())
                if (column* c = piece.column ? changed(piece.text) : nullptr;
                    c != nullptr && c->instead.empty()) {
                    c->instead = only_if_visible(*c, s.attribute, *made);
                    break;
                }
        }
    }
}

void hidden_names::remove_from_values(mapping& of) const
{
    for (kind& k : of.kinds) {
        if (!k.error.empty())
            continue;
        for (values_query& v : k.values) {
            if (!may_name(v.attribute))
                continue;
            v.error = problem_;
            if (!v.error.empty())
                continue;
            v.source_sql =
                visible_rows("SELECT e.* FROM (" + v.source_sql + "\n) AS e", v.attribute,
                             v.is_bytea ? "encode(" + v.read + ", 'escape')" : v.read);
            ask_listing(v);
        }
        const bool names_rows =
            std::any_of(k.sources.begin(), k.sources.end(), [&](const attribute_source& s) {
                return !s.required && may_name(s.attribute);
            });
        if (names_rows && !problem_.empty())
            k.error = problem_;
        else if (names_rows)
            remove_from_columns(k);
    }
}

void hidden_names::remove_from_lookups(mapping& of) const
{
    for (kind& k : of.kinds) {
        for (lookup& l : k.lookups) {
            if (!may_name(l.attribute))
                continue;
            if (!problem_.empty()) { // a request for the values gets an error
                if (k.values_of(l.attribute) == nullptr)
                    k.values.push_back({.attribute = l.attribute, .error = problem_});
                continue;
            }
            const kind_id named = k.named_kind(l.attribute); // then the parameter is a name
            const std::string condition =
                are_visible(named ? std::vector<mention>{{as_text(parameter),
                                                          entries_at(syntax_.patterns[named])}}
                                  : mentions(l.attribute, parameter));
            if (condition != "true")
                l.query = only_if(l.query, condition);
        }
        if (!problem_.empty())
            std::erase_if(k.lookups, [&](const lookup& l) { return may_name(l.attribute); });
    }
}

} // namespace pgsql::directory
