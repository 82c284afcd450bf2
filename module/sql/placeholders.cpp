// placeholders.cpp: parses the placeholders of a configured statement (?, $n or :name) and writes
// them as $n.
#include "sql/placeholders.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace pgsql::postgres {
namespace {

bool is_word_start(char c)
{
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c) || c == '$'; }

// Words that an operand must follow, so that a ? after one can only be a parameter. After any other
// word (a column, a function, a type) it could be the jsonb operator ?.
constexpr std::array<std::string_view, 40> before_operand = {
    "all",    "and",       "any",    "as",     "between",   "by",     "case",   "distinct",
    "else",   "escape",    "except", "fetch",  "first",     "from",   "having", "ilike",
    "in",     "intersect", "is",     "isnull", "like",      "limit",  "next",   "not",
    "offset", "on",        "or",     "over",   "returning", "select", "set",    "similar",
    "some",   "then",      "to",     "union",  "using",     "values", "when",   "where"};

class scanner {
public:
    /// `names`: receives the names of the parameters; null: they are ? or $n.
    explicit scanner(std::string_view sql, std::vector<std::string>* names = nullptr)
        : sql_(sql), names_(names)
    {}

    query_text run()
    {
        // Also within a literal: to libpq it is the end of the query.
        if (const auto nul = sql_.find('\0'); nul != std::string_view::npos)
            throw query_error(nul, "NUL character");
        while (position_ < sql_.size())
            step();
        if (marks_ > 0 && highest_ > 0)
            throw query_error(first_mark_, "the query uses both ? and $n; use one of the two");
        while (out_.text.size() > end_of_comment_ &&
               std::isspace(static_cast<unsigned char>(out_.text.back())) != 0)
            out_.text.pop_back();
        if (!seen_anything_)
            throw query_error(0, "the query is empty");
        out_.parameters = std::max(marks_, highest_);
        return std::move(out_);
    }

private:
    char peek(std::size_t ahead) const
    {
        return position_ + ahead < sql_.size() ? sql_[position_ + ahead] : '\0';
    }

    void copy(std::size_t n)
    {
        out_.text.append(sql_.substr(position_, n));
        position_ += n;
    }

