// query_planner.cpp: turns a request for entries of one kind into the statements that fetch their
// rows, page by page.
#include "query/query_planner.hpp"

#include "query/condition_compiler.hpp"

#include <algorithm>
#include <span>

namespace pgsql::directory {
namespace {

using postgres::quote_identifier;

// The terms that every entry of the answer must satisfy.
void required_terms(const filter& tree, std::vector<const filter*>& out)
{
    if (tree.type == filter::node::conjunction)
        for (const filter& part : tree.parts)
            required_terms(part, out);
    else
        out.push_back(&tree);
}

void equalities(const filter& tree, std::vector<const filter*>& out)
{
    if (tree.type == filter::node::equality)
        out.push_back(&tree);
    for (const filter& part : tree.parts)
        equalities(part, out);
}

// An upper bound of the bytes in which PostgreSQL sends the value, by SQL. (In floating point
// nothing overflows.)
std::string bytes_of(const column& c)
{
    const std::string value = select_expression(c);
    if (c.type == column_type::bytea) // two digits each
        return "coalesce(2 * octet_length(" + value + ")::float8, 0)";
    return "coalesce(octet_length((" + value + ")::text)::float8, 0)";
}

// What clients ask for by name has few terms.
constexpr std::size_t most_lookup_terms = 16;

class planner {
public:
    planner(const mapping& mapping, const kind& kind, const std::vector<requested_value>& refused,
            const lookup* only)
        : mapping_(mapping), kind_(kind), refused_(refused), only_(only),
          compiler_(mapping, kind, values_, refused)
    {
        out_.entry_kind = &kind;
    }

