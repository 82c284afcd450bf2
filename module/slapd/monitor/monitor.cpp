// monitor.cpp: shows what a database has counted below cn=Monitor: as attributes of its entry below
// cn=Databases, to be read, and as one counter an entry below cn=PostgreSQL, which is the form that
// exporters know.
#include "slapd/monitor/monitor.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/auth/async_bind.hpp"

#include "cache/result_cache.hpp"
#include "postgres/fair_semaphore.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// Under the arc of the directives' OIDs (config.cpp).
constexpr const char* arc = "2.25.162856128844017627545785008905003916249.";

/// What there is to be read from.
struct source {
    tally& counted;
    service* serving;   ///< null while the database is closed
    waiting_room* room; ///< as well
};

/// A number, and the attribute that shows it.
struct figure {
    int number; ///< the end of the OID
    std::string name;
    std::string description;
    std::function<std::uint64_t(const source&)> value;
    AttributeDescription* type = nullptr;
};

/// How often something took how long, and the attribute that shows it.
struct distribution {
    int number;
    std::string name;
    std::string description;
    std::function<const histogram&(const source&)> of;
    AttributeDescription* type = nullptr;
};

struct catalogue {
    std::vector<figure> figures;
    std::vector<distribution> distributions;
    AttributeDescription* suffix = nullptr;
    ObjectClass* directory = nullptr;
    bool usable = false;
};

constexpr std::array<const char*, tally::kinds> kind_names = {"Search", "Bind", "Compare",
                                                              "PasswordChange"};
constexpr std::array<const char*, tally::outcomes> outcome_names = {
    "Answered", "Empty", "Refused", "Limited", "Busy", "Unavailable", "Failed", "Abandoned"};

std::function<std::uint64_t(const source&)> counted(postgres::traffic::event what)
{
    return [what](const source& s) { return s.counted.traffic->of[what]; };
}

// Of what is there only while the database is open.
template <typename Read> std::function<std::uint64_t(const source&)> of_room(Read read)
{
    return [read](const source& s) {
        return s.room != nullptr ? static_cast<std::uint64_t>(read(*s.room)) : 0;
    };
}

template <typename Read> std::function<std::uint64_t(const source&)> of_service(Read read)
{
    return [read](const source& s) {
        return s.serving != nullptr ? static_cast<std::uint64_t>(read(*s.serving)) : 0;
    };
}

template <typename Read>
std::function<std::uint64_t(const source&)>
of_cache(const std::shared_ptr<directory::cache> service::*which, Read read)
{
    return of_service([which, read](service& s) {
        return s.*which != nullptr ? read((s.*which)->figures()) : 0;
    });
}

