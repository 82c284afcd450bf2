// report_rows.cpp: turns every row into what is wrong with it, and its password hash into a kind of
// hash.
#include "slapd/tool/report_context.hpp"

#include "slapd/auth/password_verifier.hpp"
#include "slapd/entry/entry_source.hpp"

#include "auth/password_hash.hpp"
#include "query/column_condition.hpp"

#include <algorithm>
#include <compare>
#include <unordered_map>
#include <unordered_set>

namespace pgsql::slapd {
namespace {

using nlohmann::json;
using level = examination::level;

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

/// How hashes were made, and why none of them can be checked; empty: they can.
struct hash_kind {
    std::string scheme;
    std::string reason;
    std::string remedy;

    auto operator<=>(const hash_kind&) const = default;
};

/// The names of all entries, and what names them.
struct names_seen {
    std::unordered_set<std::string> uids;
    std::unordered_set<std::string> dns;
    std::unordered_map<std::string, std::string> member_uids; ///< and an entry with each
    std::unordered_map<std::string, std::string> members;
    bool complete = true;
};

const Attribute* attribute_of(const Entry& e, const char* name)
{
    std::string why;
    AttributeDescription* ad = find_attribute(name, why);
    return ad != nullptr ? attr_find(e.e_attrs, ad) : nullptr;
}

// The rows of one kind, one page in memory.
class reading {
public:
    reading(examination& of, const directory::kind& k, names_seen& names)
        : of_(of), kind_(k), names_(names), required_(required_by(k.classes)),
          lists_dns_(k.names_of(of.mapping->map.attribute_named("member")) < 0)
    {
        op_.o_hdr = &header_;
        op_.o_bd = &of.be;
        op_.o_tmpmfuncs = &ch_mfuncs;
    }

    json run()
    {
        of_.with.listener = [&](const std::string& kind, const std::string& what) {
            if (kind.starts_with("row ")) // and maybe the row's name on another line
                skipped_[kind.substr(4 + kind_.name.size(),
                                     kind.find('\n') - 4 - kind_.name.size())]
                    .add(what);
            else if (kind.starts_with("value "))
                left_out_[kind.substr(6 + kind_.name.size())].add(what);
            else if (kind.starts_with("default "))
                broken_defaults_[kind.substr(8 + kind_.name.size())].add(what);
        };
        try {
            read();
        } catch (const postgres::error& e) {
            names_.complete = false;
            of_.find(level::error, kind_.name,
                     "the rows could not be read: " + std::string(e.what()),
                     e.why() == postgres::error::cause::deadline
                         ? "searches for all " + kind_.name +
                               " fail the same way: see their plan, or raise pgsql-timeout"
                         : "");
        }
        of_.with.listener = nullptr;
        report();
        json passwords = json::array();
        for (const auto& [kind, of] : hashes_)
            passwords.push_back({{"scheme", kind.scheme},
                                 {"count", of.count},
                                 {"checked", kind.reason.empty()},
                                 {"reason", kind.reason}});
        json out = {{"rows", rows_}, {"entries", entries_}, {"passwords", std::move(passwords)}};
        if (gated_)
            out["may_log_in"] = may_log_in_;
        return out;
    }

private:
    void read()
    {
        directory::wanted parts{.everything = true};
        parts.password = !kind_.password_column.empty();
        const auto plan = directory::make_plan(of_.mapping->map, kind_,
                                               directory::filter::of(directory::truth::yes), parts);
        if (!plan)
            return;
        const auto at =
            std::find_if(plan->columns.begin(), plan->columns.end(), [&](const auto* c) {
                return parts.password && c->name == kind_.password_column;
            });
        const int password =
            at == plan->columns.end() ? -1 : static_cast<int>(at - plan->columns.begin());
        gated_ = plan->gate >= 0;
        course how;
        how.page_begins = [&](int rows) {
            rows_ += rows;
            of_.progress("reading " + kind_.name + ": " + std::to_string(rows_));
        };
        how.twin = [&](std::string_view name) {
            twins_.add("\"" + std::string(name.substr(0, 60)) + "\"");
        };
        each_candidate(
            op_, of_.with, *of_.mapping, *plan,
            [&](candidate& c) {
                ++entries_;
                if (entries_ == 1)
                    take_sample(c.entry);
                if (password >= 0)
                    look_at_hash(c, password);
                look_at_names(c.entry);
                look_for_required(c.entry);
                may_log_in_ += gated_ && c.page->at(c.row, plan->gate) == "t" ? 1 : 0;
                return slapd_shutdown == 0;
            },
            how);
    }

