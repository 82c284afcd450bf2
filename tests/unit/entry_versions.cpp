// Versions of entries are compared, kept in a file, and turned into CSNs without loss.
#include "replication/entry_versions.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <sstream>

using namespace pgsql::replication;

namespace {

entry_version version(std::uint64_t digest, unsigned char id, std::uint32_t kind = 0)
{
    entry_version out{.digest = digest, .stamp = 1, .kind = kind};
    out.uuid[0] = id;
    out.uuid[1] = static_cast<unsigned char>(kind);
    return out;
}

bool nothing(const std::string&, const entry_version&) { return false; }

version_map many(std::size_t count, std::uint32_t kind)
{
    version_map out;
    for (std::size_t i = 0; i < count; ++i) {
        entry_version one = version(1, static_cast<unsigned char>(i), kind);
        one.uuid[2] = static_cast<unsigned char>(i / 256);
        out.emplace("uid=u" + std::to_string(kind) + "-" + std::to_string(i), one);
    }
    return out;
}

} // namespace

TEST_CASE("differences are found, and ordered by the depth of entries")
{
    const version_map known = {{"ou=a", version(1, 1)},
                               {"uid=x,ou=a", version(1, 2)},
                               {"uid=y", version(1, 3)},
                               {"uid=z", version(1, 4)}};
    const version_map seen = {{"uid=y", version(2, 3)},
                              {"uid=z", version(1, 5)},
                              {"uid=new,ou=b", version(1, 6)},
                              {"ou=b", version(1, 7)}};
    const auto found = compare(known, seen, nothing);
    CHECK(found.changed == std::vector<std::string>{"uid=y"});
    REQUIRE(found.removed.size() == 3); // z has another UUID
    CHECK(found.removed.front() == "uid=x,ou=a");
    REQUIRE(found.added.size() == 3);
    CHECK(found.added.back() == "uid=new,ou=b");
    CHECK(compare(known, known, nothing).count() == 0);
}

TEST_CASE("entries of a kind that cannot be read stay as they are")
{
    const version_map known = {{"uid=a", version(1, 1, 1)}, {"uid=b", version(1, 2, 2)}};
    CHECK(compare(known, {}, [](const auto&, const auto& one) { return one.kind == 1; }).removed ==
          std::vector<std::string>{"uid=b"});
}

TEST_CASE("more than half of a kind and more than 100 entries are a mass removal")
{
    const auto removal = [](std::size_t before, std::size_t after) {
        const version_map known = many(before, 3);
        const version_map seen = many(after, 3);
        return !mass_removals(known, seen, compare(known, seen, nothing)).empty();
    };
    CHECK(removal(300, 0));
    CHECK(removal(300, 149));
    CHECK_FALSE(removal(300, 150));
    CHECK_FALSE(removal(100, 0));
    CHECK(removal(101, 0));
}

TEST_CASE("entries with other names and the same UUIDs have not disappeared")
{
    const version_map known = many(300, 3);
    version_map seen;
    for (const auto& [ndn, one] : known)
        seen.emplace(ndn + "x", one);
    CHECK(mass_removals(known, seen, compare(known, seen, nothing)).empty());
}

TEST_CASE("a stamp and its CSN are the same moment")
{
    const std::int64_t stamp = 1764500000123456;
    CHECK(csn_of(stamp, 0x1f) == "20251130105320.123456Z#000000#01f#000000");
    CHECK(stamp_of(csn_of(stamp, 1)) == stamp);
    CHECK(csn_of(suffix_stamp, 1) == csn_of(suffix_stamp, 2));
    CHECK(csn_of(suffix_stamp + 1, 1) != csn_of(suffix_stamp + 1, 2));
    CHECK(stamp_of("") == 0);
    CHECK(stamp_of("2025") == 0);
    CHECK(stamp_of("20251130105320Z") == 0);
}

TEST_CASE("an unread entry is compared only if it was seen")
{
    const version_map known = {{"uid=a", version(1, 1)}, {"uid=b", version(1, 2)}};
    const auto found =
        compare(known, {{"uid=b", version(2, 2)}}, [](const auto&, const auto&) { return true; });
    CHECK(found.changed == std::vector<std::string>{"uid=b"});
    CHECK(found.count() == 1);
}

TEST_CASE("the state is read as it was written, and a damaged one is refused")
{
    version_map entries = many(3, 7);
    entries.find("uid=u7-0")->usn = 1764500000;
    entries.emplace("cn=a b\\2C c,ou=\xc3\xa4", version(UINT64_MAX, 255, UINT32_MAX));
    entries.emplace("cn=100%\n= 1 2\r", version(1, 9));
    std::ostringstream out;
    write(out, {.last_stamp = 5, .last_usn = 6}, entries);
    version_map again;
    std::size_t lines = 0;
    std::istringstream in(out.str());
    const feed_state state = read(in, again, lines);
    CHECK(state.last_stamp == 5);
    CHECK(state.last_usn == 6);
    CHECK(lines == 0);
    REQUIRE(again.size() == entries.size());
    for (const auto& [ndn, one] : entries) {
        const entry_version* const kept = again.find(ndn);
        REQUIRE(kept != nullptr);
        CHECK(kept->digest == one.digest);
        CHECK(kept->usn == one.usn);
        CHECK(kept->uuid == one.uuid);
        CHECK(kept->kind == one.kind);
    }
    for (std::size_t length = 0; length < out.str().size(); ++length) {
        std::istringstream cut(out.str().substr(0, length));
        version_map unused;
        CHECK_THROWS(read(cut, unused, lines));
    }
}

