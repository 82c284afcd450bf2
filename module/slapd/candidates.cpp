// candidates.cpp: turns plans into entries, page by page, and finds the one entry of a DN.
#include "candidates.hpp"

#include "kept.hpp"

#include "../directory/cache.hpp"
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

    void forget() noexcept
    {
        names_ = 0;
        last_.clear();
        text_.clear();
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

bool heard_of(const service& with, const postgres::rows& answer)
{
    return with.answers == nullptr || with.answers->hears(answer.server());
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

    /// Whether all that was read so far came from where changes are heard of.
    [[nodiscard]] bool vouched_for() const noexcept { return vouched_for_; }

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
            vouched_for_ = vouched_for_ && heard_of(with_, *found.rows);
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
    bool vouched_for_ = true;
};

// The rows of a plan, page by page.
class reading {
public:
    reading(Operation& op, service& with, const bound& mapping, const directory::plan& from,
            const course& how)
        : op_(op), with_(with), from_(from), how_(how), builder_(with, mapping, from),
          left_out_(with, from), ordered_(how.ordered || !from.pinned), last_(how.after),
          lists_(op, with, from)
    {}
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    void first_page()
    {
        page_ = fetch(op_, with_, from_, from_.page(last_, ordered_));
        if (!ordered_ && full()) {
            ordered_ = true; // more than a page after all: begin again, in an order that can be
                             // continued
            page_ = fetch(op_, with_, from_, from_.page(last_, ordered_));
        }
        arrive();
    }

    /// Whether the first page is the only one.
    [[nodiscard]] bool whole() const noexcept { return !more_; }

    /// Whether all that was read so far came from where changes are heard of.
    [[nodiscard]] bool vouched_for() const noexcept { return vouched_for_ && lists_.vouched_for(); }

    /// Keeps the entries of the only page. False if they are too much to be kept; then they have to
    /// be visited.
    [[nodiscard]] bool keep_all(kept_entries& in)
    {
        const std::size_t most = with_.answers->most_of_one();
        const auto keep = [&](Entry& e, std::string_view name, int) {
            in.add(e, name);
            return in.bytes() <= most;
        };
        if (!each_row(keep, [&](std::string_view name) { in.add_twin(name); })) {
            left_out_.forget();
            lists_.begin(page_, count_);
            return false;
        }
        left_out_.report();
        return true;
    }

    /// False when the visitor stopped. What it is shown is kept as well, until that is too long.
    bool visit(const visitor& visit, std::shared_ptr<kept_entries>& kept)
    {
        for (;;) {
            std::unique_ptr<postgres::pool::ahead> next;
            if (more_ && how_.ahead)
                next = while_waiting(op_, with_, [&](const postgres::patience& limits) {
                    return with_.pool().begin(from_.page(last_, ordered_), limits);
                });
            how_.page_begins(count_);
            const auto show = [&](Entry& e, std::string_view name, int row) {
                if (next != nullptr && !next->arrived() && how_.client_is_slow())
                    while_waiting(op_, with_, [&](const postgres::patience& limits) {
                        next->settle(limits);
                        return true;
                    });
                if (kept != nullptr)
                    kept->add(e, name);
                if (kept != nullptr && kept->bytes() > with_.answers->most_of_one())
                    kept.reset();
                candidate c{e, name, from_, false, &page_, row};
                return visit(c);
            };
            const auto leave_out = [&](std::string_view name) {
                if (kept != nullptr)
                    kept->add_twin(name);
                how_.twin(name);
            };
            if (!each_row(show, leave_out)) {
                left_out_.report();
                return false;
            }
            how_.page_ends();
            if (!more_) {
                left_out_.report();
                return true;
            }
            page_ = next != nullptr ? rows_of(op_, with_, from_,
                                              [&](const postgres::patience& limits) {
                                                  return next->collect(limits);
                                              })
                                    : fetch(op_, with_, from_, from_.page(last_, ordered_));
            arrive();
        }
    }

private:
    // What follows was left for another page.
    [[nodiscard]] bool full() const
    {
        return page_.count() > from_.rows ||
               (!from_.width.empty() &&
                bytes_of(page_, from_.columns.size()) >= directory::page_bytes);
    }

    void arrive()
    {
        expect_types(from_, page_);
        vouched_for_ = vouched_for_ && heard_of(with_, page_);
        count_ = std::min(page_.count(), from_.rows);
        lists_.begin(page_, count_);
        // Rows without a name come last, and none of them makes an entry.
        const auto end = count_ > 0 ? page_.at(count_ - 1, 0) : std::nullopt;
        more_ = full() && end;
        behind_ = last_.value_or("");
        if (more_)
            last_ = std::string(*end);
    }

    template <typename Each, typename Twin> bool each_row(const Each& each, const Twin& twin)
    {
        std::string_view before = behind_; // no key is empty and shown
        std::set<std::string_view> seen;   // of an unordered page
        for (int row = 0; row < count_; ++row) {
            const auto key = page_.at(row, 0);
            const bool again =
                key && !key->empty() &&
                (ordered_ ? *key == before : count_ > 1 && !seen.insert(*key).second);
            if (again) {
                left_out_.add(*key);
                twin(*key);
                continue;
            }
            if (key)
                before = *key;
            Entry* e = builder_.build(page_, row, lists_.of(row));
            if (e != nullptr && !each(*e, *key, row))
                return false;
        }
        return true;
    }

    Operation& op_;
    service& with_;
    const directory::plan& from_;
    const course& how_;
    entry_builder builder_;
    twins left_out_;
    bool ordered_;
    std::optional<std::string> last_; ///< the name behind which the next page begins
    std::string behind_;              ///< and this one
    postgres::rows page_;
    page_lists lists_;
    int count_ = 0; ///< of the page's rows, without the one that tells of more
    bool more_ = false;
    bool vouched_for_ = true;
};

// Where the entries of a plan are to be had.
struct source {
    std::shared_ptr<const kept_entries> kept;
    bool last_known = false;
    std::unique_ptr<reading> rows; ///< if they are not kept
    std::unique_ptr<directory::cache::lead> lead;
};

std::shared_ptr<const kept_entries> entries_of(const directory::answer& from)
{
    return std::static_pointer_cast<const kept_entries>(from.what);
}

directory::answer answer_of(std::shared_ptr<const kept_entries> from)
{
    const std::size_t bytes = from->bytes();
    const bool empty = from->empty();
    return {std::move(from), bytes, empty};
}

// What another's statement finds, at the latest at the deadline.
directory::cache::flight::state wait_for(Operation& op, const service& with,
                                         directory::cache::flight& other, deadline until,
                                         directory::answer& out)
{
    using state = directory::cache::flight::state;
    constexpr auto glance = std::chrono::milliseconds(25);
    return while_waiting(op, with, [&](const postgres::patience& limits) {
        for (;;) {
            const auto now = clock::now();
            const state is = other.wait(std::min(until, now + glance), out);
            if (is != state::under_way)
                return is;
            if (now >= until)
                throw postgres::error(postgres::error::cause::deadline,
                                      "another's statement for the same was still under way at "
                                      "the deadline");
            if (limits.given_up())
                throw postgres::error(postgres::error::cause::abandoned,
                                      "the operation was abandoned");
            limits.long_wait();
        }
    });
}

// A visitor may lead slapd back to us with the same question, so that nobody waits for this one any
// more once its first entry is shown.
source read_rows(Operation& op, service& with, const bound& mapping, const directory::plan& from,
                 const course& how, std::unique_ptr<directory::cache::lead> lead)
{
    source out;
    out.rows = std::make_unique<reading>(op, with, mapping, from, how);
    out.rows->first_page();
    if (lead == nullptr)
        return out;
    auto all = std::make_shared<kept_entries>(mapping);
    const bool whole = out.rows->whole() && out.rows->keep_all(*all);
    if (!out.rows->vouched_for()) {
        lead->doubt();
        if (with.answers->usable())
            with.complain(
                "elsewhere",
                "answers come from another server than the one that tells of changes, and "
                "are not kept",
                3600);
    }
    if (whole) {
        out.rows.reset();
        out.kept = std::move(all);
        lead->land(answer_of(out.kept));
        return out;
    }
    lead->leave_alone();
    if (!out.rows->whole())
        out.lead = std::move(lead);
    return out;
}

source obtain(Operation& op, service& with, const bound& mapping, const directory::plan& from,
              const course& how, const std::string& key)
{
    using state = directory::cache::flight::state;
    std::optional<deadline> until;
    for (;;) {
        auto reply = with.answers->ask(key);
        if (reply.known)
            return {.kept = entries_of(*reply.known)};
        if (reply.mine != nullptr)
            return read_rows(op, with, mapping, from, how, std::move(reply.mine));
        if (!until)
            until = patience_of(op, with).until;
        directory::answer found;
        switch (wait_for(op, with, *reply.others, *until, found)) {
        case state::landed:
            return {.kept = entries_of(found)};
        case state::alone:
            return read_rows(op, with, mapping, from, how, nullptr);
        default:
            break; // whoever asked has failed: perhaps it is for us to ask
        }
    }
}

bool show(const source& of, const directory::plan& from, const visitor& visit, const course& how)
{
    how.page_begins(static_cast<int>(of.kept->all().size()));
    for (const auto& one : of.kept->all()) {
        if (one.entry == nullptr) {
            how.twin(one.name);
            continue;
        }
        candidate c{*one.entry, one.name, from, of.last_known};
        if (!visit(c))
            return false;
    }
    how.page_ends();
    return true;
}

} // namespace

