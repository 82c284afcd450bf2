// array_literal.cpp: PostgreSQL array literals (manual §8.15.6), written and read.
#include "sql/array_literal.hpp"

#include <algorithm>

namespace pgsql::postgres {

std::string array_literal(const std::vector<std::string>& values)
{
    std::string out = "{";
    for (const auto& value : values) {
        if (out.size() > 1)
            out += ',';
        out += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\')
                out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

std::vector<std::string> array_elements(std::string_view text)
{
    std::vector<std::string> out;
    // [0:1]={a,b}: where its numbers do not begin with 1, the text says where.
    if (text.starts_with('['))
        text.remove_prefix(std::min(text.size(), text.find('=') + 1));
    if (text.size() < 2 || text.front() != '{' || text.back() != '}')
        return out;
    text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
        if (text[0] == '{' || text[0] == '}' ||
            text[0] == ',') { // several dimensions: all in a row
            text.remove_prefix(1);
            continue;
        }
        std::string element;
        bool quoted = false;
        std::size_t i = 0;
        if (text[0] == '"') {
            quoted = true;
            for (i = 1; i < text.size() && text[i] != '"'; ++i) {
                if (text[i] == '\\' && i + 1 < text.size())
                    ++i;
                element += text[i];
            }
            ++i;
        } else {
            for (; i < text.size() && text[i] != ',' && text[i] != '}'; ++i)
                element += text[i];
        }
        if (quoted || element != "NULL")
            out.push_back(std::move(element));
        text.remove_prefix(std::min(text.size(), i + 1)); // and the comma
    }
    return out;
}

} // namespace pgsql::postgres
