// element_id.hpp: identifies attributes, kinds and containers by their indices.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <vector>

namespace pgsql::directory {

/// The index of one of the `T`, or none.
template <typename T> class element_id {
public:
    constexpr element_id() = default; ///< none
    constexpr explicit element_id(std::size_t index) : index_(index) {}

    /// Whether it identifies an element.
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return index_ != none; }
    [[nodiscard]] constexpr std::size_t index() const noexcept { return index_; }
    [[nodiscard]] constexpr auto operator<=>(const element_id&) const = default;

private:
    static constexpr auto none = static_cast<std::size_t>(-1);
    std::size_t index_ = none;
};

struct attribute;
struct kind;
struct container;
using attribute_id = element_id<attribute>;
using kind_id = element_id<kind>;
using container_id = element_id<container>;

/// The suffix is the first container.
inline constexpr container_id suffix_container{0};

/// A vector with an element for each `T`, which is that `T` or belongs to it.
template <typename Element, typename T = Element> class id_vector : public std::vector<Element> {
public:
    using std::vector<Element>::vector;
    using std::vector<Element>::operator[];

    /// Throws std::out_of_range for no id.
    [[nodiscard]] Element& operator[](element_id<T> id) { return this->at(id.index()); }
    [[nodiscard]] const Element& operator[](element_id<T> id) const { return this->at(id.index()); }

    /// The id of an element in this vector.
    [[nodiscard]] element_id<T> id_of(const Element& element) const
    {
        return element_id<T>(static_cast<std::size_t>(&element - this->data()));
    }
    /// The first element for which `matches` is true.
    template <typename Predicate> [[nodiscard]] element_id<T> find(Predicate matches) const
    {
        const auto at = std::find_if(this->begin(), this->end(), matches);
        return at == this->end() ? element_id<T>() : id_of(*at);
    }
};

} // namespace pgsql::directory
