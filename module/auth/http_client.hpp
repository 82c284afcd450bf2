// http_client.hpp: sends concurrent HTTP requests and runs timers in one thread.
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

/// A POST request with a JSON body.
struct http_request {
    std::string uri;
    std::string ca; ///< CA file that replaces the system's; may be empty
    std::string body;
    deadline expiry;
};

struct http_result {
    enum class outcome : char {
        answered,
        late,   ///< no response before the deadline
        unsent, ///< the server received nothing: a retry is safe
        failed  ///< the server may have received the request
    };
    outcome outcome = outcome::failed;
    long status = 0;
    std::string body;
    std::string error; ///< error text, unless answered
};

class http_client {
public:
    /// The thread calls `on_tick` about once a second while work is pending, and soon after each
    /// wake().
    explicit http_client(std::function<void()> on_tick);
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;
    ~http_client();

    /// Sends a request. The thread calls `done`, unless the request is cancelled or the client is
    /// closed first. The first request starts the thread. Throws if no thread can be started.
    std::uint64_t start(http_request request, std::function<void(http_result)> done);
    void cancel(std::uint64_t number);
    /// Starts the thread, so that later calls cannot fail without one. Throws if no thread can be
    /// started.
    void ensure_started();
    /// Runs `task` in the thread after the delay, unless closed first.
    void run_after(std::chrono::milliseconds delay, std::function<void()> task);
    void wake() noexcept;
    /// Stops the thread and everything in progress. Later requests fail.
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

    std::mutex mutex_; ///< guards what follows
    std::thread thread_;
    bool closing_ = false;
    bool tick_requested_ = false;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::unique_ptr<transfer>> queued_;
    std::vector<std::uint64_t> cancelled_;
    std::multimap<clock::time_point, std::function<void()>> timers_;
};

} // namespace pgsql::auth
