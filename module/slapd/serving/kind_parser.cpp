// kind_parser.cpp: parses the directives about kinds, queries and attributes into settings.
#include "slapd/serving/kind_parser.hpp"
#include "slapd/serving/directive_words.hpp"
#include "slapd/serving/directives.hpp"
#include "slapd/serving/kind_checks.hpp"
#include "slapd/serving/role_parser.hpp"
#include "slapd/serving/virtual_parser.hpp"
#include "slapd/serving/write_parser.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::kind_setting;
using directory::source_setting;
using words = directive_words;

class reader {
public:
    explicit reader(std::string_view domain, bool alone = false) : domain_(domain), alone_(alone) {}

    void check(std::string_view directive, const std::string& value)
    {
        for (const part& one : parts)
            if (directive == directives::table[one.directive].name())
                (this->*one.read)(value);
    }

    std::vector<kind_setting> run(const directives& directives)
    {
        for (const part& one : parts)
            for (const auto& text : directives.values_of(one.directive))
                (this->*one.read)(text);
        if (kinds_.empty())
            throw config_error(
                "pgsql-list is missing: a database needs at least one kind of entry, such as users");
        for (kind_setting& k : kinds_) {
            k.hide_denied = k.login_filter && directives.flag(directives::hide_denied);
            if (!k.list)
                throw config_error("pgsql-list (olcPgList) for " + k.name +
                                   " is missing: every kind needs the query that lists its rows");
            if (k.sources.empty() || k.classes.empty())
                throw config_error(
                    "pgsql-kind " + k.name +
                    ": kinds other than users and groups need rdn=<attribute> and class=<object class>,…");
            check_kind(k, kinds_, domain_);
        }
        return std::move(kinds_);
    }

private:
    // users and groups are defined implicitly by the first directive that names them, other kinds
    // only by pgsql-kind.
    kind_setting& kind_named(const std::string& name, const words& at, bool define = false)
    {
        for (kind_setting& k : kinds_)
            if (k.name == name)
                return k;
        if (auto known = directory::preset(name)) {
            if (name == "groups" && rfc2307bis())
                known->classes = {"top", "groupOfNames", "posixGroup"};
            return kinds_.emplace_back(std::move(*known));
        }
        if (!define && !alone_)
            at.fail(
                "unknown kind \"" + name +
                "\"; define kinds other than users and groups with pgsql-kind before they are used");
        kinds_.push_back({});
        kinds_.back().name = name;
        return kinds_.back();
    }

    static std::string canonical(const std::string& attribute, const words& at)
    {
        std::string error;
        const AttributeDescription* ad = find_attribute(attribute, error);
        if (ad == nullptr)
            at.fail("slapd's schema has no attribute \"" + attribute + "\" (" + error +
                    "); include the schema file that defines it");
        if (is_password(*ad) || ad->ad_type == slap_schema.si_ad_objectClass->ad_type)
            at.fail(attribute + " is not mapped from a column: " +
                    (is_password(*ad) ? "the password column is only used to check binds"
                                      : "object classes come from pgsql-kind"));
        return std::string(to_string_view(ad->ad_cname));
    }

    void read_kind(const std::string& text)
    {
        words in("pgsql-kind", text);
        kind_setting& k = kind_named(in.next("kind"), in, true);
        while (!in.rest().empty()) {
            const std::string option = in.next("option");
            const auto equals = option.find('=');
            const std::string name = option.substr(0, equals);
            const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
            if (value.empty())
                in.fail("\"" + option + "\" is not <option>=<value>");
            if (name == "container") {
                berval dn = to_berval(value);
                if (dnValidate(nullptr, &dn) != LDAP_SUCCESS)
                    in.fail("container=" + value +
                            " is not a DN relative to the suffix, such as ou=people");
                k.container_dn = value;
            } else if (name == "class") {
                k.classes = comma_separated(value);
            } else if (name == "rdn") {
                const std::string attribute = canonical(value, in);
                if (source_setting* known = k.find(attribute)) {
                    known->required = true;
                    std::rotate(k.sources.data(), known, known + 1); // the first source is the RDN
                } else {
                    k.sources.insert(
                        k.sources.begin(),
                        {.attribute = attribute, .column = attribute, .required = true});
                }
            } else if (name == "password") {
                k.password_column = value;
            } else if (name == "key") {
                k.key_column = value;
            } else if (name == "parent") {
                const auto colon = value.find(':');
                k.parent_kind = colon == std::string::npos ? k.name : value.substr(0, colon);
                k.parent_column = colon == std::string::npos ? value : value.substr(colon + 1);
                if (k.parent_kind.empty() || k.parent_column.empty())
                    in.fail("\"" + option + "\" is not parent=<column> or parent=<kind>:<column>");
            } else {
                in.fail("unknown option \"" + name +
                        "\"; known are container=, rdn=, class=, key=, parent= and password=");
            }
        }
    }

