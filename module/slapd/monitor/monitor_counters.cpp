// monitor_counters.cpp: shows one metric per entry below cn=PostgreSQL,cn=Monitor, the format that
// exporters read.
#include "slapd/monitor/monitor_counters.hpp"

#include "slapd/monitor/metrics.hpp"
#include "slapd/monitor/monitor.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// Exporters read the attribute monitorCounter of every entry of the class monitorCounterObject.
class counters_below {
public:
    explicit counters_below(Entry& parent)
        : parent_(parent), subsystem_(static_cast<monitor_entry_t*>(parent.e_private)->mp_info)
    {
        const char* text = nullptr;
        (void)slap_str2ad("monitorCounter", &counter_, &text);
        class_ = oc_find("monitorCounterObject");
    }

    /// Adds the counters of one database; only the one with this DN, if it is not null.
    void add(const BackendDB& be, const berval* ndn)
    {
        const database& database = database_of(be);
        if (database.monitor == nullptr || database.monitor->callback == nullptr ||
            BER_BVISNULL(&database.monitor->ndn))
            return;
        // cn=database 2,cn=databases,cn=monitor
        auto rdn = directory::rdn_of(to_string_view(database.monitor->ndn));
        rdn.remove_prefix(std::min(rdn.find_last_of(' '), rdn.size()));
        const std::string prefix = "cn=Database" + std::string(rdn) + " ";
        with_metric_source(database, [&](const metric_source& source) {
            for (const metric& m : all_metrics().metrics)
                add(prefix + m.name, m.read(source), ndn);
            for (const histogram_metric& h : all_metrics().histograms) {
                const auto counts = cumulated(h.read(source));
                for (std::size_t i = 0; i < counts.size(); ++i)
                    add(prefix + h.name + " " + bound_name(i), counts[i], ndn);
            }
        });
    }

    /// All entries as a linked list, which slapd frees.
    [[nodiscard]] Entry* release() noexcept
    {
        last_ = nullptr;
        return std::exchange(entry_, nullptr);
    }

    counters_below(const counters_below&) = delete;
    counters_below& operator=(const counters_below&) = delete;
    ~counters_below()
    {
        while (entry_ != nullptr) {
            auto* const tie = static_cast<monitor_entry_t*>(entry_->e_private);
            Entry* const next = tie->mp_next;
            ldap_pvt_thread_mutex_destroy(&tie->mp_mutex);
            ch_free(tie);
            entry_->e_private = nullptr;
            entry_free(std::exchange(entry_, next));
        }
    }

private:
    void add(const std::string& rdn, std::uint64_t value, const berval* ndn)
    {
        const std::string name = to_lower(rdn) + "," + std::string(to_string_view(parent_.e_nname));
        if (ndn != nullptr && to_string_view(*ndn) != name)
            return;
        const auto* const monitor =
            static_cast<monitor_extra_t*>(backend_info("monitor")->bi_extra);
        berval text = to_berval(rdn);
        Entry* const e =
            monitor->entry_stub(&parent_.e_name, &parent_.e_nname, &text, class_, nullptr, nullptr);
        if (e == nullptr)
            throw std::bad_alloc();
        const std::string digits = std::to_string(value);
        berval count = to_berval(digits);
        (void)attr_merge_one(e, counter_, &count, nullptr);
        monitor_entry_t* const tie = monitor->entrypriv_create();
        tie->mp_info = subsystem_;
        tie->mp_flags = MONITOR_F_SUB | MONITOR_F_VOLATILE;
        e->e_private = tie;
        if (entry_ == nullptr)
            entry_ = e;
        else
            static_cast<monitor_entry_t*>(last_->e_private)->mp_next = e;
        last_ = e;
    }

    Entry& parent_;
    monitor_subsys_t* const subsystem_;
    AttributeDescription* counter_ = nullptr;
    ObjectClass* class_ = nullptr;
    Entry* entry_ = nullptr;
    Entry* last_ = nullptr; ///< the end of the list
};

// Called for every read. No pause of the workers occurs meanwhile, so no database is removed.
int create(Operation*, SlapReply* rs, berval* ndn, Entry* parent, Entry** to) noexcept
{
    *to = nullptr;
    try {
        counters_below made(*parent);
        const BackendDB* be = nullptr;
        LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
        {
            if (is_ours(*be))
                made.add(*be, ndn);
        }
        *to = made.release();
    } catch (const std::exception& why) {
        write_log({log_event::monitor_failed, "cn=PostgreSQL,cn=Monitor", why.what()});
        return rs->sr_err = LDAP_OTHER;
    }
    return ndn == nullptr || *to != nullptr ? SLAP_CB_CONTINUE : LDAP_NO_SUCH_OBJECT;
}

int open_subsystem(BackendDB*, monitor_subsys_t* which) noexcept;

monitor_subsys_t subsystem = {
    .mss_name = const_cast<char*>("PostgreSQL"),
    .mss_rdn = {},
    .mss_dn = {},
    .mss_ndn = {},
    .mss_desc = {BER_BVC("Metrics of PostgreSQL databases, one per entry"), BER_BVNULL, BER_BVNULL},
    .mss_flags = MONITOR_F_VOLATILE_CH,
    .mss_open = open_subsystem,
    .mss_destroy = nullptr,
    .mss_update = nullptr,
    .mss_create = create,
    .mss_modify = nullptr,
    .mss_private = nullptr};

// Creates the entry of the subsystem when slapd opens cn=Monitor. slapd does not do so later.
int open_subsystem(BackendDB*, monitor_subsys_t* which) noexcept
{
    if (!BER_BVISNULL(&which->mss_dn))
        return 0;
    const auto* const monitor = static_cast<monitor_extra_t*>(backend_info("monitor")->bi_extra);
    which->mss_dn = to_berval("cn=PostgreSQL,cn=Monitor");
    which->mss_ndn = to_berval("cn=postgresql,cn=monitor");
    berval above = to_berval("cn=Monitor");
    berval above_ndn = to_berval("cn=monitor");
    berval rdn = to_berval("cn=PostgreSQL");
    const entry_ptr e(monitor->entry_stub(&above, &above_ndn, &rdn, oc_find("monitorContainer"),
                                          nullptr, nullptr));
    if (e == nullptr)
        return -1;
    (void)attr_merge_normalize(e.get(), slap_schema.si_ad_description, which->mss_desc, nullptr);
    return monitor->register_entry(e.get(), nullptr, which,
                                   static_cast<unsigned long>(which->mss_flags));
}

} // namespace

monitor_subsys_t& counters_subsystem() noexcept { return subsystem; }

} // namespace pgsql::slapd
