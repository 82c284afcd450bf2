// database.hpp: what hangs off be_private: the directives of one database and, once open, what
// serves from them.
#pragma once

#include "slapd/core/schema.hpp"
#include "slapd/core/slapd.hpp"
#include "slapd/serving/operation_stats.hpp"

#include "auth/hash_executor.hpp"
#include "mapping/dn_tree.hpp"
#include "mapping/settings.hpp"
#include "postgres/maintenance_thread.hpp"
#include "postgres/pool.hpp"
#include "query/query_planner.hpp"

#include <array>
#include <stdexcept>

namespace pgsql::directory {
class cache;
} // namespace pgsql::directory

namespace pgsql::postgres {
class fair_semaphore;
} // namespace pgsql::postgres

namespace pgsql::login {
class remembered;
struct push_settings;
} // namespace pgsql::login

namespace pgsql::slapd {

using directory::unusable;

class transport_log;

/// The directives as they were given: texts, as cn=config shows them. Those not given have no
/// value.
struct directives {
    enum name : int {
        uri,
        kind,
        list,
        lookup,
        values_of,
        attribute,
        private_groups,
        anonymous_search,
        anonymous_share,
        timeout,
        connect_timeout,
        pool,
        session_lifetime,
        session_idle,
        prepare,
        reads,
        withdraw,
        auth_backends,
        push_uri,
        push_ca,
        push_timeout,
        push_window,
        push_pending,
        push_per_user,
        gate,
        hide_gated,
        hash_threads,
        hash_memory,
        hash_timeout,
        remember_binds,
        password_change,
        password_hash,
        cache,
        cache_ttl,
        cache_notify,
        stale,
        stale_binds,
        cork,
        count
    };
    std::array<std::vector<std::string>, count> values;

    [[nodiscard]] std::string text(name which) const
    {
        return values[which].empty() ? "" : values[which][0];
    }
    [[nodiscard]] bool flag(name which, bool otherwise) const
    {
        return values[which].empty() ? otherwise : values[which][0] == "TRUE";
    }
    [[nodiscard]] double number(name which, double otherwise) const
    {
        return values[which].empty() ? otherwise : std::strtod(values[which][0].c_str(), nullptr);
    }
};

/// An entry of slapd's making, freed with it.
struct entry_delete {
    void operator()(Entry* e) const noexcept { entry_free(e); }
};
using own_entry = std::unique_ptr<Entry, entry_delete>;

/// The attributes that all entries of a kind share, with their normalised values.
struct shared_values {
    own_entry holder;        ///< objectClass and structuralObjectClass
    int parent = 0;          ///< index of the fixed entry above the kind's entries
    bool subentries = false; ///< of RFC 3672: whether the classes make subentries
};

/// A mapping fitted to the columns that the database's queries really return.
struct bound : std::enable_shared_from_this<bound> {
    directory::mapping map;
    std::vector<attribute_type> types; ///< parallel to map.attributes
    std::vector<shared_values> shared; ///< parallel to map.kinds
    std::vector<std::string> remarks;  ///< for whoever starts slapd to read
    bool complete = true;              ///< whether every kind can be served
    std::string decoy;                 ///< checked for names that do not exist
    unsigned serial = 0;               ///< no other mapping of the service has it
};

/// Says each thing once in a while: an outage is one line, not one a search.
class complaints {
public:
    /// Whether `what` has not been said in the last `seconds`.
    [[nodiscard]] bool worth_saying(const std::string& what, double seconds = 10);

private:
    std::mutex guard_;
    std::map<std::string, clock::time_point> said_;
};

/// Everything operations need, unchanged from one configuration change to the next. Operations hold
/// it by shared_ptr, so that a change does not pull it away under them.
class service : public std::enable_shared_from_this<service> {
public:
    /// `alarm` has the duties done at once. Throws unusable when the directives contradict each
    /// other, slapd's schema or the suffix.
    service(const BackendDB& be, const directives& from, std::shared_ptr<tally> counts,
            const std::function<void()>& alarm);

    [[nodiscard]] const directory::tree& where() const noexcept { return tree_; }
    [[nodiscard]] Entry& fixed(int index) const
    {
        return *fixed_.at(static_cast<std::size_t>(index));
    }
    [[nodiscard]] postgres::pool& pool() noexcept { return *pool_; }
    /// For what changes something: its sessions are with the primary.
    [[nodiscard]] postgres::pool& changes() noexcept { return *changes_; }
    /// What the directives say, before PostgreSQL is asked.
    [[nodiscard]] const std::vector<directory::kind_setting>& kinds() const noexcept
    {
        return kinds_;
    }
    /// Where rows are read.
    [[nodiscard]] const postgres::target& reads_at() const noexcept { return reads_at_; }
    /// Where PostgreSQL tells of changes: at the primary, for standbys do not.
    [[nodiscard]] const postgres::target& listens_at() const noexcept { return listens_at_; }
    /// What there is to do in the background. They do not hold the service itself.
    [[nodiscard]] std::vector<postgres::watch::duty> duties();
    /// The same, which must not wait for the others: one of those may wait for a server that is
    /// silent, while another tells of changes.
    [[nodiscard]] std::vector<postgres::watch::duty> urgent_duties();

