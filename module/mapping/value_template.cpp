// value_template.cpp: expands templates such as {username}@example.com to missing values.
#include "mapping/value_template.hpp"

#include <stdexcept>

namespace pgsql::directory {

value_template value_template::parse(std::string_view text, std::string_view domain)
{
    value_template out;
    std::string literal;
    const auto flush = [&] {
        if (!literal.empty())
            out.pieces_.push_back({.text = std::move(literal)});
        literal.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
            literal += c;
            ++i;
        } else if (c == '}') {
            throw std::invalid_argument("unmatched }; write a literal brace as }}");
        } else if (c == '{') {
            const auto end = text.find('}', i);
            if (end == std::string_view::npos)
                throw std::invalid_argument("unmatched {; write a literal brace as {{");
            std::string name(text.substr(i + 1, end - i - 1));
            i = end;
            if (name == "domain") {
                literal += domain;
                continue;
            }
            bool last = false;
            if (const auto colon = name.rfind(':'); colon != std::string::npos) {
                if (name.substr(colon) != ":last")
                    throw std::invalid_argument("{" + name + "}: the only modifier is :last");
                last = true;
                name.resize(colon);
            }
            if (name.empty())
                throw std::invalid_argument("{}: column name missing");
            flush();
            out.pieces_.push_back({.text = std::move(name), .column = true, .last_word = last});
        } else {
            literal += c;
        }
    }
    flush();
    if (out.pieces_.empty())
        throw std::invalid_argument("empty default; omit the option for no default");
    return out;
}

bool value_template::uses(std::string_view column) const
{
    for (const auto& p : pieces_)
        if (p.column && p.text == column)
            return true;
    return false;
}

std::optional<std::string> value_template::expand(
    const std::function<std::optional<std::string_view>(const std::string&)>& value_of) const
{
    std::string out;
    for (const auto& p : pieces_) {
        if (!p.column) {
            out += p.text;
            continue;
        }
        const auto value = value_of(p.text);
        if (!value || value->empty())
            return std::nullopt;
        out += p.last_word ? last_word(*value) : *value;
    }
    if (out.empty())
        return std::nullopt;
    return out;
}

std::string_view last_word(std::string_view text)
{
    const auto end = text.find_last_not_of(' ');
    if (end == std::string_view::npos)
        return text;
    text = text.substr(0, end + 1);
    const auto space = text.rfind(' ');
    return space == std::string_view::npos ? text : text.substr(space + 1);
}

} // namespace pgsql::directory
