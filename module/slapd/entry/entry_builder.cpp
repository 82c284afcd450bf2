// entry_builder.cpp: builds slapd entries from rows.
#include "slapd/entry/entry_builder.hpp"

#include "slapd/core/entry_uuid.hpp"
#include "slapd/entry/copied_entry.hpp"
#include "slapd/entry/rdn.hpp"
#include "slapd/entry/row_position.hpp"

#include "query/column_condition.hpp"
#include "sql/array_literal.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

using normalizer = attribute_type::normalizer;

entry_builder::entry_builder(service& service, const resolved_mapping& mapping,
                             const directory::plan& plan, directory_tree& tree)
    : service_(service), mapping_(mapping), plan_(plan), tree_(tree),
      kind_id_(mapping.map.kinds.id_of(*plan.entry_kind)), shared_(mapping.shared[kind_id_])
{
    for (std::size_t i = 0; i < plan.entry_kind->sources.size(); ++i) {
        if (!plan.chosen[i])
            continue;
        const directory::attribute_source& s = plan.entry_kind->sources[i];
        const auto at = std::find_if(plan.columns.begin(), plan.columns.end(),
                                     [&](const auto* c) { return c->name == s.column; });
        const bool fetched = at != plan.columns.end();
        const auto type = fetched ? (*at)->type : directory::column_type::text;
        const attribute_type& t = mapping.types[s.attribute];
        sources_.push_back(
            {&s, t, t.description,
             fetched ? std::optional(static_cast<int>(at - plan.columns.begin())) : std::nullopt,
             directory::is_list(type),
             type == directory::column_type::bytea || type == directory::column_type::bytea_array});
    }
}

berval entry_builder::copy(std::string_view text)
{
    auto* out = static_cast<char*>(memory_.allocate(text.size() + 1));
    std::copy(text.begin(), text.end(), out);
    out[text.size()] = '\0';
    return {text.size(), out};
}

std::string_view entry_builder::decoded(std::string_view text)
{
    if (!text.starts_with("\\x"))
        return to_string_view(copy(text));
    const std::size_t size = (text.size() - 2) / 2;
    auto* out = static_cast<char*>(memory_.allocate(size + 1));
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>(digit(text[2 + 2 * i]) << 4 | digit(text[3 + 2 * i]));
    out[size] = '\0';
    return {out, size};
}

// From what identifies the row, so that it stays where the entry is renamed or moved.
void entry_builder::add_uuid(const value_source& what, const postgres::result& page, int row)
{
    const std::string_view ndn = to_string_view(entry_.e_nname);
    std::string name(ndn.substr(0, ndn.size() - directory::parent_of(ndn).size()));
    const auto key = plan_.row_key ? page.value(row, *plan_.row_key) : std::nullopt;
    if (key)
        name = *key;
    else if (plan_.parent)
        name += page.value(row, *plan_.parent).value_or("");
    auto* values = static_cast<berval*>(memory_.allocate(4 * sizeof(berval)));
    // A private group counts as a group, whichever statement returns it.
    const auto groups = plan_.entry_kind->yields_to_kind;
    const std::string& kind = groups ? mapping_.map.kinds[groups].name : plan_.entry_kind->name;
    const std::string text = entry_uuid(service_.suffix_ndn, kind, name);
    if (value(what.type, to_string_view(copy(text)), values[0], values[2])) {
        values[1] = values[3] = BER_BVNULL;
        append(what.description, values, values + 2, 1);
    }
}

