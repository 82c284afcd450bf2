// virtual_names.cpp: entries for names and numbers that no row has.
#include "slapd/entry/virtual_names.hpp"

#include "slapd/core/client_address.hpp"
#include "slapd/entry/rdn.hpp"
#include "slapd/entry/value_checks.hpp"
#include "slapd/serving/virtual_checks.hpp"
#include "slapd/worker/write_transaction.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace pgsql::slapd {
namespace {

using directory::filter;
using directory::kind;

AttributeDescription* virtual_description = nullptr;

// The attribute that has the numbers of the kind's entries; none if they have none.
directory::attribute_id number_attribute(const directory::mapping& map, const kind& kind)
{
    for (const char* const name : {"uidNumber", "gidNumber"})
        if (const auto attribute = map.attribute_named(name);
            attribute && kind.source_of(attribute) != nullptr)
            return attribute;
    return {};
}

std::string value_in(const Entry& e, AttributeDescription* ad)
{
    const Attribute* const a = attr_find(e.e_attrs, ad);
    return a != nullptr ? std::string(to_string_view(a->a_nvals[0])) : std::string();
}

struct name_refused {
    std::string reason;
};

} // namespace

virtual_names::virtual_names(Operation& op, service& service, const resolved_mapping& mapping)
    : op_(op), service_(service), mapping_(mapping)
{}

namespace {

// The equalities that every entry must satisfy. False if no entry can: two values of one attribute.
bool add_equalities(const Filter* filter, std::map<AttributeDescription*, std::string>& to)
{
    if (filter->f_choice == LDAP_FILTER_AND) {
        for (const Filter* part = filter->f_and; part != nullptr; part = part->f_next)
            if (!add_equalities(part, to))
                return false;
        return true;
    }
    if (filter->f_choice != LDAP_FILTER_EQUALITY)
        return true;
    const auto value = to_string_view(filter->f_av_value);
    const auto [at, added] = to.try_emplace(filter->f_av_desc, value);
    return added || at->second == value || filter->f_av_desc == slap_schema.si_ad_objectClass;
}

} // namespace

std::vector<virtual_request> virtual_names::requests_of(const Filter* filter) const
{
    std::vector<virtual_request> out;
    std::map<AttributeDescription*, std::string> wanted;
    if (filter == nullptr || !add_equalities(filter, wanted))
        return out;
    for (const kind& k : mapping_.map.kinds)
        for (const auto& query : k.virtuals)
            if (const auto at = wanted.find(mapping_.types[query.row.attribute].description);
                at != wanted.end())
                out.push_back({&k, &query, at->second});
    return out;
}

std::vector<virtual_request> virtual_names::requests_of(const berval& ndn) const
{
    std::vector<virtual_request> out;
    const auto location = service_.dn_tree().locate(to_string_view(ndn));
    if (!location.parent)
        return out;
    for (const kind& k : mapping_.map.kinds)
        for (const auto& query : k.virtuals)
            if (query.by_name && k.parent == location.parent &&
                to_lower(mapping_.map.attributes[query.row.attribute].name) ==
                    to_lower(location.attribute))
                out.push_back({&k, &query, location.value});
    return out;
}

std::string virtual_names::refusal(const virtual_request& request) const
{
    if (!request.query->by_name) {
        std::int64_t number = 0;
        const char* const end = request.value.data() + request.value.size();
        const auto read = std::from_chars(request.value.data(), end, number);
        return read.ec == std::errc() && read.ptr == end &&
                       service_.name_policy().numbers.contains(number)
                   ? ""
                   : "range";
    }
    const char* const why = service_.name_policy().refusal(request.kind->name, request.value);
    return why != nullptr ? why : "";
}

std::string virtual_names::denial(const virtual_request& request)
{
    if (request.query->write) {
        constexpr slap_mask_t denied = SLAP_RESTRICT_OP_ADD | SLAP_RESTRICT_READONLY;
        if (((op_.o_bd->be_restrictops | frontendDB->be_restrictops) & denied) != 0)
            return "read-only";
        if (access_allowed(&op_, &service_.container(request.kind->parent),
                           slap_schema.si_ad_children, nullptr, ACL_WADD, nullptr) == 0) {
            if (const auto* const limits = operation_limits::find(op_))
                limits->rethrow_failure();
            return "access";
        }
    }
    return service_.unknown_names().accept(request.value) ? "" : "rate";
}

