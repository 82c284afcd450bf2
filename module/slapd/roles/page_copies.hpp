// page_copies.hpp: copies of the entries of a page, without names that the client may not see.
#pragma once

#include "slapd/roles/named_entries.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgsql::slapd {

/// The entries of a page, whose names of hidden entries are read together.
struct page_copies {
    explicit page_copies(named_entries& by) : names(by) {}
    void add(const Entry& e, std::string_view name)
    {
        all.emplace_back(entry_ptr(entry_dup(const_cast<Entry*>(&e))), name);
    }
    void hide_names()
    {
        std::vector<Entry*> entries;
        for (const auto& one : all)
            entries.push_back(one.first.get());
        if (!entries.empty())
            names.hide(entries);
    }

    named_entries& names;
    std::vector<std::pair<entry_ptr, std::string>> all;
};

} // namespace pgsql::slapd
