// database.cpp: turns the directives of one database into the service that is in force.
#include "database.hpp"

#include "waiting_room.hpp"

namespace pgsql::slapd {

void database::apply(const BackendDB& be)
{
    try {
        auto fresh = std::make_shared<service>(be, wanted, counted);
        auto room = room_ != nullptr ? room_ : std::make_shared<waiting_room>();
        const std::lock_guard lock(guard_);
        room_ = std::move(room);
        room_->gate()->set(fresh->budget);
        service_ = std::move(fresh); // operations under way keep the one they began with
        applied_ = wanted;
    } catch (const std::exception&) {
        if (service_ != nullptr)
            wanted = applied_;
        throw;
    }
}

std::shared_ptr<service> database::serving(const BackendDB& be)
{
    const std::lock_guard lock(guard_);
    if (service_ == nullptr)
        throw unusable("the database is closed");
    if (service_->suffix_ndn != view(be.be_nsuffix[0]))
        service_ = std::make_shared<service>(be, applied_, counted);
    return service_;
}

std::shared_ptr<waiting_room> database::room()
{
    const std::lock_guard lock(guard_);
    return room_;
}

void database::close() noexcept
{
    std::shared_ptr<waiting_room> room;
    {
        const std::lock_guard lock(guard_);
        service_.reset();
        room.swap(room_);
    }
    if (room != nullptr)
        room->close();
}

} // namespace pgsql::slapd
