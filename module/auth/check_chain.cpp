// check_chain.cpp: turns the names of checks into steps that a login goes through, one after the
// other, until one refuses.
#include "auth/check_chain.hpp"

#include <algorithm>
#include <stdexcept>

namespace pgsql::auth {

bool check_run::run()
{
    while (next_ < checks_.size()) {
        if (next_ > 0 && abandoned()) { // no telephone rings for a client that has left
            result_ = {decision::abandoned, "the client has left"};
            return true;
        }
        {
            const std::lock_guard lock(mutex_);
            state_ = state::asking;
            current_check_ = checks_[next_]->name();
        }
        checks_[next_]->start(request_, shared_from_this());
        {
            const std::lock_guard lock(mutex_);
            if (state_ == state::asking) {
                on_wait();
                state_ = state::waiting; // hear() waits for the lock: nothing happens before this
                return false;
            }
        }
        if (is_final())
            return true;
    }
    return true;
}

bool check_run::is_final()
{
    checks_[next_].reset(); // with whatever secret it checked
    return ++next_ == checks_.size() || result_.outcome != decision::accepted;
}

void check_run::complete(check_result result) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        result_ = std::move(result);
        if (state_ == state::asking) {
            state_ = state::answered; // run() goes on
            return;
        }
    }
    bool known = is_final();
    if (!known) {
        try {
            known = run();
        } catch (const std::exception& e) {
            result_ = {decision::unavailable, e.what()};
            known = true;
        }
    }
    if (known)
        on_finished();
}

std::vector<std::string> parse_check_chain(std::string_view text)
{
    constexpr std::string_view known[] = {"sql", "notification"};
    constexpr std::string_view blanks = " \t\r\n";
    std::vector<std::string> out;
    bool password = false;
    for (bool more = true; more;) {
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
        std::string name(text.substr(0, text.find_first_of(", \t\r\n")));
        text.remove_prefix(name.size());
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
        more = !text.empty();
        if (text.starts_with(','))
            text.remove_prefix(1); // a check has to follow
        std::transform(name.begin(), name.end(), name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        if (name.empty())
            throw std::invalid_argument("an empty name where a check is expected");
        if (std::find(std::begin(known), std::end(known), name) == std::end(known))
            throw std::invalid_argument("\"" + name.substr(0, 60) +
                                        "\" is no check; known are sql and notification");
        if (name == "sql")
            password = true;
        else if (std::find(out.begin(), out.end(), name) == out.end())
            out.push_back(std::move(name));
    }
    if (!password)
        throw std::invalid_argument("sql is missing: the password is always checked first, so that "
                                    "nobody else can make telephones ring");
    out.insert(out.begin(), "sql");
    return out;
}

} // namespace pgsql::auth
