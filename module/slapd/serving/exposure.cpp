// exposure.cpp: finds attributes that would expose password hashes.
#include "slapd/serving/exposure.hpp"

#include "slapd/serving/configured_queries.hpp"

#include "advisor/column_sources.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::kind;

// The columns whose values entries or the log show.
std::set<std::string> shown_columns(const kind& k)
{
    std::set<std::string> out;
    for (const auto& s : k.sources) {
        if (!s.column.empty())
            out.insert(s.column);
        for (const auto& t : s.defaults)
            for (const auto& p : t.pieces())
                if (p.column)
                    out.insert(p.text);
    }
    if (!k.chain_column.empty())
        out.insert(k.chain_column);
    return out;
}

class search_for_hashes {
public:
    search_for_hashes(const directory::mapping& in, postgres::connection& session,
                      const postgres::wait_options& options)
        : in_(in), session_(session), limits_(options)
    {}

    exposure run()
    {
        for (std::size_t i = 0; i < in_.kinds.size(); ++i)
            if (in_.kinds[i].error.empty())
                look_into(i);
        for (const auto& one : shown_)
            judge(one);
        return std::move(out_);
    }

private:
    struct shown {
        std::size_t kind;
        std::string directive;
        std::string column; ///< empty: not shown, but compared with a client's value
        postgres::column_source source;
    };

    void look_into(std::size_t number)
    {
        const kind& k = in_.kinds[number];
        const std::string list = "pgsql-list " + k.name;
        if (!k.password_column.empty() && shown_columns(k).contains(k.password_column))
            out_.problems.emplace(number, list + ": an attribute would show the column \"" +
                                              k.password_column + "\": " + only_logins);
        look_into(number, list, k.list.text, 0, k.columns);
        for (const auto& l : k.lookups)
            look_into(number, directive_of(in_, k, "pgsql-lookup", l.attribute), l.query.text,
                      l.query.parameters, l.columns);
        for (const auto& v : k.virtuals)
            if (!v.write && v.error.empty())
                look_into(number, directive_of(in_, k, "pgsql-virtual", v.row.attribute),
                          v.row.query.text, v.row.query.parameters, v.row.columns);
        for (const auto& v : k.values)
            if (!v.source_sql.empty())
                add(number, directive_of(in_, k, "pgsql-values", v.attribute), v.source_sql, 0,
                    {v.value_column});
    }

    void look_into(std::size_t number, const std::string& directive, const std::string& query,
                   int parameters, const std::vector<directory::column>& columns)
    {
        const kind& k = in_.kinds[number];
        auto wanted = shown_columns(k);
        if (!k.password_column.empty())
            wanted.insert(k.password_column);
        std::erase_if(wanted, [&](const auto& name) {
            return std::none_of(columns.begin(), columns.end(),
                                [&](const auto& c) { return c.name == name; });
        });
        add(number, directive, query, parameters, {wanted.begin(), wanted.end()});
    }

    void add(std::size_t number, const std::string& directive, const std::string& query,
             int parameters, const std::vector<std::string>& columns)
    {
        const auto found = postgres::sources_of(query, parameters, columns, session_, limits_);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto& source = found.columns[i];
            if (columns[i] == in_.kinds[number].password_column)
                hashes_.insert(source.columns.begin(), source.columns.end());
            else
                shown_.push_back({number, directive, columns[i], source});
        }
        shown_.push_back({number, directive, "", {found.compared, found.compared}});
    }

    void judge(const shown& one)
    {
        auto hash = std::find_if(hashes_.begin(), hashes_.end(),
                                 [&](const auto& c) { return one.source.unchanged.contains(c); });
        const bool unchanged = hash != hashes_.end();
        if (!unchanged)
            hash = std::find_if(hashes_.begin(), hashes_.end(), [&](const auto& c) {
                return one.source.columns.contains(c) ||
                       one.source.columns.contains({c.schema, c.table, "*"});
            });
        if (hash == hashes_.end())
            return;
        const std::string text =
            one.directive +
            (one.column.empty() ? ": the parameter " : ": the column \"" + one.column + "\" ");
        const std::string from = "\"" + hash->name + "\" of table \"" + hash->table + "\"";
        if (unchanged)
            out_.problems.emplace(one.kind,
                                  text + (one.column.empty() ? "is compared with" : "shows") +
                                      " the password hashes in " + from + ": " + only_logins);
        else
            out_.remarks.push_back(text + "is computed from " + from +
                                   ", which has the password hashes; make sure that it does not "
                                   "show them");
    }

    static constexpr const char* only_logins = "password hashes serve logins only";

    const directory::mapping& in_;
    postgres::connection& session_;
    const postgres::wait_options& limits_;
    std::set<postgres::table_column> hashes_;
    std::vector<shown> shown_;
    exposure out_;
};

} // namespace

exposure find_exposure(const directory::mapping& in, postgres::connection& session,
                       const postgres::wait_options& options)
{
    const bool any = std::any_of(in.kinds.begin(), in.kinds.end(),
                                 [](const kind& k) { return !k.password_column.empty(); });
    return any ? search_for_hashes(in, session, options).run() : exposure{};
}

} // namespace pgsql::slapd
