// slapcat.cpp: serves slapd's tools entry by entry: slapcat and slapschema read all entries,
// slapacl one.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/entry/entry_finder.hpp"
#include "slapd/entry/filter_translator.hpp"
#include "slapd/entry/rows_below.hpp"
#include "slapd/entry/value_checks.hpp"
#include "slapd/tool/entry_loader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <numeric>

namespace pgsql::slapd {

// The position of a tool in the directory. Only one page of rows is in memory.
class walk {
public:
    walk(BackendDB& be, std::shared_ptr<service> service)
        : service_(std::move(service)), tree_(op_, *service_)
    {
        // Like slapd's own tool functions; nothing is allocated from the operation.
        op_.o_hdr = &header_;
        op_.o_bd = &be;
        op_.o_tmpmfuncs = &ch_mfuncs;
    }

    /// Starts with the entries of `base` (null: all) and `scope` that match `filter` (null: any).
    void begin(const berval* base, int scope, Filter* filter)
    {
        base_ = base;
        scope_ = scope;
        filter_ = filter;
        rows_.reset(); // refers to the mapping
        mapping_ = current_mapping(op_, *service_);
        member_of_ = mapping_->map.attribute_named("memberOf");
        // Includes operational attributes that a server accepts. Excludes memberOf: the groups
        // determine it, and a server whose schema lacks it would reject the entries.
        selection_ = {.all_user = true};
        const auto& attributes = mapping_->map.attributes;
        for (const auto& a : attributes)
            if (const auto id = attributes.id_of(a); a.operational && id != member_of_) {
                selection_.attributes.push_back(id);
                selection_.fetched.push_back(id);
            }
        condition_ = filter_ != nullptr ? translate_filter(filter_, tree_, *mapping_, selection_)
                                        : directory::filter::constant_of(directory::truth::yes);
        const directory::container_id top = base_container();
        level_ = 0;
        next_kind_ = 0;
        order_kinds();
        if (!top || !tree_.is_fixed(top)) {
            entry_finder finder(op_, *service_, *mapping_, *base_, condition_, selection_);
            while (const candidate* row = finder.next())
                keep(*row->entry);
            if (!top)
                next_kind_ = kinds_.size();
            return;
        }
        for (const auto& e : service_->dn_tree().entries()) // parents come first
            keep(service_->container(service_->dn_tree().entries().id_of(e)));
    }

    /// Advances to the next entry; NOID at the end.
    ID advance()
    {
        entry_ptr next = ended_ ? nullptr : next_entry();
        return next != nullptr ? make_current(std::move(next)) : NOID;
    }

    /// Moves to the entry with a DN; NOID if it does not exist.
    ID move_to(const berval& ndn)
    {
        current_.reset();
        entry_ptr found;
        if (const auto fixed = service_->dn_tree().find(to_string_view(ndn))) {
            found.reset(entry_dup(&service_->container(fixed)));
        } else {
            const auto mapping = current_mapping(op_, *service_);
            entry_finder finder(op_, *service_, *mapping, ndn,
                                directory::filter::constant_of(directory::truth::yes),
                                all_attributes());
            while (const candidate* row = finder.next())
                found.reset(entry_dup(row->entry));
        }
        return found != nullptr ? make_current(std::move(found)) : NOID;
    }

    /// Ends the walk: a failure would repeat, and slapcat -c would retry forever.
    void end() { ended_ = true; }

    /// Transfers the current entry, which has this ID, to the tool, which frees it.
    Entry* take_entry(ID id)
    {
        return current_ != nullptr && id == id_ ? current_.release() : nullptr;
    }

    [[nodiscard]] service& database_service() { return *service_; }

private:
    ID make_current(entry_ptr e)
    {
        current_ = std::move(e);
        current_->e_id = ++id_;
        return id_;
    }

    // Null at the end.
    entry_ptr next_entry()
    {
        while (kept_.empty() && (rows_ || open_next_kind()))
            if (const candidate* row = rows_->next())
                keep(*row->entry);
            else
                rows_.reset();
        if (kept_.empty())
            return nullptr;
        entry_ptr out = std::move(kept_.front());
        kept_.pop_front();
        return out;
    }

