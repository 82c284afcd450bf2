// notification_listener.cpp: receives NOTIFY of one channel in a dedicated session.
#include "postgres/notification_listener.hpp"

namespace pgsql::postgres {
namespace {

constexpr auto silence = std::chrono::seconds(1); // after which the session is tested
constexpr double answer_seconds = 1;
constexpr double shortest_pause = 0.1;
constexpr double longest_pause = 1;
constexpr double longest_pause_refused = 5;

} // namespace

notification_listener::notification_listener(endpoint server, std::string channel, callbacks events,
                                             std::shared_ptr<pool_stats> stats)
    : endpoint_(std::move(server)), channel_(std::move(channel)), callbacks_(std::move(events)),
      stats_(std::move(stats)), retry_interval_(shortest_pause)
{}

void notification_listener::connect(const wait_options& options)
{
    auto fresh = connection::open(endpoint_, options, *stats_);
    (void)fresh->run_once({"LISTEN " + quote_identifier(channel_), {}}, options);
    session_ = std::move(fresh);
    last_reply_ = clock::now();
    retry_interval_ = shortest_pause;
    reported_lost_ = false;
    callbacks_.on_ready();
    report_caught_up(last_reply_, options);
}

void notification_listener::report_caught_up(clock::time_point since, const wait_options& options)
{
    callbacks_.on_caught_up(*session_, since, options);
    if (session_->notified()) // received with the replies to statements of the callback
        callbacks_.on_notify();
}

void notification_listener::poll_notifications(const wait_options& options)
{
    const auto since = clock::now();
    bool any = session_->notified();
    if (!any && since - last_reply_ < silence)
        return;
    if (!any) {
        (void)session_->run_once({"SELECT 1", {}}, options);
        any = session_->notified();
    }
    last_reply_ = since;
    if (any)
        callbacks_.on_notify();
    report_caught_up(since, options);
}

next_run notification_listener::run(const maintenance_thread::stop_requested& dismissed)
{
    double longest = longest_pause;
    wait_options options{in_seconds(session_ == nullptr ? endpoint_.timeout : answer_seconds),
                         dismissed};
    try {
        if (session_ != nullptr)
            poll_notifications(options);
        else
            connect(options);
        return {last_reply_ + silence, session_->socket()};
    } catch (const error& e) {
        session_.reset();
        if (e.reason() == error::cause::rejected)
            longest = longest_pause_refused;
        if (!reported_lost_ && !dismissed()) {
            reported_lost_ = true;
            callbacks_.on_lost(e.what());
        }
    }
    const auto next = in_seconds(retry_interval_);
    retry_interval_ = std::min(2 * retry_interval_, longest);
    return {next};
}

} // namespace pgsql::postgres
