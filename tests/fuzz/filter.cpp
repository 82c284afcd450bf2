// Whatever the filter, its SQL is made of the configuration alone and uses each parameter.
#include "fuzz/filter_input.hpp"
#include "fuzz/filter_kinds.hpp"
#include "fuzz/filter_server.hpp"
#include "fuzz/require.hpp"
#include "query/query_planner.hpp"

#include <algorithm>
#include <functional>
#include <set>

using namespace pgsql::fuzz;
using namespace pgsql::directory;
using pgsql::postgres::parse_placeholders;
using pgsql::postgres::statement;

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

std::set<std::string> words_of(std::string_view text)
{
    std::set<std::string> out;
    std::string word;
    for (const char c : std::string(text) + ' ') {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            word += c;
        } else if (!word.empty()) {
            out.insert(std::exchange(word, {}));
        }
    }
    return out;
}

void require_sound(const statement& made)
{
    const auto read = parse_placeholders(made.text);
    require(read.parameters == static_cast<int>(made.values.size()), "parameters are numbered",
            made.text);
    std::string bare;
    std::set<int> used;
    for (std::size_t at = 0, place = 0; at < made.text.size(); ++at) {
        if (place < read.places.size() && read.places[place] == at) {
            ++place;
            std::size_t digits = 0;
            used.insert(std::stoi(made.text.substr(at + 1), &digits));
            at += digits;
        } else {
            bare += made.text[at];
        }
    }
    require(used.size() == made.values.size(), "each parameter is used", made.text);
    static const std::set<std::string> known = words_of(vocabulary);
    for (const std::string& word : words_of(bare))
        require(known.contains(word), "no client value is in the text: " + word, made.text);
    require(bare.find_first_of("`@;!?\\&\x7f") == std::string::npos, "no such character",
            made.text);
    require_accepted(made);
}

// The filter's value where each term has one, by chance.
truth evaluate(const filter& what)
{
    truth out = truth::yes;
    switch (what.what) {
    case filter::type::constant:
        return what.constant;
    case filter::type::negation:
        out = evaluate(what.parts.front());
        return out == truth::undefined ? out : out == truth::yes ? truth::no : truth::yes;
    case filter::type::conjunction:
        for (const filter& part : what.parts)
            out = std::min(out, evaluate(part));
        return out;
    case filter::type::disjunction:
        out = truth::no;
        for (const filter& part : what.parts)
            out = std::max(out, evaluate(part));
        return out;
    default:
        return static_cast<truth>(std::hash<std::string>()(what.value + what.name) % 3);
    }
}

} // namespace

// The first line is a letter that chooses the mapping; the rest is a filter.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view input = text_of(data, size);
    const std::string_view line = take_line(input);
    const mapping& all = mapping_of(line.empty() ? 'a' : line.front());
    const filter given = read_filter(input);
    const filter what = simplified(given);
    require((evaluate(given) == truth::yes) == (evaluate(what) == truth::yes),
            "a simpler filter means the same");
    for (const kind& k : all.kinds) {
        statement made;
        condition_compiler compiler(all, k, made);
        const condition found = compiler.compile(what);
        require(found.what == condition::type::sql || made.values.empty(),
                "without SQL, no values");
        made.text = "SELECT 1 FROM (" + k.list.text + ") AS e WHERE " +
                    (found.what == condition::type::sql ? found.text() : "true");
        require_sound(made);
        const auto plan = make_plan(all, k, settled(what, k), {.everything = true});
        if (!plan)
            continue;
        require_sound(plan->page(std::nullopt, true));
        require_sound(plan->page("ann", true));
        require_sound(plan->page(std::nullopt, false));
        require_sound(plan->names("ann", 1, 2));
    }
    return 0;
}