    // Parents come first: kinds after those whose rows may be above theirs.
    void order_kinds()
    {
        const auto& kinds = mapping_->map.kinds;
        const auto depth = [&](std::size_t i) {
            int out = 0;
            for (const directory::kind* k = &kinds[i];
                 k->parent_kind && k != &kinds[k->parent_kind]; k = &kinds[k->parent_kind])
                ++out;
            return out;
        };
        kinds_.resize(kinds.size());
        std::iota(kinds_.begin(), kinds_.end(), std::size_t{0});
        std::stable_sort(kinds_.begin(), kinds_.end(), [&](auto a, auto b) {
            return std::pair(depth(a), !kinds[a].has_children) <
                   std::pair(depth(b), !kinds[b].has_children);
        });
    }

    // False after the last kind.
    bool open_next_kind()
    {
        while (next_kind_ < kinds_.size()) {
            const std::size_t i = kinds_[next_kind_];
            const directory::kind& k = mapping_->map.kinds[i];
            const directory::kind_id id(i);
            const auto base = base_container();
            auto placed =
                base ? rows_below(mapping_->map, id, tree_, base, scope_ != LDAP_SCOPE_ONELEVEL)
                     : std::nullopt;
            if (k.parent_kind != id) { // one level of rows
                ++next_kind_;
            } else if (const auto level = next_level(id)) {
                if (placed)
                    placed = directory::filter::combine(directory::filter::node::conjunction,
                                                        {std::move(*placed), *level});
            } else {
                ++next_kind_;
                continue;
            }
            // A statement that finds groups by member may have returned private groups, too.
            if (placed && !(with_private_ && k.yields_to_kind) && open(k, *placed))
                return true;
        }
        return false;
    }

    // The rows of the next level of a kind whose rows are below each other; nothing after the last.
    std::optional<directory::filter> next_level(directory::kind_id kind)
    {
        directory::filter out{.type = directory::filter::node::placement};
        out.at_container = level_ == 0;
        const auto& entries = tree_.whole().entries();
        const auto depth = [&](const directory::container& row) {
            int levels = 1;
            for (auto above = row.parent; above && entries[above].kind == kind;
                 above = entries[above].parent)
                ++levels;
            return levels;
        };
        for (const directory::container& one : entries)
            if (one.kind == kind && depth(one) == level_)
                out.place_keys.push_back(one.key);
        if (out.place_keys.empty() && !out.at_container) {
            level_ = 0;
            return std::nullopt;
        }
        ++level_;
        return out;
    }

    /// The container that is the base; none if it is an entry that can have none below it.
    directory::container_id base_container()
    {
        const berval suffix = to_berval(service_->suffix_ndn);
        const bool whole = base_ == nullptr || dnIsSuffix(&suffix, base_) != 0;
        return whole ? directory::suffix_container : tree_.find(to_string_view(*base_));
    }

    bool open(const directory::kind& k, const directory::filter& placed)
    {
        const directory::filter wanted =
            placed.type == directory::filter::node::constant
                ? condition_
                : directory::filter::combine(directory::filter::node::conjunction,
                                             {condition_, placed});
        learn_characters(op_, *service_, *mapping_, condition_);
        without_refused_values([&](const std::vector<directory::requested_value>& refused) {
            plan_ = directory::make_plan(mapping_->map, k, wanted, selection_, refused);
            if (!plan_)
                return;
            if (plan_->values_queries.empty())
                plan_->rows = directory::tool_page_rows;
            rows_.emplace(op_, *service_, *mapping_, *plan_, read_options{.ordered = true});
        });
        with_private_ = with_private_ || (plan_ && plan_->includes_private_groups);
        return rows_.has_value();
    }

