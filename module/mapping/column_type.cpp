// column_type.cpp: the table of column types.
#include "mapping/column_type.hpp"

#include <algorithm>
#include <array>

namespace pgsql::directory {
namespace {

// Outside the calendar of GeneralizedTime there is no value.
#define TIME_OF(utc)                                                                               \
    "CASE WHEN % >= " BACK_PGSQL_FIRST_TIME " AND % < " BACK_PGSQL_END_OF_TIME                     \
    " THEN to_char(%" utc ", 'YYYYMMDDHH24MISS\"Z\"') END"

// The texts of an array, or the one text; a null of JSON is no value.
#define TEXTS_OF(json)                                                                             \
    "CASE coalesce(" json "_typeof(%), 'null') WHEN 'array' THEN ARRAY(SELECT " json               \
    "_array_elements_text(%)) WHEN 'null' THEN NULL ELSE ARRAY[% #>> '{}'] END"

using enum column_type;
using category = type_category;

constexpr const char* null = "% IS NULL";
constexpr const char* null_or_empty =
    "(% IS NULL OR % = '')"; // the manual's index has this condition
constexpr const char* select_null = nullptr;

// In the order of the enumeration. TRUE and FALSE: RFC 4517 §3.3.3. trim_scale: 7.0 is the
// integer 7. The text of character(n) has no spaces at its end.
constexpr std::array<type_traits, 17> table = {{
    {text, category::text, 25, "%", null_or_empty, true},
    {citext, category::text, 0, "%", null_or_empty, true},
    {int2, category::integer, 21, "%", null, true},
    {int4, category::integer, 23, "%", null, true},
    {int8, category::integer, 20, "%", null, true},
    {numeric, category::integer, 1700, "trim_scale(%)", null, true},
    {boolean, category::boolean, 16, "CASE WHEN % THEN 'TRUE' WHEN NOT % THEN 'FALSE' END", null,
     false},
    {uuid, category::uuid, 2950, "%", null, true},
    {timestamptz, category::time, 1184, TIME_OF(" AT TIME ZONE 'UTC'"), select_null, true},
    {timestamp, category::time, 1114, TIME_OF("::timestamp"), select_null, true},
    {date, category::time, 1082, TIME_OF("::timestamp"), select_null, true},
    {bytea, category::bytes, 17, "%", null, true},
    {array, category::list, 0, "%", null, false},
    {bytea_array, category::list, 1001, "%", null, false},
    {json, category::list, 114, TEXTS_OF("json"), select_null, false},
    {jsonb, category::list, 3802, TEXTS_OF("jsonb"), select_null, false},
    {other, category::text, 0, "%::text", "(% IS NULL OR %::text = '')", false},
}};

constexpr bool in_order()
{
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].type != static_cast<column_type>(i))
            return false;
    return table.back().type == other;
}
static_assert(in_order(), "each type has its row, in the order of the enumeration");

} // namespace

const type_traits& traits_of(column_type type) noexcept
{
    return table[static_cast<std::size_t>(type)];
}

column_type column_type_of(unsigned oid) noexcept
{
    constexpr unsigned varchar = 1043;
    if (oid == 0 || oid == varchar)
        return oid == 0 ? other : text;
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const type_traits& t) { return t.oid == oid; });
    return row != table.end() ? row->type : other;
}

} // namespace pgsql::directory