std::optional<std::string> virtual_names::row_with(const kind& kind,
                                                   directory::attribute_id attribute,
                                                   const std::string& value)
{
    const directory::selection selection{.password = kind.hides_rows};
    const auto plan =
        directory::make_plan(mapping_.map, kind, filter::equals(attribute, value), selection);
    if (!plan)
        return std::nullopt;
    const auto* const name = kind.find_column(kind.rdn().column);
    const postgres::statement query{
        "SELECT " + directory::select_expression(*name) + plan->from_sql +
            (plan->where_sql.empty() ? "" : " WHERE " + plan->where_sql),
        plan->values};
    const auto rows = while_waiting(op_, service_, [&](const postgres::wait_options& options) {
        if (auto* const transaction = write_transaction::find(op_))
            return transaction->run(query, options);
        return service_.pool_for(op_).run(query, options);
    });
    // The condition may hold for rows whose names slapd has to compare.
    const attribute_type& type = mapping_.types[kind.rdn().attribute];
    const auto wanted = make_rdn(type, value);
    for (int row = 0; row < rows.count(); ++row) {
        const std::string_view found = rows.value(row, 0).value_or("");
        if (attribute != kind.rdn().attribute)
            return std::string(found);
        const auto named = make_rdn(type, found);
        if (named && wanted && named->normalized == wanted->normalized)
            return std::string(found);
    }
    return std::nullopt;
}

std::string virtual_names::name_conflict(const kind& kind, const std::string& name)
{
    const auto gid_number = mapping_.map.attribute_named("gidNumber");
    for (const auto& other : mapping_.map.kinds) {
        if (&other == &kind || !other.error.empty() || !gid_number ||
            other.source_of(gid_number) == nullptr || other.yields_to_kind)
            continue;
        if (row_with(other, other.rdn().attribute, name))
            return "name of one of the " + other.name;
    }
    return {};
}

std::string virtual_names::number_conflict(const kind& kind, std::string_view name,
                                           std::string_view number)
{
    const auto attribute = number_attribute(mapping_.map, kind);
    if (!attribute)
        return {};
    std::int64_t value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (read.ec != std::errc() || read.ptr != number.data() + number.size() ||
        !service_.name_policy().numbers.contains(value))
        return fmt::format("number {} is out of range", one_line(std::string(number)));
    const auto owner = row_with(kind, attribute, std::to_string(value));
    if (owner && to_lower(*owner) != to_lower(name))
        return fmt::format("number {} is {}'s", value, one_line(*owner));
    return {};
}

void virtual_names::read(const virtual_request& request, const directory::selection& selection,
                         std::string& reason)
{
    const kind& k = *request.kind;
    const auto& query = *request.query;
    int count = 0;
    without_refused_values([&](const std::vector<directory::requested_value>& refused) {
        const auto plan = directory::make_plan(mapping_.map, k,
                                               filter::equals(query.row.attribute, request.value),
                                               selection, refused, &query.row);
        count = 0;
        if (!plan)
            return;
        entry_stream rows(op_, service_, mapping_, *plan, {.duplicates = true, .fresh = true});
        while (const candidate* const row = rows.next()) {
            ++count;
            if (row->entry != nullptr)
                entry_.reset(entry_dup(row->entry));
        }
    });
    if (count != 1 || entry_ == nullptr)
        reason = count == 0 ? "the query returns no row" : "the query returns several rows";
}

virtual_outcome virtual_names::give(const virtual_request& request,
                                    const directory::selection& selection, std::string& reason)
{
    const kind& k = *request.kind;
    const auto& query = *request.query;
    try {
        read(request, selection, reason);
    } catch (const postgres::error& e) {
        if (!refuses_name(e))
            throw;
        reason = e.what();
    }
    if (!reason.empty())
        return virtual_outcome::none;
    const std::string name = value_in(*entry_, mapping_.types[k.rdn().attribute].description);
    const auto number = number_attribute(mapping_.map, k);
    if (value_in(*entry_, mapping_.types[query.row.attribute].description) != request.value)
        reason = "the query returns another entry";
    else if (!query.by_name && service_.name_policy().is_denied(name))
        reason = "deny list";
    else if (!query.by_name && row_with(k, k.rdn().attribute, name))
        reason = "a row has the name";
    else
        reason = name_conflict(k, name);
    if (reason.empty() && number)
        reason = number_conflict(k, name, value_in(*entry_, mapping_.types[number].description));
    if (!reason.empty())
        return virtual_outcome::none;
    if (query.withheld)
        (void)attr_delete(&entry_->e_attrs, mapping_.types[query.withheld].description);
    if (attr_find(entry_->e_attrs, virtual_description) == nullptr) {
        berval yes = BER_BVC("TRUE");
        (void)attr_merge_one(entry_.get(), virtual_description, &yes, nullptr);
    }
    return virtual_outcome::given;
}