    // Copies the entry, if it is in scope and matches the filter.
    void keep(Entry& e)
    {
        if (base_ != nullptr &&
            dnIsSuffixScope(&e.e_nname, const_cast<berval*>(base_), scope_) != 1)
            return;
        if (filter_ != nullptr && test_filter(nullptr, &e, filter_) != LDAP_COMPARE_TRUE)
            return;
        entry_ptr kept(entry_dup(&e));
        if (member_of_) // fetched only for the filter
            (void)attr_delete(&kept->e_attrs, mapping_->types[member_of_].description);
        kept_.push_back(std::move(kept));
    }

    const std::shared_ptr<service> service_;
    Operation op_{};
    Opheader header_{};
    directory_tree tree_;
    const berval* base_ = nullptr;
    int scope_ = LDAP_SCOPE_DEFAULT;
    Filter* filter_ = nullptr;
    std::shared_ptr<const resolved_mapping> mapping_;
    directory::attribute_id member_of_;
    directory::selection selection_;
    directory::filter condition_;
    std::vector<std::size_t> kinds_; ///< indices, in the order of reading
    std::size_t next_kind_ = 0;      ///< index of one of these
    int level_ = 0;                  ///< of the rows of a kind that are below each other
    std::optional<directory::plan> plan_;
    std::optional<entry_stream> rows_; ///< of one kind
    bool with_private_ = false;        ///< a statement also returned private groups
    bool ended_ = false;
    std::deque<entry_ptr> kept_; ///< copies of entries not yet returned
    entry_ptr current_;
    ID id_ = 0;
};

namespace {

// The tool interface has no error code. An ID whose entry cannot be fetched makes the tool report
// an error and exit with failure. The ID is the last one, so that slapcat -c -c does not try all
// that follow.
constexpr ID failed = NOID - 1;

template <typename Step> ID guarded(BackendDB* be, const char* consequence, Step step) noexcept
{
    walk& at = *database_of(*be).tool_walk;
    try {
        std::string error;
        try {
            return step(at);
        } catch (const postgres::error& e) {
            error = e.what();
            if (!e.sqlstate().empty())
                error += fmt::format(" (SQLSTATE {})", e.sqlstate());
        } catch (const std::exception& e) {
            error = e.what();
        }
        at.end();
        at.database_service().log({log_event::tool_failed, "", error, consequence});
    } catch (...) {
        write_log({log_event::internal_error, "", "unknown exception"});
    }
    return failed;
}

constexpr const char* incomplete = "the output is incomplete";

} // namespace

// Sends no query: with glued databases, slapd treats a failure to open one as the end of its
// entries.
extern "C" int pgsql_tool_open(BackendDB* be, int writes) noexcept
{
    try {
        database& database = database_of(*be);
        const auto service = database.serving(*be);
        if (writes != 0 && !service->writes())
            throw config_error("no directive allows to write entries; see pgsql-write");
        database.tool_walk = std::make_shared<walk>(*be, service);
        return 0;
    } catch (const std::exception& e) {
        write_log({log_event::tool_failed, "", e.what()});
        return -1;
    }
}

extern "C" int pgsql_tool_close(BackendDB* be) noexcept
{
    database& database = database_of(*be);
    database.tool_walk.reset();
    try {
        if (const auto loader = std::exchange(database.loader, nullptr))
            loader->commit();
        return 0;
    } catch (const std::exception& e) {
        write_log({log_event::tool_failed, "", e.what(), "the last entries are not stored"});
        return -1;
    }
}

extern "C" ID pgsql_tool_first(BackendDB* be, berval* base, int scope, Filter* filter) noexcept
{
    return guarded(be, incomplete, [&](walk& at) {
        at.begin(base, scope, filter);
        return at.advance();
    });
}

extern "C" ID pgsql_tool_next(BackendDB* be) noexcept
{
    return guarded(be, incomplete, [](walk& at) { return at.advance(); });
}

extern "C" Entry* pgsql_tool_get(BackendDB* be, ID id) noexcept
{
    return database_of(*be).tool_walk->take_entry(id);
}

extern "C" ID pgsql_tool_find(BackendDB* be, berval* ndn) noexcept
{
    const ID id = guarded(be, "", [&](walk& at) { return at.move_to(*ndn); });
    return id == failed ? NOID : id;
}

} // namespace pgsql::slapd
