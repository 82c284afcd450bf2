// feed_job.cpp: compares the entries with the database, and replays the differences for replicas.
//
// slapo-syncprov sees changes only as operations. Each difference becomes one, which passes through
// the overlays of the database and which the backend itself answers with success.
#include "slapd/replication/feed_job.hpp"

#include "slapd/core/log_event.hpp"
#include "slapd/entry/copied_entry.hpp"
#include "slapd/entry/entry_finder.hpp"
#include "slapd/replication/database_state.hpp"
#include "slapd/serving/container_entries.hpp"
#include "slapd/serving/database.hpp"
#include "slapd/worker/internal_operation.hpp"

#include <fmt/core.h>

#include <malloc.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

constexpr std::size_t portion = 1000; // differences between two chances for slapd to pause

class comparison {
public:
    comparison(feed& feed, service& service, void* context)
        : feed_(feed), service_(service), context_(context), replays_(feed.current().replays)
    {}

    /// Returns the number of differences that were replayed.
    std::size_t run()
    {
        const auto began = clock::now();
        internal_operation operation(feed_.database(), context_);
        if (replays_ && BER_BVISEMPTY(&operation.op().o_ndn))
            throw directory::config_error("the database has no rootdn; add rootdn");
        const auto written = feed_.written();
        retry_after_schema_change(service_, [&] {
            read_database(operation.op(), service_, feed_, state_);
            return true;
        });
        busy_ = clock::now() - began;
        std::set<std::uint32_t> suspicious;
        auto found = feed_.compare_with(
            state_.seen,
            [this](const auto& ndn, const auto& one) { return state_.unread(ndn, one); },
            suspicious);
        const bool first = !feed_.ready() && feed_.is_empty();
        if (found.count() > 0)
            usn_ = feed_.next_usn(state_.now / 1000000);
        if (first) {
            stamp_all();
            found = {};
        } else if (!feed_.confirms_removal(!suspicious.empty())) {
            service_.log({log_event::feed_held_back, "",
                          fmt::format("{} entries have disappeared", found.removed.size())});
            leave_out(found, suspicious);
        }
        if (replays_)
            feed_.announce(found, state_.seen);
        replay(found);
        if (replays_ && !feed_.renewed())
            renew();
        feed_.note_rows(state_.seen);
        keep_rows(suspicious);
        feed_.forget_written(written);
        if (!feed_.ready()) {
            feed_.set_ready();
            service_.log({log_event::feed_started, "",
                          fmt::format("{} entries are ready for replicas", state_.seen.size())});
        }
        feed_.show_usn(); // after the versions are in force
        feed_.save();
        state_ = {};
        if (feed_.rows().size() > portion) // glibc keeps what the rows have used
            malloc_trim(0);
        return found.count();
    }

    /// How long it has burdened the database before the replay.
    [[nodiscard]] clock::duration busy() const noexcept { return busy_; }

private:
    // What is held back differs from what was read.
    void keep_rows(const std::set<std::uint32_t>& held_back)
    {
        for (const auto kind : held_back)
            if (feed_.holds_back())
                state_.rows.of_kind.erase(kind);
        feed_.rows() = std::move(state_.rows);
    }

    // The first state: replicas copy it as a whole, so that no entry is replayed.
    void stamp_all()
    {
        const auto stamp = feed_.next_stamp(state_.now);
        for (auto&& [ndn, one] : state_.seen) {
            one.stamp = ndn == service_.suffix_ndn ? replication::suffix_stamp : stamp;
            one.usn = usn_;
        }
        feed_.set_all(state_.seen);
    }

    // Replicas look for what they lack at their next connection: a crash may have lost the last
    // stamps, and other providers may have added what does not exist anymore. The suffix stands for
    // no entry: it does not change.
    void renew()
    {
        internal_operation operation(feed_.database(), context_);
        modify(operation.op(), service_.suffix_ndn, feed_.find(service_.suffix_ndn).value(),
               feed_.next_stamp(state_.now));
        feed_.set_renewed();
    }

