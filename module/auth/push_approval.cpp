// push_approval.cpp: approves logins by a prompt on the user's phone.
#include "auth/push_approval.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <map>

namespace pgsql::auth {
namespace {

using nlohmann::json;

// Delays before the retries of a request that could not be sent.
constexpr std::chrono::milliseconds pauses[] = {std::chrono::milliseconds(200),
                                                std::chrono::milliseconds(1000),
                                                std::chrono::milliseconds(2000)};

// Logins that arrive within this time share one announcement.
constexpr std::chrono::milliseconds announce_delay(250);

std::string seconds_text(double seconds)
{
    std::string out = std::to_string(seconds); // six decimal places
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

std::string prompt_json(const prompt_text& text)
{
    const std::string& name = text.request.name;
    const std::string& client = text.request.client;
    std::string message = (text.logins == 1 ? "A login" : std::to_string(text.logins) + " logins") +
                          " as " + name + " from " + client + ", " + utc(text.began, ' ') + " UTC.";
    if (text.other_logins > 0)
        message += " " + std::to_string(text.other_logins) + " more as " + name +
                   (text.other_logins == 1 ? " waits" : " wait") + " for another approval.";
    if (text.window > 0 && text.limit > 1)
        message += " Your answer counts for all logins as " + name + " from there within " +
                   seconds_text(text.window) + ", " + std::to_string(text.limit) + " at most.";
    const json body = {{"username", name},
                       {"title", "Login request"},
                       {"body", message + " Reject it unless it is you."},
                       {"actions",
                        {{{"icon", "approve"}, {"title", "Approve"}, {"callback", "approve"}},
                         {{"icon", "reject"}, {"title", "Reject"}, {"callback", "reject"}}}},
                       {"client", client},
                       {"time", utc(text.began, 'T') + "Z"},
                       {"logins", text.logins},
                       {"other_logins", text.other_logins},
                       {"share_seconds", text.window},
                       {"share_logins", text.window > 0 ? text.limit : 1}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

check_result parse_reply(long status, const std::string& body)
{
    if (status < 200 || status > 299)
        return {decision::unavailable,
                "the push endpoint returned HTTP status " + std::to_string(status)};
    const json reply = json::parse(body, nullptr, false);
    if (reply.is_discarded())
        return {decision::unavailable, "the push endpoint returned invalid JSON"};
    const auto action = reply.is_object() ? reply.find("action") : reply.end();
    if (action == reply.end() || !action->is_string())
        return {decision::refused, "the push endpoint returned no action"};
    if (action->get_ref<const std::string&>() == "approve")
        return {decision::accepted, "approved"};
    return {decision::refused, "not approved"};
}

std::string error_in_uri(const std::string& uri)
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
        return std::string("not a valid address: ") + curl_url_strerror(code);
    if (const std::string scheme = part(CURLUPART_SCHEME); scheme != "https" && scheme != "http")
        return "expected https:// or http://";
    return part(CURLUPART_HOST).empty() ? "the host is missing" : "";
}

push_approval::shared_prompt push_approval::shareable(const std::string& key,
                                                      const push_settings& settings,
                                                      clock::time_point now) const
{
    const auto at = std::find_if(open_.begin(), open_.end(), [&](const shared_prompt& p) {
        return p->key == key && now < p->expiry &&
               now - p->started < std::chrono::duration<double>(settings.window);
    });
    return at != open_.end() ? *at : nullptr;
}

std::string push_approval::acquire_slot(const push_settings& settings, const login_request& request,
                                        listeners& out)
{
    std::size_t all = 0;
    std::size_t user_slots = 0;
    for (const auto& p : open_) {
        all += p->slots();
        if (p->request.dn == request.dn)
            user_slots += p->slots();
    }
    if (user_slots >= settings.most_of_one)
        return std::to_string(user_slots) +
               " logins of this user already wait for approval (pgsql-push-per-user)";
    if (all >= settings.capacity && !evict_from_largest(network_of(request.client), out))
        return std::to_string(all) + " logins already wait for approval";
    return {};
}

bool push_approval::evict_from_largest(const std::string& network, listeners& out)
{
    std::map<std::string_view, std::size_t> slots;
    for (const auto& p : open_)
        slots[p->network] += p->slots();
    const auto largest =
        std::max_element(slots.begin(), slots.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (largest == slots.end() || largest->second <= slots[network] + 1)
        return false;
    const auto newest = std::find_if(open_.rbegin(), open_.rend(), [&](const shared_prompt& p) {
        return p->network == largest->first;
    });
    prompt& victim = **newest;
    if (!victim.waiting.empty()) {
        out.push_back(victim.waiting.back());
        victim.waiting.pop_back();
    }
    if (victim.waiting.empty()) {
        victim.ended = true;
        http_.cancel(victim.transfer);
        open_.erase(std::prev(newest.base()));
    }
    return true;
}

void push_approval::request(const std::shared_ptr<const push_settings>& settings,
                            const login_request& request,
                            std::shared_ptr<completion_handler> handler)
{
    const std::string key =
        settings->uri + '\n' + request.dn + '\n' + request.client + '\n' + request.credential;
    check_result problem{decision::unavailable, "the database is being closed"};
    listeners out;
    {
        const std::lock_guard lock(mutex_);
        const auto now = clock::now();
        const auto same = shareable(key, *settings, now);
        if (!closed_) {
            const bool has_slot = same != nullptr && same->waiting.empty();
            problem = {decision::busy, has_slot ? "" : acquire_slot(*settings, request, out)};
        }
        if (!closed_ && problem.reason.empty()) {
            auto shared = same;
            if (shared == nullptr) {
                shared = std::make_shared<prompt>(prompt{.key = key,
                                                         .settings = settings,
                                                         .request = request,
                                                         .network = network_of(request.client),
                                                         .started = now,
                                                         .expiry = in_seconds(settings->timeout),
                                                         .waiting = {},
                                                         .time = std::chrono::system_clock::now()});
                http_.run_after(settings->window > 0 ? announce_delay
                                                     : std::chrono::milliseconds(0),
                                [this, shared] { announce(shared); });
                open_.push_back(shared);
            }
            shared->waiting.push_back(std::move(handler));
        }
    }
    if (handler != nullptr)
        handler->complete(std::move(problem));
    for (const auto& one : out)
        one->complete({decision::busy, "the slot was given to a client address with fewer logins"});
}

// Clients that disconnect before the request is sent do not trigger a prompt.
void push_approval::announce(const shared_prompt& open)
{
    check_result problem{decision::unavailable, ""};
    try {
        const std::lock_guard lock(mutex_);
        if (open->ended)
            return;
        if (!open->waiting.empty())
            return begin_transfer(open);
        open->ended = true;
        std::erase(open_, open);
        return;
    } catch (const std::exception& e) {
        problem.reason = e.what();
    }
    end(open, problem);
}

void push_approval::begin_transfer(const shared_prompt& open)
{
    prompt_text text{.request = open->request,
                     .began = open->time,
                     .logins = open->waiting.size(),
                     .window = open->settings->window,
                     .limit = open->settings->most_of_one};
    for (const auto& p : open_)
        if (p != open && p->request.dn == open->request.dn)
            text.other_logins += p->waiting.size();
    ++open->attempts;
    open->transfer =
        http_.start({open->settings->uri, open->settings->ca, prompt_json(text), open->expiry},
                    [this, open](const http_result& result) { finished(open, result); });
}

bool push_approval::retry(const shared_prompt& open)
{
    if (open->attempts > std::size(pauses))
        return false;
    const auto pause = pauses[open->attempts - 1];
    if (clock::now() + pause >= open->expiry)
        return false;
    http_.run_after(pause, [this, open] { announce(open); });
    return true;
}

void push_approval::finished(const shared_prompt& open, const http_result& reply) noexcept
{
    check_result result{decision::unavailable, ""};
    try {
        switch (reply.outcome) {
        case http_result::outcome::answered:
            result = parse_reply(reply.status, reply.body);
            break;
        case http_result::outcome::late:
            result = {decision::refused,
                      "not approved within " + seconds_text(open->settings->timeout)};
            break;
        case http_result::outcome::unsent:
            if (retry(open))
                return;
            result.reason = "the push endpoint cannot be reached: " + reply.error;
            break;
        case http_result::outcome::failed:
            result.reason = "the push endpoint failed: " + reply.error;
            break;
        }
    } catch (const std::exception& e) {
        result = {decision::unavailable, e.what()};
    }
    end(open, result);
}

void push_approval::end(const shared_prompt& open, const check_result& result) noexcept
{
    listeners waiting;
    {
        const std::lock_guard lock(mutex_);
        open->ended = true;
        waiting.swap(open->waiting);
        std::erase(open_, open);
    }
    for (const auto& one : waiting)
        one->complete(result);
}

void push_approval::check_prompts()
{
    listeners departed;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& p : open_)
            std::erase_if(p->waiting, [&](const auto& one) {
                const bool has_left = one->abandoned();
                if (has_left)
                    departed.push_back(one);
                return has_left;
            });
        // A client that disconnects may return while the prompt is open, instead of triggering
        // another one.
        std::erase_if(open_, [&](const shared_prompt& p) {
            p->ended = p->waiting.empty() && clock::now() - p->started >=
                                                 std::chrono::duration<double>(p->settings->window);
            if (p->ended)
                http_.cancel(p->transfer);
            return p->ended;
        });
    }
    for (const auto& one : departed)
        one->complete({decision::abandoned, "the operation was abandoned"});
}

push_approval::open_load push_approval::load() const
{
    const std::lock_guard lock(mutex_);
    std::size_t logins = 0;
    for (const auto& p : open_)
        logins += p->waiting.size();
    return {open_.size(), logins};
}

void push_approval::close() noexcept
{
    std::vector<shared_prompt> ending;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        ending = open_;
    }
    http_.close();
    for (const auto& one : ending)
        end(one, {decision::unavailable, "the database was closed"});
}

} // namespace pgsql::auth