    /// `asked` is the tree, simplified for the kind.
    std::optional<plan> run(const filter& tree, const filter& asked, const selection& selection)
    {
        out_.has_secrets = selection.password;
        out_.shows_password = selection.shows_password;
        const filter* answered = choose_lookup(asked, selection.password);
        if (only_ != nullptr && answered == nullptr)
            return std::nullopt;
        out_.few_terms = terms_in(asked) <= most_lookup_terms;
        out_.lookup_only = out_.lookup_only && out_.few_terms;
        const condition where = compiler_.compile(asked, answered);
        if (where.type == condition::form::never)
            return std::nullopt;
        out_.where_sql = where.sql;
        out_.requested_values.insert(out_.requested_values.end(),
                                     compiler_.requested_values().begin(),
                                     compiler_.requested_values().end());
        if (selection.password && kind_.hides_rows)
            exclude_hidden_duplicates();
        choose_columns(selection);
        mark_members(tree, answered, compiler_.budget());
        out_.select_sql.reserve(40 * (out_.columns.size() + 1));
        if (selection.password && !kind_.login_filter.empty()) {
            out_.login_allowed = static_cast<int>(out_.columns.size() + columns_of_marks_);
            marks_ += ", ((" + kind_.login_filter + "\n) IS TRUE)"; // unknown is not true
        }
        if (out_.includes_private_groups) {
            out_.private_group = static_cast<int>(out_.columns.size() + columns_of_marks_) +
                                 (out_.login_allowed ? 1 : 0);
            marks_ += std::string(", e.") + private_group_column;
        }
        out_.select_sql = "SELECT ";
        for (std::size_t i = 0; i < out_.columns.size(); ++i)
            out_.select_sql += (i == 0 ? "" : ", ") + select_expression(*out_.columns[i]);
        for (const column* c : out_.columns)
            out_.types.push_back(type_in_answer(*c));
        out_.select_sql += marks_;
        out_.from_sql = " FROM (" + from_sql_ + ") AS e";
        // Few rows have the same name, and names are not long.
        if (!one_name_)
            for (std::size_t i = 1; i < out_.columns.size(); ++i)
                if (out_.columns[i]->wide)
                    out_.width_sql +=
                        (out_.width_sql.empty() ? "" : " + ") + bytes_of(*out_.columns[i]);
        out_.values = std::move(values_.values);
        return std::move(out_);
    }

private:
    // A configured lookup answers a term that the filter demands: its index is the
    // administrator's.
    const filter* choose_lookup(const filter& tree, bool everybody)
    {
        const auto text_of = [&](const auto& by, const postgres::query_text& shown) {
            return everybody && !by.unfiltered.text.empty() ? by.unfiltered : shown;
        };
        from_sql_ = text_of(kind_, kind_.list).text;
        visible_ = kind_.list.text;
        std::vector<const filter*> terms;
        required_terms(tree, terms);
        one_name_ = std::any_of(terms.begin(), terms.end(), [&](const filter* term) {
            return (term->type == filter::node::equality ||
                    term->type == filter::node::entry_name) &&
                   term->attribute == kind_.rdn().attribute;
        });
        // Names are unique at a place; rows that have others below them are told apart by the tree.
        one_place_ =
            !kind_.has_children && std::any_of(terms.begin(), terms.end(), [](const filter* term) {
                return term->type == filter::node::placement &&
                       term->place_keys.size() + (term->at_container ? 1 : 0) == 1;
            });
        for (const lookup& lookup :
             only_ != nullptr ? std::span(only_, 1) : std::span(kind_.lookups)) {
            if (only_ == nullptr &&
                (!lookup.complete || why_distrusted(mapping_, lookup, kind_) != nullptr))
                continue;
            for (const filter* term : terms) {
                if (term->type != filter::node::equality || term->attribute != lookup.attribute)
                    continue;
                const matching_rule rule =
                    rule_of_values(mapping_, lookup.attribute, kind_.named_kind(lookup.attribute));
                const auto asked = asserted_value(mapping_, kind_, *term);
                auto value = asked ? parameter_of(lookup, rule, *asked) : std::nullopt;
                const attribute_source* by_column = kind_.source_of(lookup.attribute);
                const column* c =
                    by_column != nullptr ? kind_.find_column(by_column->column) : nullptr;
                if (!value || (c != nullptr && rule == matching_rule::integer &&
                               !integer_parameter(*asked, c->type)))
                    continue; // the condition will say that nothing has it
                if (compiler_.resolve(lookup.attribute).may_be_default(*asked))
                    continue; // which the query does not know
                out_.requested_values.push_back({&lookup, *value});
                const std::string parameter = values_.bind(*value);
                from_sql_ = text_of(lookup, lookup.query_for(*value)).with_parameter(parameter);
                visible_ = lookup.query_for(*value).with_parameter(parameter);
                out_.bounded_by_equality = true;
                out_.lookup_only = true;
                out_.includes_private_groups = lookup.includes_private_groups;
                out_.executed_lookup = &lookup;
                // The four queries give no member list: a group found by its member shows at least
                // that one, and by DN what it shows by name.
                for (const auto& alike : kind_.lookups)
                    if (alike.query.text == lookup.query.text &&
                        !names_placed_entries(mapping_, kind_, alike.attribute) &&
                        kind_.source_of(alike.attribute) == nullptr &&
                        (&alike == &lookup || &alike.query_for(*value) == &alike.query))
                        out_.match_columns.push_back(
                            {.attribute = alike.attribute, .value = *asked});
                return term;
            }
        }
        out_.bounded_by_equality = std::any_of(terms.begin(), terms.end(), [&](const filter* term) {
            const attribute_source* s =
                term->type == filter::node::equality || term->type == filter::node::entry_name
                    ? kind_.source_of(term->attribute)
                    : nullptr;
            return s != nullptr && !s->column.empty();
        });
        const attribute_id number = mapping_.attribute_named(
            kind_.source_of(mapping_.attribute_named("uidNumber")) != nullptr ? "uidNumber"
                                                                              : "gidNumber");
        out_.lookup_only = std::any_of(terms.begin(), terms.end(), [&](const filter* term) {
            return (term->type == filter::node::equality ||
                    term->type == filter::node::entry_name) &&
                   (term->attribute == kind_.rdn().attribute || term->attribute == number);
        });
        // Names, and the numbers that stand for them, belong to one entry each.
        const attribute_id gid_number = mapping_.attribute_named("gidNumber");
        out_.at_most_one = std::any_of(terms.begin(), terms.end(), [&](const filter* term) {
            return term->type == filter::node::equality &&
                   (term->attribute == kind_.rdn().attribute || term->attribute == gid_number);
        });
        return nullptr;
    }

