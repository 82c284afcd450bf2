// write_parser.cpp: parses what pgsql-write and the statements that write entries say.
#include "slapd/serving/write_parser.hpp"

#include "slapd/core/schema.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

directory::write_operation operation_named(directive_words& in, const std::string& name)
{
    using enum directory::write_operation;
    if (name == "add")
        return add;
    if (name == "modify")
        return modify;
    if (name == "rename")
        return rename;
    if (name == "delete")
        return remove;
    in.fail(fmt::format("operations={}: it is none of add, modify, rename and delete", name));
}

void check_name(directive_words& in, const std::string& name, bool values)
{
    if (name == "key" || name == "dn" || name == "actor" || name == "parent" ||
        (values && name == "values"))
        return;
    const bool old = name.starts_with("old.");
    std::string error;
    const AttributeDescription* ad = find_attribute(old ? name.substr(4) : name, error);
    if (ad == nullptr)
        in.fail(fmt::format(
            "the parameter :{} is neither an attribute of slapd's schema nor {}", name,
            values ? ":key, :parent, :dn, :actor or :values" : ":key, :parent, :dn or :actor"));
    if (old && is_password(*ad))
        in.fail(fmt::format("the parameter :{} is not available: hashes are not read", name));
}

} // namespace

void parse_write(directive_words& in, directory::write_setting& out)
{
    if (out.mentioned)
        in.fail("the kind already has this directive");
    out.mentioned = !in.rest().empty();
    while (!in.rest().empty()) {
        const std::string option = in.next("option");
        const auto values = comma_separated(option.substr(option.find('=') + 1));
        if (option.starts_with("operations=")) {
            for (const auto& name : values)
                out.derived.insert(operation_named(in, name));
        } else if (option.starts_with("accept=")) {
            try {
                (void)closure(values);
            } catch (const std::invalid_argument& e) {
                in.fail(std::string("accept=: ") + e.what());
            }
            out.accepted_classes = values;
        } else if (option.starts_with("ignore=")) {
            for (const auto& name : values)
                if (std::string error; find_attribute(name, error) == nullptr)
                    in.fail(fmt::format("ignore={}: slapd's schema has no such attribute", name));
            out.ignored_attributes = values;
        } else if (option == "memberships=strict" || option == "memberships=idempotent") {
            out.strict_memberships = option == "memberships=strict";
        } else if (option.starts_with("magic-number=")) {
            out.magic_number = values.front();
            if (values.front().find_first_not_of("0123456789") != std::string::npos ||
                values.front().empty())
                in.fail(option + ": expected a number");
        } else {
            in.fail("\"" + option +
                    "\" is none of operations=<operation>,…, accept=<object class>,…, "
                    "ignore=<attribute>,…, magic-number=<number> and "
                    "memberships=strict (or idempotent)");
        }
    }
    if (!out.mentioned)
        in.fail("an option is missing, such as operations=add,modify,rename,delete");
}

postgres::named_statement parse_named_statement(directive_words& in, bool values)
{
    const std::string_view sql = in.rest();
    if (sql.empty())
        in.fail("the statement is missing");
    try {
        auto out = postgres::parse_named_parameters(sql);
        for (const std::string& name : out.names)
            check_name(in, name, values);
        if (values && std::find(out.names.begin(), out.names.end(), "values") == out.names.end())
            in.fail("the statement has no :values, the array of values to add or delete");
        return out;
    } catch (const postgres::query_error& e) {
        in.fail(fmt::format("the statement cannot be parsed {} (near \"{}\")", e.what(),
                            sql.substr(e.position, 20)));
    }
}

} // namespace pgsql::slapd
