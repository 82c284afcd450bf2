// push.cpp: the check of a chain that turns a login into a question on somebody's telephone, and
// the reply into an answer.
#include "push.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pgsql::login {
namespace {

using nlohmann::json;

// A request that did not get out is tried again this much later.
constexpr std::chrono::milliseconds pauses[] = {std::chrono::milliseconds(200),
                                                std::chrono::milliseconds(1000),
                                                std::chrono::milliseconds(2000)};

std::string in_words(double seconds)
{
    std::string out = std::to_string(seconds); // six digits behind the point
    out.erase(out.find_last_not_of('0') + 1);
    if (out.ends_with('.'))
        out.pop_back();
    return out + " s";
}

} // namespace

std::string prompt_for(const attempt& who)
{
    const json body = {{"username", who.name},
                       {"title", "Login request"},
                       {"body", "Somebody wants to log in as " + who.name + " from " + who.client +
                                    ". Reject it unless it is you."},
                       {"actions",
                        {{{"icon", "approve"}, {"title", "Approve"}, {"callback", "approve"}},
                         {{"icon", "reject"}, {"title", "Reject"}, {"callback", "reject"}}}}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

answer answer_in(long status, const std::string& body)
{
    if (status < 200 || status > 299)
        return {decision::unavailable,
                "the push endpoint answers HTTP status " + std::to_string(status)};
    const json reply = json::parse(body, nullptr, false);
    if (reply.is_discarded())
        return {decision::unavailable, "the push endpoint answers what is not JSON"};
    const auto action = reply.is_object() ? reply.find("action") : reply.end();
    if (action == reply.end() || !action->is_string())
        return {decision::refused, "the push endpoint answers without an action"};
    if (action->get_ref<const std::string&>() == "approve")
        return {decision::accepted, "approved"};
    return {decision::refused, "not approved"};
}

std::string problem_of_uri(const std::string& uri)
{
    struct url_delete {
        void operator()(CURLU* u) const noexcept { curl_url_cleanup(u); }
    };
    const std::unique_ptr<CURLU, url_delete> url(curl_url());
    const auto part = [&](CURLUPart which) {
        char* text = nullptr;
        std::string out;
        if (curl_url_get(url.get(), which, &text, 0) == CURLUE_OK)
            out = text;
        curl_free(text);
        return out;
    };
    if (url == nullptr)
        return "out of memory";
    if (const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, uri.c_str(), 0);
        code != CURLUE_OK)
        return std::string("not an address: ") + curl_url_strerror(code);
    if (const std::string scheme = part(CURLUPART_SCHEME); scheme != "https" && scheme != "http")
        return "neither https:// nor http://";
    return part(CURLUPART_HOST).empty() ? "there is no host in it" : "";
}

void push::ask(const std::shared_ptr<const push_settings>& how, const attempt& who,
               std::shared_ptr<listener> to)
{
    const std::string key = how->uri + '\n' + who.dn + '\n' + who.client;
    answer problem{decision::unavailable, "the database is being closed"};
    {
        const std::lock_guard lock(guard_);
        const auto now = clock::now();
        const auto same = std::find_if(open_.begin(), open_.end(), [&](const shared_prompt& p) {
            return p->key == key && now < p->until &&
                   now - p->began < std::chrono::duration<double>(how->window);
        });
        const bool room = waiting_ < how->most && (same != open_.end() || open_.size() < how->most);
        if (!closed_ && room && same != open_.end()) {
            (*same)->waiting.push_back(std::move(to));
            ++waiting_;
            return;
        }
        if (!closed_ && room) {
            const auto fresh = std::make_shared<prompt>(
                prompt{key, how, who, now, in_seconds(how->timeout), 0, 0, false, {}});
            send(fresh);
            fresh->waiting.push_back(std::move(to));
            open_.push_back(fresh);
            ++waiting_;
            return;
        }
        if (!closed_)
            problem = {decision::busy,
                       std::to_string(how->most) + " logins wait for approval already"};
    }
    to->hear(std::move(problem));
}

void push::send(const shared_prompt& which)
{
    ++which->attempts;
    which->transfer =
        background_.start({which->how->uri, which->how->ca, prompt_for(which->who), which->until},
                          [this, which](const http_result& how) { finished(which, how); });
}

bool push::try_again(const shared_prompt& which)
{
    if (which->attempts > std::size(pauses))
        return false;
    const auto pause = pauses[which->attempts - 1];
    if (clock::now() + pause >= which->until)
        return false;
    background_.after(pause, [this, which] {
        answer problem{decision::unavailable, ""};
        try {
            const std::lock_guard lock(guard_);
            if (!which->ended)
                send(which);
            return;
        } catch (const std::exception& e) {
            problem.reason = e.what();
        }
        end(which, problem);
    });
    return true;
}

void push::finished(const shared_prompt& which, const http_result& how) noexcept
{
    answer what{decision::unavailable, ""};
    try {
        switch (how.how) {
        case http_result::end::answered:
            what = answer_in(how.status, how.body);
            break;
        case http_result::end::late:
            what = {decision::refused, "nobody approved within " + in_words(which->how->timeout)};
            break;
        case http_result::end::unsent:
            if (try_again(which))
                return;
            what.reason = "the push endpoint cannot be reached: " + how.problem;
            break;
        case http_result::end::failed:
            what.reason = "the push endpoint failed: " + how.problem;
            break;
        }
    } catch (const std::exception& e) {
        what = {decision::unavailable, e.what()};
    }
    end(which, what);
}

void push::end(const shared_prompt& which, const answer& what) noexcept
{
    std::vector<std::shared_ptr<listener>> waiting;
    {
        const std::lock_guard lock(guard_);
        which->ended = true;
        waiting.swap(which->waiting);
        waiting_ -= waiting.size();
        std::erase(open_, which);
    }
    for (const auto& one : waiting)
        one->hear(what);
}

void push::look()
{
    std::vector<std::shared_ptr<listener>> left;
    {
        const std::lock_guard lock(guard_);
        for (const auto& p : open_)
            std::erase_if(p->waiting, [&](const auto& one) {
                const bool gone = one->gone();
                if (gone)
                    left.push_back(one);
                return gone;
            });
        waiting_ -= left.size();
        // Who has left may come back and find the prompt still open, instead of making another one.
        std::erase_if(open_, [&](const shared_prompt& p) {
            p->ended = p->waiting.empty() &&
                       clock::now() - p->began >= std::chrono::duration<double>(p->how->window);
            if (p->ended)
                background_.cancel(p->transfer);
            return p->ended;
        });
    }
    for (const auto& one : left)
        one->hear({decision::gone, "the client has left"});
}

push::open_load push::load() const
{
    const std::lock_guard lock(guard_);
    return {open_.size(), waiting_};
}

void push::close() noexcept
{
    std::vector<shared_prompt> ending;
    {
        const std::lock_guard lock(guard_);
        closed_ = true;
        ending = open_;
    }
    background_.close();
    for (const auto& one : ending)
        end(one, {decision::unavailable, "the database was closed"});
}

} // namespace pgsql::login
