// check_chain.cpp: runs the checks of a login in order until one refuses.
#include "auth/check_chain.hpp"

#include <algorithm>
#include <stdexcept>

namespace pgsql::auth {

bool check_run::run()
{
    while (next_ < checks_.size()) {
        if (next_ > 0 && abandoned()) { // no prompt for a client that has disconnected
            result_ = {decision::abandoned, "the operation was abandoned"};
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
                state_ = state::waiting; // complete() waits for the lock until here
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
    checks_[next_].reset(); // destroys the secret that it checked
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
    constexpr std::string_view spaces = " \t\r\n";
    std::vector<std::string> out;
    bool password = false;
    for (bool more = true; more;) {
        text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
        std::string name(text.substr(0, text.find_first_of(", \t\r\n")));
        text.remove_prefix(name.size());
        text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
        more = !text.empty();
        if (text.starts_with(','))
            text.remove_prefix(1); // a check must follow
        std::transform(name.begin(), name.end(), name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        if (name.empty())
            throw std::invalid_argument("empty check name");
        if (std::find(std::begin(known), std::end(known), name) == std::end(known))
            throw std::invalid_argument("unknown check \"" + name.substr(0, 60) +
                                        "\"; expected sql or notification");
        if (name == "sql")
            password = true;
        else if (std::find(out.begin(), out.end(), name) == out.end())
            out.push_back(std::move(name));
    }
    if (!password)
        throw std::invalid_argument("sql is missing: the password check comes first, so that only "
                                    "a user with the password can trigger a prompt");
    out.insert(out.begin(), "sql");
    return out;
}

} // namespace pgsql::auth