bool entry_builder::value(const attribute_type& type, std::string_view text, berval& out,
                          berval& normalized)
{
    // Printable ASCII without superfluous spaces; special characters are harmless here.
    const bool plain =
        directory::needs_no_escaping(text) ||
        (!text.empty() && text.front() != ' ' && text.back() != ' ' &&
         text.find("  ") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    if (!type.valid(text, plain))
        return false;
    out = to_berval(text);
    switch (type.normalization) {
    case normalizer::none:
        normalized = out;
        return true;
    case normalizer::keep:
        normalized = out;
        if (plain)
            return true;
        break;
    case normalizer::fold:
        if (plain) {
            normalized = out;
            if (std::any_of(text.begin(), text.end(),
                            [](char c) { return c >= 'A' && c <= 'Z'; })) {
                normalized = copy(text);
                for (char* c = normalized.bv_val; *c != '\0'; ++c)
                    *c = static_cast<char>(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
            }
            return true;
        }
        break;
    case normalizer::slapds:
        break;
    }
    const AttributeType* at = type.description->ad_type;
    if (at->sat_syntax->ssyn_pretty != nullptr) {
        berval pretty{};
        if (at->sat_syntax->ssyn_pretty(at->sat_syntax, &out, &pretty, nullptr) != LDAP_SUCCESS)
            return false;
        out = copy(to_string_view(pretty));
        ch_free(pretty.bv_val);
    }
    berval n{};
    const auto usage =
        static_cast<slap_mask_t>(SLAP_MR_EQUALITY | SLAP_MR_VALUE_OF_ATTRIBUTE_SYNTAX);
    if (at->sat_equality->smr_normalize(usage, at->sat_syntax, at->sat_equality, &out, &n,
                                        nullptr) != LDAP_SUCCESS)
        return false;
    normalized = copy(to_string_view(n));
    ch_free(n.bv_val);
    return true;
}

void entry_builder::append(AttributeDescription* description, berval* values, berval* nvalues,
                           unsigned count)
{
    auto* a = static_cast<Attribute*>(memory_.allocate(sizeof(Attribute)));
    *a = {};
    a->a_desc = description;
    a->a_vals = values;
    a->a_nvals = nvalues;
    a->a_numvals = count;
    a->a_flags = SLAP_ATTR_DONT_FREE_DATA | SLAP_ATTR_DONT_FREE_VALS;
    *tail_ = a;
    tail_ = &a->a_next;
}

std::optional<std::string_view> entry_builder::column_value(const postgres::result& page, int row,
                                                            const std::string& wanted) const
{
    for (std::size_t i = 0; i < plan_.columns.size(); ++i)
        if (plan_.columns[i]->name == wanted)
            return page.value(row, static_cast<int>(i));
    return std::nullopt;
}

const directory::container* entry_builder::above(const directory::kind& kind,
                                                 std::string_view parent_key)
{
    if (parent_key.empty())
        return &service_.dn_tree().entries()[kind.parent];
    const auto id = tree_.at({{}, kind.parent_kind, std::string(parent_key)});
    return id ? &tree_.container(id) : nullptr;
}

bool entry_builder::dn_of(directory::kind_id kind, std::string_view value,
                          const directory::container& above, berval& dn, berval& ndn)
{
    const attribute_type& type = mapping_.types[mapping_.map.kinds[kind].rdn().attribute];
    auto named = make_rdn(type, value);
    if (!named)
        return false;
    dn = copy(named->pretty.append(1, ',').append(above.dn));
    ndn = copy(named->normalized.append(1, ',').append(above.ndn));
    return true;
}

void entry_builder::refuse(const attribute_type& type, std::string_view text, std::string_view key)
{
    const std::string_view attribute = to_string_view(type.description->ad_cname);
    service_.log({log_event::value_skipped, fmt::format("{} {}", plan_.entry_kind->name, attribute),
                  fmt::format("the value \"{}\" of \"{}\" breaks the syntax and is left out",
                              beginning_of(text), beginning_of(key))});
}

void entry_builder::add_several(const attribute_type& type, const std::vector<listed_value>& listed,
                                std::string_view key, directory::kind_id names_of)
{
    auto* values = static_cast<berval*>(memory_.allocate((listed.size() + 1) * 2 * sizeof(berval)));
    berval* nvalues = values + listed.size() + 1;
    unsigned count = 0;
    std::unordered_set<std::string_view> seen; // an attribute's values are a set (RFC 4512 §2.5.1)
    for (const auto& [text, parent_key] : listed) {
        const auto* const place =
            names_of ? above(mapping_.map.kinds[names_of], parent_key) : nullptr;
        if (names_of && place == nullptr)
            continue; // the row that it names has no entry
        if (text.empty() ||
            !(names_of ? dn_of(names_of, text, *place, values[count], nvalues[count])
                       : value(type, text, values[count], nvalues[count])))
            refuse(type, text, key);
        else if (seen.insert(to_string_view(nvalues[count])).second)
            ++count;
    }
    values[count] = nvalues[count] = BER_BVNULL;
    if (count > 0)
        append(type.description, values, type.normalization == normalizer::none ? values : nvalues,
               count);
}

bool entry_builder::value_of(const value_source& what, std::string_view text, berval& out,
                             berval& normalized)
{
    const auto named = what.source->named_kind; // whose entries are all in one container
    return named ? dn_of(named, text, *above(mapping_.map.kinds[named], ""), out, normalized)
                 : value(what.type, text, out, normalized);
}

// Other servers would not accept an entry without an attribute that its classes require, so that is
// always reported. Other omissions (an umlaut in gecos) are reported only on request.
void entry_builder::refuse_default(const value_source& what, std::string_view text,
                                   std::string_view key)
{
    if (!what.source->must && !service_.log_listener)
        return;
    const std::string_view attribute = to_string_view(what.description->ad_cname);
    service_.log({log_event::default_invalid,
                  fmt::format("{} {}", plan_.entry_kind->name, attribute),
                  fmt::format("the default \"{}\" of \"{}\" breaks the syntax", beginning_of(text),
                              beginning_of(key))});
}

bool entry_builder::add_default(const value_source& what, const postgres::result& page, int row,
                                berval& out, berval& normalized)
{
    for (const directory::value_template& t : what.source->defaults) {
        const auto made =
            t.expand([&](const std::string& column) { return column_value(page, row, column); });
        if (!made)
            continue;
        const berval kept = copy(*made);
        if (value_of(what, to_string_view(kept), out, normalized))
            return true;
        refuse_default(what, to_string_view(kept), page.value(row, 0).value_or(""));
        // A partial name in gecos is worse than none, for which clients use cn.
        if (!what.source->must)
            return false;
    }
    return false;
}

void entry_builder::add(const value_source& what, const postgres::result& page, int row)
{
    std::optional<std::string_view> text;
    if (what.column)
        text = page.value(row, *what.column);
    if (what.several && text) {
        std::vector<listed_value> kept;
        for (const auto& element : postgres::array_elements(*text))
            kept.push_back({what.bytes ? decoded(element) : to_string_view(copy(element))});
        add_several(what.type, kept, page.value(row, 0).value_or(""), what.source->named_kind);
        return;
    }
    if (what.source->generated_uuid)
        return add_uuid(what, page, row);
    if (text && what.bytes)
        text = decoded(*text);
    auto* values = static_cast<berval*>(memory_.allocate(4 * sizeof(berval)));
    if (!text || text->empty()) {
        if (!add_default(what, page, row, values[0], values[2]))
            return;
    } else if (!value_of(what, *text, values[0], values[2])) {
        return refuse(what.type, *text, page.value(row, 0).value_or(""));
    }
    values[1] = values[3] = BER_BVNULL;
    // Without a normalizer slapd expects one array for both.
    append(what.description, values,
           what.type.normalization == normalizer::none ? values : values + 2, 1);
}

void entry_builder::add_match_columns(const postgres::result& page, int row)
{
    for (const directory::match_column& m : plan_.match_columns) {
        if (m.position && page.value(row, *m.position).value_or("f") != "t")
            continue;
        const attribute_type& type = mapping_.types[m.attribute];
        Attribute* there = attr_find(entry_.e_attrs, type.description);
        const unsigned before = there != nullptr ? there->a_numvals : 0;
        auto* values = static_cast<berval*>(memory_.allocate((before + 2) * 2 * sizeof(berval)));
        berval* nvalues = values + before + 2;
        const auto named = plan_.entry_kind->named_kind(m.attribute);
        const auto* const place = named ? above(mapping_.map.kinds[named], m.above.key) : nullptr;
        if (named && place == nullptr)
            continue;
        if (!(named ? dn_of(named, m.value, *place, values[before], nvalues[before])
                    : value(type, to_string_view(copy(m.value)), values[before], nvalues[before])))
            continue;
        if (there == nullptr) {
            values[1] = nvalues[1] = BER_BVNULL;
            append(type.description, values, nvalues, 1);
            continue;
        }
        if (std::any_of(there->a_nvals, there->a_nvals + before, [&](const berval& n) {
                return to_string_view(n) == to_string_view(nvalues[before]);
            }))
            continue;
        std::copy_n(there->a_vals, before, values);
        std::copy_n(there->a_nvals, before, nvalues);
        values[before + 1] = nvalues[before + 1] = BER_BVNULL;
        there->a_vals = values;
        there->a_nvals = nvalues;
        there->a_numvals = before + 1;
    }
}

// Of a row that may log in with its password alone.
void entry_builder::add_password(const postgres::result& page, int row)
{
    const directory::kind& k = *plan_.entry_kind;
    if (k.password_column.empty() ||
        (plan_.login_allowed && page.value(row, *plan_.login_allowed).value_or("f") != "t"))
        return;
    const std::string checks(
        k.chain_column.empty() ? "" : column_value(page, row, k.chain_column).value_or(""));
    if (checks.empty() ? service_.check_chain.size() > 1
                       : checks.find("notification") != std::string::npos)
        return;
    // A replica does not know this day, which passes without a change of the row.
    for (const Attribute* a = entry_.e_attrs; a != nullptr; a = a->a_next)
        if (to_lower(to_string_view(a->a_desc->ad_cname)) == "shadowexpire" &&
            !to_string_view(a->a_vals[0]).starts_with('-'))
            return;
    const std::string text =
        copied_password(column_value(page, row, k.password_column).value_or(""));
    if (text.empty())
        return;
    auto* values = static_cast<berval*>(memory_.allocate(2 * sizeof(berval)));
    values[0] = copy(text);
    values[1] = BER_BVNULL;
    append(slap_schema.si_ad_userPassword, values, values, 1);
}

std::string entry_builder::normalized_name(std::string_view name)
{
    berval shown{};
    berval normalized{};
    memory_.release();
    const attribute_type& type = mapping_.types[plan_.entry_kind->rdn().attribute];
    return std::string(value(type, name, shown, normalized) ? to_string_view(normalized) : name);
}

Entry* entry_builder::build(const postgres::result& page, int row, const page_values& values)
{
    const std::string_view key = page.value(row, 0).value_or("");
    const auto skip = [&](const std::string& error) {
        service_.log({log_event::row_skipped, fmt::format("{}: {}", plan_.entry_kind->name, error),
                      "", fmt::format("the row \"{}\" is skipped", beginning_of(key))});
        return nullptr;
    };
    memory_.release();
    entry_ = {};
    entry_.e_id = 1; // arbitrary: unused, but NOID means "no entry"
    if (key.find_first_not_of(' ') == std::string_view::npos)
        return skip("its " + plan_.entry_kind->rdn().column +
                    " is NULL or has only spaces, so it has no name");
    const auto* const place =
        above(*plan_.entry_kind, plan_.parent ? page.value(row, *plan_.parent).value_or("") : "");
    if (place == nullptr)
        return skip("no entry has the key in its " + plan_.entry_kind->parent_column);
    if (!dn_of(kind_id_, key, *place, entry_.e_name, entry_.e_nname))
        return skip("its " + plan_.entry_kind->rdn().column + " cannot be a DN's value");
    // Values shared by all entries of the kind are not copied.
    tail_ = &entry_.e_attrs;
    for (const Attribute* a = shared_.holder->e_attrs; a != nullptr; a = a->a_next)
        append(a->a_desc, a->a_vals, a->a_nvals, a->a_numvals);
    for (const value_source& p : sources_) {
        Attribute** const before = tail_;
        add(p, page, row);
        if (p.source->required && tail_ == before)
            return skip("it has no " + std::string(to_string_view(p.description->ad_cname)) +
                        " (column " + p.source->column + ")");
    }
    const std::string_view row_key = key_of(plan_, page, row).value_or("");
    for (const attribute_values& listed : values)
        if (const auto mine = listed.by_key.find(row_key); mine != listed.by_key.end()) {
            std::vector<listed_value> all = mine->second;
            if (listed.query->is_bytea)
                for (listed_value& one : all)
                    one.text = decoded(one.text);
            add_several(mapping_.types[listed.query->attribute], all, key,
                        listed.query->named_kind);
        }
    add_match_columns(page, row);
    if (plan_.shows_password)
        add_password(page, row);
    return &entry_;
}

} // namespace pgsql::slapd
