// Any stored hash is judged, and none that costs too much is computed.
#include "auth/foreign_hash.hpp"
#include "auth/password_hash.hpp"

#include "fuzz/require.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

using namespace pgsql::fuzz;
using namespace pgsql::login;

namespace {

constexpr double most_milliseconds = 6000;
constexpr std::size_t most_kib = 1024 * 1024;
constexpr double computed_milliseconds = 0.1;

// All that the target asks of the module about a stored value.
struct reading {
    std::optional<outcome> problem; ///< or what is known without a check
    expense cost;
    std::string scheme;

    reading(std::string_view stored, std::size_t length)
        : problem(settled(secret(stored), length)), cost(expense_of(stored, length)),
          scheme(scheme_of(stored))
    {}
};

bool printable(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void require_decoy(std::string_view stored, const reading& real, std::size_t length)
{
    const std::string decoy = decoy_like(stored);
    require(!decoy.empty(), "every hash has a decoy", stored);
    const reading read(decoy, length);
    if (cost_of(stored).empty() || real.problem) // it costs what the default does
        return;
    require(!read.problem, "a decoy is computed as the hash is", decoy);
    require(read.cost.milliseconds == real.cost.milliseconds &&
                read.cost.memory_kib == real.cost.memory_kib,
            "a decoy costs what the hash costs", decoy);
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

    const reading read(input, password.size());
    require(std::isfinite(read.cost.milliseconds) && read.cost.milliseconds >= 0, "a cost", input);
    require(printable(read.scheme) && read.scheme.size() <= 80, "a scheme is shown", read.scheme);
    if (!read.problem)
        require(read.cost.milliseconds <= most_milliseconds && read.cost.memory_kib <= most_kib,
                "no hash is computed that costs too much", input);
    require_decoy(input, read, password.size());
    if (!read.problem && read.cost.milliseconds < computed_milliseconds)
        (void)check(secret(input), password);
    (void)foreign_hash_of(input);
    try {
        (void)parse_argon2_cost(input);
    } catch (const std::invalid_argument&) { // it names what is wrong
    }
    return 0;
}
