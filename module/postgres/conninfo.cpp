// conninfo.cpp: parses and merges libpq connection strings.
#include "postgres/conninfo.hpp"

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <stdexcept>

namespace pgsql::postgres {
namespace {

struct free_options {
    void operator()(PQconninfoOption* conninfo_options) const noexcept
    {
        PQconninfoFree(conninfo_options);
    }
};
using options_ptr = std::unique_ptr<PQconninfoOption, free_options>;

std::map<std::string, std::string> values_of(const PQconninfoOption* conninfo_options)
{
    std::map<std::string, std::string> out;
    for (const PQconninfoOption* one = conninfo_options; one != nullptr && one->keyword != nullptr;
         ++one)
        if (one->val != nullptr && *one->val != '\0')
            out[one->keyword] = one->val;
    return out;
}

std::map<std::string, std::string> parse(const std::string& conninfo)
{
    char* why = nullptr;
    const options_ptr conninfo_options(PQconninfoParse(conninfo.c_str(), &why));
    const std::unique_ptr<char, void (*)(void*)> message(why, PQfreemem);
    if (conninfo_options == nullptr)
        throw std::invalid_argument(why != nullptr ? why : "out of memory");
    return values_of(conninfo_options.get());
}

} // namespace

std::string user_of(const std::string& conninfo)
{
    auto values = parse(conninfo);
    if (!values.contains("user"))
        values = values_of(options_ptr(PQconndefaults()).get());
    return values["user"];
}

std::string overridden(const std::string& conninfo, const std::string& by)
{
    auto values = parse(conninfo);
    const auto others = parse(by);
    if (others.contains("user"))
        for (const char* one : {"password", "passfile", "sslcert", "sslkey", "sslpassword"})
            values.erase(one);
    if (others.contains("host") || others.contains("hostaddr") || others.contains("service"))
        for (const char* one : {"host", "hostaddr", "port"})
            values.erase(one);
    for (const auto& [keyword, value] : others)
        values[keyword] = value;
    std::string out;
    for (const auto& [keyword, value] : values) {
        out += (out.empty() ? "" : " ") + keyword + "='";
        for (const char c : value)
            out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        out += "'";
    }
    return out;
}

} // namespace pgsql::postgres
