// explain_plan.cpp: parses the output of EXPLAIN (VERBOSE, FORMAT JSON).
#include "advisor/explain_plan.hpp"

#include "sql/statement.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace pgsql::postgres {
namespace {

using nlohmann::json;

// The characters of identifiers that PostgreSQL writes without quotes (quote_identifier in
// ruleutils.c).
constexpr std::string_view in_identifier = "abcdefghijklmnopqrstuvwxyz_0123456789";

std::string text_in(const json& node, const char* name)
{
    const auto at = node.find(name);
    return at != node.end() && at->is_string() ? at->get<std::string>() : std::string();
}

class reader {
public:
    explicit reader(query_plan& out) : out_(out) {}

    // `table` is the node that names the table, if this node only names an index of it.
    void node(const json& at, const json* table, std::vector<std::string> joined)
    {
        for (const char* name : {"Index Cond", "Filter", "Join Filter", "Merge Cond", "Hash Cond"})
            if (auto condition = text_in(at, name); !condition.empty())
                out_.conditions.push_back(std::move(condition));
        for (const char* join : {"Join Filter", "Merge Cond", "Hash Cond"})
            if (auto condition = text_in(at, join); !condition.empty())
                joined.insert(joined.begin(), std::move(condition));
        if (at.contains("Relation Name")) {
            table = &at;
            out_.relations.emplace_back(text_in(at, "Schema"), text_in(at, "Relation Name"));
        }
        const std::string type = text_in(at, "Node Type");
        // These nodes need all their input rows, so join conditions above them do not apply to the
        // scans below.
        for (const char* barrier : {"Limit", "Aggregate", "Unique", "SetOp", "WindowAgg"})
            if (type == barrier)
                joined.clear();
        if (table != nullptr && (type == "Seq Scan" || type == "Index Scan" ||
                                 type == "Index Only Scan" || type == "Bitmap Index Scan"))
            scan(at, *table, joined);
        if (const auto below = at.find("Plans"); below != at.end())
            for (const json& next : *below)
                node(next, table, joined);
    }

    // EXPLAIN shows no output for nodes that append rows: it is that of the plans below.
    void shown(const json& at)
    {
        if (const auto output = at.find("Output"); output != at.end())
            out_.shown.push_back(output->get<std::vector<std::string>>());
        else if (const auto below = at.find("Plans"); below != at.end())
            for (const json& next : *below)
                shown(next);
    }

    // The type and the object of each node, with the nodes below it in parentheses.
    static std::string line(const json& at)
    {
        std::string out = text_in(at, "Node Type");
        if (const auto table = text_in(at, "Relation Name"); !table.empty())
            out += " of " + table;
        if (const auto index = text_in(at, "Index Name"); !index.empty())
            out += " by " + index;
        std::string below;
        if (const auto plans = at.find("Plans"); plans != at.end())
            for (const json& next : *plans)
                below += (below.empty() ? "" : ", ") + line(next);
        return below.empty() ? out : out + " (" + below + ")";
    }

private:
    void scan(const json& at, const json& table, const std::vector<std::string>& joined)
    {
        table_scan out{.schema = text_in(table, "Schema"),
                       .table = text_in(table, "Relation Name"),
                       .alias = text_in(table, "Alias"),
                       .index = text_in(at, "Index Name"),
                       .index_condition = text_in(at, "Index Cond"),
                       .conditions = {}};
        for (auto& own : {out.index_condition, text_in(table, "Filter")})
            if (!own.empty())
                out.conditions.push_back(own);
        out.conditions.insert(out.conditions.end(), joined.begin(), joined.end());
        out_.scans.push_back(std::move(out));
    }

