// filter_columns.hpp: a table with a column of each type, for the server and for the module.
#pragma once

#include "mapping/mapping.hpp"

#include <array>

namespace pgsql::fuzz {

using enum directory::column_type;
using directory::column;

inline constexpr const char* person_columns =
    "username text, number int4, small int2, big int8, amount numeric, title text, nick citext, "
    "active boolean, id uuid, changed timestamptz, seen timestamp, born date, photo bytea, "
    "tags text[], addresses inet[], blobs bytea[], doc json, docb jsonb, host inet, code char(8), "
    "spelled text COLLATE loose";
inline const std::array columns = {
    column{.name = "username", .type = text},
    column{.name = "number", .type = int4},
    column{.name = "small", .type = int2},
    column{.name = "big", .type = int8},
    column{.name = "amount", .type = numeric},
    column{.name = "title", .type = text},
    column{.name = "nick", .type = citext},
    column{.name = "active", .type = boolean, .own_cast = true},
    column{.name = "id", .type = uuid},
    column{.name = "changed", .type = timestamptz},
    column{.name = "seen", .type = timestamp},
    column{.name = "born", .type = date, .whole_seconds = true},
    column{.name = "photo", .type = bytea, .wide = true},
    column{.name = "tags", .type = array, .element = text},
    column{.name = "addresses", .type = array, .element = other, .own_cast = true},
    column{.name = "blobs", .type = bytea_array},
    column{.name = "doc", .type = json, .wide = true},
    column{.name = "docb", .type = jsonb, .wide = true},
    column{.name = "host", .type = other, .own_cast = true},
    column{.name = "code", .type = other},
    column{.name = "spelled", .type = text, .deterministic = false}};

} // namespace pgsql::fuzz
