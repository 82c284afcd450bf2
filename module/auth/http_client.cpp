// http_client.cpp: sends concurrent HTTP requests and runs timers in one thread.
#include "auth/http_client.hpp"

#include "base/thread.hpp"

#include <array>
#include <stdexcept>

namespace pgsql::auth {
namespace {

// A valid response has some dozens of bytes.
constexpr std::size_t max_response_bytes = 64 * 1024;
// One connection attempt, including name resolution and TLS; leaves time for another one.
constexpr long connect_milliseconds = 5000;
constexpr int tick_milliseconds = 1000;

struct easy_delete {
    void operator()(CURL* e) const noexcept { curl_easy_cleanup(e); }
};
struct list_delete {
    void operator()(curl_slist* l) const noexcept { curl_slist_free_all(l); }
};

} // namespace

struct http_client::transfer {
    transfer(http_request wanted, std::function<void(http_result)> handler);
    [[nodiscard]] http_result result_of(CURLcode code) const;

    const http_request request;
    std::function<void(http_result)> on_done;
    std::unique_ptr<curl_slist, list_delete> headers;
    std::unique_ptr<CURL, easy_delete> easy;
    std::array<char, CURL_ERROR_SIZE> error{};
    std::string body;
    std::size_t received = 0;
    bool too_long = false;

private:
    static std::size_t receive(char* bytes, std::size_t size, std::size_t count,
                               void* userdata) noexcept;
    static std::size_t count_header(char*, std::size_t size, std::size_t count,
                                    void* userdata) noexcept;
};

http_client::transfer::transfer(http_request wanted, std::function<void(http_result)> handler)
    : request(std::move(wanted)), on_done(std::move(handler)),
      headers(curl_slist_append(nullptr, "Content-Type: application/json")), easy(curl_easy_init())
{
    if (easy == nullptr || headers == nullptr)
        throw std::bad_alloc();
    const auto set = [&](CURLoption option, auto value) {
        if (curl_easy_setopt(easy.get(), option, value) != CURLE_OK)
            throw std::runtime_error("libcurl rejects option " + std::to_string(option));
    };
    set(CURLOPT_URL, request.uri.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https"); // redirects are not followed by default
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request.body.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_USERAGENT, "back-pgsql");
    if (!request.ca.empty())
        set(CURLOPT_CAINFO, request.ca.c_str());
    // On a connection used before, libcurl repeats a request by itself when the server closes it
    // without an answer (Curl_retry_request): a second prompt on the user's phone.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_NOSIGNAL, 1L);   // signals belong to slapd
    set(CURLOPT_QUICK_EXIT, 1L); // an unresponsive name server must not delay slapd's shutdown
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(1, milliseconds_until(request.expiry))));
    set(CURLOPT_CONNECTTIMEOUT_MS, connect_milliseconds);
    set(CURLOPT_BUFFERSIZE, 4096L);
    set(CURLOPT_ERRORBUFFER, error.data());
    set(CURLOPT_WRITEFUNCTION, &transfer::receive);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &transfer::count_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_PRIVATE, this);
}

std::size_t http_client::transfer::receive(char* bytes, std::size_t size, std::size_t count,
                                           void* userdata) noexcept
{
    auto& self = *static_cast<transfer*>(userdata);
    const std::size_t counted = count_header(bytes, size, count, userdata);
    try {
        if (counted == size * count)
            self.body.append(bytes, counted);
        return counted;
    } catch (const std::bad_alloc&) {
        return 0; // libcurl aborts the transfer
    }
}

std::size_t http_client::transfer::count_header(char*, std::size_t size, std::size_t count,
                                                void* userdata) noexcept
{
    auto& self = *static_cast<transfer*>(userdata);
    self.received += size * count;
    self.too_long = self.received > max_response_bytes;
    return self.too_long ? 0 : size * count;
}

http_result http_client::transfer::result_of(CURLcode code) const
{
    http_result out;
    long sent = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &out.status);
    curl_easy_getinfo(easy.get(), CURLINFO_REQUEST_SIZE, &sent);
    if (code != CURLE_OK)
        out.error = too_long           ? "the response is larger than 64 KiB"
                    : error[0] != '\0' ? error.data()
                                       : curl_easy_strerror(code);
    // A retry does not help with a bad certificate.
    const bool hopeless =
        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    if (code != CURLE_OK && sent == 0)
        out.outcome = hopeless ? http_result::outcome::failed : http_result::outcome::unsent;
    else if (code == CURLE_OPERATION_TIMEDOUT || clock::now() >= request.expiry)
        out.outcome = http_result::outcome::late; // also a response received after the deadline
    else if (code != CURLE_OK)
        out.outcome = http_result::outcome::failed;
    else {
        out.outcome = http_result::outcome::answered;
        out.body = body;
    }
    return out;
}

