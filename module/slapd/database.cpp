// database.cpp: applies the directives of a database: builds its service and swaps it in.
#include "slapd/serving/database.hpp"

#include "slapd/auth/async_bind.hpp"
#include "slapd/serving/feed.hpp"
#include "slapd/serving/replication.hpp"

namespace pgsql::slapd {

bool is_ours(const BackendDB& be) noexcept
{
    const BackendInfo* const backend = backend_info("pgsql");
    return backend != nullptr && be.be_cf_ocs == backend->bi_cf_ocs && be.be_private != nullptr;
}

// slapd forks before it opens databases, so threads may start here.
std::shared_ptr<service> database::make_service(const BackendDB& be, const directives& directives)
{
    if (!in_server())
        return std::make_shared<service>(be, directives, stats, nullptr);
    for (auto* thread : {&maintenance_, &notification_})
        if (*thread == nullptr)
            *thread = std::make_shared<postgres::maintenance_thread>();
    // Operations may outlive the threads.
    const std::array<std::weak_ptr<postgres::maintenance_thread>, 2> threads = {maintenance_,
                                                                                notification_};
    const auto wake = [threads] {
        for (const auto& thread : threads)
            if (const auto held = thread.lock())
                held->wake();
    };
    auto out = std::make_shared<service>(be, directives, stats, wake);
    configure_feed(be, directives, *out, wake);
    return out;
}

void database::configure_feed(const BackendDB& be, const directives& directives, service& service,
                              const std::function<void()>& wake)
{
    if (!directives.flag(directives::feed) && !directives.flag(directives::usn)) {
        feed_.reset();
        return;
    }
    if (feed_ == nullptr)
        feed_ = std::make_shared<feed>(*be.bd_self);
    feed_->configure({.interval = directives.number(directives::feed_interval),
                      .recheck = directives.number(directives::feed_recheck),
                      .file = directives.text(directives::feed_state),
                      .password_ndn = service.feed_password_ndn,
                      .replays = directives.flag(directives::feed),
                      .claims = !directives.flag(directives::pooler),
                      .shows_usn = directives.flag(directives::usn)},
                     wake);
    service.feed = feed_;
}

void database::start_tasks(service& service)
{
    if (maintenance_ == nullptr)
        return;
    maintenance_->set_tasks(service.tasks());
    notification_->set_tasks(service.notification_tasks());
}

void database::apply(const BackendDB& be)
{
    try {
        auto kept_binds = async_binds_ != nullptr ? async_binds_ : std::make_shared<async_binds>();
        std::shared_ptr<service> before; // destroyed without the lock
        const std::lock_guard lock(mutex_);
        if (in_server())
            check_replication(be);
        auto fresh = make_service(be, pending);
        start_tasks(*fresh);
        async_binds_ = std::move(kept_binds);
        async_binds_->executor()->set_budget(fresh->budget);
        before = std::exchange(service_, std::move(fresh)); // operations under way keep it
        applied_ = pending;
    } catch (const std::exception&) {
        if (service_ != nullptr)
            pending = applied_;
        throw;
    }
}

std::shared_ptr<service> database::serving(const BackendDB& be)
{
    const std::lock_guard lock(mutex_);
    if (service_ == nullptr)
        throw config_error("the database is closed");
    if (service_->suffix_ndn != to_string_view(be.be_nsuffix[0])) {
        auto fresh = make_service(be, applied_);
        start_tasks(*fresh);
        service_ = std::move(fresh);
    }
    return service_;
}

std::shared_ptr<service> database::current() const
{
    const std::lock_guard lock(mutex_);
    return service_;
}

std::shared_ptr<async_binds> database::binds() const
{
    const std::lock_guard lock(mutex_);
    return async_binds_;
}

void database::close() noexcept
{
    std::shared_ptr<service> served;
    std::shared_ptr<async_binds> closed_binds;
    std::shared_ptr<postgres::maintenance_thread> maintenance;
    std::shared_ptr<postgres::maintenance_thread> notification;
    {
        const std::lock_guard lock(mutex_);
        served.swap(service_);
        closed_binds.swap(async_binds_);
        maintenance.swap(maintenance_);
        notification.swap(notification_);
    }
    for (const auto& thread : {maintenance, notification})
        if (thread != nullptr)
            thread->close();
    if (closed_binds != nullptr)
        closed_binds->close();
}

} // namespace pgsql::slapd