bool is_away(const postgres::error& e) noexcept
{
    using cause = postgres::error::cause;
    return e.why() == cause::lost || e.why() == cause::deadline || e.why() == cause::busy;
}

bool each_candidate(Operation& op, service& with, const bound& mapping, const directory::plan& from,
                    const visitor& visit, const course& how)
{
    source of;
    if (with.answers == nullptr || !with.answers->of_use() || from.secret || how.after) {
        of = read_rows(op, with, mapping, from, how, nullptr);
    } else {
        const auto kind = from.of - mapping.map.kinds.data();
        const std::string key = std::to_string(mapping.serial) + ' ' + std::to_string(kind) +
                                (how.ordered || !from.pinned ? " o " : " u ") + from.identity();
        try {
            of = obtain(op, with, mapping, from, how, key);
        } catch (const postgres::error& e) {
            const auto last = is_away(e) ? with.answers->last_known(key) : std::nullopt;
            if (!last)
                throw;
            with.complain("last known",
                          std::string("the database is away (") + e.what() +
                              "): entries that were seen before are shown as they "
                              "were, and everything else gets result 52",
                          60);
            of = {.kept = entries_of(last->first), .last_known = true};
        }
    }
    if (of.kept != nullptr)
        return show(of, from, visit, how);
    auto all = of.lead != nullptr ? std::make_shared<kept_entries>(mapping) : nullptr;
    if (!of.rows->visit(visit, all))
        return false;
    if (all != nullptr && !of.rows->vouched_for())
        of.lead->doubt();
    if (all != nullptr)
        of.lead->land(answer_of(std::move(all)));
    return true;
}

void visit_entry(Operation& op, service& with, const bound& mapping, const berval& ndn,
                 const directory::filter& what, const directory::wanted& parts,
                 const visitor& visit, bool* ambiguous)
{
    const directory::place at = with.where().locate(view(ndn));
    if (at.fixed >= 0 || at.parent < 0)
        return;
    bool found = false;
    bool last_known = false;
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
            last_known = last_known || c.last_known;
            if (view(c.entry.e_nname) != view(ndn))
                return true; // the statement may find more than it was asked for
            name = c.name;
            if (found && ambiguous != nullptr)
                *ambiguous = true;
            const bool first = !found;
            found = true;
            return first ? visit(c) : false;
        };
        each_candidate(op, with, mapping, *plan, look, how);
    }
    if (!found && last_known) // that there is nothing is not known
        throw postgres::error(postgres::error::cause::lost,
                              "none of the last known entries is the one that was asked for");
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
