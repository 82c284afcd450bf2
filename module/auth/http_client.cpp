// http_client.cpp: the one thread that carries out HTTP requests, any number at a time, and does
// what is due at a time.
#include "auth/http_client.hpp"

#include "base/thread.hpp"

#include <array>
#include <stdexcept>

namespace pgsql::login {
namespace {

// What is worth reading has some dozens of bytes.
constexpr std::size_t longest_answer = 64 * 1024;
// One attempt to connect, names and TLS included, so that there is time for another one.
constexpr long connect_milliseconds = 5000;
constexpr int look_milliseconds = 1000;

struct easy_delete {
    void operator()(CURL* e) const noexcept { curl_easy_cleanup(e); }
};
struct list_delete {
    void operator()(curl_slist* l) const noexcept { curl_slist_free_all(l); }
};

} // namespace

struct background::transfer {
    transfer(http_request request, std::function<void(http_result)> hears);
    [[nodiscard]] http_result result_of(CURLcode code) const;

    const http_request what;
    std::function<void(http_result)> done;
    std::unique_ptr<curl_slist, list_delete> headers;
    std::unique_ptr<CURL, easy_delete> easy;
    std::array<char, CURL_ERROR_SIZE> error{};
    std::string body;
    std::size_t received = 0;
    bool too_long = false;

private:
    static std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* to) noexcept;
    static std::size_t count_header(char*, std::size_t size, std::size_t count, void* to) noexcept;
};

background::transfer::transfer(http_request request, std::function<void(http_result)> hears)
    : what(std::move(request)), done(std::move(hears)),
      headers(curl_slist_append(nullptr, "Content-Type: application/json")), easy(curl_easy_init())
{
    if (easy == nullptr || headers == nullptr)
        throw std::bad_alloc();
    const auto set = [&](CURLoption option, auto value) {
        if (curl_easy_setopt(easy.get(), option, value) != CURLE_OK)
            throw std::runtime_error("this libcurl does not take option " + std::to_string(option));
    };
    set(CURLOPT_URL, what.uri.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https"); // redirects are not followed by default
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, what.body.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    set(CURLOPT_USERAGENT, "back-pgsql");
    if (!what.ca.empty())
        set(CURLOPT_CAINFO, what.ca.c_str());
    // On a connection used before, libcurl repeats a request by itself when the server closes it
    // without an answer (Curl_retry_request): a second prompt on somebody's telephone.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_NOSIGNAL, 1L);   // signals are slapd's
    set(CURLOPT_QUICK_EXIT, 1L); // a name server that is silent does not hold up slapd's end
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(1, milliseconds_until(what.until))));
    set(CURLOPT_CONNECTTIMEOUT_MS, connect_milliseconds);
    set(CURLOPT_BUFFERSIZE, 4096L);
    set(CURLOPT_ERRORBUFFER, error.data());
    set(CURLOPT_WRITEFUNCTION, &transfer::receive);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &transfer::count_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_PRIVATE, this);
}

std::size_t background::transfer::receive(char* bytes, std::size_t size, std::size_t count,
                                          void* to) noexcept
{
    auto& mine = *static_cast<transfer*>(to);
    const std::size_t counted = count_header(bytes, size, count, to);
    try {
        if (counted == size * count)
            mine.body.append(bytes, counted);
        return counted;
    } catch (const std::bad_alloc&) {
        return 0; // libcurl ends the transfer
    }
}

std::size_t background::transfer::count_header(char*, std::size_t size, std::size_t count,
                                               void* to) noexcept
{
    auto& mine = *static_cast<transfer*>(to);
    mine.received += size * count;
    mine.too_long = mine.received > longest_answer;
    return mine.too_long ? 0 : size * count;
}

http_result background::transfer::result_of(CURLcode code) const
{
    http_result out;
    long sent = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &out.status);
    curl_easy_getinfo(easy.get(), CURLINFO_REQUEST_SIZE, &sent);
    if (code != CURLE_OK)
        out.problem = too_long           ? "the answer has more than 64 KiB"
                      : error[0] != '\0' ? error.data()
                                         : curl_easy_strerror(code);
    // A certificate that does not fit will not fit a second later.
    const bool hopeless =
        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    if (code != CURLE_OK && sent == 0)
        out.how = hopeless ? http_result::end::failed : http_result::end::unsent;
    else if (code == CURLE_OPERATION_TIMEDOUT || clock::now() >= what.until)
        out.how = http_result::end::late; // also an answer that came while we were late
    else if (code != CURLE_OK)
        out.how = http_result::end::failed;
    else {
        out.how = http_result::end::answered;
        out.body = body;
    }
    return out;
}

background::background(std::function<void()> look) : look_(std::move(look)) {}