    void replay(const replication::differences& found)
    {
        if (!replays_)
            return record(found);
        std::vector<std::function<void(Operation&)>> steps;
        for (const auto& ndn : found.removed)
            steps.emplace_back([this, &ndn](Operation& op) { remove(op, ndn); });
        for (const auto& ndn : found.changed)
            steps.emplace_back([this, &ndn](Operation& op) {
                const auto version = stamped(ndn);
                modify(op, ndn, version, version.stamp);
            });
        for (const auto& ndn : found.added)
            steps.emplace_back([this, &ndn](Operation& op) { add_entry(op, ndn); });
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (i % portion == portion - 1) {
                idle_thread pausing; // a configuration change may begin
                pausing.begin();
                pausing.end();
                if (existence_.expired())
                    throw database_removed{};
                if (database_of(feed_.database()).current().get() != &service_)
                    throw std::runtime_error("the directives have changed");
            }
            if (slapd_shutdown != 0)
                throw std::runtime_error("slapd stops");
            internal_operation operation(feed_.database(), context_);
            steps[i](operation.op());
        }
    }

    // Without replicas.
    void record(const replication::differences& found)
    {
        for (const auto& ndn : found.removed)
            feed_.erase(ndn);
        for (const auto* const list : {&found.changed, &found.added})
            for (const auto& ndn : *list)
                feed_.set(ndn, stamped(ndn));
    }

    [[nodiscard]] replication::entry_version stamped(const std::string& ndn)
    {
        auto out = *state_.seen.find(ndn);
        out.stamp = feed_.next_stamp(state_.now);
        out.usn = usn_;
        return out;
    }

    void send(Operation& op, const std::string& ndn, ber_tag_t tag,
              std::optional<replication::entry_version> version, std::int64_t stamp,
              entry_ptr entry, BI_op_func* BackendInfo::*function)
    {
        slap_callback ignored{};
        ignored.sc_response = slap_null_cb;
        op.o_callback = &ignored;
        op.o_tag = tag;
        op.o_req_dn = op.o_req_ndn = to_berval(ndn);
        const replayed_change change(op, feed_, ndn, version, stamp, std::move(entry));
        SlapReply rs{};
        rs.sr_type = REP_RESULT;
        const int code = (op.o_bd->bd_info->*function)(&op, &rs);
        if (code != LDAP_SUCCESS)
            throw std::runtime_error(
                fmt::format("an overlay refuses the change of \"{}\": {}", ndn, code));
    }

    void remove(Operation& op, const std::string& ndn)
    {
        if (const auto known = feed_.find(ndn))
            send(op, ndn, LDAP_REQ_DELETE, std::nullopt, feed_.next_stamp(state_.now),
                 remains_of(op, ndn, *known), &BackendInfo::bi_op_delete);
    }

    void modify(Operation& op, const std::string& ndn, const replication::entry_version& version,
                std::int64_t stamp)
    {
        const std::string csn = replication::csn_of(version.stamp, slap_serverID);
        berval values[] = {to_berval(csn), BER_BVNULL};
        Modifications mod{};
        mod.sml_op = LDAP_MOD_REPLACE;
        mod.sml_flags = SLAP_MOD_INTERNAL;
        mod.sml_desc = slap_schema.si_ad_entryCSN;
        mod.sml_values = mod.sml_nvalues = values;
        mod.sml_numvals = 1;
        op.orm_modlist = &mod;
        op.orm_no_opattrs = 1;
        send(op, ndn, LDAP_REQ_MODIFY, version, stamp, read_before(ndn),
             &BackendInfo::bi_op_modify);
    }

    void add_entry(Operation& op, const std::string& ndn)
    {
        entry_ptr e = read_before(ndn);
        if (e == nullptr)
            e = read_entry(op, ndn);
        const auto version = stamped(ndn);
        if (e == nullptr) { // gone for now; it may come back before the next comparison
            state_.rows.of_kind.erase(version.kind);
            feed_.request();
            return;
        }
        complete_copy(*e, version.stamp);
        op.ora_e = e.get();
        op.ora_modlist = nullptr;
        send(op, ndn, LDAP_REQ_ADD, version, version.stamp, entry_ptr(entry_dup(e.get())),
             &BackendInfo::bi_op_add);
    }

    // By the comparison, which keeps some entries.
    [[nodiscard]] entry_ptr read_before(const std::string& ndn) const
    {
        const auto at = state_.entries.find(ndn);
        return at != state_.entries.end() ? entry_ptr(entry_dup(at->second.get())) : nullptr;
    }

    entry_ptr read_entry(Operation& op, const std::string& ndn)
    {
        if (const auto container = service_.dn_tree().find(ndn))
            return entry_ptr(entry_dup(&service_.container(container)));
        const auto mapping = current_mapping(op, service_);
        entry_finder finder(op, service_, *mapping, to_berval(ndn),
                            directory::filter::constant_of(directory::truth::yes),
                            copied_selection(service_, *mapping), {}, true);
        entry_ptr out;
        while (const candidate* const found = finder.next())
            if (!is_hidden(*found))
                out.reset(entry_dup(found->entry));
        return out;
    }

    // An added entry may be a removed one with another name. Changes pass: users may be locked.
    void leave_out(replication::differences& of, const std::set<std::uint32_t>& kinds)
    {
        for (auto* const list : {&of.removed, &of.added})
            std::erase_if(*list, [&](const std::string& ndn) {
                const auto known = feed_.find(ndn);
                return kinds.contains(known ? known->kind : state_.seen.find(ndn)->kind);
            });
    }

    // What is known of a removed entry: name, classes and UUID.
    entry_ptr remains_of(Operation& op, const std::string& ndn,
                         const replication::entry_version& known)
    {
        const auto mapping = current_mapping(op, service_);
        entry_ptr out = new_entry();
        berval name = to_berval(ndn);
        ber_dupbv(&out->e_name, &name);
        ber_dupbv(&out->e_nname, &name);
        const auto& kinds = mapping->map.kinds;
        const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                       [&](const auto& k) { return kind_number(k) == known.kind; });
        if (kind != kinds.end()) {
            const directory::kind& k = *kind;
            add_classes(*out, k.classes);
            const auto location = service_.dn_tree().locate(ndn);
            const std::string value = location.parent ? location.value
                                                      : std::string(directory::rdn_of(ndn).substr(
                                                            directory::rdn_of(ndn).find('=') + 1));
            berval named = to_berval(value);
            (void)attr_merge_normalize_one(out.get(), mapping->types[k.rdn().attribute].description,
                                           &named, nullptr);
        } else {
            add_classes(*out, {"top", "organizationalUnit"});
        }
        add_uuid(*out, known.uuid);
        complete_copy(*out, known.stamp);
        return out;
    }

    feed& feed_;
    service& service_;
    void* const context_;
    const std::weak_ptr<const char> existence_ = database_of(feed_.database()).existence;
    database_state state_;
    std::uint32_t usn_ = 0; ///< of what this comparison found
    const bool replays_;
    clock::duration busy_{};
};

} // namespace

void* run_feed(void* context, void* argument) noexcept
{
    const std::unique_ptr<feed_job> weak(static_cast<feed_job*>(argument));
    const auto feed = weak->lock();
    if (feed == nullptr)
        return nullptr;
    const auto began = clock::now();
    clock::duration busy{};
    std::size_t differences = 0;
    bool succeeded = false;
    std::shared_ptr<service> service;
    const auto failed = [&](const char* reason) {
        if (service != nullptr && slapd_shutdown == 0)
            service->log({log_event::feed_failed, "", reason, "replicas keep their entries"});
    };
    const entry_point here(entry_point::kind::request);
    try {
        service = database_of(feed->database()).current();
        if (service != nullptr && service->feed == feed) {
            comparison one(*feed, *service, context);
            const auto note = [&] { busy = one.busy(); };
            try {
                differences = one.run();
            } catch (...) {
                note();
                throw;
            }
            note();
        }
        succeeded = true;
    } catch (const cut_short& e) {
        failed(e.text);
    } catch (const std::exception& e) {
        failed(e.what());
    } catch (...) {
        failed("unknown exception");
    }
    feed->finished(began, busy, succeeded, differences);
    return nullptr;
}

} // namespace pgsql::slapd
