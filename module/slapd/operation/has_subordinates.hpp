// has_subordinates.hpp: says whether entries lie below an entry: hasSubordinates.
#pragma once

#include "slapd/entry/entry_source.hpp"

namespace pgsql::slapd {

/// What a search has found out about the entries below the fixed ones, for slapd to ask us about.
/// It asks from deep inside test_filter and send_search_entry, where a failure of the database
/// would be lost; so it is found out before. Costs a statement only if the search is about it.
class has_subordinates : OpExtra {
public:
    has_subordinates(Operation& op, service& service);
    has_subordinates(const has_subordinates&) = delete;
    has_subordinates& operator=(const has_subordinates&) = delete;
    ~has_subordinates();

    void before_test(const Entry& e)
    {
        if (in_filter_)
            find_out(e);
    }
    void before_send(const Entry& e)
    {
        if (in_attributes_)
            find_out(e);
    }

    /// What the search that `op` is has found out about a fixed entry.
    [[nodiscard]] static std::optional<bool> find_known(const Operation& op, const service& service,
                                                        int fixed);

private:
    void find_out(const Entry& e);

    Operation& op_;
    service& service_;
    const bool in_filter_;
    const bool in_attributes_;
    std::map<int, bool> known_; ///< by the number of the fixed entry
};

} // namespace pgsql::slapd
