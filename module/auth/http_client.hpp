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

namespace pgsql::login {

/// A POST of JSON.
struct http_request {
    std::string uri;
    std::string ca; ///< file of certificates to trust instead of the system's; may be empty
    std::string body;
    deadline until;
};

struct http_result {
    enum class end : char {
        answered,
        late,   ///< no answer before the deadline
        unsent, ///< the server got nothing of the request: it may be sent again
        failed  ///< it may have got it
    };
    end how = end::failed;
    long status = 0;
    std::string body;
    std::string problem; ///< in words, unless answered
};

class background {
public:
    /// `look` is called in the thread, about once a second while there is something to do and soon
    /// after each wake().
    explicit background(std::function<void()> look);
    background(const background&) = delete;
    background& operator=(const background&) = delete;
    ~background();

    /// Sends a request; `done` is called in the thread, unless it is cancelled or closed before.
    /// The thread begins with the first request. Throws when there can be no thread.
    std::uint64_t start(http_request what, std::function<void(http_result)> done);
    void cancel(std::uint64_t which);
    /// Has the thread begin, so that what follows cannot fail for want of one. Throws when there
    /// can be none.
    void prepare();
    /// Calls `task` in the thread after a while, unless closed before.
    void after(std::chrono::milliseconds how_long, std::function<void()> task);
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
    void take_orders();
    void collect_finished();
    void run_due();
    [[nodiscard]] int poll_milliseconds();

    const std::function<void()> look_;
    std::unique_ptr<CURLM, multi_delete> multi_;
    std::map<std::uint64_t, std::unique_ptr<transfer>> under_way_; ///< the thread's own
    clock::time_point looked_;                                     ///< the thread's own

    std::mutex guard_; ///< of what follows
    std::thread thread_;
    bool closing_ = false;
    bool look_wanted_ = false;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::unique_ptr<transfer>> ordered_;
    std::vector<std::uint64_t> cancelled_;
    std::multimap<clock::time_point, std::function<void()>> due_;
};

} // namespace pgsql::login
