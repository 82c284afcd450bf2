// filter_statement.cpp: what every statement that is made of a filter promises.
#include "fuzz/filter_statement.hpp"

#include "fuzz/filter_server.hpp"
#include "fuzz/require.hpp"
#include "sql/placeholders.hpp"

#include <cctype>
#include <charconv>
#include <set>
#include <unordered_set>

namespace pgsql::fuzz {
namespace {

// The words of the tables and of the SQL that the module has for them.
constexpr const char* vocabulary =
    "SELECT FROM WHERE AND OR NOT IN EXISTS AS IS NULL TRUE CASE WHEN THEN ELSE END ANY ARRAY ROW "
    "GROUP BY HAVING DISTINCT ORDER ASC LIMIT OFFSET OVER ROWS BETWEEN UNBOUNDED PRECEDING JOIN USING "
    "COLLATE C LIKE AT TIME ZONE UTC interval second WITH ORDINALITY text float8 timestamp timestamptz "
    "sum count bool_or coalesce concat lower octet_length cardinality unnest array_position trim_scale "
    "to_char YYYYMMDDHH24MISS Z FALSE true json_typeof jsonb_typeof json_array_elements_text "
    "jsonb_array_elements_text null array 0 1 2 00 01 0001 10000 501 51 1048576 "
    "a e g i k m n p s t u v w name names member members people groups owner back_pgsql_before "
    "username number small big amount title nick active id changed seen born photo tags addresses "
    "blobs doc docb host code spelled";

constexpr std::string_view signs = " '\"*(),.:=<>|~^$[]-#{}%+\n/";

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::size_t end_of_word(std::string_view text, std::size_t at)
{
    while (at < text.size() && is_word(text[at]))
        ++at;
    return at;
}

std::unordered_set<std::string_view> words_of(std::string_view text)
{
    std::unordered_set<std::string_view> out;
    for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
        end = end_of_word(text, at);
        out.insert(text.substr(at, end - at));
    }
    return out;
}

} // namespace

void require_sound(const postgres::statement& made)
{
    static const auto known = words_of(vocabulary);
    const std::string_view text = made.text;
    const auto read = postgres::parse_placeholders(text);
    std::set<int> used;
    auto offset = read.offsets.begin();
    for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
        const bool parameter = offset != read.offsets.end() && *offset == at;
        end = end_of_word(text, at + (parameter ? 1 : 0));
        if (parameter) {
            int number = 0;
            (void)std::from_chars(text.data() + at + 1, text.data() + end, number);
            used.insert(number);
            ++offset;
        } else if (end > at) {
            require(known.contains(text.substr(at, end - at)), "the text has no client value",
                    text);
        }
        if (offset != read.offsets.end() && *offset == end)
            --end; // a parameter begins where the word ends
        else if (end < text.size())
            require(signs.find(text[end]) != signs.npos, "the text has no other sign", text);
    }
    require(read.parameters == static_cast<int>(made.values.size()) &&
                used.size() == made.values.size(),
            "each value is one parameter, and each is used", text);
    require_accepted(made);
}

} // namespace pgsql::fuzz
