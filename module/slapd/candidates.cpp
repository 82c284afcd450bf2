// candidates.cpp: turns plans into entries, page by page, and finds the one entry of a DN.
#include "candidates.hpp"

#include "../directory/condition.hpp"

#include <algorithm>

namespace pgsql::slapd {

std::shared_ptr<const bound> mapping_of(Operation& op, service& with)
{
    if (auto known = with.known_mapping())
        return known;
    return while_waiting(op, with,
                         [&](const postgres::patience& limits) { return with.mapping(limits); });
}

directory::wanted everything() { return {.everything = true, .operational = true}; }

namespace {

// Runs `ask` with the pool's patience; a refused statement is named in the log.
template <typename Ask>
postgres::rows rows_of(Operation& op, service& with, const directory::plan& from, Ask ask)
{
    try {
        return while_waiting(op, with, ask);
    } catch (const postgres::error& e) {
        if (e.why() != postgres::error::cause::statement)
            throw;
        throw postgres::error(e.why(), "the query of " + from.of->name + " failed: " + e.what(),
                              std::string(e.sqlstate()));
    }
}

postgres::rows fetch(Operation& op, service& with, const directory::plan& from,
                     const postgres::statement& page)
{
    return rows_of(op, with, from,
                   [&](const postgres::patience& limits) { return with.pool().run(page, limits); });
}

// A table that was altered may give columns of other types than the mapping was made for, and not
// every such statement fails.
void expect_type(const directory::plan& from, const postgres::rows& page, int column,
                 unsigned expected)
{
    if (expected != 0 && page.type(column) != expected)
        throw postgres::error(postgres::error::cause::statement,
                              "the columns of " + from.of->name +
                                  " have other types than when they were looked at");
}

void expect_types(const directory::plan& from, const postgres::rows& page)
{
    for (std::size_t i = 0; i < from.types.size(); ++i)
        expect_type(from, page, static_cast<int>(i), from.types[i]);
}

// Rows with names that others have: a search says in one line which they are, however many.
class twins {
public:
    twins(service& with, const directory::plan& from) : with_(with), from_(from) {}

    void add(std::string_view name)
    {
        if (name == last_)
            return;
        last_ = name;
        if (++names_ <= most_named)
            text_ += (names_ == 1 ? "\"" : ", \"") + std::string(name.substr(0, 60)) + '"';
    }

    // A line for each name that is looked up, but only one for lists and their pages.
    void report() const
    {
        if (names_ > 0)
            with_.complain(
                "twice " + from_.of->name + (names_ == 1 ? last_ : ""),
                from_.of->name +
                    ": several rows have the same name, and only the first of each is shown: " +
                    text_ + (names_ > most_named ? ", …" : ""),
                600);
    }

private:
    static constexpr int most_named = 10;

    service& with_;
    const directory::plan& from_;
    int names_ = 0;
    std::string last_;
    std::string text_;
};

// What the first columns of all rows come to.
std::size_t bytes_of(const postgres::rows& in, std::size_t columns)
{
    std::size_t bytes = 0;
    for (int row = 0; row < in.count(); ++row)
        for (std::size_t i = 0; i < columns; ++i)
            bytes += in.at(row, static_cast<int>(i)).value_or("").size();
    return bytes;
}

/// The lists of values that the rows of a page bring, fetched for as many rows at once as memory
/// allows.
class page_lists {
public:
    page_lists(Operation& op, service& with, const directory::plan& from)
        : op_(op), with_(with), from_(from), at_once_(from.rows)
    {}

    void begin(const postgres::rows& page, int count)
    {
        page_ = &page;
        count_ = count;
        end_ = 0;
    }

    /// Those of a row; rows come in their order. Good until the next ones are asked for.
    const page_values& of(int row)
    {
        while (row >= end_ && !from_.values_queries.empty()) {
            end_ = std::min(count_, row + at_once_);
            lists_.clear();
            if (!fetch_lists(row)) {
                at_once_ = std::max(1, (end_ - row) / 2);
                end_ = row;
            }
        }
        return lists_;
    }

private:
    // False when they are too much for one time.
    bool fetch_lists(int first)
    {
        lists_.reserve(from_.values_queries.size());
        std::vector<std::string> keys;
        for (int row = first; row < end_; ++row)
            if (const auto key = page_->at(row, 0))
                keys.emplace_back(*key);
        if (keys.empty())
            return true;
        int values = 0;
        for (const directory::values_query* query : from_.values_queries) {
            // memberUid and member come from the same rows: asked for once.
            const auto same = std::find_if(lists_.begin(), lists_.end(), [&](const auto& l) {
                return l.query->text == query->text;
            });
            if (same != lists_.end()) {
                lists_.push_back({query, same->rows, same->of});
                continue;
            }
            lists_.push_back({query,
                              std::make_shared<const postgres::rows>(
                                  fetch(op_, with_, from_, directory::values_of(*query, keys))),
                              {}});
            listed_values& found = lists_.back();
            values += found.rows->count();
            if (keys.size() > 1 &&
                (values > directory::page_values ||
                 (query->wide && bytes_of(*found.rows, 2) >= directory::page_bytes)))
                return false;
            expect_type(from_, *found.rows, 1, query->number);
            assign(found, keys, first);
        }
        if (values < directory::page_values / 4)
            at_once_ = std::min(from_.rows, at_once_ * 2);
        return true;
    }

