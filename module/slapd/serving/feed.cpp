// feed.cpp: the versions of the entries that replicas copy, and when they are compared with the
// database.
#include "slapd/serving/feed.hpp"

#include "mapping/mapping.hpp"
#include "slapd/core/log_event.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

// A comparison takes at most this share of the time.
constexpr int rest = 10;
constexpr auto longest_rest = std::chrono::seconds(60);
constexpr auto confirmation = std::chrono::seconds(60);
constexpr auto failure_pause = std::chrono::seconds(1);
// How long it waits for the answer whether another server has the same number.
constexpr auto claim_limit = std::chrono::seconds(5);

} // namespace

void feed::configure(settings wanted, std::function<void()> wake)
{
    const std::unique_lock lock(mutex_);
    if (!wanted.file.empty() && !claim_file(wanted.file))
        throw directory::config_error("pgsql-feed-state " + wanted.file +
                                      ": another database uses the file; name another one");
    // Consumers that are connected now were not checked for the right to the hashes.
    if (configured_ && wanted.replays && settings_.replays &&
        wanted.password_ndn != settings_.password_ndn)
        throw directory::config_error(
            "pgsql-feed-passwords cannot be changed while consumers may be connected; set "
            "pgsql-feed off first, or restart slapd");
    wake_ = std::move(wake);
    const bool reads = !configured_ || wanted.file != settings_.file;
    settings_ = std::move(wanted);
    if (!settings_.claims || !settings_.replays) {
        number_ = number::unknown;
        reported_taken_ = false;
    }
    if (reads)
        load();
    // Not empty, so that slapo-syncprov takes no CSN of this machine's clock.
    constexpr std::int64_t earliest = 1000000;
    last_stamp_ = std::max(last_stamp_, earliest);
    configured_ = true;
    configured_at_ = clock::now();
    requested_ = true; // other directives may make other entries
}

feed::settings feed::current() const
{
    const std::shared_lock lock(mutex_);
    return settings_;
}

void feed::claim(bool succeeded)
{
    {
        const std::unique_lock lock(mutex_);
        const bool was_refused =
            std::exchange(number_, succeeded ? number::own : number::taken) == number::taken;
        // A session of this server that is lost may hold it for a moment.
        if (!succeeded && was_refused && !std::exchange(reported_taken_, true))
            log({log_event::feed_number_taken, std::to_string(slap_serverID),
                 "another server that feeds replicas from this database has the same serverID",
                 "replicas get no entries from this server; give each server its own"});
        if (succeeded)
            reported_taken_ = false;
    }
    if (succeeded)
        request();
}

bool feed::number_taken() const
{
    const std::shared_lock lock(mutex_);
    return number_ == number::taken;
}

void feed::log(const log_message& message) const
{
    write_log(message, fmt::format("pgsql({}): ", to_string_view(be_.be_suffix[0])).c_str());
}

void feed::request()
{
    requested_ = true;
    std::function<void()> wake;
    {
        const std::shared_lock lock(mutex_);
        wake = wake_;
    }
    if (wake)
        wake();
}

clock::time_point feed::tick()
{
    const auto now = clock::now();
    const std::unique_lock lock(mutex_);
    if ((be_.be_flags & SLAP_DBFLAG_OPEN) == 0)
        return now + std::chrono::milliseconds(20); // its overlays are not open yet
    if (running_)
        return now + std::chrono::milliseconds(20); // the job's end is noticed then
    const auto recheck = last_began_ + std::chrono::duration_cast<clock::duration>(
                                           std::chrono::duration<double>(settings_.recheck));
    if (!requested_ && now < recheck)
        return recheck;
    if (now < not_before_)
        return not_before_;
    if (settings_.replays && settings_.claims && number_ != number::own &&
        (number_ == number::taken || now < configured_at_ + claim_limit))
        return now + std::chrono::milliseconds(100);
    auto argument = std::make_unique<feed_job>(weak_from_this());
    requested_ = false;
    if (ldap_pvt_thread_pool_submit(&connection_pool, runner, argument.get()) != 0) {
        requested_ = true;
        return now + failure_pause;
    }
    (void)argument.release();
    running_ = true;
    last_began_ = now;
    return now + std::chrono::milliseconds(20);
}

void feed::finished(clock::time_point began, clock::duration busy, bool succeeded,
                    std::size_t differences)
{
    const auto now = clock::now();
    const std::unique_lock lock(mutex_);
    running_ = false;
    const auto interval = std::chrono::duration_cast<clock::duration>(
        std::chrono::duration<double>(settings_.interval));
    // One that had to wait for a lock was no burden.
    const auto burden = std::min(busy, std::exchange(last_busy_, busy));
    not_before_ =
        now + std::max(interval, std::min<clock::duration>((rest - 1) * burden, longest_rest));
    figures_.last_duration = std::chrono::duration<double>(now - began).count();
    ++figures_.comparisons;
    figures_.differences += differences;
    if (!succeeded) {
        ++figures_.failures;
        not_before_ = std::max<clock::time_point>(not_before_, now + failure_pause);
        requested_ = true;
    }
}

std::optional<replication::entry_version> feed::find(std::string_view ndn) const
{
    const std::shared_lock lock(mutex_);
    const auto* const one = versions_.find(ndn);
    return one != nullptr ? std::optional(*one) : std::nullopt;
}

