// entry_writer.hpp: what all operations that write an entry share: the transaction, its repetition,
// access, controls, storing and reading again.
#pragma once

#include "slapd/roles/target_roles.hpp"
#include "slapd/serving/database.hpp"
#include "slapd/worker/refused.hpp"
#include "slapd/worker/write_transaction.hpp"
#include "slapd/write/entry_row.hpp"
#include "slapd/write/read_controls.hpp"
#include "write/change_set.hpp"

namespace pgsql::slapd {

/// Thrown if the row is no longer as it was read: the operation is repeated.
struct write_conflict {};

/// One attempt of an operation to write, in its transaction. Every function throws
/// operation_refused for the operation's result, and postgres::error.
class entry_writer {
public:
    entry_writer(Operation& op, SlapReply& rs, service& service, const resolved_mapping& mapping,
                 write_transaction* transaction, const postgres::wait_options& options,
                 read_controls& controls)
        : op_(op), rs_(rs), service_(service), mapping_(mapping), tree_(op, service),
          roles_(op, service), transaction_(transaction), limits_(options), controls_(controls)
    {}
    entry_writer(const entry_writer&) = delete;
    entry_writer& operator=(const entry_writer&) = delete;

    [[nodiscard]] service& serving() const noexcept { return service_; }
    [[nodiscard]] const resolved_mapping& mapping() const noexcept { return mapping_; }
    [[nodiscard]] directory_tree& tree() noexcept { return tree_; }

    /// The entry of the DN, without the values that name entries which the client may not see.
    [[nodiscard]] entry_row find(const berval& ndn);
    /// Refuses unless clients may write entries of the kind in this way.
    void require_writable(const directory::kind& kind, directory::write_operation what) const;
    /// Whether an entry has this DN, visible or not.
    [[nodiscard]] bool exists(const berval& ndn);
    /// Refuses without the access to the children of the entry above; `text` names it. Returns
    /// whether that is a container, which can have subordinates.
    bool require_children(const berval& ndn, slap_access_t access, const char* text);
    /// The same of the entry that is above; false if it does not exist.
    [[nodiscard]] bool require_children_of(std::string_view above, slap_access_t access,
                                           const char* text);
    /// Whether rows are immediately below the place, visible or not, and with an entry or without.
    [[nodiscard]] bool has_rows_at(const directory::place& above);
    /// Refuses if the entry has others below it, visible or not.
    void require_leaf(const berval& ndn);

    /// Refuses, as for a missing entry, unless roles let the client see the entry of the DN; does
    /// nothing without roles. Their order of checks differs from slapd's.
    void require_visible(const berval& ndn);
    /// Whether an entry of a row has the DN and the access rules disclose it.
    [[nodiscard]] bool is_disclosed(const berval& ndn);
    /// Refuses, as for a missing entry, unless the access rules disclose the entry.
    void require_disclosed(Entry& e);
    /// Refuses unless the assertion control (RFC 4528) is true for the entry.
    void check_assertion(Entry& e);
    /// Refuses without the access; `text` names it. The same as for a missing entry if the access
    /// rules do not disclose `e`.
    void require(Entry& e, AttributeDescription* attribute, slap_access_t access, const char* text);
    void require_modifications(Entry& e, Modifications* mods);

    /// Refuses object classes that the kind neither has nor accepts.
    void check_classes(const directory::kind& kind, const Entry& e) const;
    /// Repeats the operation unless `unchanged`: the entry is no longer as it was read before.
    void require_unchanged(bool unchanged) const;
    /// A change of the row, or for an add of no row, without its attributes.
    [[nodiscard]] directory::change_set change_of(directory::write_operation what,
                                                  const entry_row* row) const;
    /// Adds the difference between two versions of the entry, of which `before` may be null.
    void add_difference(directory::change_set& change, const directory::kind& kind,
                        const Entry* before, const Entry& after);

    void read_before(Entry& e) { controls_.before(rs_, e); }
    void read_after(Entry& e) { controls_.after(rs_, e); }