    void look_at_names(const Entry& e)
    {
        names_.dns.emplace(view(e.e_nname));
        const auto each = [&](const char* name, const auto& use) {
            if (const Attribute* a = attribute_of(e, name))
                for (unsigned i = 0; i < a->a_numvals; ++i)
                    use(std::string(view(a->a_nvals[i])));
        };
        const std::string dn(view(e.e_name));
        each("uid", [&](std::string uid) { names_.uids.insert(std::move(uid)); });
        each("memberUid",
             [&](std::string member) { names_.member_uids.emplace(std::move(member), dn); });
        if (lists_dns_)
            each("member", [&](std::string member) {
                const berval of_suffix = look_at(of_.with.suffix_ndn);
                const berval named = look_at(member);
                if (dnIsSuffix(&named, &of_suffix) != 0)
                    names_.members.emplace(std::move(member), dn);
            });
    }

    void look_for_required(const Entry& e)
    {
        for (const AttributeType* type : required_) {
            const Attribute* a = e.e_attrs;
            while (a != nullptr && a->a_desc->ad_type != type)
                a = a->a_next;
            if (a == nullptr)
                missing_[std::string(view(type->sat_cname))].add(std::string(view(e.e_name)));
        }
    }

    static std::string value(const Entry& e, const char* name)
    {
        const Attribute* a = attribute_of(e, name);
        return a != nullptr ? std::string(view(a->a_vals[0])) : std::string();
    }

    void take_sample(const Entry& e)
    {
        if (kind_.name == "users") {
            of_.of.user = value(e, "uid");
            of_.of.uid_number = value(e, "uidNumber");
            of_.of.user_dn = view(e.e_name);
        } else if (kind_.name == "groups") {
            of_.of.group = value(e, "cn");
            of_.of.gid_number = value(e, "gidNumber");
        }
    }

    void look_at_hash(const candidate& c, int column)
    {
        const auto hash = login::parse_hash(c.page->at(c.row, column).value_or(""));
        if (c.page->at(c.row, column))
            c.page->wipe(c.row, column);
        const char* reason = why_hopeless(of_.with, *hash);
        hashes_[{hash->scheme(), reason != nullptr ? reason : "", hash->remedy()}].add(
            "\"" + std::string(c.name.substr(0, 60)) + "\"");
    }

    void report()
    {
        for (const auto& [why, of] : skipped_)
            of_.find(level::warning, "pgsql-list " + kind_.name,
                     counted(of.count, " row is skipped: ", " rows are skipped: ") + why, "",
                     of.examples);
        for (const auto& [attribute, of] : left_out_)
            of_.find(level::warning, "pgsql-list " + kind_.name,
                     counted(of.count, " value of ", " values of ") + attribute +
                         " left out, for breaking its syntax",
                     "", of.examples);
        report_missing();
        if (twins_.count > 0)
            of_.find(level::error, "pgsql-list " + kind_.name,
                     counted(twins_.count, " row has", " rows have") +
                         " the name of another row: the first of each is shown, and none of them "
                         "can log in",
                     "return each name once", twins_.examples);
        constexpr std::string_view weak[] = {"MD5 crypt", "DES crypt", "{MD5}", "{SMD5}", "{SHA}"};
        for (const auto& [kind, of] : hashes_) {
            const bool on_purpose = kind.scheme == "locked" || kind.scheme.starts_with("none");
            if (!kind.reason.empty())
                of_.find(on_purpose ? level::note : level::warning, kind_.name,
                         std::to_string(of.count) +
                             " of them cannot log in, whatever the password: " + kind.reason +
                             " (" + kind.scheme + ")",
                         on_purpose            ? ""
                         : kind.remedy.empty() ? "set new passwords for these users"
                                               : kind.remedy,
                         of.examples);
            else if (std::find(std::begin(weak), std::end(weak), kind.scheme) != std::end(weak))
                of_.find(level::note, kind_.name,
                         counted(of.count, " has a weak hash: ", " have weak hashes: ") +
                             kind.scheme,
                         "they are replaced when users change their passwords", of.examples);
        }
        if (gated_ && entries_ > 0 && may_log_in_ == 0)
            of_.find(level::warning, "pgsql-login-filter " + kind_.name,
                     "the condition is true of no row: nobody can log in");
    }

