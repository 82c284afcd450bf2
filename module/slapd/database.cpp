// database.cpp: turns the directives of one database into the service that is in force.
#include "slapd/serving/database.hpp"

#include "slapd/auth/async_bind.hpp"

namespace pgsql::slapd {

bool is_ours(const BackendDB& be) noexcept
{
    const BackendInfo* const mine = backend_info("pgsql");
    return mine != nullptr && be.be_cf_ocs == mine->bi_cf_ocs && be.be_private != nullptr;
}

// slapd forks before it opens databases, so that a thread may begin here.
std::shared_ptr<service> database::make_service(const BackendDB& be, const directives& from)
{
    if (!in_server())
        return std::make_shared<service>(be, from, counted, nullptr);
    for (auto& watch : watches_)
        if (watch == nullptr)
            watch = std::make_shared<postgres::watch>();
    // Operations may outlive the watches.
    const std::array<std::weak_ptr<postgres::watch>, 2> woken = {watches_[0], watches_[1]};
    return std::make_shared<service>(be, from, counted, [woken] {
        for (const auto& watch : woken)
            if (const auto there = watch.lock())
                there->wake();
    });
}

void database::begin_duties(service& of)
{
    if (watches_[0] == nullptr)
        return;
    watches_[0]->take_on(of.duties());
    watches_[1]->take_on(of.urgent_duties());
}

void database::apply(const BackendDB& be)
{
    try {
        auto room = room_ != nullptr ? room_ : std::make_shared<waiting_room>();
        std::shared_ptr<service> before; // its end does not need the lock
        const std::lock_guard lock(guard_);
        auto fresh = make_service(be, wanted);
        begin_duties(*fresh);
        room_ = std::move(room);
        room_->gate()->set(fresh->budget);
        before = std::exchange(service_, std::move(fresh)); // operations under way keep it
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
    if (service_->suffix_ndn != view(be.be_nsuffix[0])) {
        auto fresh = make_service(be, applied_);
        begin_duties(*fresh);
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
    decltype(watches_) watches;
    {
        const std::lock_guard lock(guard_);
        served.swap(service_);
        room.swap(room_);
        watches.swap(watches_);
    }
    for (const auto& watch : watches)
        if (watch != nullptr)
            watch->close();
    if (room != nullptr)
        room->close();
}

} // namespace pgsql::slapd