    void step()
    {
        const char c = sql_[position_];
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            escapes_ = false; // E 'x' is not E'x'
            return copy(1);
        }
        if (c == '-' && peek(1) == '-')
            return line_comment();
        if (c == '/' && peek(1) == '*')
            return block_comment();
        if (ended_)
            throw query_error(position_,
                              "text after the semicolon; a directive takes one statement");
        seen_anything_ = true;
        if (c == ';') {
            ended_ = true;
            ++position_; // dropped: the query becomes a derived table
            return;
        }
        if (c == '\'')
            return quoted('\'', escapes_);
        if (c == '"')
            return quoted('"', false);
        if (is_word_start(c))
            return word();
        if (is_digit(c))
            return number();
        if (c == '$')
            return dollar();
        if (names_ != nullptr && c == ':')
            return peek(1) == ':' ? copy(2) : name();
        if (names_ != nullptr && c == '?')
            return copy(1);
        if (c == '\\' && peek(1) == '?') {
            ++position_;
            copy(1);
            after_operand_ = false;
            return;
        }
        if (c == '?')
            return mark();
        copy(1);
        after_operand_ = c == ')' || c == ']';
        escapes_ = false;
    }

    void line_comment()
    {
        // The comment could be meant to end with its line of slapd.conf, before a WHERE on the next
        // line.
        if (sql_.find('\n') == std::string_view::npos)
            throw query_error(position_,
                              "a comment that begins with -- extends to the end of the query, "
                              "because slapd joins the lines of a directive; write /* ... */");
        const auto end = std::min(sql_.find('\n', position_), sql_.size());
        copy(end - position_);
        // The text becomes part of "FROM (…) AS e": a comment at its end must not include the
        // parenthesis.
        out_.text += '\n';
        end_of_comment_ = out_.text.size();
    }

    void block_comment()
    {
        const std::size_t start = position_;
        int depth = 0;
        do {
            if (position_ >= sql_.size())
                throw query_error(start, "unterminated comment");
            if (sql_[position_] == '/' && peek(1) == '*') {
                ++depth;
                copy(2);
            } else if (sql_[position_] == '*' && peek(1) == '/') {
                --depth;
                copy(2);
            } else {
                copy(1);
            }
        } while (depth > 0);
    }

    void quoted(char quote, bool backslashes)
    {
        const std::size_t start = position_;
        copy(1);
        for (;;) {
            if (position_ >= sql_.size())
                throw query_error(start, quote == '"' ? "unterminated quoted identifier"
                                                      : "unterminated string literal");
            const char c = sql_[position_];
            if (backslashes && c == '\\' && position_ + 1 < sql_.size()) {
                copy(2);
            } else if (c == quote) {
                copy(1);
                if (peek(0) != quote)
                    break;
                copy(1); // doubled: a quote inside
            } else {
                copy(1);
            }
        }
        after_operand_ = true;
        escapes_ = false;
    }

    void word()
    {
        std::size_t end = position_;
        while (end < sql_.size() && is_word(sql_[end]))
            ++end;
        std::string lower(sql_.substr(position_, end - position_));
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        copy(end - position_);
        escapes_ = lower == "e"; // E'…' has backslash escapes
        after_operand_ =
            std::find(before_operand.begin(), before_operand.end(), lower) == before_operand.end();
    }

    void number()
    {
        while (position_ < sql_.size() && (is_word(sql_[position_]) || sql_[position_] == '.'))
            copy(1);
        after_operand_ = true;
        escapes_ = false;
    }

    static bool is_name(char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
    }

    void name()
    {
        std::size_t end = position_ + 1;
        while (end < sql_.size() && is_name(sql_[end]))
            ++end;
        if (end == position_ + 1) // := or a slice of an array
            return copy(1);
        if (sql_.substr(position_ + 1, end - position_ - 1) == "old" && end + 1 < sql_.size() &&
            sql_[end] == '.' && is_name(sql_[end + 1]))
            for (++end; end < sql_.size() && is_name(sql_[end]);)
                ++end;
        const std::string found(sql_.substr(position_ + 1, end - position_ - 1));
        auto known = std::find(names_->begin(), names_->end(), found);
        if (known == names_->end())
            known = names_->insert(names_->end(), found);
        // After 1. as after a word, the $ would be part of it.
        if (!out_.text.empty() && (is_word(out_.text.back()) || out_.text.back() == '.'))
            out_.text += ' ';
        out_.offsets.push_back(out_.text.size());
        out_.text += '$' + std::to_string(known - names_->begin() + 1);
        position_ = end;
        if (is_word(peek(0)))
            out_.text += ' ';
        escapes_ = false;
    }

    void dollar()
    {
        const std::size_t start = position_;
        if (is_digit(peek(1)) && names_ != nullptr)
            throw query_error(start, "parameters have names here, such as :uid");
        if (is_digit(peek(1))) { // $n
            std::size_t end = position_ + 1;
            int n = 0;
            while (end < sql_.size() && is_digit(sql_[end]) && n <= 65535)
                n = n * 10 + (sql_[end++] - '0');
            if (n < 1 || n > 65535)
                throw query_error(start, "parameter number out of range 1 to 65535");
            highest_ = std::max(highest_, n);
            out_.offsets.push_back(out_.text.size());
            copy(end - position_);
            after_operand_ = true;
            return;
        }
        std::size_t end = position_ + 1; // $tag$ … $tag$
        while (end < sql_.size() && (is_word_start(sql_[end]) || is_digit(sql_[end])))
            ++end;
        if (end >= sql_.size() || sql_[end] != '$')
            throw query_error(
                start, "a $ that starts neither a parameter ($1) nor a dollar quote ($$…$$)");
        const auto tag = sql_.substr(position_, end - position_ + 1);
        const auto close = sql_.find(tag, end + 1);
        if (close == std::string_view::npos)
            throw query_error(start, "unterminated dollar quote");
        copy(close + tag.size() - position_);
        after_operand_ = true;
        escapes_ = false;
    }

    void mark()
    {
        const bool concatenation = peek(1) == '|' && peek(2) == '|';
        if ((peek(1) == '|' && !concatenation) || peek(1) == '&')
            throw query_error(position_, "ambiguous: the operator is written \\?" +
                                             std::string(1, peek(1)) +
                                             "; write a space after a parameter");
        if (peek(1) == '?')
            throw query_error(
                position_,
                "ambiguous: two question marks; write a parameter as ?, the operator as \\?");
        if (after_operand_)
            throw query_error(
                position_,
                "ambiguous: a ? after a value is PostgreSQL's operator; write it as \\?, or write "
                "an operator or a keyword before a parameter");
        if (marks_ == 0)
            first_mark_ = position_;
        // In LIKE$1 the $ would be part of the name, and in $1AND or $11 what follows would be part
        // of the parameter.
        if (!out_.text.empty() && is_word(out_.text.back()))
            out_.text += ' ';
        out_.offsets.push_back(out_.text.size());
        out_.text += '$' + std::to_string(++marks_);
        ++position_;
        if (is_word(peek(0)))
            out_.text += ' ';
        after_operand_ = true;
        escapes_ = false;
    }

    std::string_view sql_;
    std::vector<std::string>* names_;
    std::size_t position_ = 0;
    query_text out_;
    int marks_ = 0;
    int highest_ = 0;
    std::size_t first_mark_ = 0;
    std::size_t end_of_comment_ = 0; ///< in the text
    bool after_operand_ = false;
    bool escapes_ = false;
    bool ended_ = false;
    bool seen_anything_ = false;
};

} // namespace

std::string query_text::with_parameter(std::string_view placeholder) const
{
    std::string out;
    std::size_t from = 0;
    for (const std::size_t offset : offsets) {
        out.append(text, from, offset - from).append(placeholder);
        from = offset + 1;
        while (from < text.size() && is_digit(text[from]))
            ++from;
    }
    return out.append(text, from);
}

query_text parse_placeholders(std::string_view sql) { return scanner(sql).run(); }

named_statement parse_named_parameters(std::string_view sql)
{
    named_statement out;
    static_cast<query_text&>(out) = scanner(sql, &out.names).run();
    out.parameters = static_cast<int>(out.names.size());
    return out;
}

} // namespace pgsql::postgres
