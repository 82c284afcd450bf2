// doctor_rows.cpp: turns every row into what is wrong with it, and its password hash into a kind of
// hash.
#include "examination.hpp"

#include "candidates.hpp"
#include "hashing.hpp"

#include "../directory/term.hpp"
#include "../login/foreign_hash.hpp"
#include "../login/password.hpp"

#include <algorithm>
#include <compare>

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

// The rows of one kind, one page in memory.
class reading {
public:
    reading(examination& of, const directory::kind& k) : of_(of), kind_(k)
    {
        op_.o_hdr = &header_;
        op_.o_bd = &of.be;
        op_.o_tmpmfuncs = &ch_mfuncs;
    }

    json run()
    {
        of_.with.listener = [&](const std::string& kind, const std::string& what) {
            if (kind.starts_with("row "))
                skipped_[kind.substr(4 + kind_.name.size())].add(what);
            else if (kind.starts_with("value "))
                left_out_[kind.substr(6 + kind_.name.size())].add(what);
        };
        try {
            read();
        } catch (const postgres::error& e) {
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
                may_log_in_ += gated_ && c.page->at(c.row, plan->gate) == "t" ? 1 : 0;
                return slapd_shutdown == 0;
            },
            how);
    }

    static std::string value(const Entry& e, const char* name)
    {
        std::string why;
        AttributeDescription* ad = find_attribute(name, why);
        const Attribute* a = ad != nullptr ? attr_find(e.e_attrs, ad) : nullptr;
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
        const login::secret stored(c.page->at(c.row, column).value_or(""));
        if (c.page->at(c.row, column))
            c.page->wipe(c.row, column);
        const char* reason = why_hopeless(of_.with, stored);
        const login::foreign_hash* other = login::foreign_hash_of(stored.reveal());
        hashes_[{login::scheme_of(stored.reveal()), reason != nullptr ? reason : "",
                 other != nullptr ? other->remedy : ""}]
            .add("\"" + std::string(c.name.substr(0, 60)) + "\"");
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
            of_.find(level::warning, "pgsql-gate " + kind_.name,
                     "the condition is true of no row: nobody can log in");
    }

    static std::string counted(long count, const char* one, const char* several)
    {
        return std::to_string(count) + (count == 1 ? one : several);
    }

    examination& of_;
    const directory::kind& kind_;
    Operation op_{};
    Opheader header_{};
    long rows_ = 0;
    long entries_ = 0;
    long may_log_in_ = 0;
    bool gated_ = false;
    tally twins_;
    std::map<std::string, tally> skipped_;
    std::map<std::string, tally> left_out_;
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
    for (json& shown : of.report["kinds"])
        for (const auto& k : of.mapping->map.kinds)
            if (k.name == shown["name"].get<std::string>() && k.problem.empty())
                shown.update(reading(of, k).run());
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
