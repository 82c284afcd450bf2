// report_rows.cpp: reports the faults of all rows and the schemes of their password hashes.
#include "slapd/tool/report_context.hpp"

#include "slapd/auth/password_verifier.hpp"
#include "slapd/entry/entry_stream.hpp"

#include "auth/password_hash.hpp"

#include <algorithm>
#include <compare>
#include <unordered_map>
#include <unordered_set>

namespace pgsql::slapd {
namespace {

using nlohmann::json;
using level = report_context::level;

struct tally {
    long count = 0;
    std::vector<std::string> examples;

    void add(const std::string& example)
    {
        constexpr std::size_t enough = 3;
        ++count;
        if (examples.size() < enough)
            examples.push_back(example);
    }
};

/// The scheme of hashes, and why they cannot be checked; empty if they can.
struct hash_kind {
    std::string scheme;
    std::string reason;
    std::string remedy;

    auto operator<=>(const hash_kind&) const = default;
};

/// The names of all entries, and the members that groups list.
struct names_seen {
    std::unordered_set<std::string> uids;
    std::unordered_set<std::string> dns;
    std::unordered_map<std::string, std::string> member_uids; ///< with an entry that lists each
    std::unordered_map<std::string, std::string> members;
    bool complete = true;
};

const Attribute* attribute_of(const Entry& e, const char* name)
{
    std::string error;
    AttributeDescription* ad = find_attribute(name, error);
    return ad != nullptr ? attr_find(e.e_attrs, ad) : nullptr;
}

// Reads the rows of one kind; only one page is in memory.
class row_examiner {
public:
    row_examiner(report_context& report, const directory::kind& k, names_seen& names)
        : report_(report), kind_(k), names_(names), required_(required_by(k.classes)),
          lists_dns_(!k.named_kind(report.mapping->map.attribute_named("member")))
    {
        op_.o_hdr = &header_;
        op_.o_bd = &report.be;
        op_.o_tmpmfuncs = &ch_mfuncs;
    }

    json run()
    {
        report_.database.log_listener = [&](const log_message& message) { count(message); };
        try {
            read();
        } catch (const postgres::error& e) {
            names_.complete = false;
            report_.add_finding(
                level::error, kind_.name, "the rows could not be read: " + std::string(e.what()),
                e.reason() == postgres::error::cause::deadline
                    ? "searches for all " + kind_.name +
                          " fail the same way: see their plan, or raise pgsql-timeout"
                    : "");
        }
        report_.database.log_listener = nullptr;
        report();
        json passwords = json::array();
        for (const auto& [kind, of] : hashes_)
            passwords.push_back({{"scheme", kind.scheme},
                                 {"count", of.count},
                                 {"checked", kind.reason.empty()},
                                 {"reason", kind.reason}});
        json out = {{"rows", rows_}, {"entries", entries_}, {"passwords", std::move(passwords)}};
        if (has_login_filter_)
            out["may_log_in"] = may_log_in_;
        return out;
    }

private:
    void count(const log_message& message)
    {
        // The object is "KIND: REASON" or "KIND ATTRIBUTE".
        const auto rest = [&](std::string_view separator) {
            return std::string(message.object.substr(kind_.name.size() + separator.size()));
        };
        if (!message.object.starts_with(kind_.name + ":") &&
            !message.object.starts_with(kind_.name + " "))
            return; // of a kind whose rows are above these
        if (message.event == log_event::row_skipped)
            skipped_[rest(": ")].add(std::string(message.hint));
        else if (message.event == log_event::row_unreadable)
            skipped_["PostgreSQL cannot read it"].add(message.text());
        else if (message.event == log_event::value_skipped)
            invalid_values_[rest(" ")].add(message.text());
        else if (message.event == log_event::default_invalid)
            broken_defaults_[rest(" ")].add(message.text());
    }

    void read()
    {
        directory::selection selection{.all_user = true};
        selection.password = !kind_.password_column.empty();
        auto plan =
            directory::make_plan(report_.mapping->map, kind_,
                                 directory::filter::constant_of(directory::truth::yes), selection);
        if (!plan)
            return;
        if (plan->values_queries.empty())
            plan->rows = directory::tool_page_rows;
        const auto at =
            std::find_if(plan->columns.begin(), plan->columns.end(), [&](const auto* c) {
                return selection.password && c->name == kind_.password_column;
            });
        std::optional<int> password;
        if (at != plan->columns.end())
            password = static_cast<int>(at - plan->columns.begin());
        has_login_filter_ = plan->login_allowed.has_value();
        entry_stream rows(op_, report_.database, *report_.mapping, *plan, {.duplicates = true});
        while (rows.next_page()) {
            rows_ += rows.page_rows();
            report_.progress("reading " + kind_.name + ": " + std::to_string(rows_));
            while (const candidate* row = rows.next_in_page()) {
                examine(*row, password);
                if (slapd_shutdown != 0)
                    return;
            }
        }
    }

