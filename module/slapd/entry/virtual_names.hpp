// virtual_names.hpp: entries for names and numbers that no row has.
#pragma once

#include "slapd/entry/entry_stream.hpp"

namespace pgsql::slapd {

/// A name or number that an operation asks for.
struct virtual_request {
    const directory::kind* kind = nullptr;
    const directory::virtual_query* query = nullptr;
    std::string value; ///< normalized
};

enum class virtual_outcome : char {
    none,  ///< no entry
    given, ///< the query returned the entry
    listed ///< the name is registered: the queries of the kind return its entry
};

/// Asks the queries of pgsql-virtual on behalf of one search or compare. Refusals are logged,
/// counted, and look like a name that does not exist. Functions throw postgres::error.
class virtual_names {
public:
    virtual_names(Operation& op, service& service, const resolved_mapping& mapping);

    /// What the queries can give of what every entry that matches the filter must have.
    [[nodiscard]] std::vector<virtual_request> requests_of(const Filter* filter) const;
    /// The same for the entry with this DN.
    [[nodiscard]] std::vector<virtual_request> requests_of(const berval& ndn) const;
    /// `selection`: the attributes that the entry needs.
    [[nodiscard]] virtual_outcome ask(const virtual_request& request,
                                      const directory::selection& selection);
    /// The entry that was given.
    [[nodiscard]] Entry& entry() const noexcept { return *entry_; }

private:
    /// Why the name or number cannot be an entry; empty if it can.
    [[nodiscard]] std::string refusal(const virtual_request& request) const;
    /// Why this client, or every client at present, gets no new entry; empty if it gets one.
    [[nodiscard]] std::string denial(const virtual_request& request);
    /// The same of a name, from the database: a group has it.
    [[nodiscard]] std::string name_conflict(const directory::kind& kind, const std::string& name);
    /// Why the row must not be an entry; empty if it may be one.
    [[nodiscard]] std::string number_conflict(const directory::kind& kind, std::string_view name,
                                              std::string_view number);
    /// The name of a row that has the value; nothing if none has. Rows that the login filter hides
    /// and rows that are no valid entries count.
    [[nodiscard]] std::optional<std::string> row_with(const directory::kind& kind,
                                                      directory::attribute_id attribute,
                                                      const std::string& value);
    [[nodiscard]] virtual_outcome give(const virtual_request& request,
                                       const directory::selection& selection, std::string& reason);
    /// Reads the entry that the query returns.
    void read(const virtual_request& request, const directory::selection& selection,
              std::string& reason);
    [[nodiscard]] virtual_outcome admit(const virtual_request& request, std::string& reason);
    [[nodiscard]] virtual_outcome register_name(const virtual_request& request, std::string& reason,
                                                const postgres::wait_options& options,
                                                postgres::connection& session);
    void report(const virtual_request& request, virtual_outcome outcome, const std::string& reason,
                clock::time_point started);

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    entry_ptr entry_;
    bool registered_ = false; ///< by this operation
};

/// Registers the operational attribute olmPgVirtual with slapd; false if slapd refuses it.
[[nodiscard]] bool register_virtual_attribute() noexcept;
/// Whether the entry has olmPgVirtual: TRUE.
[[nodiscard]] bool is_virtual(const Entry& e) noexcept;
/// The name of that attribute.
inline constexpr const char* virtual_attribute = "olmPgVirtual";

} // namespace pgsql::slapd
