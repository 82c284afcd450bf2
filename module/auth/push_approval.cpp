// push_approval.cpp: the check of a chain that turns a login into a question on somebody's
// telephone, and the reply into an answer.
#include "auth/push_approval.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <map>

namespace pgsql::login {
namespace {

using nlohmann::json;

// A request that did not get out is tried again this much later.
constexpr std::chrono::milliseconds pauses[] = {std::chrono::milliseconds(200),
                                                std::chrono::milliseconds(1000),
                                                std::chrono::milliseconds(2000)};

// Logins that come together are told of together.
constexpr std::chrono::milliseconds gathering(250);

std::string in_words(double seconds)
{
    std::string out = std::to_string(seconds); // six digits behind the point
    out.erase(out.find_last_not_of('0') + 1);
    if (out.ends_with('.'))
        out.pop_back();
    return out + " s";
}

std::string utc(std::chrono::system_clock::time_point when, char between)
{
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    char out[sizeof "2026-01-31 23:59:59"];
    (void)std::strftime(out, sizeof out, "%F %T", gmtime_r(&seconds, &parts));
    out[10] = between;
    return out;
}

} // namespace

std::string prompt_for(const prompt_text& what)
{
    const std::string& name = what.who.name;
    const std::string& client = what.who.client;
    std::string words = (what.logins == 1 ? "A login" : std::to_string(what.logins) + " logins") +
                        " as " + name + " from " + client + ", " + utc(what.began, ' ') + " UTC.";
    if (what.others > 0)
        words += " " + std::to_string(what.others) + " more as " + name +
                 (what.others == 1 ? " waits" : " wait") + " for another approval.";
    if (what.window > 0 && what.most > 1)
        words += " Your answer counts for all logins as " + name + " from there within " +
                 in_words(what.window) + ", " + std::to_string(what.most) + " at most.";
    const json body = {{"username", name},
                       {"title", "Login request"},
                       {"body", words + " Reject it unless it is you."},
                       {"actions",
                        {{{"icon", "approve"}, {"title", "Approve"}, {"callback", "approve"}},
                         {{"icon", "reject"}, {"title", "Reject"}, {"callback", "reject"}}}},
                       {"client", client},
                       {"time", utc(what.began, 'T') + "Z"},
                       {"logins", what.logins},
                       {"other_logins", what.others},
                       {"share_seconds", what.window},
                       {"share_logins", what.window > 0 ? what.most : 1}};
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

push::shared_prompt push::shareable(const std::string& key, const push_settings& how,
                                    clock::time_point now) const
{
    const auto at = std::find_if(open_.begin(), open_.end(), [&](const shared_prompt& p) {
        return p->key == key && now < p->until &&
               now - p->began < std::chrono::duration<double>(how.window);
    });
    return at != open_.end() ? *at : nullptr;
}

std::string push::take_place(const push_settings& how, const attempt& who, listeners& out)
{
    std::size_t all = 0;
    std::size_t of_user = 0;
    for (const auto& p : open_) {
        all += p->places();
        if (p->who.dn == who.dn)
            of_user += p->places();
    }
    if (of_user >= how.most_of_one)
        return std::to_string(of_user) +
               " logins of this user wait for approval already (pgsql-push-per-user)";
    if (all >= how.most && !take_from_largest(network_of(who.client), out))
        return std::to_string(all) + " logins wait for approval already";
    return {};
}

bool push::take_from_largest(const std::string& network, listeners& out)
{
    std::map<std::string_view, std::size_t> places;
    for (const auto& p : open_)
        places[p->network] += p->places();
    const auto largest =
        std::max_element(places.begin(), places.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (largest == places.end() || largest->second <= places[network] + 1)
        return false;
    const auto newest = std::find_if(open_.rbegin(), open_.rend(), [&](const shared_prompt& p) {
        return p->network == largest->first;
    });
    prompt& from = **newest;
    if (!from.waiting.empty()) {
        out.push_back(from.waiting.back());
        from.waiting.pop_back();
    }
    if (from.waiting.empty()) {
        from.ended = true;
        background_.cancel(from.transfer);
        open_.erase(std::prev(newest.base()));
    }
    return true;
}

void push::ask(const std::shared_ptr<const push_settings>& how, const attempt& who,
               std::shared_ptr<listener> to)
{
    const std::string key = how->uri + '\n' + who.dn + '\n' + who.client;
    answer problem{decision::unavailable, "the database is being closed"};
    listeners out;
    {
        const std::lock_guard lock(guard_);
        const auto now = clock::now();
        const auto same = shareable(key, *how, now);
        if (!closed_) {
            const bool has_place = same != nullptr && same->waiting.empty();
            problem = {decision::busy, has_place ? "" : take_place(*how, who, out)};
        }
        if (!closed_ && problem.reason.empty()) {
            auto shared = same;
            if (shared == nullptr) {
                shared = std::make_shared<prompt>(prompt{.key = key,
                                                         .how = how,
                                                         .who = who,
                                                         .network = network_of(who.client),
                                                         .began = now,
                                                         .until = in_seconds(how->timeout),
                                                         .waiting = {},
                                                         .time = std::chrono::system_clock::now()});
                background_.after(how->window > 0 ? gathering : std::chrono::milliseconds(0),
                                  [this, shared] { announce(shared); });
                open_.push_back(shared);
            }
            shared->waiting.push_back(std::move(to));
        }
    }
    if (to != nullptr)
        to->hear(std::move(problem));
    for (const auto& one : out)
        one->hear({decision::busy, "a client address with fewer logins needed the place"});
}

// Who has left before the endpoint was asked does not make a telephone ring.
void push::announce(const shared_prompt& which)
{
    answer problem{decision::unavailable, ""};
    try {
        const std::lock_guard lock(guard_);
        if (which->ended)
            return;
        if (!which->waiting.empty())
            return begin_transfer(which);
        which->ended = true;
        std::erase(open_, which);
        return;
    } catch (const std::exception& e) {
        problem.reason = e.what();
    }
    end(which, problem);
}

void push::begin_transfer(const shared_prompt& which)
{
    prompt_text text{.who = which->who,
                     .began = which->time,
                     .logins = which->waiting.size(),
                     .window = which->how->window,
                     .most = which->how->most_of_one};
    for (const auto& p : open_)
        if (p != which && p->who.dn == which->who.dn)
            text.others += p->waiting.size();
    ++which->attempts;
    which->transfer =
        background_.start({which->how->uri, which->how->ca, prompt_for(text), which->until},
                          [this, which](const http_result& how) { finished(which, how); });
}

bool push::try_again(const shared_prompt& which)
{
    if (which->attempts > std::size(pauses))
        return false;
    const auto pause = pauses[which->attempts - 1];
    if (clock::now() + pause >= which->until)
        return false;
    background_.after(pause, [this, which] { announce(which); });
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
    listeners waiting;
    {
        const std::lock_guard lock(guard_);
        which->ended = true;
        waiting.swap(which->waiting);
        std::erase(open_, which);
    }
    for (const auto& one : waiting)
        one->hear(what);
}

void push::look()
{
    listeners left;
    {
        const std::lock_guard lock(guard_);
        for (const auto& p : open_)
            std::erase_if(p->waiting, [&](const auto& one) {
                const bool gone = one->gone();
                if (gone)
                    left.push_back(one);
                return gone;
            });
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
    std::size_t logins = 0;
    for (const auto& p : open_)
        logins += p->waiting.size();
    return {open_.size(), logins};
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