    void examine(const candidate& row, std::optional<int> password)
    {
        if (row.entry == nullptr) {
            duplicate_names_.add("\"" + shown(row.name) + "\"");
            return;
        }
        if (++entries_ == 1)
            take_sample(*row.entry);
        if (password)
            check_hash(row, *password);
        collect_names(*row.entry);
        check_required(*row.entry);
        if (has_login_filter_ && row.page->value(row.row, *row.plan->login_allowed) == "t")
            ++may_log_in_;
    }

    void collect_names(const Entry& e)
    {
        names_.dns.emplace(to_string_view(e.e_nname));
        const auto each = [&](const char* name, const auto& use) {
            if (const Attribute* a = attribute_of(e, name))
                for (unsigned i = 0; i < a->a_numvals; ++i)
                    use(std::string(to_string_view(a->a_nvals[i])));
        };
        const std::string dn(to_string_view(e.e_name));
        each("uid", [&](std::string uid) { names_.uids.insert(std::move(uid)); });
        each("memberUid",
             [&](std::string member) { names_.member_uids.emplace(std::move(member), dn); });
        if (lists_dns_)
            each("member", [&](std::string member) {
                const berval of_suffix = to_berval(report_.database.suffix_ndn);
                const berval named = to_berval(member);
                if (dnIsSuffix(&named, &of_suffix) != 0)
                    names_.members.emplace(std::move(member), dn);
            });
    }

    void check_required(const Entry& e)
    {
        for (const AttributeType* type : required_) {
            const Attribute* a = e.e_attrs;
            while (a != nullptr && a->a_desc->ad_type != type)
                a = a->a_next;
            if (a == nullptr)
                missing_[std::string(to_string_view(type->sat_cname))].add(
                    std::string(to_string_view(e.e_name)));
        }
    }

    // Without the second key that follows the name.
    static std::string shown(std::string_view position)
    {
        return std::string(position.substr(0, std::min<std::size_t>(60, position.find('\0'))));
    }

    static std::string value(const Entry& e, const char* name)
    {
        const Attribute* a = attribute_of(e, name);
        return a != nullptr ? std::string(to_string_view(a->a_vals[0])) : std::string();
    }

    void take_sample(const Entry& e)
    {
        if (kind_.name == "users") {
            report_.sample.user = value(e, "uid");
            report_.sample.uid_number = value(e, "uidNumber");
            report_.sample.user_dn = to_string_view(e.e_name);
        } else if (kind_.name == "groups") {
            report_.sample.group = value(e, "cn");
            report_.sample.gid_number = value(e, "gidNumber");
        }
    }

    void check_hash(const candidate& candidate, int column)
    {
        const auto hash =
            auth::parse_hash(candidate.page->value(candidate.row, column).value_or(""));
        if (candidate.page->value(candidate.row, column))
            candidate.page->wipe(candidate.row, column);
        const char* reason = unverifiable_reason(report_.database, *hash);
        hashes_[{hash->scheme(), reason != nullptr ? reason : "", hash->remedy()}].add(
            "\"" + shown(candidate.name) + "\"");
    }

    void report()
    {
        for (const auto& [why, of] : skipped_)
            report_.add_finding(level::warning, "pgsql-list " + kind_.name,
                                counted(of.count, " row is skipped: ", " rows are skipped: ") + why,
                                "", of.examples);
        for (const auto& [attribute, of] : invalid_values_)
            report_.add_finding(level::warning, "pgsql-list " + kind_.name,
                                counted(of.count, " value of ", " values of ") + attribute +
                                    " left out, because of invalid syntax",
                                "", of.examples);
        report_missing();
        if (duplicate_names_.count > 0)
            report_.add_finding(
                level::error, "pgsql-list " + kind_.name,
                counted(duplicate_names_.count, " row has", " rows have") +
                    " the name of another row: the first of each is shown, and none of them "
                    "can log in",
                "return each name once", duplicate_names_.examples);
        constexpr std::string_view weak[] = {"MD5 crypt",       "DES crypt",       "{MD5}",
                                             "{SMD5}",          "{SHA}",           "MD5 of Django",
                                             "SHA-1 of Django", "SHA-1 of Redmine"};
        for (const auto& [kind, of] : hashes_) {
            const bool on_purpose = kind.scheme == "locked" || kind.scheme.starts_with("none");
            if (!kind.reason.empty())
                report_.add_finding(on_purpose ? level::note : level::warning, kind_.name,
                                    std::to_string(of.count) +
                                        " of them cannot log in, whatever the password: " +
                                        kind.reason + " (" + kind.scheme + ")",
                                    on_purpose            ? ""
                                    : kind.remedy.empty() ? "set new passwords for these users"
                                                          : kind.remedy,
                                    of.examples);
            else if (std::find(std::begin(weak), std::end(weak), kind.scheme) != std::end(weak))
                report_.add_finding(
                    level::note, kind_.name,
                    counted(of.count, " has a weak hash: ", " have weak hashes: ") + kind.scheme,
                    "they are replaced when users change their passwords", of.examples);
        }
        if (has_login_filter_ && entries_ > 0 && may_log_in_ == 0)
            report_.add_finding(level::warning, "pgsql-login-filter " + kind_.name,
                                "the condition is true for no row: no user can log in");
    }

