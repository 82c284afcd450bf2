// Any stored hash is judged, and none that costs too much is computed.
#include "auth/hash_format.hpp"
#include "auth/password_hash.hpp"

#include "fuzz/require.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

using namespace pgsql::fuzz;
using namespace pgsql::auth;

namespace {

constexpr double most_milliseconds = 6000;
constexpr std::size_t most_kib = 1024 * 1024;
constexpr double computed_milliseconds = 0.1;

bool printable(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void require_dummy(const password_hash& hash, std::string_view input)
{
    const parsed_hash dummy = hash.dummy();
    if (dummy == nullptr)
        return;
    require(dummy->problem() == nullptr, "a dummy hash is computed as the hash is", input);
    require(dummy->cost().milliseconds == hash.cost().milliseconds &&
                dummy->cost().memory_kib == hash.cost().memory_kib,
            "a dummy hash costs what the hash costs", input);
}

} // namespace

// The first line is a digit for the length of the password, the rest is the stored value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view input = text_of(data, size);
    constexpr std::array<std::size_t, 6> lengths = {0, 16, 100, 511, 512, 65536};
    const std::string_view line = take_line(input);
    const std::string password(lengths[line.empty() ? 1 : static_cast<unsigned char>(line[0]) % 6],
                               'x');

    const parsed_hash hash = parse_hash(input);
    const hash_cost cost = hash->cost(password.size());
    const auto known = hash->precheck(password.size());
    require(std::isfinite(cost.milliseconds) && cost.milliseconds >= 0, "a cost", input);
    require(printable(hash->scheme()) && hash->scheme().size() <= 80, "a scheme is shown", input);
    if (!known)
        require(cost.milliseconds <= most_milliseconds && cost.memory_kib <= most_kib,
                "no hash is computed that costs too much", input);
    require_dummy(*hash, input);
    if (!known && cost.milliseconds < computed_milliseconds)
        (void)hash->verify(password);
    try {
        (void)hash_format(input);
    } catch (const std::invalid_argument&) { // it names what is wrong
    }
    return 0;
}
