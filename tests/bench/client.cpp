// client.cpp: sends a question over libldap and compares the reply with what it should be.
#include "client.hpp"

#include <algorithm>
#include <chrono>
#include <strings.h>

namespace bench {
namespace {

constexpr timeval patience = {60, 0};

struct free_message {
    void operator()(LDAPMessage* m) const noexcept { ldap_msgfree(m); }
};
using message = std::unique_ptr<LDAPMessage, free_message>;

struct free_values {
    void operator()(berval** v) const noexcept { ldap_value_free_len(v); }
};

class values {
public:
    values(LDAP* ld, LDAPMessage* entry, const std::string& attribute)
        : all_(ldap_get_values_len(ld, entry, attribute.c_str()))
    {}
    [[nodiscard]] int count() const { return all_ ? ldap_count_values_len(all_.get()) : 0; }
    [[nodiscard]] std::string first() const
    {
        return count() > 0 ? std::string(all_.get()[0]->bv_val, all_.get()[0]->bv_len) : "";
    }
    [[nodiscard]] bool hold(const std::string& wanted) const
    {
        for (int i = 0; i < count(); ++i)
            if (all_.get()[i]->bv_len == wanted.size() &&
                strncasecmp(all_.get()[i]->bv_val, wanted.data(), wanted.size()) == 0)
                return true;
        return false;
    }

private:
    std::unique_ptr<berval*, free_values> all_;
};

void expect_success(int code)
{
    if (code != LDAP_SUCCESS)
        throw wrong_reply(ldap_err2string(code), code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT ||
                                                     code == LDAP_CONNECT_ERROR);
}

void expect_entries(long seen, const question& q)
{
    if (seen != q.entries)
        throw wrong_reply(std::to_string(seen) + " entries, not " + std::to_string(q.entries));
}

void check(LDAP* ld, LDAPMessage* entry, const question& q, std::vector<std::string>& keys)
{
    const values named(ld, entry, q.key);
    const auto found = std::find(keys.begin(), keys.end(), named.first());
    if (named.count() != 1 || found == keys.end())
        throw wrong_reply(q.key + " \"" + named.first() + "\" was not asked for");
    keys.erase(found);
    for (const auto& [attribute, wanted] : q.holds)
        if (!values(ld, entry, attribute).hold(wanted))
            throw wrong_reply(attribute + " differs");
    if (!q.counted.empty())
        if (const int seen = values(ld, entry, q.counted).count(); seen != q.values)
            throw wrong_reply(std::to_string(seen) + " values of " + q.counted + ", not " +
                              std::to_string(q.values));
}

// libldap takes an array of C strings that it does not write to.
std::vector<char*> pointers(const std::vector<std::string>& names)
{
    std::vector<char*> out;
    for (const auto& name : names)
        out.push_back(const_cast<char*>(name.c_str()));
    out.push_back(nullptr);
    return out;
}

} // namespace

client::client(const std::string& uri)
{
    LDAP* ld = nullptr;
    expect_success(ldap_initialize(&ld, uri.c_str()));
    ld_.reset(ld);
    const int version = LDAP_VERSION3;
    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &patience);
    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &patience);
    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    expect_success(ldap_connect(ld));
}

void client::bind(const login& as)
{
    berval password = {as.password.size(), const_cast<char*>(as.password.data())};
    expect_success(ldap_sasl_bind_s(ld_.get(), as.dn.c_str(), LDAP_SASL_SIMPLE, &password, nullptr,
                                    nullptr, nullptr));
}

long client::search(const question& q)
{
    if (q.streamed)
        return stream(q);
    LDAP* const ld = ld_.get();
    auto attributes = pointers(q.attributes);
    LDAPMessage* all = nullptr;
    const int scope = q.scope == question::range::base ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE;
    const int code = ldap_search_ext_s(ld, q.base.c_str(), scope, q.filter.c_str(),
                                       q.attributes.empty() ? nullptr : attributes.data(), 0,
                                       nullptr, nullptr, nullptr, 0, &all);
    const message reply(all);
    expect_success(code);
    const int seen = ldap_count_entries(ld, all);
    expect_entries(seen, q);
    auto keys = q.keys;
    for (LDAPMessage* e = ldap_first_entry(ld, all); e != nullptr; e = ldap_next_entry(ld, e))
        check(ld, e, q, keys);
    return seen;
}

long client::stream(const question& q)
{
    LDAP* const ld = ld_.get();
    int id = 0;
    expect_success(ldap_search_ext(ld, q.base.c_str(), LDAP_SCOPE_SUBTREE, q.filter.c_str(),
                                   nullptr, 0, nullptr, nullptr, nullptr, 0, &id));
    for (long seen = 0;;) {
        timeval left = patience;
        LDAPMessage* next = nullptr;
        const int type = ldap_result(ld, id, LDAP_MSG_ONE, &left, &next);
        const message owned(next);
        if (type <= 0)
            throw wrong_reply(type == 0 ? "no reply in time" : "connection lost", true);
        if (type == LDAP_RES_SEARCH_ENTRY)
            ++seen;
        if (type != LDAP_RES_SEARCH_RESULT)
            continue;
        int code = LDAP_OTHER;
        expect_success(ldap_parse_result(ld, next, &code, nullptr, nullptr, nullptr, nullptr, 0));
        expect_success(code);
        expect_entries(seen, q);
        return seen;
    }
}

namespace {

struct free_control {
    void operator()(LDAPControl* c) const noexcept { ldap_control_free(c); }
};
struct free_controls {
    void operator()(LDAPControl** c) const noexcept { ldap_controls_free(c); }
};

std::string cookie_in(LDAP* ld, LDAPMessage* answer)
{
    int code = LDAP_OTHER;
    LDAPControl** found = nullptr;
    expect_success(ldap_parse_result(ld, answer, &code, nullptr, nullptr, nullptr, &found, 0));
    const std::unique_ptr<LDAPControl*, free_controls> controls(found);
    expect_success(code);
    LDAPControl* const page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, found, nullptr);
    ber_int_t estimate = 0;
    berval cookie{};
    if (page == nullptr || ldap_parse_pageresponse_control(ld, page, &estimate, &cookie) != 0)
        throw wrong_reply("no control of paged results in the answer");
    std::string out(cookie.bv_val != nullptr ? cookie.bv_val : "", cookie.bv_len);
    ber_memfree(cookie.bv_val);
    return out;
}

} // namespace

long client::search_pages(const question& q, double& seconds)
{
    LDAP* const ld = ld_.get();
    long seen = 0;
    std::string cookie;
    for (bool more = true; more;) {
        berval position = {cookie.size(), cookie.data()};
        LDAPControl* made = nullptr;
        expect_success(ldap_create_page_control(ld, q.page, &position, 0, &made));
        const std::unique_ptr<LDAPControl, free_control> control(made);
        LDAPControl* controls[] = {made, nullptr};
        LDAPMessage* all = nullptr;
        const auto begin = std::chrono::steady_clock::now();
        const int code = ldap_search_ext_s(ld, q.base.c_str(), LDAP_SCOPE_SUBTREE, q.filter.c_str(),
                                           nullptr, 0, controls, nullptr, nullptr, 0, &all);
        const message reply(all);
        expect_success(code);
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        seen += ldap_count_entries(ld, all);
        LDAPMessage* last = nullptr;
        for (LDAPMessage* m = ldap_first_message(ld, all); m != nullptr;
             m = ldap_next_message(ld, m))
            last = m;
        cookie = cookie_in(ld, last);
        more = !cookie.empty() && q.timed == question::part::last_page;
    }
    expect_entries(seen, q);
    return seen;
}

} // namespace bench