http_client::http_client(std::function<void()> on_tick) : on_tick_(std::move(on_tick)) {}

http_client::~http_client() { close(); }

void http_client::begin()
{
    if (thread_.joinable())
        return;
    if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
        throw std::runtime_error(std::string("libcurl cannot start: ") + curl_easy_strerror(code));
    multi_.reset(curl_multi_init());
    if (multi_ == nullptr)
        throw std::bad_alloc();
    thread_ = postgres::start_thread([this] { run(); });
}

std::uint64_t http_client::start(http_request request, std::function<void(http_result)> done)
{
    const std::lock_guard lock(mutex_);
    if (closing_)
        throw std::runtime_error("the database is being closed");
    begin();
    queued_.emplace(++last_, std::make_unique<transfer>(std::move(request), std::move(done)));
    curl_multi_wakeup(multi_.get());
    return last_;
}

void http_client::ensure_started()
{
    const std::lock_guard lock(mutex_);
    if (!closing_)
        begin();
}

void http_client::cancel(std::uint64_t number)
{
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(number);
    curl_multi_wakeup(multi_.get());
}

void http_client::run_after(std::chrono::milliseconds delay, std::function<void()> task)
{
    const std::lock_guard lock(mutex_);
    if (closing_)
        return;
    begin();
    timers_.emplace(clock::now() + delay, std::move(task));
    curl_multi_wakeup(multi_.get());
}

void http_client::wake() noexcept
{
    const std::lock_guard lock(mutex_);
    tick_requested_ = true;
    if (thread_.joinable())
        curl_multi_wakeup(multi_.get());
}

void http_client::close() noexcept
{
    std::thread ending;
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        ending = std::move(thread_);
        if (ending.joinable())
            curl_multi_wakeup(multi_.get());
    }
    if (ending.joinable())
        ending.join();
    // Destroys pending work: it may hold references to the owner of this object.
    decltype(queued_) orders;
    decltype(timers_) tasks;
    const std::lock_guard lock(mutex_);
    orders.swap(queued_);
    tasks.swap(timers_);
}

void http_client::process_queue()
{
    std::map<std::uint64_t, std::unique_ptr<transfer>> added;
    std::vector<std::uint64_t> cancelled;
    {
        const std::lock_guard lock(mutex_);
        added.swap(queued_);
        cancelled.swap(cancelled_);
    }
    for (auto& [number, entry] : added) {
        if (curl_multi_add_handle(multi_.get(), entry->easy.get()) == CURLM_OK)
            active_.emplace(number, std::move(entry));
        else
            entry->on_done({http_result::outcome::unsent, 0, "", "libcurl rejects the request"});
    }
    for (const auto number : cancelled)
        if (const auto at = active_.find(number); at != active_.end()) {
            curl_multi_remove_handle(multi_.get(), at->second->easy.get());
            active_.erase(at);
        }
}

void http_client::collect_finished()
{
    int remaining = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &remaining)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const CURLcode code = message->data.result; // the handle owns the message
        CURL* easy = message->easy_handle;
        const auto at = std::find_if(active_.begin(), active_.end(),
                                     [&](const auto& t) { return t.second->easy.get() == easy; });
        curl_multi_remove_handle(multi_.get(), easy);
        if (at == active_.end())
            continue;
        const auto finished = std::move(at->second);
        active_.erase(at);
        finished->on_done(finished->result_of(code));
    }
}

void http_client::run_timers()
{
    for (;;) {
        std::function<void()> task;
        {
            const std::lock_guard lock(mutex_);
            if (timers_.empty() || timers_.begin()->first > clock::now())
                return;
            task = std::move(timers_.begin()->second);
            timers_.erase(timers_.begin());
        }
        task();
    }
}

int http_client::poll_milliseconds()
{
    const std::lock_guard lock(mutex_);
    if (tick_requested_ || !queued_.empty())
        return 0;
    int out = active_.empty() ? 60 * tick_milliseconds : tick_milliseconds;
    if (!timers_.empty())
        out = std::min(out, milliseconds_until(timers_.begin()->first));
    return out;
}

void http_client::run() noexcept
{
    for (;;) {
        bool tick = false;
        {
            const std::lock_guard lock(mutex_);
            if (closing_)
                break;
            tick = tick_requested_;
            tick_requested_ = false;
        }
        process_queue();
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        collect_finished();
        run_timers();
        if (tick || clock::now() - last_tick_ >= std::chrono::milliseconds(tick_milliseconds)) {
            on_tick_();
            last_tick_ = clock::now();
        }
        curl_multi_poll(multi_.get(), nullptr, 0, poll_milliseconds(), nullptr);
    }
    for (auto& [number, entry] : active_)
        curl_multi_remove_handle(multi_.get(), entry->easy.get());
    active_.clear();
}

} // namespace pgsql::auth