    // A hidden row must not take the name of a visible one, which would then be one of two.
    void exclude_hidden_duplicates()
    {
        const std::string key = quote_identifier(kind_.rdn().column);
        out_.where_sql += (out_.where_sql.empty() ? "(((" : " AND (((") + kind_.login_filter +
                          "\n) IS TRUE) OR NOT EXISTS (SELECT 1 FROM (" + visible_ +
                          "\n) AS visible WHERE visible." + key + " = e." + key;
        if (kind_.parent_kind) {
            const std::string parent = quote_identifier(kind_.parent_column);
            out_.where_sql += " AND visible." + parent + " IS NOT DISTINCT FROM e." + parent;
        }
        out_.where_sql += "))";
    }

    // Nothing when no row can have the value, and when that is not known.
    [[nodiscard]] std::optional<std::string> parameter_of(const lookup& lookup, matching_rule rule,
                                                          const std::string& assertion) const
    {
        auto out = lookup_parameter(assertion, rule, lookup.parameter);
        if (out && (refuses(refused_, lookup, *out) ||
                    holds(mapping_.characters.get(), *out) != held::held))
            out.reset();
        return out;
    }

    // The type in which the column arrives, if that is known.
    [[nodiscard]] unsigned type_in_answer(const column& c) const
    {
        if (out_.executed_lookup == nullptr || result_type_oid(c) == 0)
            return result_type_oid(c);
        const auto& columns = out_.executed_lookup->columns;
        const auto at = std::find_if(columns.begin(), columns.end(),
                                     [&](const auto& other) { return other.name == c.name; });
        return at == columns.end() ? 0 : at->type_oid;
    }

    // Has the values of an attribute asked for with every page.
    void list_values(attribute_id attribute)
    {
        for (const values_query& v : kind_.values) {
            if (v.attribute != attribute ||
                std::find(out_.values_queries.begin(), out_.values_queries.end(), &v) !=
                    out_.values_queries.end())
                continue;
            if (!v.error.empty())
                throw config_error(v.error); // an entry without them would say that it has none
            out_.values_queries.push_back(&v);
            out_.rows = page_rows_with_values;
        }
    }

    void choose_columns(const selection& selection)
    {
        const auto add = [&](const std::string& name) {
            const column* c = kind_.find_column(name);
            if (c != nullptr &&
                std::find(out_.columns.begin(), out_.columns.end(), c) == out_.columns.end())
                out_.columns.push_back(c);
        };
        const auto add_at = [&](const std::string& name) -> std::optional<int> {
            add(name);
            const auto at = std::find_if(out_.columns.begin(), out_.columns.end(),
                                         [&](const column* c) { return c->name == name; });
            return at == out_.columns.end()
                       ? std::nullopt
                       : std::optional(static_cast<int>(at - out_.columns.begin()));
        };
        // * asks for the user attributes, + for the operational ones.
        const auto all_of = [&](attribute_id attribute) {
            return selection.all_user &&
                   (selection.all_operational || !mapping_.attributes[attribute].operational);
        };
        add(kind_.rdn().column);
        // It follows the name, as plan::names expects.
        if (const column* second = kind_.second_key(); second != nullptr && !one_place_)
            out_.second_key = add_at(second->name);
        if (!kind_.key_column.empty())
            out_.row_key = add_at(kind_.key_column);
        if (kind_.parent_kind)
            out_.parent = add_at(kind_.parent_column);
        for (const attribute_source& s : kind_.sources) {
            out_.chosen.push_back(s.required || all_of(s.attribute) ||
                                  std::find(selection.attributes.begin(),
                                            selection.attributes.end(),
                                            s.attribute) != selection.attributes.end());
            if (!out_.chosen.back())
                continue;
            if (!s.column.empty())
                add(s.column);
            for (const value_template& t : s.defaults)
                for (const auto& piece : t.pieces())
                    if (piece.column)
                        add(piece.text);
        }
        if (selection.password) {
            add(kind_.password_column);
            add(kind_.chain_column);
        }
        for (const values_query& v : kind_.values)
            if (all_of(v.attribute) || std::find(selection.fetched.begin(), selection.fetched.end(),
                                                 v.attribute) != selection.fetched.end())
                list_values(v.attribute);
    }

