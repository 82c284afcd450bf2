// resolved_mapping.hpp: a mapping resolved against the columns that the configured queries return.
#pragma once

#include "auth/password_hash.hpp"
#include "mapping/mapping.hpp"
#include "slapd/core/entry_ptr.hpp"
#include "slapd/core/log_event.hpp"
#include "slapd/core/schema.hpp"
#include <memory>
#include <string>
#include <vector>

namespace pgsql::slapd {

/// The attributes that all entries of a kind share, with their normalized values.
struct shared_values {
    entry_ptr holder;        ///< objectClass and structuralObjectClass
    bool subentries = false; ///< whether the classes make the entries subentries (RFC 3672)
};

/// Something that the administrator should change, although the queries can be served.
struct mapping_warning {
    log_event event;
    std::string text;
};

/// A mapping resolved against the columns that the queries actually return.
struct resolved_mapping : std::enable_shared_from_this<resolved_mapping> {
    directory::mapping map;
    directory::id_vector<attribute_type, directory::attribute> types;
    directory::id_vector<shared_values, directory::kind> shared;
    std::vector<mapping_warning> warnings;            ///< logged at startup
    bool complete = true;                             ///< whether every kind can be served
    unsigned serial = 0;                              ///< unique among the mappings of the service
    std::shared_ptr<const auth::password_hash> dummy; ///< verified for names that do not exist
    /// The key of a user whose row is read for names that do not exist, because the login filter
    /// may take time; empty: none.
    std::string dummy_key;
};

} // namespace pgsql::slapd