background::~background() { close(); }

void background::begin()
{
    if (thread_.joinable())
        return;
    if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
        throw std::runtime_error(std::string("libcurl cannot start: ") + curl_easy_strerror(code));
    multi_.reset(curl_multi_init());
    if (multi_ == nullptr)
        throw std::bad_alloc();
    thread_ = postgres::begin_thread([this] { run(); });
}

std::uint64_t background::start(http_request what, std::function<void(http_result)> done)
{
    const std::lock_guard lock(guard_);
    if (closing_)
        throw std::runtime_error("the database is being closed");
    begin();
    ordered_.emplace(++last_, std::make_unique<transfer>(std::move(what), std::move(done)));
    curl_multi_wakeup(multi_.get());
    return last_;
}

void background::prepare()
{
    const std::lock_guard lock(guard_);
    if (!closing_)
        begin();
}

void background::cancel(std::uint64_t which)
{
    const std::lock_guard lock(guard_);
    cancelled_.push_back(which);
    curl_multi_wakeup(multi_.get());
}

void background::after(std::chrono::milliseconds how_long, std::function<void()> task)
{
    const std::lock_guard lock(guard_);
    if (closing_)
        return;
    begin();
    due_.emplace(clock::now() + how_long, std::move(task));
    curl_multi_wakeup(multi_.get());
}

void background::wake() noexcept
{
    const std::lock_guard lock(guard_);
    look_wanted_ = true;
    if (thread_.joinable())
        curl_multi_wakeup(multi_.get());
}

void background::close() noexcept
{
    std::thread ending;
    {
        const std::lock_guard lock(guard_);
        closing_ = true;
        ending = std::move(thread_);
        if (ending.joinable())
            curl_multi_wakeup(multi_.get());
    }
    if (ending.joinable())
        ending.join();
    // What was left undone goes now: it may hold those who hold us.
    decltype(ordered_) orders;
    decltype(due_) tasks;
    const std::lock_guard lock(guard_);
    orders.swap(ordered_);
    tasks.swap(due_);
}

void background::take_orders()
{
    std::map<std::uint64_t, std::unique_ptr<transfer>> fresh;
    std::vector<std::uint64_t> unwanted;
    {
        const std::lock_guard lock(guard_);
        fresh.swap(ordered_);
        unwanted.swap(cancelled_);
    }
    for (auto& [number, one] : fresh) {
        if (curl_multi_add_handle(multi_.get(), one->easy.get()) == CURLM_OK)
            under_way_.emplace(number, std::move(one));
        else
            one->done({http_result::end::unsent, 0, "", "libcurl does not take the request"});
    }
    for (const auto number : unwanted)
        if (const auto at = under_way_.find(number); at != under_way_.end()) {
            curl_multi_remove_handle(multi_.get(), at->second->easy.get());
            under_way_.erase(at);
        }
}

void background::collect_finished()
{
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const CURLcode code = message->data.result; // message goes with the handle
        CURL* easy = message->easy_handle;
        const auto at = std::find_if(under_way_.begin(), under_way_.end(),
                                     [&](const auto& t) { return t.second->easy.get() == easy; });
        curl_multi_remove_handle(multi_.get(), easy);
        if (at == under_way_.end())
            continue;
        const auto one = std::move(at->second);
        under_way_.erase(at);
        one->done(one->result_of(code));
    }
}

void background::run_due()
{
    for (;;) {
        std::function<void()> task;
        {
            const std::lock_guard lock(guard_);
            if (due_.empty() || due_.begin()->first > clock::now())
                return;
            task = std::move(due_.begin()->second);
            due_.erase(due_.begin());
        }
        task();
    }
}

int background::poll_milliseconds()
{
    const std::lock_guard lock(guard_);
    if (look_wanted_ || !ordered_.empty())
        return 0;
    int out = under_way_.empty() ? 60 * look_milliseconds : look_milliseconds;
    if (!due_.empty())
        out = std::min(out, milliseconds_until(due_.begin()->first));
    return out;
}

void background::run() noexcept
{
    for (;;) {
        bool look = false;
        {
            const std::lock_guard lock(guard_);
            if (closing_)
                break;
            look = look_wanted_;
            look_wanted_ = false;
        }
        take_orders();
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        collect_finished();
        run_due();
        if (look || clock::now() - looked_ >= std::chrono::milliseconds(look_milliseconds)) {
            look_();
            looked_ = clock::now();
        }
        curl_multi_poll(multi_.get(), nullptr, 0, poll_milliseconds(), nullptr);
    }
    for (auto& [number, one] : under_way_)
        curl_multi_remove_handle(multi_.get(), one->easy.get());
    under_way_.clear();
}

} // namespace pgsql::login