    query_plan& out_;
};

// The parts of an expression between separators outside parentheses, brackets and quotes.
std::vector<std::string_view> split(std::string_view text, std::string_view separator)
{
    std::vector<std::string_view> out;
    std::size_t begin = 0;
    int depth = 0;
    char quote = 0; // a doubled quote ends and starts a quotation, with the same effect
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == quote)
                quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(' || c == '[') {
            ++depth;
        } else if (c == ')' || c == ']') {
            --depth;
        } else if (depth == 0 && text.substr(i).starts_with(separator)) {
            out.push_back(text.substr(begin, i - begin));
            begin = i + separator.size();
            i = begin - 1;
        }
    }
    out.push_back(text.substr(begin));
    return out;
}

// An identifier without its quotes; nothing if the text is not an identifier.
std::optional<std::string> identifier(std::string_view text)
{
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
        std::string out;
        for (std::size_t i = 1; i + 1 < text.size(); ++i) {
            out += text[i];
            if (text[i] == '"' && (++i + 1 >= text.size() || text[i] != '"'))
                return std::nullopt;
        }
        return out;
    }
    if (text.empty() || text.find_first_not_of(in_identifier) != std::string_view::npos ||
        (text.front() >= '0' && text.front() <= '9'))
        return std::nullopt;
    return std::string(text);
}

// The end of the identifier that begins at this position; the position itself if none does.
std::size_t identifier_end(std::string_view text, std::size_t begin)
{
    if (begin < text.size() && text[begin] == '"') {
        auto end = begin;
        do // quotes inside are doubled
            end = text.find('"', end + 1);
        while (end != std::string_view::npos && ++end < text.size() && text[end] == '"');
        return end == std::string_view::npos ? text.size() : end;
    }
    const auto end = text.find_first_not_of(in_identifier, begin);
    return end == std::string_view::npos ? text.size() : end;
}

// Calls visit(alias, its position, the position of the name after the dot) for everything that may
// be a column or a row of a table.
template <typename Visit> void each_reference(std::string_view text, const Visit& visit)
{
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '\'') {
            const auto end = text.find('\'', i + 1); // a doubled quote starts the next literal
            i = end == std::string_view::npos ? text.size() : end + 1;
            continue;
        }
        const auto end = identifier_end(text, i);
        if (end == i) {
            ++i;
            continue;
        }
        const bool qualified = i > 0 && text[i - 1] == '.';
        const bool is_type = i > 1 && text.substr(i - 2, 2) == "::";
        if (!qualified && !is_type && end + 1 < text.size() && text[end] == '.') {
            const auto name_end = identifier_end(text, end + 1);
            const bool called = name_end < text.size() && text[name_end] == '(';
            const bool names = name_end > end + 1 || text[end + 1] == '*';
            if (const auto alias = identifier(text.substr(i, end - i)); alias && names && !called)
                visit(*alias, i, end + 1);
        }
        i = end;
    }
}

} // namespace

std::string_view bare(std::string_view text)
{
    while (text.starts_with('(') && text.ends_with(')')) {
        const auto inside = text.substr(1, text.size() - 2);
        int depth = 0;
        char quote = 0;
        for (const char c : inside) {
            if (quote != 0)
                quote = c == quote ? '\0' : quote;
            else if (c == '\'' || c == '"')
                quote = c;
            else if (c == '(')
                ++depth;
            else if (c == ')' && --depth < 0)
                return text; // (a) = (b)
        }
        text = inside;
    }
    return text;
}

query_plan read_plan(std::string_view json_text)
{
    try {
        const json parsed = json::parse(json_text);
        const json& top = parsed.at(0).at("Plan");
        query_plan out;
        reader(out).node(top, nullptr, {});
        reader(out).shown(top);
        if (const auto shown = top.find("Output"); shown != top.end())
            out.outputs = shown->get<std::vector<std::string>>();
        if (const auto keys = top.find("Sort Key"); keys != top.end())
            out.sorted_by = keys->get<std::vector<std::string>>();
        out.line = reader::line(top);
        out.cost = top.value("Total Cost", 0.0);
        return out;
    } catch (const json::exception& e) {
        throw std::invalid_argument(e.what());
    }
}

