// monitor.cpp: shows the metrics of a database as attributes of its entry below
// cn=Databases,cn=Monitor.
#include "slapd/monitor/monitor.hpp"

#include "slapd/monitor/metrics.hpp"
#include "slapd/monitor/monitor_counters.hpp"
#include "slapd/monitor/monitor_schema.hpp"

namespace pgsql::slapd {
namespace {

const monitor_schema* schema = nullptr; ///< null: slapd has no back-monitor

void replace(Entry& in, AttributeDescription* type, std::size_t index, const std::string& text)
{
    if (Attribute* a = attr_find(in.e_attrs, type); a != nullptr && a->a_numvals > index) {
        const berval value = to_berval(text);
        ber_bvreplace(&a->a_vals[index], &value); // also the normalized values
    }
}

// Runs with the entry locked, each time it is read. Therefore it never waits.
int update(Operation*, SlapReply*, Entry* e, void* private_data) noexcept
{
    try {
        const auto& at = **static_cast<std::shared_ptr<monitor_entry>*>(private_data);
        if (at.owner == nullptr)
            return SLAP_CB_CONTINUE;
        const metric_catalog& all = all_metrics();
        with_metric_source(*at.owner, [&](const metric_source& source) {
            for (std::size_t m = 0; m < all.metrics.size(); ++m)
                replace(*e, schema->metrics[m], 0, std::to_string(all.metrics[m].read(source)));
            for (std::size_t h = 0; h < all.histograms.size(); ++h) {
                const auto counts = cumulated(all.histograms[h].read(source));
                for (std::size_t i = 0; i < counts.size(); ++i)
                    replace(*e, schema->histograms[h], i,
                            bound_name(i) + " " + std::to_string(counts[i]));
            }
        });
    } catch (const std::exception& why) {
        write_log({log_event::monitor_failed, "cn=Databases,cn=Monitor", why.what()});
    }
    return SLAP_CB_CONTINUE;
}

void release(void** private_data) noexcept
{
    auto* const at = static_cast<std::shared_ptr<monitor_entry>*>(*private_data);
    (*at)->callback = nullptr;
    delete at;
    *private_data = nullptr;
}

// Removes the metrics from the entry, which belongs to slapd and stays.
int on_entry_free(Entry* e, void** private_data) noexcept
{
    Modification classes{};
    berval names[] = {schema->database->soc_cname, berval{}};
    classes.sm_op = LDAP_MOD_DELETE;
    classes.sm_desc = slap_schema.si_ad_objectClass;
    classes.sm_values = names;
    classes.sm_numvals = 1;
    const char* text = nullptr;
    char buffer[SLAP_TEXT_BUFLEN];
    (void)modify_delete_values(e, &classes, 1, &text, buffer, sizeof buffer);
    (void)attr_delete(&e->e_attrs, schema->suffix);
    for (AttributeDescription* type : schema->metrics)
        (void)attr_delete(&e->e_attrs, type);
    for (AttributeDescription* type : schema->histograms)
        (void)attr_delete(&e->e_attrs, type);
    release(private_data);
    return SLAP_CB_CONTINUE;
}

struct attributes_delete {
    void operator()(Attribute* a) const noexcept { attrs_free(a); }
};
using own_attributes = std::unique_ptr<Attribute, attributes_delete>;

own_attributes attributes_of(const BackendDB& be)
{
    own_attributes out(
        attrs_alloc(static_cast<int>(2 + schema->metrics.size() + schema->histograms.size())));
    Attribute* a = out.get();
    const auto add = [&](AttributeDescription* type, berval value, berval* normalized) {
        a->a_desc = type;
        attr_valadd(a, &value, normalized, 1);
    };
    add(slap_schema.si_ad_objectClass, schema->database->soc_cname, nullptr);
    a = a->a_next;
    add(schema->suffix, be.be_suffix[0], &be.be_nsuffix[0]);
    a = a->a_next;
    for (AttributeDescription* type : schema->metrics) {
        add(type, to_berval("0"), nullptr);
        a = a->a_next;
    }
    for (AttributeDescription* type : schema->histograms) {
        for (std::size_t i = 0; i < histogram::buckets; ++i)
            add(type, to_berval(bound_name(i) + " 0"), nullptr);
        a = a->a_next;
    }
    return out;
}

const monitor_extra_t* monitor_extra()
{
    const BackendInfo* const known = backend_info("monitor");
    return known != nullptr ? static_cast<const monitor_extra_t*>(known->bi_extra) : nullptr;
}

} // namespace

void prepare_monitoring(BackendDB& be)
{
    static const monitor_schema* const registered =
        monitor_extra() != nullptr ? register_monitor_schema() : nullptr;
    schema = registered;
    if (schema != nullptr)
        SLAP_DBFLAGS(&be) |= SLAP_DBFLAG_MONITORING; // the directive `monitoring`, on by default
}

void register_monitor_entry(BackendDB& be)
{
    database& database = database_of(be);
    const monitor_extra_t* const monitor = monitor_extra();
    if (schema == nullptr || !SLAP_DBMONITORING(&be) || database.monitor != nullptr ||
        monitor->is_configured() == 0)
        return;
    static bool subsystem_registered = false;
    if (!subsystem_registered)
        subsystem_registered = monitor->register_subsys(&counters_subsystem()) == 0;

    const auto attributes = attributes_of(be);
    database.monitor = std::make_shared<monitor_entry>();
    database.monitor->owner = &database;
    auto* const callback =
        static_cast<monitor_callback_t*>(ch_calloc(1, sizeof(monitor_callback_t)));
    callback->mc_update = update;
    callback->mc_free = on_entry_free;
    callback->mc_dispose = release;
    callback->mc_private = new std::shared_ptr<monitor_entry>(database.monitor);
    database.monitor->callback = callback;
    // Not `be`, which may be a copy made by an overlay: slapd keeps the address.
    if (monitor->register_database(be.bd_self, &database.monitor->ndn) != 0 ||
        monitor->register_entry_attrs(&database.monitor->ndn, attributes.get(), callback, nullptr,
                                      -1, nullptr) != 0) {
        release(&callback->mc_private);
        ch_free(callback);
        throw config_error("cannot register the database below cn=Monitor; see the lines above, or "
                           "set \"monitoring off\"");
    }
}

void unregister_monitor_entry(database& database) noexcept
{
    if (database.monitor == nullptr)
        return;
    database.monitor->owner = nullptr;
    if (database.monitor->callback != nullptr) {
        berval none{};
        (void)monitor_extra()->unregister_entry_callback(
            &database.monitor->ndn, database.monitor->callback, &none, 0, &none);
    }
    database.monitor.reset();
}

} // namespace pgsql::slapd