TEST_CASE("changes are added to the state, and the last ones may be cut off")
{
    const version_map before = {{"uid=a", version(1, 1)}, {"uid=b", version(1, 2)}};
    const version_map after = {{"uid=a", version(2, 1)}, {"uid=c", version(1, 3)}};
    std::ostringstream out;
    write(out, {.last_stamp = 1}, before);
    const auto whole = out.str().size();
    write_changes(out, {.last_stamp = 2}, after, {"uid=a", "uid=b", "uid=c", "uid=%\n"});
    for (std::size_t length = whole; length <= out.str().size(); ++length) {
        version_map found;
        std::size_t lines = 0;
        std::istringstream in(out.str().substr(0, length));
        const bool cut = length < out.str().size();
        CHECK(read(in, found, lines).last_stamp == (cut ? 1 : 2));
        CHECK(lines == (cut ? 0U : 5U));
        CHECK((found.find("uid=b") != nullptr) == cut);
        CHECK((found.find("uid=c") == nullptr) == cut);
        CHECK(found.find("uid=a")->digest == (cut ? 1U : 2U));
    }
}

TEST_CASE("what was about to be replayed differs after a crash")
{
    const version_map before = {
        {"uid=a", version(1, 1)}, {"uid=b", version(1, 2)}, {"uid=c", version(1, 3)}};
    const version_map seen = {
        {"uid=a", version(2, 1)}, {"uid=c", version(1, 3)}, {"uid=new", version(1, 4)}};
    std::ostringstream out;
    write(out, {.last_stamp = 1}, before);
    const auto found = compare(before, seen, nothing);
    write_intentions(out, found, before, seen);
    const auto differs = [](const std::string& text, const version_map& database) {
        version_map known;
        std::size_t lines = 0;
        std::istringstream in(text);
        (void)read(in, known, lines);
        return compare(known, database, nothing);
    };
    // The database is as before: each of them is replayed all the same.
    const auto again = differs(out.str(), before);
    CHECK(again.changed.size() == 2);
    CHECK(again.removed == std::vector<std::string>{"uid=new"});
    CHECK(again.added.empty());
    // It was replayed.
    write_changes(out, {.last_stamp = 2}, seen, {"uid=a", "uid=b", "uid=new"});
    CHECK(differs(out.str(), seen).count() == 0);
}

TEST_CASE("names are found as they were given, below many parents, too")
{
    version_map all = {{"dc=a,dc=b", version(1, 1)},
                       {"uid=x,dc=a,dc=b", version(1, 2)},
                       {"uid=x,ou=y,dc=a,dc=b", version(1, 3)},
                       {"uid=x", version(1, 4)},
                       {"cn=x\\2Cdc=a,dc=b", version(1, 5)},
                       {"", version(1, 6)},
                       {"uid=x,dc=b", version(1, 7)},
                       {"uid=\x01", version(1, 8)}};
    for (int i = 0; i < 300; ++i)
        all.set("uid=x,ou=" + std::to_string(i), version(1, static_cast<unsigned char>(i)));
    version_map copy;
    copy.assign(all);
    CHECK(copy.size() == 308);
    CHECK(compare(all, copy, nothing).count() == 0);
    CHECK(compare(copy, all, nothing).count() == 0);
    for (int i = 0; i < 300; ++i) {
        const auto* const one = copy.find("uid=x,ou=" + std::to_string(i));
        REQUIRE(one != nullptr);
        CHECK(one->uuid[0] == static_cast<unsigned char>(i));
    }
    CHECK_FALSE(copy.emplace("uid=x,dc=a,dc=b", version(2, 2)).second);
    copy.erase("uid=x,dc=a,dc=b");
    CHECK(copy.find("uid=x,dc=a,dc=b") == nullptr);
    CHECK(copy.find("uid=x,dc=b")->uuid[0] == 7);
    CHECK(copy.size() == 307);
    std::set<std::string> names;
    for (auto at = copy.begin(); at != copy.end(); ++at) {
        CHECK(copy.name_at(at.place()) == (*at).first);
        names.insert((*at).first);
    }
    CHECK(names.size() == 307);
    CHECK(names.contains("uid=\x01"));
    CHECK(names.contains("uid=x,ou=299"));
    copy.erase_if([](const auto& one) { return one.uuid[0] != 7; });
    CHECK(copy.size() == 3); // 7 of the 300 and 263
}
