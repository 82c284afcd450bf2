// notification_listener.cpp: hears NOTIFY on one channel, over a session of its own, and says when
// it cannot.
#include "postgres/notification_listener.hpp"

namespace pgsql::postgres {
namespace {

constexpr auto silence = std::chrono::seconds(1); // after which the session is asked
constexpr double answer_seconds = 1;
constexpr double shortest_pause = 0.1;
constexpr double longest_pause = 1;
constexpr double longest_pause_refused = 5;

} // namespace

ear::ear(target where, std::string channel, listener tell, std::shared_ptr<traffic> counted)
    : where_(std::move(where)), channel_(std::move(channel)), tell_(std::move(tell)),
      counted_(std::move(counted)), pause_(shortest_pause)
{}

void ear::connect(const patience& limits)
{
    auto fresh = connection::open(where_, limits, *counted_);
    (void)fresh->run_once({"LISTEN " + quote_identifier(channel_), {}}, limits);
    session_ = std::move(fresh);
    heard_ = clock::now();
    pause_ = shortest_pause;
    lost_ = false;
    tell_.on_ready();
    pass_on(heard_, limits);
}

void ear::pass_on(clock::time_point since, const patience& limits)
{
    tell_.on_word(*session_, since, limits);
    if (session_->notified()) // along with the answers to what the listener has asked
        tell_.on_notify();
}

void ear::hear(const patience& limits)
{
    const auto since = clock::now();
    bool any = session_->notified();
    if (!any && since - heard_ < silence)
        return;
    if (!any) {
        (void)session_->run_once({"SELECT 1", {}}, limits);
        any = session_->notified();
    }
    heard_ = since;
    if (any)
        tell_.on_notify();
    pass_on(since, limits);
}

appointment ear::listen(const watch::dismissal& dismissed)
{
    double longest = longest_pause;
    patience limits{in_seconds(session_ == nullptr ? where_.timeout : answer_seconds), dismissed};
    try {
        if (session_ != nullptr)
            hear(limits);
        else
            connect(limits);
        return {heard_ + silence, session_->socket()};
    } catch (const error& e) {
        session_.reset();
        if (e.why() == error::cause::refused)
            longest = longest_pause_refused;
        if (!lost_ && !dismissed()) {
            lost_ = true;
            tell_.on_lost(e.what());
        }
    }
    const auto next = in_seconds(pause_);
    pause_ = std::min(2 * pause_, longest);
    return {next};
}

} // namespace pgsql::postgres