catalogue make_catalogue()
{
    using event = postgres::traffic::event;
    catalogue out;
    out.figures = {
        {2, "olmPgStatements", "Statements that were sent to PostgreSQL",
         counted(event::statement)},
        {3, "olmPgRows", "Rows that PostgreSQL has returned", counted(event::row)},
        {4, "olmPgConnectAttempts", "Attempts to connect to PostgreSQL", counted(event::attempt)},
        {5, "olmPgConnects", "Connections to PostgreSQL that were opened", counted(event::session)},
        {6, "olmPgRepeated", "Operations repeated because a connection was lost",
         counted(event::repeated)},
        {7, "olmPgPoolSize", "Connections to PostgreSQL at most",
         of_service([](service& s) { return s.pool().size(); })},
        {8, "olmPgPoolInUse", "Connections to PostgreSQL in use",
         of_service([](service& s) { return s.pool().lent(); })},
        {9, "olmPgPoolWaits", "Waits for a connection that was in use", counted(event::wait)},
        {14, "olmPgConnectionsLost", "Connections that broke while they were in use",
         counted(event::lost)},
        {15, "olmPgConnectionsRetired", "Connections closed for their age or for want of use",
         counted(event::retired)},
        {16, "olmPgDatabaseTroubled", "1 while connecting to PostgreSQL fails, 2 once it is away",
         of_service([](service& s) { return static_cast<int>(s.pool().health().now()); })},
        {17, "olmPgDatabaseAway", "Seconds since PostgreSQL is away, 0 when it is not",
         of_service([](service& s) { return s.pool().health().away_for(); })},
        {18, "olmPgRefusedAway", "Connections that were asked for while PostgreSQL was away",
         counted(event::refused)},
        {19, "olmPgAnonymousRunning", "Searches without a login that hold a turn",
         of_service([](service& s) { return s.anonymous->now().held; })},
        {20, "olmPgAnonymousWaiting", "Searches without a login that wait for a turn",
         of_service([](service& s) { return s.anonymous->now().waiting; })},
        {10, "olmPgHashesWaiting", "Password checks whose turn has not come",
         of_room([](waiting_room& r) { return r.gate()->load().waiting; })},
        {11, "olmPgHashesRunning", "Threads that check password hashes",
         of_room([](waiting_room& r) { return r.gate()->load().threads; })},
        {12, "olmPgApprovalsPending", "Approvals that were asked for and not given yet",
         of_room([](waiting_room& r) { return r.push()->load().prompts; })},
        {13, "olmPgLoginsWaiting", "Logins that wait for an approval",
         of_room([](waiting_room& r) { return r.push()->load().logins; })},
    };
    using figures = directory::cache_figures;
    const auto cached = [&](int number, const char* name, const char* description, auto read) {
        out.figures.push_back({number, name, description, of_cache(&service::answers, read)});
    };
    cached(30, "olmPgCacheHits", "Answers that were known already",
           [](const figures& f) { return f.hits; });
    cached(31, "olmPgCacheMisses", "Answers that had to be asked for",
           [](const figures& f) { return f.misses; });
    cached(32, "olmPgCacheShared",
           "Misses that were answered by the statement of another operation",
           [](const figures& f) { return f.shared; });
    cached(33, "olmPgCacheChanges", "Changes that were heard of, each of which ended all answers",
           [](const figures& f) { return f.changes; });
    cached(34, "olmPgCacheEvictions", "Answers forgotten for want of memory",
           [](const figures& f) { return f.evictions; });
    cached(35, "olmPgCacheEntries", "Answers that are kept",
           [](const figures& f) { return f.entries; });
    cached(36, "olmPgCacheBytes", "Bytes that the kept answers occupy",
           [](const figures& f) { return f.bytes; });
    out.figures.push_back(
        {37, "olmPgCacheAge", "Seconds since the oldest kept answer was read",
         of_service([](service& s) { return s.answers != nullptr ? s.answers->age() : 0; })});
    out.figures.push_back(
        {38, "olmPgCacheListening", "1 while changes would be heard of", of_service([](service& s) {
             return s.answers != nullptr && s.answers->usable() ? 1 : 0;
         })});
    cached(39, "olmPgStaleAnswers", "Answers given while the database was away, as they were last",
           [](const figures& f) { return f.stale; });
    out.figures.push_back({40, "olmPgStaleBinds",
                           "Logins checked while the database was away, as accounts were last",
                           of_cache(&service::accounts, [](const figures& f) { return f.stale; })});
    out.distributions.push_back(
        {200, "olmPgPoolWaitTime", "Waits for a connection, by seconds",
         [](const source& s) -> const histogram& { return s.counted.traffic->waited; }});
    for (int k = 0; k < static_cast<int>(tally::kinds); ++k) {
        const auto kind = static_cast<tally::kind>(k);
        const std::string name = std::string("olmPg") + kind_names.at(kind);
        for (int o = 0; o < static_cast<int>(tally::outcomes); ++o) {
            const auto outcome = static_cast<tally::outcome>(o);
            if (outcome == tally::empty && kind != tally::search)
                continue;
            out.figures.push_back(
                {100 + 10 * k + o, name + outcome_names.at(outcome),
                 std::string("Operations of this kind that ended so"),
                 [kind, outcome](const source& s) { return s.counted.count_of(kind, outcome); }});
        }
        out.distributions.push_back(
            {201 + k, name + "Time", "Operations of this kind, by seconds",
             [kind](const source& s) -> const histogram& { return s.counted.took(kind); }});
    }
    for (const auto& d : out.distributions)
        out.figures.push_back({d.number + 50, d.name + "Sum", "The sum of them, in microseconds",
                               [of = d.of](const source& s) { return of(s).sum(); }});
    return out;
}

// Lives as long as slapd: it has the addresses of what is in there.
catalogue& all()
{
    static catalogue& only = *new catalogue(make_catalogue());
    return only;
}

bool define(int number, const std::string& name, const std::string& description, const char* syntax,
            AttributeDescription*& to)
{
    const std::string text = "( " + std::string(arc) + "4." + std::to_string(number) + " NAME '" +
                             name + "' DESC '" + description + "' " + syntax +
                             " NO-USER-MODIFICATION USAGE dSAOperation )";
    if (register_at(text.c_str(), &to, 1) != 0)
        return false;
    to->ad_type->sat_flags |= SLAP_AT_HIDE; // as back-mdb's: no part of the directory's schema
    return true;
}

