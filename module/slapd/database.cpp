// database.cpp: turns the directives of one database into the service that is in force.
#include "database.hpp"

namespace pgsql::slapd {

void database::apply(const BackendDB& be)
{
    try {
        auto fresh = std::make_shared<service>(be, wanted);
        const std::lock_guard lock(guard_);
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
        service_ = std::make_shared<service>(be, applied_);
    return service_;
}

} // namespace pgsql::slapd