    static postgres::query_text query(words& in, int parameters,
                                      const std::string& text = "the query")
    {
        const std::string_view sql = in.rest();
        if (sql.empty())
            in.fail(text +
                    " is missing; write it on the same line, or on the next one after a space");
        try {
            auto out = postgres::parse_placeholders(sql);
            if (out.parameters != parameters)
                in.fail(text + " has " + std::to_string(out.parameters) + " parameters, " +
                        (parameters == 0   ? "but this one takes none"
                         : parameters == 1 ? "but this one takes exactly one (? or $1)"
                                           : "but it takes three: the new hash, the row's key and "
                                             "the current hash (? ? ? or $1 $2 $3)"));
            return out;
        } catch (const postgres::query_error& e) {
            std::string around(sql.substr(e.position, 20));
            in.fail(text + " cannot be parsed " + e.what() + " (near \"" + around + "\")");
        }
    }

    void read_list(const std::string& text)
    {
        words in("pgsql-list", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        if (k.list)
            in.fail("the kind already has a list query");
        k.list = query(in, 0);
    }

    void read_lookup(const std::string& text)
    {
        words in("pgsql-lookup", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        const std::string attribute = canonical(in.next("attribute"), in);
        for (const auto& known : k.lookups)
            if (known.attribute == attribute)
                in.fail("the kind already has a lookup by " + attribute);
        k.lookups.push_back({attribute, query(in, 1)});
    }

    void read_values(const std::string& text)
    {
        words in("pgsql-values", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        const std::string attribute = canonical(in.next("attribute"), in);
        for (const auto& known : k.values)
            if (known.attribute == attribute)
                in.fail("the kind already has a query for the values of " + attribute);
        k.values.push_back({attribute, query(in, 0)});
    }

    void read_login_filter(const std::string& text)
    {
        words in("pgsql-login-filter", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        if (k.login_filter)
            in.fail("the kind already has a login filter; join the conditions with AND");
        k.login_filter = query(in, 0, "the condition");
    }

    // Each ? is the name; :key is the key.
    void read_roles(const std::string& text)
    {
        words in("pgsql-roles", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        if (k.roles)
            in.fail("the kind already has a query for roles; join several with UNION ALL");
        const std::string_view sql = in.rest();
        try {
            directory::role_query out{postgres::parse_placeholders(sql)};
            if (out.query.parameters == 0) {
                auto named = postgres::parse_named_parameters(sql);
                if (named.names != std::vector<std::string>{"key"})
                    in.fail("the query has no parameter: ? is the name of the entry, :key its key");
                out = {std::move(named), true};
            }
            k.roles = std::move(out);
        } catch (const postgres::query_error& e) {
            in.fail(fmt::format("the query cannot be parsed {} (near \"{}\")", e.what(),
                                sql.substr(e.position, 20)));
        }
    }

    void read_virtual(const std::string& text)
    {
        words in("pgsql-virtual", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        directory::virtual_setting one{.attribute = canonical(in.next("attribute"), in)};
        for (const auto& known : k.virtuals)
            if (known.attribute == one.attribute)
                in.fail("the kind already has a query for unknown values of " + one.attribute);
        const std::string_view rest = in.rest();
        one.write = rest.substr(0, rest.find_first_of(" \t\n\r")) == "write";
        if (one.write)
            (void)in.next("word write");
        if (const std::string verb = to_lower(in.rest().substr(0, 6));
            one.write && !verb.empty() && verb != "select" && !verb.starts_with("with"))
            in.fail("expected a SELECT, of a function that registers the name");
        one.query = query(in, 1);
        k.virtuals.push_back(std::move(one));
    }

    void read_password_change(const std::string& text)
    {
        words in("pgsql-password-change", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        if (k.password_change)
            in.fail("the kind already has a password change");
        const std::string verb = to_lower(in.rest().substr(0, 4));
        if (!in.rest().empty() && verb != "upda" && verb != "with")
            in.fail("expected an UPDATE statement");
        k.password_change = query(in, 3, "the UPDATE");
    }

    static directory::write_setting& writes_of(kind_setting& k)
    {
        return k.writes ? *k.writes : k.writes.emplace();
    }

    void read_write(const std::string& text)
    {
        words in("pgsql-write", text);
        directory::write_setting& w = writes_of(kind_named(in.next("kind"), in));
        parse_write(in, w);
    }

    void read_column_value(const std::string& text)
    {
        words in("pgsql-column-value", text);
        directory::write_setting& w = writes_of(kind_named(in.next("kind"), in));
        const std::string column = in.next("column");
        for (const auto& known : w.constants)
            if (known.column == column)
                in.fail("the column already has a value");
        w.constants.push_back({column, parse_named_statement(in, false)});
    }

    template <directives::id directive, directory::write_operation what>
    void read_statement(const std::string& text)
    {
        const std::string name = directives::table[directive].name();
        words in(name.c_str(), text);
        directory::write_setting& w = writes_of(kind_named(in.next("kind"), in));
        if (!w.statements.emplace(what, parse_named_statement(in, false)).second)
            in.fail("the kind already has this statement");
    }

    template <directives::id directive,
              postgres::named_statement directory::values_statements::*which>
    void read_values_statement(const std::string& text)
    {
        const std::string name = directives::table[directive].name();
        words in(name.c_str(), text);
        directory::write_setting& w = writes_of(kind_named(in.next("kind"), in));
        auto& statement = w.values[canonical(in.next("attribute"), in)].*which;
        if (!statement.text.empty())
            in.fail("the attribute already has this statement");
        statement = parse_named_statement(in, true);
    }

    void read_attribute(const std::string& text)
    {
        words in("pgsql-attribute", text);
        kind_setting& k = kind_named(in.next("kind"), in);
        const std::string attribute = canonical(in.next("attribute"), in);
        source_setting* s = k.find(attribute);
        if (s == nullptr)
            s = &k.sources.emplace_back(source_setting{.attribute = attribute});
        bool defaults_given = false;
        while (!in.rest().empty()) {
            const std::string option = in.next("option");
            const auto equals = option.find('=');
            const std::string name = option.substr(0, equals);
            const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
            if (name == "column" && !value.empty()) {
                s->column = value;
                s->configured = true;
            } else if (name == "default" && equals != std::string::npos) {
                if (!defaults_given)
                    s->defaults.clear(); // configured defaults replace the preset's; an empty one
                                         // removes them
                defaults_given = true;
                if (value.empty())
                    continue;
                try {
                    (void)directory::value_template::parse(value, domain_);
                } catch (const std::invalid_argument& e) {
                    in.fail("default=" + value + ": " + e.what());
                }
                s->defaults.push_back(value);
            } else if (name == "compare" && value == "any") {
                s->compare = directory::comparison::any;
            } else if (name == "compare" && value == "lower") {
                s->compare = directory::comparison::lower;
            } else if (name == "compare" && value == "exact") {
                s->compare = directory::comparison::exact;
            } else {
                in.fail(
                    "\"" + option +
                    "\" is none of column=<column>, default=<template>, compare=any, compare=lower, compare=exact");
            }
        }
    }

    /// A directive and what reads its values.
    struct part {
        directives::id directive;
        void (reader::*read)(const std::string& value);
    };
    static const std::array<part, 17> parts; ///< in the order in which they are read

    std::string_view domain_;
    bool alone_; ///< a single value: kinds may be defined by other values
    std::vector<kind_setting> kinds_;
};

const std::array<reader::part, 17> reader::parts = {{
    {directives::kind, &reader::read_kind},
    {directives::list, &reader::read_list},
    {directives::lookup, &reader::read_lookup},
    {directives::values, &reader::read_values},
    {directives::attribute, &reader::read_attribute},
    {directives::login_filter, &reader::read_login_filter},
    {directives::password_change, &reader::read_password_change},
    {directives::roles, &reader::read_roles},
    {directives::virtual_, &reader::read_virtual},
    {directives::write, &reader::read_write},
    {directives::column_value, &reader::read_column_value},
    {directives::add_entry,
     &reader::read_statement<directives::add_entry, directory::write_operation::add>},
    {directives::modify_entry,
     &reader::read_statement<directives::modify_entry, directory::write_operation::modify>},
    {directives::rename_entry,
     &reader::read_statement<directives::rename_entry, directory::write_operation::rename>},
    {directives::delete_entry,
     &reader::read_statement<directives::delete_entry, directory::write_operation::remove>},
    {directives::add_values,
     &reader::read_values_statement<directives::add_values, &directory::values_statements::add>},
    {directives::delete_values,
     &reader::read_values_statement<directives::delete_values,
                                    &directory::values_statements::remove>},
}};

} // namespace

std::vector<kind_setting> read_kinds(const directives& directives, std::string_view domain)
{
    return reader(domain).run(directives);
}

void check_directive(std::string_view directive, const std::string& value)
{
    if (directive == directives::table[directives::role].name())
        (void)parse_role_rule(value);
    if (directive == directives::table[directives::virtual_names].name())
        check_virtual_names(value);
    if (directive == directives::table[directives::virtual_deny].name())
        check_virtual_deny(value);
    reader("", true).check(directive, value);
}

} // namespace pgsql::slapd
