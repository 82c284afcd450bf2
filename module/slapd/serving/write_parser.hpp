// write_parser.hpp: parses what pgsql-write and the statements that write entries say.
#pragma once

#include "mapping/settings.hpp"
#include "slapd/serving/directive_words.hpp"

namespace pgsql::slapd {

/// Reads the options of pgsql-write. Throws config_error.
void parse_write(directive_words& in, directory::write_setting& out);

/// Reads a statement with named parameters: key, parent, dn, actor and attributes, and for
/// attributes with several values :values, which it must have. Throws config_error.
[[nodiscard]] postgres::named_statement parse_named_statement(directive_words& in, bool values);

} // namespace pgsql::slapd