    // What only a lookup knows (the groups' members, with the four queries alone) is shown to
    // test_filter by a column for each value that the filter names.
    void mark_members(const filter& tree, const filter* answered, statement_budget& budget)
    {
        std::vector<const filter*> leaves;
        equalities(tree, leaves);
        for (const filter* leaf : leaves) {
            const lookup* lookup = compiler_.resolve(leaf->attribute).trusted_lookup();
            const bool listed = kind_.values_of(leaf->attribute) != nullptr;
            if (lookup == nullptr && !listed)
                continue;
            const auto value = asserted_value(mapping_, kind_, *leaf);
            if (!value)
                continue; // no entry has it
            if (lookup == nullptr)
                list_values(leaf->attribute);
            const bool placed = names_placed_entries(mapping_, kind_, leaf->attribute);
            const bool settled = answered != nullptr && leaf->attribute == answered->attribute &&
                                 leaf->value == answered->value && !placed;
            if (settled || lookup == nullptr || kind_.source_of(leaf->attribute) != nullptr)
                continue;
            const matching_rule rule =
                rule_of_values(mapping_, leaf->attribute, kind_.named_kind(leaf->attribute));
            const auto asked = parameter_of(*lookup, rule, *value);
            if (!asked) {
                if (rule != matching_rule::uuid && is_valid_utf8(*value) &&
                    holds(mapping_.characters.get(), *value) == held::unknown)
                    list_values(leaf->attribute);
                continue;
            }
            const std::string key = quote_identifier(kind_.row_key());
            const std::size_t bound = values_.values.size();
            std::string marked = "e." + key + " IN (SELECT m." + key + " FROM (" +
                                 lookup->query_for(*asked).with_parameter(values_.bind(*asked)) +
                                 ") AS m)";
            if (placed)
                marked = "(" + marked + " AND " + exists_at(*leaf) + ")";
            // Without a list of all values, nothing else shows these.
            if (!budget.pay(relations_in(marked)) && (listed || columns_of_marks_ >= most_marks)) {
                values_.values.resize(bound);
                list_values(leaf->attribute);
                continue;
            }
            out_.match_columns.push_back(
                {.attribute = leaf->attribute,
                 .value = *value,
                 .position = static_cast<int>(out_.columns.size() + columns_of_marks_++),
                 .above = placed ? leaf->above : place()});
            out_.requested_values.push_back({lookup, *asked});
            marks_ += ", " + marked;
        }
    }

    // That the entry exists that the value of a term names.
    std::string exists_at(const filter& equality)
    {
        const kind& target = mapping_.kinds[kind_.named_kind(equality.attribute)];
        filter named = filter::equals(target.rdn().attribute, equality.name);
        named.type = filter::node::entry_name;
        named.above = equality.above;
        const condition is = condition_compiler(mapping_, target, values_).compile(named);
        return "EXISTS (SELECT 1 FROM (" + target.list.text + ") AS e WHERE " +
               (is.type == condition::form::sql     ? is.sql
                : is.type == condition::form::never ? "false"
                                                    : "true") +
               ")";
    }

    static constexpr std::size_t most_marks = 16;

    const mapping& mapping_;
    const kind& kind_;
    const std::vector<requested_value>& refused_;
    const lookup* const only_; ///< null: the kind's own
    plan out_;
    postgres::statement values_;
    condition_compiler compiler_;
    std::string from_sql_;
    std::string visible_;    ///< the rows of it that the login filter does not hide
    bool one_place_ = false; ///< they are immediately below one entry
    bool one_name_ = false;  ///< the entries asked for have one and the same
    std::string marks_;
    std::size_t columns_of_marks_ = 0;
};

} // namespace

std::optional<plan> make_plan(const mapping& mapping, const kind& kind, const filter& tree,
                              const selection& selection,
                              const std::vector<requested_value>& refused, const lookup* only)
{
    const filter asked = simplified_for(kind, tree);
    if (asked.type == filter::node::constant && asked.constant == truth::no)
        return std::nullopt;
    if (kind.error.empty())
        return planner(mapping, kind, refused, only).run(tree, asked, selection);
    // Nothing is known of the rows, so that only the classes can tell that none of them is meant.
    postgres::statement unused;
    if (condition_compiler(mapping, kind, unused).compile(tree).type == condition::form::never)
        return std::nullopt;
    throw config_error(kind.error);
}

} // namespace pgsql::directory
