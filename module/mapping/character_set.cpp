// character_set.cpp: caches which characters the encoding of a database can represent.
#include "mapping/character_set.hpp"

#include <mutex>

namespace pgsql::directory {
namespace {

std::string_view code_point(std::string_view text)
{
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
        ++length;
    return text.substr(0, length);
}

// Removes the first character from the text. EUC_JIS_2004 has accented letters that are two code
// points in Unicode, and lacks some of the accents as separate characters.
std::string_view take_character(std::string_view& text)
{
    std::string_view first = code_point(text);
    const std::string_view next = code_point(text.substr(first.size()));
    if (next == "\u0300" || next == "\u0301" || next == "\u309a")
        first = text.substr(0, first.size() + next.size());
    text.remove_prefix(first.size());
    return first;
}

bool is_ascii(std::string_view character)
{
    return character.size() == 1 && static_cast<unsigned char>(character.front()) < 0x80;
}

} // namespace

character_set::verdict character_set::look_up(std::string_view text) const
{
    verdict out = verdict::held;
    const std::shared_lock lock(guard_);
    while (!text.empty()) {
        const std::string_view character = take_character(text);
        if (is_ascii(character))
            continue;
        const auto found = cached_.find(std::string(character));
        if (found == cached_.end())
            out = verdict::unknown;
        else if (!found->second)
            return verdict::not_held;
    }
    return out;
}

void character_set::collect_unknown(std::string_view text, std::set<std::string>& to) const
{
    const std::shared_lock lock(guard_);
    while (!text.empty()) {
        const std::string_view character = take_character(text);
        if (!is_ascii(character) && !cached_.contains(std::string(character)))
            to.emplace(character);
    }
}

void character_set::learn(const std::string& character, bool held)
{
    const std::unique_lock lock(guard_);
    if (cached_.size() >= limit)
        cached_.clear();
    cached_[character] = held;
}

} // namespace pgsql::directory