bool define_all()
{
    catalogue& known = all();
    bool done =
        define(1, "olmPgSuffix", "The suffix of the directory",
               "EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 SINGLE-VALUE",
               known.suffix);
    std::string names = "olmPgSuffix";
    for (figure& f : known.figures) {
        done = done && define(f.number, f.name, f.description, "SUP monitorCounter", f.type);
        names += " $ " + f.name;
    }
    for (distribution& d : known.distributions) {
        done = done && define(d.number, d.name, d.description, "SUP monitoredInfo", d.type);
        names += " $ " + d.name;
    }
    const std::string text =
        "( " + std::string(arc) +
        "5.1 NAME 'olmPgDatabase' DESC 'What a PostgreSQL database has counted' "
        "SUP top AUXILIARY MAY ( " +
        names + " ) )";
    if (!done || register_oc(text.c_str(), &known.directory, 1) != 0)
        return false;
    known.directory->soc_flags |= SLAP_OC_HIDE;
    return true;
}

// ---- numbers into texts

// In seconds, as Prometheus calls the buckets: 0.00005 … 10, inf.
std::string bound_name(std::size_t bucket)
{
    if (bucket == histogram::bounds.size())
        return "inf";
    char text[32];
    snprintf(text, sizeof text, "%.6f", static_cast<double>(histogram::bounds[bucket]) / 1e6);
    std::string out = text;
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.')
        out.pop_back();
    return out;
}

// How many took as long as each of the bounds, or less.
std::array<std::uint64_t, histogram::buckets> cumulated(const histogram& of)
{
    std::array<std::uint64_t, histogram::buckets> out{};
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = sum += of[i];
    return out;
}

template <typename Use> void with_source_of(const database& of, Use use)
{
    const auto serving = of.current();
    const auto room = of.room();
    use(source{*of.counted, serving.get(), room.get()});
}

// ---- the database's own entry

void replace(Entry& in, AttributeDescription* type, std::size_t which, const std::string& text)
{
    if (Attribute* a = attr_find(in.e_attrs, type); a != nullptr && a->a_numvals > which) {
        const berval value = look_at(text);
        ber_bvreplace(&a->a_vals[which], &value); // which are the normalised ones, too
    }
}

// With the entry locked, each time it is read: nothing here waits.
int update(Operation*, SlapReply*, Entry* e, void* mine) noexcept
{
    try {
        const auto& at = **static_cast<std::shared_ptr<listing>*>(mine);
        if (at.whose == nullptr)
            return SLAP_CB_CONTINUE;
        with_source_of(*at.whose, [&](const source& from) {
            for (const figure& f : all().figures)
                replace(*e, f.type, 0, std::to_string(f.value(from)));
            for (const distribution& d : all().distributions) {
                const auto counts = cumulated(d.of(from));
                for (std::size_t i = 0; i < counts.size(); ++i)
                    replace(*e, d.type, i, bound_name(i) + " " + std::to_string(counts[i]));
            }
        });
    } catch (const std::exception& why) {
        Debug(LDAP_DEBUG_ANY, "pgsql: cn=Monitor is not up to date: %s\n", why.what());
    }
    return SLAP_CB_CONTINUE;
}

void forget(void** mine) noexcept
{
    auto* const at = static_cast<std::shared_ptr<listing>*>(*mine);
    (*at)->callback = nullptr;
    delete at;
    *mine = nullptr;
}

// The entry is slapd's and stays, without what was ours.
int take_leave(Entry* e, void** mine) noexcept
{
    const catalogue& known = all();
    Modification classes{};
    berval names[] = {known.directory->soc_cname, berval{}};
    classes.sm_op = LDAP_MOD_DELETE;
    classes.sm_desc = slap_schema.si_ad_objectClass;
    classes.sm_values = names;
    classes.sm_numvals = 1;
    const char* text = nullptr;
    char buffer[SLAP_TEXT_BUFLEN];
    (void)modify_delete_values(e, &classes, 1, &text, buffer, sizeof buffer);
    (void)attr_delete(&e->e_attrs, known.suffix);
    for (const figure& f : known.figures)
        (void)attr_delete(&e->e_attrs, f.type);
    for (const distribution& d : known.distributions)
        (void)attr_delete(&e->e_attrs, d.type);
    forget(mine);
    return SLAP_CB_CONTINUE;
}

