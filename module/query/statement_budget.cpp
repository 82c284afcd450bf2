// statement_budget.cpp: limits what the conditions of one statement may cost.
#include "query/statement_budget.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace pgsql::directory {
namespace {

// How many relations a query has, as far as its words tell: each SELECT has one and each JOIN adds
// one. In quotes they count as well.
int relations_in(std::string_view sql)
{
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    int count = 0;
    for (std::size_t at = 0; at < sql.size();) {
        std::size_t end = at;
        while (end < sql.size() && is_letter(sql[end]))
            ++end;
        const auto word = sql.substr(at, end - at);
        count += (word.size() == 6 && lower_ascii(word) == "select") ||
                         (word.size() == 4 && lower_ascii(word) == "join")
                     ? 1
                     : 0;
        at = end + 1;
    }
    return count;
}

} // namespace

bool statement_budget::pay(std::string_view sql)
{
    const int relations = relations_in(sql);
    if (terms_ == 0 || (relations > relations_ && relations_ < most_relations))
        return false;
    --terms_;
    relations_ = std::max(0, relations_ - relations);
    return true;
}

} // namespace pgsql::directory