virtual_outcome virtual_names::register_name(const virtual_request& request, std::string& reason,
                                             const postgres::wait_options& options,
                                             postgres::connection& session)
{
    const kind& k = *request.kind;
    const std::string lock = "virtual " + request.value;
    const name_lock locks[] = {{lock}};
    write_transaction transaction(op_, session, options, locks);
    reason.clear();
    // It may have been registered meanwhile, or a standby may not have it yet.
    if (row_with(k, k.rdn().attribute, request.value))
        return virtual_outcome::listed;
    reason = name_conflict(k, request.value);
    if (!reason.empty())
        return virtual_outcome::none;
    const auto text_of = [&](const directory::attribute_source* source) {
        return source != nullptr && !source->column.empty()
                   ? "(e." + postgres::quote_identifier(source->column) + ")::pg_catalog.text"
                   : std::string("NULL");
    };
    const auto number = number_attribute(mapping_.map, k);
    const postgres::statement query{"WITH e AS (" + request.query->text.with_parameter("$1") +
                                        "\n) SELECT " + text_of(&k.rdn()) + ", " +
                                        text_of(number ? k.source_of(number) : nullptr) +
                                        " FROM e LIMIT 2",
                                    {request.value}};
    const auto rows = [&] {
        try {
            return transaction.run(query, options);
        } catch (const postgres::error& e) {
            if (!refuses_name(e))
                throw;
            throw name_refused{e.what()};
        }
    }();
    if (rows.count() != 1) {
        reason = rows.count() == 0 ? "the query returns no row" : "the query returns several rows";
        return virtual_outcome::none;
    }
    if (to_lower(rows.value(0, 0).value_or("")) != to_lower(request.value)) {
        reason = "the query returns another entry";
        return virtual_outcome::none;
    }
    if (number)
        reason = number_conflict(k, request.value, rows.value(0, 1).value_or(""));
    if (reason.empty() && !row_with(k, k.rdn().attribute, request.value))
        reason = "pgsql-list " + k.name + " does not return the registered name";
    if (!reason.empty())
        return virtual_outcome::none;
    transaction.commit(options);
    registered_ = true;
    return virtual_outcome::listed;
}

virtual_outcome virtual_names::admit(const virtual_request& request, std::string& reason)
{
    virtual_outcome out = virtual_outcome::none;
    try {
        out = while_waiting(op_, service_, [&](const postgres::wait_options& options) {
            return service_.primary_pool().with_connection(
                options, [&](postgres::connection& session) {
                    return register_name(request, reason, options, session);
                });
        });
    } catch (const name_refused& e) {
        reason = e.reason;
    } catch (const commit_unanswered& e) { // the next search finds out whether it is registered
        throw postgres::error(postgres::error::cause::lost, e.what());
    }
    if (out == virtual_outcome::listed) {
        if (op_.o_conn != nullptr)
            service_.writers.add(op_.o_connid); // reads from the primary
        if (registered_)
            service_.invalidate_caches();
    }
    return out;
}

virtual_outcome virtual_names::ask(const virtual_request& request,
                                   const directory::selection& selection)
{
    const auto started = clock::now();
    std::string reason = refusal(request);
    if (reason.empty() && request.query->by_name &&
        row_with(*request.kind, request.query->row.attribute, request.value))
        return virtual_outcome::listed; // it does not match, or the cache does not have it yet
    if (reason.empty())
        reason = denial(request);
    if (reason.empty() && !request.query->error.empty())
        throw config_error(request.query->error);
    virtual_outcome out = virtual_outcome::none;
    if (reason.empty())
        out = request.query->write ? admit(request, reason) : give(request, selection, reason);
    if (out != virtual_outcome::listed || registered_)
        report(request, out, reason, started);
    return out;
}

void virtual_names::report(const virtual_request& request, virtual_outcome outcome,
                           const std::string& reason, clock::time_point started)
{
    const bool refused = outcome == virtual_outcome::none;
    service_.stats->virtual_names.add(refused ? operation_stats::name_refused
                                      : outcome == virtual_outcome::listed
                                          ? operation_stats::admitted
                                          : operation_stats::given);
    if (refused && !service_.logs_refused_name())
        return;
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - started).count();
    const std::string line = fmt::format(
        "pgsql virtual name=\"{}\" client={} suffix=\"{}\" outcome={} reason=\"{}\" ms={}",
        one_line(request.value.substr(0, 64)), address_of(op_), service_.suffix_ndn,
        refused                              ? "refused"
        : outcome == virtual_outcome::listed ? "admitted"
                                             : "given",
        one_line(reason), took);
    Debug(LDAP_DEBUG_STATS, "%s %s\n", op_.o_log_prefix, line.c_str());
}

bool register_virtual_attribute() noexcept
{
    return register_at("( 2.25.162856128844017627545785008905003916249.3.2 NAME 'olmPgVirtual' "
                       "DESC 'The entry was made for a name that nobody had registered' "
                       "EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE "
                       "NO-USER-MODIFICATION USAGE directoryOperation )",
                       &virtual_description, 0) == 0;
}

bool is_virtual(const Entry& e) noexcept
{
    const Attribute* const a = attr_find(e.e_attrs, virtual_description);
    return a != nullptr && to_string_view(a->a_nvals[0]) == "TRUE";
}

} // namespace pgsql::slapd
