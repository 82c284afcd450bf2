// cached_entries.cpp: copies the entries of a page for concurrent use from the cache.
#include "slapd/entry/cached_entries.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// The size of one entry: first structures, which share one alignment, then texts.
struct extent {
    std::size_t structures = 0;
    std::size_t texts = 0;

    void text(const berval& value) { texts += value.bv_len + 1; }
    void attribute(const Attribute& a, bool values_are_shared)
    {
        structures += sizeof(Attribute);
        if (values_are_shared)
            return;
        const bool one_array = a.a_nvals == a.a_vals;
        structures += (a.a_numvals + 1) * sizeof(berval) * (one_array ? 1 : 2);
        for (unsigned i = 0; i < a.a_numvals; ++i) {
            text(a.a_vals[i]);
            if (!one_array && a.a_nvals[i].bv_val != a.a_vals[i].bv_val)
                text(a.a_nvals[i]);
        }
    }
};

class writer {
public:
    writer(char* begin, const extent& size) : structure_(begin), text_(begin + size.structures) {}

    template <typename T> T* structures(std::size_t count = 1)
    {
        static_assert(alignof(T) <= alignof(std::max_align_t) &&
                      sizeof(T) % alignof(void*) == 0); // no padding between structures
        auto* out = reinterpret_cast<T*>(structure_);
        structure_ += count * sizeof(T);
        return out;
    }
    berval text(const berval& source)
    {
        const berval out = {source.bv_len, text_};
        std::copy_n(source.bv_val, source.bv_len, text_);
        text_ += source.bv_len;
        *text_++ = '\0';
        return out;
    }
    Attribute* attribute(const Attribute& source, bool values_are_shared)
    {
        auto* a = structures<Attribute>();
        *a = source;
        a->a_next = nullptr;
        if (values_are_shared)
            return a;
        const bool one_array = source.a_nvals == source.a_vals;
        a->a_vals = structures<berval>(source.a_numvals + 1);
        a->a_nvals = one_array ? a->a_vals : structures<berval>(source.a_numvals + 1);
        for (unsigned i = 0; i < source.a_numvals; ++i) {
            a->a_vals[i] = text(source.a_vals[i]);
            if (!one_array)
                a->a_nvals[i] = source.a_nvals[i].bv_val == source.a_vals[i].bv_val
                                    ? a->a_vals[i]
                                    : text(source.a_nvals[i]);
        }
        a->a_vals[source.a_numvals] = a->a_nvals[source.a_numvals] = BER_BVNULL;
        return a;
    }

private:
    char* structure_;
    char* text_;
};

} // namespace

bool cached_entries::shared(const Attribute& a) const
{
    for (const shared_values& of_kind : mapping_->shared)
        for (const Attribute* s = of_kind.holder->e_attrs; s != nullptr; s = s->a_next)
            if (s->a_vals == a.a_vals)
                return true;
    return false;
}

char* cached_entries::append(std::size_t bytes, std::string_view name)
{
    auto made = std::make_unique_for_overwrite<char[]>(bytes + name.size());
    char* out = made.get();
    std::copy(name.begin(), name.end(), out + bytes);
    items_.push_back({nullptr, {out + bytes, name.size()}});
    blocks_.push_back(std::move(made));
    bytes_ += bytes + name.size() + malloc_adds;
    return out;
}

void cached_entries::add(const Entry& e, std::string_view name)
{
    extent size{.structures = sizeof(Entry)};
    size.text(e.e_name);
    size.text(e.e_nname);
    for (const Attribute* a = e.e_attrs; a != nullptr; a = a->a_next)
        size.attribute(*a, shared(*a));
    writer target(append(size.structures + size.texts, name), size);
    auto* copy = target.structures<Entry>();
    *copy = e;
    copy->e_name = target.text(e.e_name);
    copy->e_nname = target.text(e.e_nname);
    Attribute** tail = &copy->e_attrs;
    *tail = nullptr;
    for (const Attribute* a = e.e_attrs; a != nullptr; a = a->a_next) {
        *tail = target.attribute(*a, shared(*a));
        tail = &(*tail)->a_next;
    }
    // slapd caches class flags in the entry: set them now, before other threads read it.
    (void)is_entry_objectclass(copy, slap_schema.si_oc_referral, SLAP_OCF_SET_FLAGS);
    items_.back().entry = copy;
}

} // namespace pgsql::slapd