std::optional<column_reference> column_in(std::string_view expression)
{
    const auto cast = split(bare(expression), "::");
    if (cast.size() > 2 || (cast.size() == 2 && cast[1] != "text"))
        return std::nullopt;
    const auto names = split(bare(cast[0]), ".");
    if (names.size() != 2)
        return std::nullopt;
    const auto alias = identifier(names[0]);
    const auto column = identifier(names[1]);
    if (!alias || !column)
        return std::nullopt;
    return column_reference{*alias, *column, cast.size() == 2};
}

bool is_column(std::string_view expression)
{
    // The text after :: is only a type, without an operator: keywords are in upper case.
    const auto is_type = [](std::string_view text) {
        return std::all_of(text.begin(), text.end(), [](char c) {
            return in_identifier.find(c) != std::string_view::npos ||
                   std::string_view(" (),.[]").find(c) != std::string_view::npos;
        });
    };
    const auto cast = split(bare(expression), "::");
    if (!std::all_of(cast.begin() + 1, cast.end(), is_type))
        return false;
    return cast.size() == 1 ? column_in(cast[0]).has_value() : is_column(cast[0]);
}

std::vector<std::string_view> conjuncts_of(std::string_view condition)
{
    return split(bare(condition), " AND ");
}

std::vector<std::pair<std::string, std::string>> equal_sides(std::string_view condition)
{
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto part : conjuncts_of(condition)) {
        const auto sides = split(bare(part), " = ");
        if (sides.size() != 2)
            continue;
        for (const std::size_t one : {0, 1})
            out.emplace_back(sides[one], sides[1 - one]);
    }
    return out;
}

std::vector<std::pair<column_reference, std::string>> equalities_in(std::string_view condition)
{
    std::vector<std::pair<column_reference, std::string>> out;
    for (auto& [side, with] : equal_sides(condition))
        if (auto column = column_in(side))
            out.emplace_back(std::move(*column), std::move(with));
    return out;
}

std::set<std::string> aliases_in(std::string_view expression, const std::set<std::string>& aliases)
{
    std::set<std::string> out;
    each_reference(expression, [&](const std::string& alias, std::size_t, std::size_t) {
        if (aliases.contains(alias))
            out.insert(alias);
    });
    return out;
}

std::optional<std::string> expression_on(const std::string& alias, std::string_view expression,
                                         const std::set<std::string>& aliases)
{
    const auto text = bare(expression);
    if (aliases_in(text, aliases) != std::set<std::string>{alias})
        return std::nullopt;
    std::string out;
    std::size_t copied = 0;
    bool whole_row = false;
    each_reference(text, [&](const std::string& of, std::size_t begin, std::size_t name) {
        if (of != alias)
            return;
        whole_row = whole_row || text[name] == '*';
        out += text.substr(copied, begin - copied);
        copied = name;
    });
    if (whole_row)
        return std::nullopt;
    return out + std::string(text.substr(copied));
}

std::set<std::string> columns_of(const std::string& expression, const std::string& alias)
{
    const auto plain = [](char c) { return in_identifier.find(c) != std::string_view::npos; };
    std::set<std::string> out;
    for (const auto& table : {alias + ".", quote_identifier(alias) + "."})
        for (auto at = expression.find(table); at != std::string::npos;
             at = expression.find(table, at + 1)) {
            if (at > 0 && plain(expression[at - 1]))
                continue;
            const auto begin = at + table.size();
            auto end = begin;
            if (end < expression.size() && expression[end] == '"') {
                do // quotes inside are doubled
                    end = expression.find('"', end + 1);
                while (end != std::string::npos && ++end < expression.size() &&
                       expression[end] == '"');
            } else {
                while (end < expression.size() && plain(expression[end]))
                    ++end;
            }
            if (end != std::string::npos)
                if (auto name = identifier(std::string_view(expression).substr(begin, end - begin)))
                    out.insert(std::move(*name));
        }
    return out;
}

} // namespace pgsql::postgres
