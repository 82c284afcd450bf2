// database.cpp: turns the directives of one database into the service that is in force.
#include "database.hpp"

#include "waiting_room.hpp"

namespace pgsql::slapd {

bool is_ours(const BackendDB& be) noexcept
{
    const BackendInfo* const mine = backend_info("pgsql");
    return mine != nullptr && be.be_cf_ocs == mine->bi_cf_ocs && be.be_private != nullptr;
}

void database::apply(const BackendDB& be)
{
    try {
        auto fresh = std::make_shared<service>(be, wanted, counted);
        auto room = room_ != nullptr ? room_ : std::make_shared<waiting_room>();
        const std::lock_guard lock(guard_);
        watch_over(*fresh);
        room_ = std::move(room);
        room_->gate()->set(fresh->budget);
        service_.swap(fresh); // operations under way keep the one they began with
        applied_ = wanted;
    } catch (const std::exception&) {
        if (service_ != nullptr)
            wanted = applied_;
        throw;
    }
}

// slapd forks before it opens databases, so that a thread can begin here.
void database::watch_over(service& with)
{
    auto duties = with.duties();
    if (!in_server() || (duties.empty() && watch_ == nullptr))
        return;
    if (watch_ == nullptr)
        watch_ = std::make_unique<postgres::watch>();
    watch_->take_on(std::move(duties));
}

std::shared_ptr<service> database::serving(const BackendDB& be)
{
    const std::lock_guard lock(guard_);
    if (service_ == nullptr)
        throw unusable("the database is closed");
    if (service_->suffix_ndn != view(be.be_nsuffix[0])) {
        auto fresh = std::make_shared<service>(be, applied_, counted);
        watch_over(*fresh);
        service_ = std::move(fresh);
    }
    return service_;
}

std::shared_ptr<service> database::current() const
{
    const std::lock_guard lock(guard_);
    return service_;
}

std::shared_ptr<waiting_room> database::room() const
{
    const std::lock_guard lock(guard_);
    return room_;
}

void database::close() noexcept
{
    std::shared_ptr<service> served;
    std::shared_ptr<waiting_room> room;
    std::unique_ptr<postgres::watch> watch; // its destructor ends it
    {
        const std::lock_guard lock(guard_);
        served.swap(service_);
        room.swap(room_);
        watch.swap(watch_);
    }
    if (room != nullptr)
        room->close();
}

} // namespace pgsql::slapd