struct attributes_delete {
    void operator()(Attribute* a) const noexcept { attrs_free(a); }
};
using own_attributes = std::unique_ptr<Attribute, attributes_delete>;

own_attributes attributes_of(const BackendDB& be)
{
    const catalogue& known = all();
    own_attributes out(
        attrs_alloc(static_cast<int>(2 + known.figures.size() + known.distributions.size())));
    Attribute* a = out.get();
    const auto add = [&](AttributeDescription* type, berval value, berval* normalised) {
        a->a_desc = type;
        attr_valadd(a, &value, normalised, 1);
    };
    add(slap_schema.si_ad_objectClass, known.directory->soc_cname, nullptr);
    a = a->a_next;
    add(known.suffix, be.be_suffix[0], &be.be_nsuffix[0]);
    a = a->a_next;
    for (const figure& f : known.figures) {
        add(f.type, look_at("0"), nullptr);
        a = a->a_next;
    }
    for (const distribution& d : known.distributions) {
        for (std::size_t i = 0; i < histogram::buckets; ++i)
            add(d.type, look_at(bound_name(i) + " 0"), nullptr);
        a = a->a_next;
    }
    return out;
}

// ---- one entry a number

// Exporters take the attribute monitorCounter of every entry of the class monitorCounterObject.
class counters_below {
public:
    explicit counters_below(Entry& parent)
        : parent_(parent), subsystem_(static_cast<monitor_entry_t*>(parent.e_private)->mp_info)
    {
        const char* text = nullptr;
        (void)slap_str2ad("monitorCounter", &counter_, &text);
        class_ = oc_find("monitorCounterObject");
    }

    /// Those of one database; only the one of this name, if that is not null.
    void add(const BackendDB& be, const berval* ndn)
    {
        const database& of = database_of(be);
        if (of.listed == nullptr || of.listed->callback == nullptr || BER_BVISNULL(&of.listed->ndn))
            return;
        // cn=database 2,cn=databases,cn=monitor
        auto rdn = directory::rdn_of(view(of.listed->ndn));
        rdn.remove_prefix(std::min(rdn.find_last_of(' '), rdn.size()));
        const std::string prefix = "cn=Database" + std::string(rdn) + " ";
        with_source_of(of, [&](const source& from) {
            for (const figure& f : all().figures)
                add(prefix + f.name, f.value(from), ndn);
            for (const distribution& d : all().distributions) {
                const auto counts = cumulated(d.of(from));
                for (std::size_t i = 0; i < counts.size(); ++i)
                    add(prefix + d.name + " " + bound_name(i), counts[i], ndn);
            }
        });
    }

    /// All of them, linked to each other; slapd frees them.
    [[nodiscard]] Entry* release() noexcept
    {
        last_ = nullptr;
        return std::exchange(found_, nullptr);
    }

    counters_below(const counters_below&) = delete;
    counters_below& operator=(const counters_below&) = delete;
    ~counters_below()
    {
        while (found_ != nullptr) {
            auto* const tie = static_cast<monitor_entry_t*>(found_->e_private);
            Entry* const next = tie->mp_next;
            ldap_pvt_thread_mutex_destroy(&tie->mp_mutex);
            ch_free(tie);
            found_->e_private = nullptr;
            entry_free(std::exchange(found_, next));
        }
    }

private:
    void add(const std::string& rdn, std::uint64_t value, const berval* ndn)
    {
        const std::string name = folded(rdn) + "," + std::string(view(parent_.e_nname));
        if (ndn != nullptr && view(*ndn) != name)
            return;
        const auto* const monitor =
            static_cast<monitor_extra_t*>(backend_info("monitor")->bi_extra);
        berval text = look_at(rdn);
        Entry* const e =
            monitor->entry_stub(&parent_.e_name, &parent_.e_nname, &text, class_, nullptr, nullptr);
        if (e == nullptr)
            throw std::bad_alloc();
        const std::string digits = std::to_string(value);
        berval count = look_at(digits);
        (void)attr_merge_one(e, counter_, &count, nullptr);
        monitor_entry_t* const tie = monitor->entrypriv_create();
        tie->mp_info = subsystem_;
        tie->mp_flags = MONITOR_F_SUB | MONITOR_F_VOLATILE;
        e->e_private = tie;
        if (found_ == nullptr)
            found_ = e;
        else
            static_cast<monitor_entry_t*>(last_->e_private)->mp_next = e;
        last_ = e;
    }

