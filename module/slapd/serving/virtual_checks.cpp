// virtual_checks.cpp: tests the queries for entries that no row has.
#include "slapd/serving/virtual_checks.hpp"

#include "postgres/connection.hpp"

namespace pgsql::slapd {

bool refuses_name(const postgres::error& e) noexcept
{
    return e.caused_by_value() || e.sqlstate() == "55000"; // object_not_in_prerequisite_state
}

std::string problem_of_virtual(const directory::virtual_query& query, postgres::connection& session,
                               const postgres::wait_options& options)
{
    if (!query.error.empty())
        return query.error;
    const postgres::statement probe{
        "WITH e AS (" + query.text.with_parameter("NULL") + "\n) SELECT 1 FROM e", {}};
    if (query.write)
        (void)session.begin(options);
    std::string out;
    try {
        (void)session.run_once(probe, options);
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        if (!refuses_name(e))
            out = std::string("PostgreSQL refuses to run the query: ") + e.what();
    }
    if (query.write)
        session.roll_back(options);
    return out;
}

std::string number_for_all(const directory::mapping& map, const directory::kind& kind,
                           const directory::virtual_query& query, postgres::connection& session,
                           const postgres::wait_options& options)
{
    const auto number_attribute = map.attribute_named("uidNumber");
    const auto* const source = number_attribute ? kind.source_of(number_attribute) : nullptr;
    if (query.write || !query.by_name || source == nullptr || source->column.empty() ||
        !query.error.empty())
        return {};
    const std::string column = postgres::quote_identifier(source->column);
    const auto number = [&](const std::string& name) {
        return "(SELECT (e." + column + ")::pg_catalog.text FROM (" +
               query.text.with_parameter("'" + name + "'") + "\n) AS e LIMIT 1)";
    };
    try {
        const auto rows =
            session.run_once({"SELECT " + number("anna1") + ", " + number("berta2"), {}}, options);
        const auto first = rows.value(0, 0);
        if (first && first == rows.value(0, 1))
            return std::string(*first);
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e); // problem_of_virtual() tells
    }
    return {};
}

} // namespace pgsql::slapd
