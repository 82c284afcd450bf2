// statement_budget.cpp: limits what the conditions of one statement may cost.
#include "query/statement_budget.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace pgsql::directory {
namespace {

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Whether the word, in any case, begins at `at` and ends there as well.
bool word_at(std::string_view sql, std::size_t at, std::string_view word)
{
    return (at == 0 || !is_letter(sql[at - 1])) &&
           (at + word.size() >= sql.size() || !is_letter(sql[at + word.size()])) &&
           lower_ascii(sql.substr(at, word.size())) == word;
}

} // namespace

int relations_in(std::string_view sql)
{
    int count = 0;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        const char letter = static_cast<char>(sql[at] | ' '); // in lower case
        if ((letter == 's' && word_at(sql, at, "select")) ||
            (letter == 'j' && word_at(sql, at, "join")))
            ++count;
    }
    return count;
}

bool statement_budget::pay(int relations)
{
    if (terms_ == 0 || (relations > relations_ && relations_ < most_relations))
        return false;
    --terms_;
    relations_ = std::max(0, relations_ - relations);
    return true;
}

} // namespace pgsql::directory