    void report_missing()
    {
        for (const auto& [attribute, of] : missing_) {
            const auto broken = broken_defaults_.find(attribute);
            const bool by_default = broken != broken_defaults_.end();
            const std::string directive = "pgsql-attribute " + kind_.name + " " + attribute;
            of_.find(
                attribute == "member" ? level::note : level::warning, directive,
                counted(of.count, " entry has no ", " entries have no ") + attribute +
                    ", which the object classes require",
                attribute == "member" ? "pgsql-kind " + kind_.name +
                                            " class=top,groupOfMembers,posixGroup allows "
                                            "groups without members"
                : by_default
                    ? "add another default= behind the one that breaks the syntax, of a column "
                      "whose values fit it, such as {uid_number}; or return a column"
                    : "return a value for each row, or add a default=",
                by_default ? broken->second.examples : of.examples);
        }
        // gecos is the name where that is ASCII, on purpose.
        for (const auto& [attribute, of] : broken_defaults_)
            if (!missing_.contains(attribute) && attribute != "gecos")
                of_.find(
                    level::note, "pgsql-attribute " + kind_.name + " " + attribute,
                    counted(of.count, " default breaks the syntax", " defaults break the syntax"),
                    "", of.examples);
    }

    static std::string counted(long count, const char* one, const char* several)
    {
        return std::to_string(count) + (count == 1 ? one : several);
    }