    /// Runs the statements for the change, and reads the entry again under its DN after it. Refuses
    /// if the entry is not as the schema requires, or is not found.
    void store(const directory::kind& kind, directory::change_set& change, const berval& new_ndn);
    void remove(const directory::kind& kind, directory::change_set change, const berval& ndn);
    /// The entry as store() has read it again; null after remove().
    [[nodiscard]] entry_ptr take_stored() noexcept { return std::move(stored_); }

private:
    [[noreturn]] void refuse_missing(const berval& ndn);
    [[noreturn]] void refuse_access(Entry& e, const std::string& attribute, const char* text);
    /// Hides values that name entries which the client may not see; returns them.
    [[nodiscard]] entry_ptr hide_names(Entry& e, const directory::kind& kind);
    /// Refuses values that name no entry that the client may see.
    void require_visible_names(const Entry* before, const Entry& after);
    /// Adds the hidden values of columns that hold several, which the statement replaces.
    void keep_hidden(directory::change_set& change, const directory::kind& kind);
    /// Refuses a change by which the entry would get roles that the client has not.
    void require_own_roles(const directory::change_set& change, const directory::kind& kind,
                           const Entry& stored);
    void refuse_if_failed();
    /// Logs what the client's roles do not permit.
    void log_denial(Entry& e, const std::string& attribute);
    /// Runs the statements for the change, and `then`, which reads the entry again. Returns the
    /// attributes whose values are computed.
    [[nodiscard]] std::vector<directory::attribute_id> run(const directory::kind& kind,
                                                           directory::change_set& change,
                                                           const berval& ndn,
                                                           const std::function<void()>& then);
    /// Refuses, or repeats the operation, unless the statement has changed the rows that it should.
    void check_rows(const directory::kind& kind, const postgres::change_statement& statement,
                    long changed);
    void learn_key(const directory::kind& kind, directory::change_set& change, const berval& ndn);
    /// Refuses if the row has another key than before, unless the request asks for that and nothing
    /// is below the entry.
    void require_key(const directory::kind& kind, const directory::change_set& change,
                     const entry_row& stored);
    /// Refuses if a changed attribute does not show the entries that it was to name.
    void require_named(const directory::change_set& change, const Entry& stored) const;

    Operation& op_;
    SlapReply& rs_;
    service& service_;
    const resolved_mapping& mapping_;
    directory_tree tree_;
    actor_roles roles_;
    write_transaction* transaction_; ///< null: access is only checked
    const postgres::wait_options& limits_;
    read_controls& controls_;
    entry_ptr stored_;
    entry_ptr hidden_; ///< the values that the found entry has and does not show to the client
    std::vector<assignment> roles_before_; ///< of the found entry
};

/// At the end of its scope slapd's list of pending changes loses the operation's CSN (ctxcsn.c).
class commit_csn {
public:
    explicit commit_csn(Operation& op) : op_(op) {}
    commit_csn(const commit_csn&) = delete;
    commit_csn& operator=(const commit_csn&) = delete;
    ~commit_csn() { slap_graduate_commit_csn(&op_); }

private:
    Operation& op_;
};

/// Finds the entry and checks access, without a change. Runs before the transaction as well, so
/// that who has no access takes neither locks nor sessions.
using write_check = std::function<entry_row(entry_writer&)>;
/// What an operation that writes does then in its transaction; it may run again if the session is
/// lost or the transaction conflicts with another one.
using write_work = std::function<void(entry_writer&, const entry_row&)>;

/// The mapping, for an operation that writes. Refuses every such operation if no directive allows
/// any.
[[nodiscard]] std::shared_ptr<const resolved_mapping> mapping_to_write(Operation& op,
                                                                       service& service);

/// Runs the work in a transaction that locks the DNs, commits, and sends the result.
[[nodiscard]] int write_entry(Operation& op, SlapReply& rs, service& service,
                              const resolved_mapping& mapping,
                              const std::vector<std::string_view>& dns, const write_check& check,
                              const write_work& work);

/// Sends the result, and returns its code.
[[nodiscard]] int send_refusal(Operation& op, SlapReply& rs, const operation_refused& why);

} // namespace pgsql::slapd
