// parameter_expressions.cpp: finds the expressions of a query that depend only on its parameter.
#include "postgres/parameter_expressions.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

namespace pgsql::postgres {
namespace {

constexpr auto nowhere = std::string_view::npos;

// Words before a parenthesis that are not functions.
constexpr std::array<std::string_view, 24> keywords = {
    "all",  "and",    "any",    "array",  "as",    "between", "by",   "case",
    "else", "exists", "from",   "having", "ilike", "in",      "like", "not",
    "on",   "or",     "select", "some",   "then",  "values",  "when", "where"};
// Words that continue the name of a type: timestamp with time zone, double precision.
constexpr std::array<std::string_view, 6> more_of_a_type = {"precision", "time",    "varying",
                                                            "with",      "without", "zone"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_name(char c) { return is_word(c) || c == '.' || c == '"' || (c & 0x80) != 0; }

std::string lower(std::string_view word)
{
    std::string out(word);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

template <typename Words> bool is_one_of(const Words& words, std::string_view word)
{
    return std::find(words.begin(), words.end(), lower(word)) != words.end();
}

// An expression around a parameter, extended as far as possible.
class expression {
public:
    expression(std::string_view text, std::size_t offset)
        : text_(text), begin_(offset), end_(offset)
    {
        for (++end_; end_ < text_.size() && is_word(text_[end_]);)
            ++end_;
    }

    std::optional<std::string> grown()
    {
        bool any = false;
        while (cast() || enclose())
            any = true;
        return any ? std::optional(std::string(text_.substr(begin_, end_ - begin_))) : std::nullopt;
    }

private:
    char character(std::size_t offset) const
    {
        return offset < text_.size() ? text_[offset] : '\0';
    }
    std::size_t skip(std::size_t offset) const
    {
        while (std::isspace(static_cast<unsigned char>(character(offset))) != 0)
            ++offset;
        return offset;
    }
    std::size_t skip_back(std::size_t end) const // returns the end of the text before the spaces
    {
        while (end > 0 && std::isspace(static_cast<unsigned char>(text_[end - 1])) != 0)
            --end;
        return end;
    }
    std::string_view name_at(std::size_t offset) const
    {
        std::size_t end = offset;
        while (end < text_.size() && is_name(text_[end]))
            ++end;
        return text_.substr(offset, end - offset);
    }

    // The end of the name of a type such as numeric(10, 2)[] or timestamp with time zone.
    std::size_t end_of_type(std::size_t offset) const
    {
        const auto name = name_at(offset);
        if (name.empty())
            return nowhere;
        offset += name.size();
        for (auto next = skip(offset); is_one_of(more_of_a_type, name_at(next));
             next = skip(offset))
            offset = next + name_at(next).size();
        if (character(skip(offset)) == '(') {
            const auto close = text_.find_first_not_of("0123456789, ", skip(offset) + 1);
            if (close == nowhere || text_[close] != ')')
                return nowhere;
            offset = close + 1;
        }
        while (text_.substr(offset, 2) == "[]")
            offset += 2;
        return offset;
    }

    bool cast()
    {
        const auto operation = skip(end_);
        if (text_.substr(operation, 2) != "::")
            return false;
        const auto end = end_of_type(skip(operation + 2));
        if (end == nowhere)
            return false;
        end_ = end;
        return true;
    }

    std::size_t end_of_literal(std::size_t offset) const
    {
        if (character(offset) == '\'') {
            const auto close = text_.find('\'', offset + 1);
            return close == nowhere || character(close + 1) == '\'' ||
                           text_.substr(offset, close - offset).find('\\') != nowhere
                       ? nowhere
                       : close + 1;
        }
        const auto end = text_.find_first_not_of("0123456789.", offset);
        return end == offset || end == nowhere ? nowhere : end;
    }

    bool enclose()
    {
        const auto open = skip_back(begin_);
        if (open == 0 || text_[open - 1] != '(')
            return false;
        const auto before = skip_back(open - 1);
        std::size_t name = before;
        while (name > 0 && is_name(text_[name - 1]))
            --name;
        const auto function = text_.substr(name, before - name);
        const bool calls = !function.empty() && !is_one_of(keywords, function);
        auto close = skip(end_);
        if (lower(function) == "cast") {
            if (lower(name_at(close)) != "as")
                return false;
            close = end_of_type(skip(close + 2));
            close = close == nowhere ? nowhere : skip(close);
        }
        while (close != nowhere && character(close) == ',') {
            if (!calls)
                return false;
            close = end_of_literal(skip(close + 1));
            close = close == nowhere ? nowhere : skip(close);
        }
        if (close == nowhere || character(close) != ')')
            return false;
        begin_ = calls ? name : open - 1;
        end_ = close + 1;
        return true;
    }

    std::string_view text_;
    std::size_t begin_;
    std::size_t end_;
};

} // namespace

std::vector<std::string> parameter_expressions(const query_text& of)
{
    std::vector<std::string> out;
    for (const std::size_t offset : of.offsets)
        if (auto found = expression(of.text, offset).grown())
            out.push_back(std::move(*found));
    return out;
}

} // namespace pgsql::postgres