    Entry& parent_;
    monitor_subsys_t* const subsystem_;
    AttributeDescription* counter_ = nullptr;
    ObjectClass* class_ = nullptr;
    Entry* found_ = nullptr;
    Entry* last_ = nullptr; ///< of them
};

// slapd asks whenever somebody reads: no worker is paused meanwhile, so that no database goes.
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
        Debug(LDAP_DEBUG_ANY, "pgsql: cn=Monitor lacks its counters: %s\n", why.what());
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
    .mss_desc = {BER_BVC("What directories in PostgreSQL have counted, one number an entry"),
                 BER_BVNULL, BER_BVNULL},
    .mss_flags = MONITOR_F_VOLATILE_CH,
    .mss_open = open_subsystem,
    .mss_destroy = nullptr,
    .mss_update = nullptr,
    .mss_create = create,
    .mss_modify = nullptr,
    .mss_private = nullptr};

// slapd makes the entry when it opens cn=Monitor, not afterwards.
int open_subsystem(BackendDB*, monitor_subsys_t* which) noexcept
{
    if (!BER_BVISNULL(&which->mss_dn))
        return 0;
    const auto* const monitor = static_cast<monitor_extra_t*>(backend_info("monitor")->bi_extra);
    which->mss_dn = look_at("cn=PostgreSQL,cn=Monitor");
    which->mss_ndn = look_at("cn=postgresql,cn=monitor");
    berval above = look_at("cn=Monitor");
    berval above_ndn = look_at("cn=monitor");
    berval rdn = look_at("cn=PostgreSQL");
    const own_entry e(monitor->entry_stub(&above, &above_ndn, &rdn, oc_find("monitorContainer"),
                                          nullptr, nullptr));
    if (e == nullptr)
        return -1;
    (void)attr_merge_normalize(e.get(), slap_schema.si_ad_description, which->mss_desc, nullptr);
    return monitor->register_entry(e.get(), nullptr, which,
                                   static_cast<unsigned long>(which->mss_flags));
}

const monitor_extra_t* monitor_of_slapd()
{
    const BackendInfo* const known = backend_info("monitor");
    return known != nullptr ? static_cast<const monitor_extra_t*>(known->bi_extra) : nullptr;
}

} // namespace

void prepare_monitoring(BackendDB& be)
{
    static const bool prepared = monitor_of_slapd() != nullptr && define_all();
    if (prepared)
        SLAP_DBFLAGS(&be) |= SLAP_DBFLAG_MONITORING; // the directive `monitoring`, on by default
    all().usable = prepared;
}

void list_below_monitor(BackendDB& be)
{
    database& mine = database_of(be);
    const monitor_extra_t* const monitor = monitor_of_slapd();
    if (!all().usable || !SLAP_DBMONITORING(&be) || mine.listed != nullptr ||
        monitor->is_configured() == 0)
        return;
    static bool below_registered = false;
    if (!below_registered)
        below_registered = monitor->register_subsys(&subsystem) == 0;

    const auto attributes = attributes_of(be);
    mine.listed = std::make_shared<listing>();
    mine.listed->whose = &mine;
    auto* const callback =
        static_cast<monitor_callback_t*>(ch_calloc(1, sizeof(monitor_callback_t)));
    callback->mc_update = update;
    callback->mc_free = take_leave;
    callback->mc_dispose = forget;
    callback->mc_private = new std::shared_ptr<listing>(mine.listed);
    mine.listed->callback = callback;
    // Not `be`, which may be an overlay's copy: slapd keeps the address.
    if (monitor->register_database(be.bd_self, &mine.listed->ndn) != 0 ||
        monitor->register_entry_attrs(&mine.listed->ndn, attributes.get(), callback, nullptr, -1,
                                      nullptr) != 0) {
        forget(&callback->mc_private);
        ch_free(callback);
        throw unusable("the database cannot be shown below cn=Monitor; see the lines above, or "
                       "switch it off with \"monitoring off\"");
    }
}

void unlist(database& which) noexcept
{
    if (which.listed == nullptr)
        return;
    which.listed->whose = nullptr;
    if (which.listed->callback != nullptr) {
        berval none{};
        (void)monitor_of_slapd()->unregister_entry_callback(
            &which.listed->ndn, which.listed->callback, &none, 0, &none);
    }
    which.listed.reset();
}

} // namespace pgsql::slapd
