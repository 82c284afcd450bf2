// copied_entry.hpp: entries as replicas copy them, and the operations by which changes are
// replayed.
#pragma once

#include "slapd/core/slapd.hpp"
#include "slapd/serving/feed.hpp"
#include "slapd/serving/service.hpp"
#include "slapd/worker/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgsql::slapd {

/// Whether the search is a consumer's (RFC 4533), or slapo-syncprov's own on its behalf.
[[nodiscard]] bool is_copying(const Operation& op) noexcept;
/// Whether it is the consumer's own.
[[nodiscard]] bool is_consumers(const Operation& op) noexcept;
/// Why the consumer's search is refused; null: it is not. `code`: the result.
[[nodiscard]] const char* copy_refusal(const Operation& op, const service& service,
                                       const resolved_mapping& mapping, int& code);

/// The same; waits for the mapping.
[[nodiscard]] const char* refuse_copy(Operation& op, service& service, int& code);

/// Why a search for a replica ends without entries; nothing: it does not.
[[nodiscard]] std::optional<failure> copy_failure(Operation& op, service& service);

/// The attributes that replicas copy: all but those that they derive themselves.
[[nodiscard]] directory::selection copied_attributes(const resolved_mapping& mapping);
/// The copy that a replica gets: with an entryCSN, and without what it derives itself.
void complete_copy(Entry& e, std::int64_t stamp);
/// The same, with the entryUUID of the version: the database may have changed since.
void complete_copy(Entry& e, const replication::entry_version& version);

void add_uuid(Entry& e, const std::array<unsigned char, 16>& uuid);

/// Watches a search for a replica. The database may have changed since the last comparison, and may
/// change back before the next one, which would notice nothing: what the search found otherwise
/// than it is known is compared again.
class copy_audit {
public:
    explicit copy_audit(feed& feed) : feed_(feed) {}

    /// Completes the copy that the search found. False if it is not known yet. `whole`: it has all
    /// that replicas copy.
    [[nodiscard]] bool admit(Entry& e, bool whole);
    /// The names of the entries that can match the filter: those of an entryUUID or of an entryCSN,
    /// if they are few; nothing: any. Only these are looked for.
    [[nodiscard]] const std::optional<std::vector<std::string>>& narrow(const Filter& filter);
    /// Whether the search has not found all of these. Then it must look for all.
    [[nodiscard]] bool widen(const Operation& op);
    /// To be called if the search has found all that is below its base.
    void finish(const Operation& op);

private:
    [[nodiscard]] bool is_missing(const Operation& op, const std::string& ndn) const;

    feed& feed_;
    bool wide_ = false;
    std::vector<std::uint64_t> found_; ///< hashes of normalized DNs
    std::optional<std::vector<std::string>> names_;
};
/// A digest of the content that replicas copy, and the entryUUID.
[[nodiscard]] replication::entry_version version_of(const Entry& e, std::uint32_t kind);

/// On the stack of an operation that replays a change of the database through the overlays; the
/// backend itself changes nothing.
class replayed_change : OpExtra {
public:
    /// `version`: of the entry after the change; nothing: it is removed. `stamp`: of the operation.
    /// `entry`: what overlays may read of it; null: they read the database.
    replayed_change(Operation& op, feed& feed, std::string ndn,
                    std::optional<replication::entry_version> version, std::int64_t stamp,
                    entry_ptr entry);
    replayed_change(const replayed_change&) = delete;
    replayed_change& operator=(const replayed_change&) = delete;
    ~replayed_change();

    /// The change that the operation is, or null.
    [[nodiscard]] static replayed_change* of(const Operation& op) noexcept;
    /// The same for operations that an overlay has made of it, for example to read an entry.
    [[nodiscard]] static replayed_change* find(const Operation& op) noexcept;

    /// Records the version, and sends success.
    int run(SlapReply& rs);
    /// A copy of the entry, or null.
    [[nodiscard]] entry_ptr entry() const;
    /// Completes the entry that was read from the database, for overlays; null: it was not found.
    void complete(Entry* e) const;

private:
    Operation& op_;
    feed& feed_;
    const std::string ndn_;
    const std::optional<replication::entry_version> version_;
    const std::int64_t stamp_;
    const entry_ptr entry_;
};

/// The password hash in the form in which slapd itself checks it: {SCHEME}value; empty if there is
/// none.
[[nodiscard]] std::string copied_password(std::string_view stored);

} // namespace pgsql::slapd