    /// The mapping, if the database has been seen already and served every kind; else null.
    [[nodiscard]] std::shared_ptr<const bound> known_mapping();
    /// What is wrong with a kind that cannot be served, if the database has been seen and there is
    /// one; else empty.
    [[nodiscard]] std::string broken_kind();
    /// The mapping, fitted to the database on first use. Talks to PostgreSQL. Throws
    /// postgres::error, or `unusable` when the queries do not fit.
    [[nodiscard]] std::shared_ptr<const bound> mapping(const postgres::patience& limits);
    /// A statement failed in a way that says the database has changed: look again.
    void forget_mapping();

    /// What lines of the log about this database begin with.
    [[nodiscard]] const std::string& label() const noexcept { return label_; }
    /// A line of the log, led by the database's name.
    void say(const std::string& what) const;
    /// The same, at most once in a while for the same `kind` of problem; `aside` is for the log
    /// alone.
    void complain(const std::string& kind, const std::string& what, double seconds = 10,
                  const char* aside = "");
    /// What gets the complaints in the place of the log, each of them, if it is there. For tools.
    std::function<void(const std::string& kind, const std::string& what)> listener;

    const std::shared_ptr<tally> counted;
    const std::string suffix_ndn;
    const bool anonymous_search;
    const std::shared_ptr<postgres::fair_semaphore>
        anonymous;    ///< shared by the searches of those who have not logged in
    const bool corks; ///< long answers are sent in full packets
    const double timeout;
    const std::string cookie_secret;      ///< the same wherever the configuration is
    const std::vector<std::string> chain; ///< the checks of a login whose row names none
    const std::shared_ptr<const login::push_settings> push;
    const login::hash_budget budget; ///< of all checks of dear hashes
    const double hash_timeout;       ///< seconds that one of them waits for its turn
    const std::shared_ptr<login::remembered> remembered; ///< right passwords
    const login::argon2_cost new_hashes;
    const bool changes_passwords;
    const std::shared_ptr<directory::cache> answers; ///< of statements; null: none is kept
    const bool hears_changes; ///< or is to hear of them; else answers only become too old
    const std::shared_ptr<directory::cache> accounts; ///< that could log in; null: none is kept

private:
    [[nodiscard]] std::unique_lock<std::timed_mutex> turn_to_bind(const postgres::patience& limits);
    void make_pools(const directives& from, const std::function<void()>& alarm);
    void look_at_hashes(bound& to, postgres::patience limits);

    std::string label_;
    std::string domain_;
    bool private_groups_;
    std::vector<directory::kind_setting> kinds_;
    directory::tree tree_;
    std::vector<own_entry> fixed_;
    std::shared_ptr<postgres::pool> pool_;
    std::shared_ptr<transport_log> transports_;
    const double withdraw_; ///< seconds; 0: never
    postgres::target reads_at_;
    postgres::target listens_at_;
    std::shared_ptr<postgres::pool> changes_; ///< the same one where there is only one server
    complaints complaints_;
    std::timed_mutex binding_; ///< one describes, the others wait
    std::mutex guard_;         ///< of what follows
    std::shared_ptr<const bound> bound_;
    unsigned serial_ = 0;
};

struct listing;
class waiting_room;
class walk;

/// be_private.
class database {
public:
    directives wanted;             ///< what the handlers write; in force once applied
    std::shared_ptr<walk> at_work; ///< of slapcat or another tool
    const std::shared_ptr<tally> counted = std::make_shared<tally>(); ///< since slapd began
    /// Expires with the database, for operations that waited and have to know.
    const std::shared_ptr<const char> existence = std::make_shared<const char>();

    std::shared_ptr<listing> listed; ///< below cn=Monitor; null if it is not

    /// Makes `wanted` the truth, or throws unusable and goes back to what was in force.
    void apply(const BackendDB& be);
    void close() noexcept;
    [[nodiscard]] bool open() const noexcept { return service_ != nullptr; }
    /// What serves now. A suffix changed online shows only in the BackendDB, so it is looked at
    /// here.
    [[nodiscard]] std::shared_ptr<service> serving(const BackendDB& be);
    /// The same as it is, for who looks at it only; null while closed.
    [[nodiscard]] std::shared_ptr<service> current() const;
    /// Where binds wait. Outlives changes of the directives; null while closed.
    [[nodiscard]] std::shared_ptr<waiting_room> room() const;

private:
    [[nodiscard]] std::shared_ptr<service> make_service(const BackendDB& be,
                                                        const directives& from);
    void begin_duties(service& of);

    directives applied_;
    mutable std::mutex guard_;
    std::shared_ptr<service> service_;
    std::shared_ptr<waiting_room> room_;
    /// For the duties, and for the urgent ones; null in tools.
    std::array<std::shared_ptr<postgres::watch>, 2> watches_;
};

[[nodiscard]] inline database& database_of(const BackendDB& be)
{
    return *static_cast<database*>(be.be_private);
}

/// Whether a database of slapd's is one of this backend's. bd_info would not tell: overlays put
/// their own there.
[[nodiscard]] bool is_ours(const BackendDB& be) noexcept;

/// Reads the kinds out of the directives. Throws unusable that names directive, value and mend.
[[nodiscard]] std::vector<directory::kind_setting> read_kinds(const directives& from,
                                                              std::string_view domain);
/// Says at once, by throwing unusable, what is wrong with one value of one of the directives about
/// kinds.
void check_directive(std::string_view directive, const std::string& value);
/// The URI, if libpq can read it; throws unusable otherwise. Does not connect.
[[nodiscard]] std::string check_uri(const char* uri);

} // namespace pgsql::slapd
