// http_client.hpp: the one thread that carries out HTTP requests, any number at a time, and does
// what is due at a time.
#pragma once

#include "base/deadline.hpp"

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace pgsql::auth {

/// A POST of JSON.
struct http_request {
    std::string uri;
    std::string ca; ///< file of certificates to trust instead of the system's; may be empty
    std::string body;
    deadline expiry;
};

struct http_result {
    enum class outcome : char {
        answered,
        late,   ///< no answer before the deadline
        unsent, ///< the server got nothing of the request: it may be sent again
        failed  ///< it may have got it
    };
    outcome outcome = outcome::failed;
    long status = 0;
    std::string body;
    std::string error; ///< in words, unless answered
};

class http_client {
public:
    /// `look` is called in the thread, about once a second while there is something to do and soon
    /// after each wake().
    explicit http_client(std::function<void()> look);
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;
    ~http_client();

    /// Sends a request; `done` is called in the thread, unless it is cancelled or closed before.
    /// The thread begins with the first request. Throws when there can be no thread.
    std::uint64_t start(http_request request, std::function<void(http_result)> done);
    void cancel(std::uint64_t which);
    /// Has the thread begin, so that what follows cannot fail for want of one. Throws when there
    /// can be none.
    void ensure_started();
    /// Calls `task` in the thread after a while, unless closed before.
    void run_after(std::chrono::milliseconds how_long, std::function<void()> task);
    void wake() noexcept;
    /// Ends the thread, and with it everything under way. Nothing begins afterwards.
    void close() noexcept;

private:
    struct transfer;
    struct multi_delete {
        void operator()(CURLM* m) const noexcept { curl_multi_cleanup(m); }
    };

    void begin();
    void run() noexcept;
    void process_queue();
    void collect_finished();
    void run_timers();
    [[nodiscard]] int poll_milliseconds();

    const std::function<void()> on_tick_;
    std::unique_ptr<CURLM, multi_delete> multi_;
    std::map<std::uint64_t, std::unique_ptr<transfer>> active_; ///< the thread's own
    clock::time_point last_tick_;                               ///< the thread's own

    std::mutex mutex_; ///< of what follows
    std::thread thread_;
    bool closing_ = false;
    bool tick_requested_ = false;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::unique_ptr<transfer>> queued_;
    std::vector<std::uint64_t> cancelled_;
    std::multimap<clock::time_point, std::function<void()>> timers_;
};

} // namespace pgsql::auth
