// refusal.cpp: classifies libpq's messages of failed connection attempts: can a retry succeed?
#include "postgres/refusal.hpp"

#include "postgres/error.hpp"
#include "sql/statement.hpp"

#include <algorithm>
#include <array>

namespace pgsql::postgres {
namespace {

constexpr std::string_view no_hint;

struct known_state {
    std::string_view sqlstate;
    std::string_view hint;
};

// PostgreSQL manual, appendix A.
constexpr std::array known_states = {
    known_state{"28P01", "Check the user and the password in pgsql-uri."},
    known_state{"28000", "Check the user in pgsql-uri and the server's pg_hba.conf."},
    known_state{"3D000", "Check the database in pgsql-uri."},
    known_state{"42704", "Check options in pgsql-uri."},
    known_state{"22023", "Check options in pgsql-uri."},
};

struct known_words {
    std::string_view words;
    std::string_view hint;
};

// libpq (fe-connect.c, fe-auth.c, fe-secure-openssl.c) and OpenSSL have no codes for these errors,
// and PgBouncer uses one for all of its errors. slapd sets no locale, so the texts are in English.
constexpr std::array known_texts = {
    known_words{"certificate verify failed",
                "Add the CA of the server's certificate to sslrootcert in pgsql-uri."},
    known_words{"does not match host name",
                "Use the host name of the server's certificate in pgsql-uri."},
    known_words{"could not get server's host name", "sslmode=verify-full needs a host name."},
    known_words{"server does not support SSL",
                "Set ssl = on at the server, or change sslmode in pgsql-uri."},
    known_words{"root certificate file", "Check sslrootcert in pgsql-uri."},
    known_words{"certificate present, but not private key", "Check sslkey in pgsql-uri."},
    known_words{"private key file", "Check sslkey in pgsql-uri and the permissions of the file."},
    known_words{"certificate file", "Check sslcert in pgsql-uri and the permissions of the file."},
    known_words{"alert unknown ca", "The server does not trust the CA of sslcert."},
    known_words{"alert bad certificate", "The server refuses the certificate in sslcert."},
    known_words{"alert certificate", "The server refuses the certificate in sslcert."},
    known_words{"alert handshake failure", no_hint},
    known_words{"alert protocol version", no_hint},
    known_words{"unsupported protocol", no_hint},
    known_words{"wrong version number", no_hint},
    known_words{"received invalid response to SSL negotiation", "Check the port in pgsql-uri."},
    known_words{"expected authentication request from server", "Check the port in pgsql-uri."},
    known_words{"no password supplied", "Set the password in pgsql-uri or in a password file."},
    known_words{"password authentication failed", "Check the user and the password in pgsql-uri."},
    known_words{"SASL authentication failed", "Check the user and the password in pgsql-uri."},
    known_words{"no such user", "Check the user in pgsql-uri."},
    known_words{"no such database", "Check the database in pgsql-uri."},
    known_words{"login rejected", no_hint},
    known_words{"channel binding", no_hint},
    known_words{"authentication method", no_hint},
    // Before any connection attempt:
    known_words{"sslmode value", "Check sslmode in pgsql-uri."},
    known_words{"weak sslmode", "Check sslmode in pgsql-uri."},
    known_words{"invalid port number", "Check the port in pgsql-uri."},
    known_words{"invalid integer value", "Check pgsql-uri."},
    known_words{"could not match", "Check the hosts and ports in pgsql-uri."},
    known_words{"could not parse network address", "Check hostaddr in pgsql-uri."},
    known_words{"definition of service", "Check service in pgsql-uri."},
    known_words{"service file", "Check service in pgsql-uri."},
};

const known_words* words_in(std::string_view text)
{
    const auto* const at =
        std::find_if(known_texts.begin(), known_texts.end(), [&](const known_words& known) {
            return text.find(known.words) != std::string_view::npos;
        });
    return at != known_texts.end() ? at : nullptr;
}

std::string hint_for(std::string_view sqlstate, std::string_view text, const std::string& database,
                     const std::string& role)
{
    if (sqlstate == "42501")
        return "GRANT CONNECT ON DATABASE " + quote_identifier(database) + " TO " +
               quote_identifier(role) + ";";
    if (sqlstate == "55000")
        return "ALTER DATABASE " + quote_identifier(database) + " ALLOW_CONNECTIONS true;";
    for (const auto& known : known_states)
        if (known.sqlstate == sqlstate)
            return std::string(known.hint);
    const auto* const known = words_in(text);
    return std::string(known != nullptr ? known->hint : no_hint);
}

// With PQERRORS_VERBOSE: FATAL:  28P01: password authentication failed. The severity is in the
// server's language.
struct coded_text {
    std::size_t begin = std::string_view::npos; ///< of the code
    static constexpr std::size_t length = 5;
};

coded_text code_in(std::string_view text)
{
    constexpr std::string_view before = ":  ";
    constexpr std::string_view after = ": ";
    for (auto at = text.find(before); at != std::string_view::npos;
         at = text.find(before, at + 1)) {
        const auto begin = at + before.size();
        const auto code = text.substr(begin, coded_text::length);
        if (code.size() == coded_text::length &&
            std::all_of(code.begin(), code.end(),
                        [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }) &&
            text.substr(begin + code.size()).starts_with(after))
            return {begin};
    }
    return {};
}

} // namespace

std::string one_line(std::string_view message)
{
    std::string out(message);
    while (!out.empty() && (out.back() == '\n' || out.back() == ' '))
        out.pop_back();
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
            c = ' ';
    return out;
}

connection_failure read_failure(std::string_view message, std::string sqlstate,
                                const std::string& database, const std::string& role)
{
    connection_failure out;
    const bool by_words = sqlstate.empty() || sqlstate == "08P01";
    out.refused =
        cause_of(sqlstate) == error::cause::statement || (by_words && words_in(message) != nullptr);
    out.sqlstate = std::move(sqlstate);
    out.text = one_line(message);
    if (out.refused)
        if (const auto hint = hint_for(out.sqlstate, message, database, role); !hint.empty())
            out.text += " HINT:  " + hint;
    return out;
}

connection_failure read_failure(std::string_view message, const std::string& database,
                                const std::string& role)
{
    // libpq may have tried several addresses, or TLS and then no TLS: the last attempt decides.
    std::string text;
    std::string sqlstate;
    std::size_t last = 0;
    for (std::string_view left = message; !left.empty();) {
        const auto end = left.find('\n');
        std::string line(left.substr(0, end));
        left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
        if (line.starts_with("LOCATION:  "))
            continue;
        if (line.starts_with("connection to server ")) {
            last = text.size();
            sqlstate.clear();
        }
        if (const auto code = code_in(line);
            code.begin != std::string_view::npos && sqlstate.empty()) {
            sqlstate = line.substr(code.begin, coded_text::length);
            line.erase(code.begin, coded_text::length + 2);
        }
        text += line + '\n';
    }
    auto out =
        read_failure(std::string_view(text).substr(last), std::move(sqlstate), database, role);
    out.text = one_line(text.substr(0, last)) + (last > 0 ? " " : "") + out.text;
    return out;
}

} // namespace pgsql::postgres
