// feed_state.cpp: keeps the versions of entries across restarts in a file, to which changes are
// added.
#include "slapd/serving/feed.hpp"

#include "slapd/core/log_event.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

namespace pgsql::slapd {
namespace {

std::mutex files_mutex;
std::map<std::string, const void*> files; ///< of all feeds

// Whether the text was added to the file, which must exist, and not be a link to another one.
bool append(const std::string& name, const std::ostringstream& text)
{
    const int file = open(name.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (file == -1)
        return false;
    const std::string all = text.str();
    std::size_t written = 0;
    while (written < all.size()) {
        const ssize_t count = write(file, all.data() + written, all.size() - written);
        if (count > 0)
            written += static_cast<std::size_t>(count);
        else if (count == 0 || errno != EINTR)
            break;
    }
    return close(file) == 0 && written == all.size();
}

} // namespace

bool feed::claim_file(const std::string& name)
{
    const std::lock_guard lock(files_mutex);
    std::erase_if(files, [&](const auto& one) { return one.second == this && one.first != name; });
    return files.emplace(name, this).first->second == this;
}

feed::~feed()
{
    const std::lock_guard lock(files_mutex);
    std::erase_if(files, [&](const auto& one) { return one.second == this; });
}

// Without the state, every entry gets a new stamp, and replicas read all entries again.
void feed::load()
{
    appends_ = false;
    if (settings_.file.empty())
        return;
    std::ifstream file(settings_.file);
    if (!file)
        return;
    try {
        replication::version_map entries;
        std::size_t lines = 0;
        const auto state = replication::read(file, entries, lines);
        last_stamp_ = std::max(last_stamp_, state.last_stamp);
        last_usn_ = std::max(last_usn_, state.last_usn);
        shown_usn_ = last_usn_; // or SSSD concludes that there are no numbers
        if (versions_.empty())
            versions_.assign(entries);
        by_uuid_.clear();
    } catch (const std::exception& e) {
        log({log_event::feed_state_lost, settings_.file, e.what(),
             "replicas read all entries again"});
    }
}

replication::feed_state feed::state() const
{
    return {.last_stamp = last_stamp_, .last_usn = last_usn_};
}

bool feed::rewrite() const
{
    const std::string next = settings_.file + ".new";
    std::remove(next.c_str());
    const int descriptor = open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor == -1)
        return false;
    close(descriptor);
    std::ofstream file(next);
    replication::write(file, state(), versions_);
    file.close();
    return bool(file) && std::rename(next.c_str(), settings_.file.c_str()) == 0;
}

void feed::announce(const replication::differences& found, const replication::version_map& seen)
{
    if (found.count() == 0)
        return;
    const std::shared_lock lock(mutex_);
    if (settings_.file.empty())
        return;
    if (!appends_) {
        appends_ = rewrite();
        appended_ = 0;
    }
    if (!appends_)
        return; // save() tells why
    std::ostringstream text;
    replication::write_intentions(text, found, versions_, seen);
    appended_ += found.count();
    appends_ = append(settings_.file, text);
}

void feed::note_written(const std::string& ndn)
{
    ++written_[ndn];
    const auto* const known = versions_.find(ndn);
    if (settings_.file.empty() || known == nullptr)
        return;
    std::ostringstream text;
    replication::write_intention(text, ndn, *known);
    ++appended_;
    appends_ = append(settings_.file, text) && appends_;
}

bool feed::append_changes()
{
    std::ostringstream text;
    replication::write_changes(text, state(), versions_, unsaved_);
    for (const auto& [ndn, unused] : written_) // since the comparison began
        if (const auto* const known = versions_.find(ndn))
            replication::write_intention(text, ndn, *known);
    appended_ += unsaved_.size() + written_.size() + 1;
    return append(settings_.file, text);
}

// Only the job changes what is written.
void feed::save()
{
    bool whole = false;
    {
        const std::shared_lock lock(mutex_);
        const std::size_t most = std::max<std::size_t>(1000, versions_.size());
        whole = !appends_ || appended_ + unsaved_.size() > most;
        if (settings_.file.empty() || whole || !unsaved_.empty())
            appends_ = settings_.file.empty() || (whole ? rewrite() : append_changes());
        if (!appends_)
            log({log_event::feed_state_lost, settings_.file,
                 fmt::format("the state cannot be written: {}", std::strerror(errno)),
                 "after a restart, replicas read all entries again"});
    }
    const std::unique_lock lock(mutex_);
    if (whole)
        appended_ = 0;
    unsaved_.clear();
}

} // namespace pgsql::slapd