    examination& of_;
    const directory::kind& kind_;
    names_seen& names_;
    const std::set<const AttributeType*> required_;
    const bool lists_dns_; ///< of members, which do not follow from their names
    Operation op_{};
    Opheader header_{};
    long rows_ = 0;
    long entries_ = 0;
    long may_log_in_ = 0;
    bool gated_ = false;
    tally twins_;
    std::map<std::string, tally> skipped_;
    std::map<std::string, tally> left_out_;
    std::map<std::string, tally> broken_defaults_;
    std::map<std::string, tally> missing_; ///< by attribute that the object classes require
    std::map<hash_kind, tally> hashes_;
};

// A part of a query for people to read: the rows that have something in common.
void common(examination& of, const std::string& about, const std::string& text,
            const std::string& what, const std::string& mend, level how)
{
    try {
        const auto found = of.session.run_once({text, {}}, of.limits());
        if (found.count() == 0)
            return;
        std::vector<std::string> examples;
        for (int i = 0; i < found.count(); ++i)
            examples.emplace_back(found.at(i, 1).value_or(""));
        of.find(how, about, what + ": " + std::string(found.at(0, 0).value_or("")), mend, examples);
    } catch (const postgres::error& e) {
        if (e.why() != postgres::error::cause::statement &&
            e.why() != postgres::error::cause::deadline)
            throw;
        of.find(level::warning, about,
                "it could not be told whether there are " + what + ": " + e.what());
    }
}

// Members that no entry stands for. They may be accounts of the machines themselves.
void report_strangers(examination& of, const char* attribute,
                      const std::unordered_map<std::string, std::string>& members,
                      const std::function<bool(const std::string&)>& has_entry)
{
    tally strangers;
    const std::map<std::string, std::string> sorted(members.begin(), members.end());
    for (const auto& [member, group] : sorted)
        if (!has_entry(member))
            strangers.add("\"" + member.substr(0, 60) + "\" of " + group);
    if (strangers.count > 0)
        of.find(level::note, std::string("members (") + attribute + ")",
                std::to_string(strangers.count) +
                    (strangers.count == 1 ? " member has no entry and is shown"
                                          : " members have no entry and are shown") +
                    " all the same",
                "if they are no accounts of the clients' own, join the users in the query",
                strangers.examples);
}

std::string normalised(const std::string& column, bool fold)
{
    const std::string squeezed = "btrim(regexp_replace(" + column + "::text, ' +', ' ', 'g'))";
    return fold ? "lower(" + squeezed + ")" : squeezed;
}

} // namespace

void examine_rows(examination& of)
{
    if (!of.mapping)
        return;
    names_seen names;
    for (json& shown : of.report["kinds"])
        for (const auto& k : of.mapping->map.kinds)
            if (k.name == shown["name"].get<std::string>() && k.problem.empty())
                shown.update(reading(of, k, names).run());
    if (!of.mapping->complete || !names.complete)
        return; // they may be entries that could not be read
    report_strangers(of, "memberUid", names.member_uids,
                     [&](const std::string& uid) { return names.uids.contains(folded(uid)); });
    const auto& kinds = of.mapping->map.kinds;
    const bool private_groups = std::any_of(kinds.begin(), kinds.end(),
                                            [](const auto& k) { return k.only_if_none_in >= 0; });
    report_strangers(of, "member", names.members, [&](const std::string& dn) {
        const directory::place at = of.with.where().locate(dn);
        return at.fixed >= 0 || names.dns.contains(dn) ||
               (private_groups && names.uids.contains(at.value)); // whose groups are not read here
    });
}

void examine_names(examination& of)
{
    if (!of.mapping)
        return;
    const auto& all = of.mapping->map;
    for (const auto& k : all.kinds) {
        if (!k.problem.empty() || k.only_if_none_in >= 0)
            continue;
        const std::string from = " FROM (" + k.list.text + ") AS e";
        const std::string about = "pgsql-list " + k.name;
        const std::string name = "e." + postgres::quote_identifier(k.rdn().column);
        if (!k.rdn().column.empty())
            common(of, about,
                   "SELECT count(*) OVER (), (array_agg(DISTINCT " + name + "::text))[1:3]::text" +
                       from + " WHERE " + name + " IS NOT NULL GROUP BY " + normalised(name, true) +
                       " HAVING count(DISTINCT " + name + "::text) > 1 ORDER BY 2 LIMIT 3",
                   "names that differ only by case or blanks, which are the same to LDAP",
                   "give each entry a name of its own", level::error);
        for (const auto& s : k.sources) {
            const auto& attribute = all.attributes[static_cast<std::size_t>(s.attribute)];
            const directory::column* c = k.find_column(s.column);
            if (c == nullptr || directory::is_list(c->type))
                continue;
            const std::string column = "e." + postgres::quote_identifier(c->name);
            const bool account = k.source_of(all.attribute_named("uidNumber")) != nullptr;
            if (attribute.name == "uidNumber" || (attribute.name == "gidNumber" && !account))
                common(
                    of, about,
                    "SELECT count(*) OVER (), " + column + "::text || ' ' || (array_agg(" + name +
                        "::text))[1:3]::text" + from + " WHERE " + column +
                        " IS NOT NULL GROUP BY " + column +
                        " HAVING count(*) > 1 ORDER BY 2 LIMIT 3",
                    "numbers (" + attribute.name + ") that several entries have",
                    "give each entry a number of its own: who has the same may read the same files",
                    level::error);
            const bool folds = attribute.rule == directory::match::ignore_case;
            if ((!folds && attribute.rule != directory::match::exact_case) ||
                s.compare == directory::comparison::any ||
                c->type == directory::column_type::citext)
                continue;
            const bool lower = folds && s.compare == directory::comparison::lower;
            common(of, "pgsql-attribute " + k.name + " " + attribute.name,
                   "SELECT count(*) OVER (), " + column + "::text" + from + " WHERE " + column +
                       "::text <> " + normalised(column, lower) + " ORDER BY 2 LIMIT 3",
                   std::string("values that are not stored ") +
                       (lower ? "in lower case or have superfluous blanks"
                              : "without superfluous blanks") +
                       ", and are not found" +
                       (&s == &k.rdn() ? "; nobody of that name can log in" : ""),
                   "store them so, or say pgsql-attribute " + k.name + " " + attribute.name +
                       " compare=any",
                   level::error);
        }
    }
}

} // namespace pgsql::slapd