    // To the names of the rows.
    void assign(listed_values& found, const std::vector<std::string>& keys, int first) const
    {
        const bool positions = found.query->positions;
        std::unordered_map<std::string_view, int> known; // the page's own spelling
        if (positions)
            for (int row = first; row < end_; ++row)
                if (const auto key = page_->at(row, 0))
                    known.emplace(*key, row);
        for (int row = 0; row < found.rows->count(); ++row) {
            auto key = found.rows->at(row, 0);
            const auto value = found.rows->at(row, 1);
            if (positions && key && !known.contains(*key))
                if (const auto position = found.rows->at(row, 2))
                    key = page_->at(known.at(keys.at(std::stoul(std::string(*position)) - 1)), 0);
            if (key && value)
                found.of[*key].push_back(*value);
        }
    }

    Operation& op_;
    service& with_;
    const directory::plan& from_;
    const postgres::rows* page_ = nullptr;
    int count_ = 0;
    int end_ = 0; ///< the first row whose lists are not there
    int at_once_;
    page_values lists_;
};

} // namespace

bool each_candidate(Operation& op, service& with, const bound& mapping, const directory::plan& from,
                    const visitor& visit, const course& how)
{
    entry_builder builder(with, mapping, from);
    twins left_out(with, from);
    page_lists lists(op, with, from);
    // What follows was left for another page.
    const auto full = [&](const postgres::rows& page) {
        return page.count() > from.rows ||
               (!from.width.empty() &&
                bytes_of(page, from.columns.size()) >= directory::page_bytes);
    };
    bool ordered = how.ordered || !from.pinned;
    std::optional<std::string> last = how.after;
    postgres::rows page = fetch(op, with, from, from.page(last, ordered));
    if (!ordered && full(page)) {
        ordered =
            true; // more than a page after all: begin again, in an order that can be continued
        page = fetch(op, with, from, from.page(last, ordered));
    }
    for (;;) {
        expect_types(from, page);
        const int count = std::min(page.count(), from.rows);
        lists.begin(page, count);
        // Rows without a name come last, and none of them makes an entry.
        const auto end = count > 0 ? page.at(count - 1, 0) : std::nullopt;
        const bool more = full(page) && end;
        const std::string behind = last.value_or("");
        std::string_view before = behind; // no key is empty and shown
        std::unique_ptr<postgres::pool::ahead> next;
        if (more) {
            last = std::string(*end);
            if (how.ahead)
                next = while_waiting(op, with, [&](const postgres::patience& limits) {
                    return with.pool().begin(from.page(last, ordered), limits);
                });
        }
        how.page_begins(count);
        std::set<std::string_view> seen; // of an unordered page
        for (int row = 0; row < count; ++row) {
            const auto key = page.at(row, 0);
            const bool again = key && !key->empty() &&
                               (ordered ? *key == before : count > 1 && !seen.insert(*key).second);
            if (again) {
                left_out.add(*key);
                how.twin(*key);
                continue;
            }
            if (key)
                before = *key;
            Entry* e = builder.build(page, row, lists.of(row));
            if (e == nullptr)
                continue;
            if (next != nullptr && !next->arrived() && how.client_is_slow())
                while_waiting(op, with, [&](const postgres::patience& limits) {
                    next->settle(limits);
                    return true;
                });
            candidate c{*e, page, row, from};
            if (!visit(c)) {
                left_out.report();
                return false;
            }
        }
        how.page_ends();
        if (!more) {
            left_out.report();
            return true;
        }
        page =
            next != nullptr
                ? rows_of(op, with, from,
                          [&](const postgres::patience& limits) { return next->collect(limits); })
                : fetch(op, with, from, from.page(last, ordered));
    }
}

void visit_entry(Operation& op, service& with, const bound& mapping, const berval& ndn,
                 const directory::filter& what, const directory::wanted& parts,
                 const visitor& visit, bool* ambiguous)
{
    const directory::place at = with.where().locate(view(ndn));
    if (at.fixed >= 0 || at.parent < 0)
        return;
    bool found = false;
    for (std::size_t i = 0; i < mapping.map.kinds.size(); ++i) {
        const directory::kind& k = mapping.map.kinds[i];
        const int rdn = k.rdn().attribute;
        if (mapping.shared[i].parent != at.parent ||
            folded(mapping.map.attributes[static_cast<std::size_t>(rdn)].name) !=
                folded(at.attribute))
            continue;
        if (found && k.only_if_none_in >= 0)
            continue;
        const auto named = directory::filter::combine(
            directory::filter::type::conjunction, {directory::filter::equals(rdn, at.value), what});
        const auto plan = directory::make_plan(mapping.map, k, named, parts);
        if (!plan)
            continue;
        std::string name; // of the row that was found
        course how;
        how.twin = [&](std::string_view other) {
            if (found && other == name && ambiguous != nullptr)
                *ambiguous = true;
        };
        const auto look = [&](candidate& c) {
            if (view(c.entry.e_nname) != view(ndn))
                return true; // the statement may find more than it was asked for
            name = c.page.at(c.row, 0).value_or("");
            if (found && ambiguous != nullptr)
                *ambiguous = true;
            const bool first = !found;
            found = true;
            return first ? visit(c) : false;
        };
        each_candidate(op, with, mapping, *plan, look, how);
    }
}

std::string nearest_above(Operation& op, service& with, const bound& mapping, const berval& ndn)
{
    std::string matched;
    const auto disclosed = [&](Entry& e) {
        if (access_allowed(&op, &e, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) != 0)
            matched = view(e.e_name);
    };
    for (std::string_view dn = directory::parent_of(view(ndn)); !dn.empty();
         dn = directory::parent_of(dn)) {
        if (const int fixed = with.where().find(dn); fixed >= 0) {
            disclosed(with.fixed(fixed));
            break;
        }
        bool found = false;
        const std::string above(dn);
        visit_entry(op, with, mapping, look_at(above), directory::filter::of(directory::truth::yes),
                    everything(), [&](candidate& c) {
                        found = true;
                        disclosed(c.entry);
                        return true;
                    });
        if (found)
            break;
    }
    return matched;
}

} // namespace pgsql::slapd