    void report_missing()
    {
        for (const auto& [attribute, of] : missing_) {
            const auto broken = broken_defaults_.find(attribute);
            const bool by_default = broken != broken_defaults_.end();
            const std::string directive = "pgsql-attribute " + kind_.name + " " + attribute;
            report_.add_finding(
                attribute == "member" ? level::note : level::warning, directive,
                counted(of.count, " entry has no ", " entries have no ") + attribute +
                    ", which the object classes require",
                attribute == "member" ? "pgsql-kind " + kind_.name +
                                            " class=top,groupOfMembers,posixGroup allows "
                                            "groups without members"
                : by_default
                    ? "add another default= after the one that breaks the syntax, with a column "
                      "whose values are valid, such as {uid_number}; or return a column"
                    : "return a value for each row, or add a default=",
                by_default ? broken->second.examples : of.examples);
        }
        // gecos has the name only where that is ASCII, intentionally.
        for (const auto& [attribute, of] : broken_defaults_)
            if (!missing_.contains(attribute) && attribute != "gecos")
                report_.add_finding(
                    level::note, "pgsql-attribute " + kind_.name + " " + attribute,
                    counted(of.count, " default breaks the syntax", " defaults break the syntax"),
                    "", of.examples);
    }

    static std::string counted(long count, const char* one, const char* several)
    {
        return std::to_string(count) + (count == 1 ? one : several);
    }

    report_context& report_;
    const directory::kind& kind_;
    names_seen& names_;
    const std::set<const AttributeType*> required_;
    const bool lists_dns_; ///< whether member DNs come from a column, not from names
    Operation op_{};
    Opheader header_{};
    long rows_ = 0;
    long entries_ = 0;
    long may_log_in_ = 0;
    bool has_login_filter_ = false;
    tally duplicate_names_;
    std::map<std::string, tally> skipped_;
    std::map<std::string, tally> invalid_values_;
    std::map<std::string, tally> broken_defaults_;
    std::map<std::string, tally> missing_; ///< by required attribute
    std::map<hash_kind, tally> hashes_;
};

// Members without an entry. They may be local accounts of the clients.
void report_members_without_entry(report_context& report, const char* attribute,
                                  const std::unordered_map<std::string, std::string>& members,
                                  const std::function<bool(const std::string&)>& has_entry)
{
    tally members_without_entry;
    const std::map<std::string, std::string> sorted(members.begin(), members.end());
    for (const auto& [member, group] : sorted)
        if (!has_entry(member))
            members_without_entry.add("\"" + member.substr(0, 60) + "\" of " + group);
    if (members_without_entry.count > 0)
        report.add_finding(
            level::note, std::string("members (") + attribute + ")",
            std::to_string(members_without_entry.count) +
                (members_without_entry.count == 1 ? " member has no entry and is shown"
                                                  : " members have no entry and are shown") +
                " anyway",
            "unless they are local accounts of the clients, join the users' table in the query",
            members_without_entry.examples);
}

} // namespace

void report_rows(report_context& report)
{
    if (!report.mapping)
        return;
    names_seen names;
    for (json& shown : report.report["kinds"])
        for (const auto& k : report.mapping->map.kinds)
            if (k.name == shown["name"].get<std::string>() && k.error.empty())
                shown.update(row_examiner(report, k, names).run());
    if (!report.mapping->complete || !names.complete)
        return; // the members may be entries that could not be read
    report_members_without_entry(
        report, "memberUid", names.member_uids,
        [&](const std::string& uid) { return names.uids.contains(to_lower(uid)); });
    const auto& kinds = report.mapping->map.kinds;
    const bool private_groups = std::any_of(kinds.begin(), kinds.end(),
                                            [](const auto& k) { return bool(k.yields_to_kind); });
    report_members_without_entry(report, "member", names.members, [&](const std::string& dn) {
        const directory::dn_location location = report.database.dn_tree().locate(dn);
        return location.container || names.dns.contains(dn) ||
               (private_groups &&
                names.uids.contains(location.value)); // private groups are not read here
    });
}

} // namespace pgsql::slapd