replication::differences feed::compare_with(
    const replication::version_map& seen,
    const std::function<bool(const std::string&, const replication::entry_version&)>& unread,
    std::set<std::uint32_t>& mass_removals) const
{
    const std::shared_lock lock(mutex_);
    auto out = replication::compare(versions_, seen, unread);
    mass_removals = replication::mass_removals(versions_, seen, out);
    return out;
}

std::vector<std::string>
feed::names_if(const std::function<bool(const replication::entry_version&)>& wanted,
               std::size_t most, const std::function<bool(const std::string&)>& named) const
{
    std::vector<std::string> out;
    const std::shared_lock lock(mutex_);
    for (auto at = versions_.begin(); at != versions_.end() && out.size() < most; ++at)
        if (wanted(at.version()))
            if (std::string ndn = (*at).first; !named || named(ndn))
                out.push_back(std::move(ndn));
    return out;
}

std::string feed::name_of(std::string_view uuid) const
{
    const auto hash_of = [](const auto& bytes) {
        return replication::hash_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
    const std::shared_lock lock(mutex_);
    const std::lock_guard index(by_uuid_mutex_);
    if (by_uuid_.empty()) {
        by_uuid_.reserve(versions_.size());
        for (auto at = versions_.begin(); at != versions_.end(); ++at)
            by_uuid_.emplace_back(hash_of(at.version().uuid), at.place());
        std::sort(by_uuid_.begin(), by_uuid_.end());
    }
    const auto hash = hash_of(uuid);
    const auto at =
        std::lower_bound(by_uuid_.begin(), by_uuid_.end(), hash,
                         [](const auto& one, auto wanted) { return one.first < wanted; });
    return at != by_uuid_.end() && at->first == hash ? versions_.name_at(at->second)
                                                     : std::string();
}

void feed::note_rows(const replication::version_map& seen)
{
    const std::unique_lock lock(mutex_);
    for (const auto& [ndn, one] : seen)
        if (auto* const known = versions_.find(ndn)) {
            known->row = one.row;
            known->kind = one.kind; // which may have another name now
        }
}

void feed::set(const std::string& ndn, const replication::entry_version& version)
{
    const std::unique_lock lock(mutex_);
    versions_.set(ndn, version);
    by_uuid_.clear();
    unsaved_.push_back(ndn);
}

void feed::set_all(const replication::version_map& versions)
{
    const std::unique_lock lock(mutex_);
    versions_.assign(versions);
    by_uuid_.clear();
    appends_ = false;
}

void feed::erase(const std::string& ndn)
{
    const std::unique_lock lock(mutex_);
    versions_.erase(ndn);
    by_uuid_.clear();
    unsaved_.push_back(ndn);
}

void feed::replace(const std::string& ndn)
{
    const std::unique_lock lock(mutex_);
    note_written(ndn);
    if (auto* const known = versions_.find(ndn))
        known->uuid = {};
}

void feed::spoil(const std::string& ndn)
{
    const std::unique_lock lock(mutex_);
    note_written(ndn);
    if (auto* const known = versions_.find(ndn))
        known->digest = replication::no_digest;
}

std::map<std::string, unsigned> feed::written() const
{
    const std::shared_lock lock(mutex_);
    return written_;
}

void feed::forget_written(const std::map<std::string, unsigned>& names)
{
    const std::unique_lock lock(mutex_);
    for (const auto& [ndn, times] : names)
        if (const auto at = written_.find(ndn); at != written_.end() && at->second == times)
            written_.erase(at);
}

bool feed::is_empty() const
{
    const std::shared_lock lock(mutex_);
    return versions_.empty();
}

bool feed::holds_back() const
{
    const std::shared_lock lock(mutex_);
    return figures_.held_back;
}

std::int64_t feed::next_stamp(std::int64_t now)
{
    const std::unique_lock lock(mutex_);
    return last_stamp_ = std::max(last_stamp_ + 1, now);
}

std::uint32_t feed::next_usn(std::int64_t now_seconds)
{
    const std::unique_lock lock(mutex_);
    const auto next = std::max<std::int64_t>(std::int64_t(last_usn_) + 1, now_seconds);
    return last_usn_ = static_cast<std::uint32_t>(std::min<std::int64_t>(next, UINT32_MAX));
}

void feed::show_usn()
{
    const std::shared_lock lock(mutex_);
    shown_usn_ = last_usn_;
}

void feed::note_stamp(std::int64_t stamp)
{
    const std::unique_lock lock(mutex_);
    last_stamp_ = std::max(last_stamp_, stamp);
}

std::string feed::context_csn() const
{
    const std::shared_lock lock(mutex_);
    return replication::csn_of(last_stamp_, slap_serverID);
}

bool feed::confirms_removal(bool is_mass_removal)
{
    const auto now = clock::now();
    const std::unique_lock lock(mutex_);
    figures_.held_back = false;
    if (!is_mass_removal) {
        removal_seen_.reset();
        return true;
    }
    if (!removal_seen_)
        removal_seen_ = now;
    if (now - *removal_seen_ >= confirmation) {
        removal_seen_.reset();
        return true;
    }
    figures_.held_back = true;
    requested_ = true;
    return false;
}

feed::figures feed::current_figures() const
{
    const std::shared_lock lock(mutex_);
    figures out = figures_;
    out.entries = versions_.size();
    if (last_began_ != clock::time_point())
        out.age = std::chrono::duration<double>(clock::now() - last_began_).count();
    return out;
}

} // namespace pgsql::slapd
