// A query's placeholders keep their number and their offsets, whatever the query is.
#include "sql/placeholders.hpp"
#include "mapping/value_template.hpp"

#include "fuzz/require.hpp"

#include <algorithm>

using namespace pgsql::fuzz;
using pgsql::directory::value_template;
using pgsql::postgres::parse_placeholders;
using pgsql::postgres::query_error;
using pgsql::postgres::query_text;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A comment that ends with its line gets another end of line each time.
std::string single_line_ends(std::string text)
{
    text.erase(std::unique(text.begin(), text.end(),
                           [](char a, char b) { return a == '\n' && b == '\n'; }),
               text.end());
    return text;
}

void require_consistent(const query_text& query, bool has_operators)
{
    require(query.text.find('\0') == std::string::npos, "the text has no NUL", query.text);
    require(query.offsets.empty() == (query.parameters == 0), "parameters have offsets",
            query.text);
    require(query.parameters <= 65535, "PostgreSQL has 65535 parameters", query.text);
    require(std::is_sorted(query.offsets.begin(), query.offsets.end()), "offsets ascend",
            query.text);
    for (const std::size_t offset : query.offsets)
        require(offset + 1 < query.text.size() && query.text[offset] == '$' &&
                    is_digit(query.text[offset + 1]),
                "a parameter is where its offset says", query.text);

    const std::string embedded = query.with_parameter("$7");
    if (has_operators) // \? has become ?, which cannot be read again
        return;
    const query_text again = parse_placeholders(query.text);
    require(single_line_ends(again.text) == single_line_ends(query.text) &&
                again.parameters == query.parameters &&
                again.offsets.size() == query.offsets.size(),
            "the text is read again as itself", query.text);
    const query_text other = parse_placeholders(embedded);
    require(other.offsets.size() == query.offsets.size() &&
                other.parameters == (query.offsets.empty() ? 0 : 7),
            "each parameter is replaced, and nothing else", embedded);
    require(parse_placeholders(query.with_parameter("m.\"x\"")).offsets.empty(),
            "no parameter remains", query.text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = text_of(data, size);
    try {
        require_consistent(parse_placeholders(input), input.find("\\?") != std::string_view::npos);
    } catch (const query_error& error) {
        require(error.position <= input.size(), "an error is inside the query", error.what());
    }

    try {
        const auto named = pgsql::postgres::parse_named_parameters(input);
        require(named.parameters == static_cast<int>(named.names.size()),
                "each named parameter has a number", named.text);
        require_consistent(named, input.find('?') != std::string_view::npos);
    } catch (const query_error& error) {
        require(error.position <= input.size(), "an error is inside the statement", error.what());
    }

    try {
        const auto read = value_template::parse(input, "example.com");
        require(!read.pieces().empty(), "a template has pieces");
        const auto value = read.expand([](const std::string&) { return std::string_view("ann"); });
        require(value && !value->empty(), "a template with all its columns has a value", input);
        for (const auto& piece : read.pieces())
            require(!piece.column || read.uses(piece.text), "a template knows its columns", input);
    } catch (const std::invalid_argument&) { // it names what is wrong
    }
    return 0;
}
