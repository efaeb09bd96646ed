// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "expected.h"

#include "calls.h"

#include <iterator>

#include <fnmatch.h>

namespace Faults {

namespace {

/// What happens in another way than by a right result or a start error, and why that is right, too.
struct Expected
{
    const char *scenario; ///< Patterns as the shell has them: the scenario …
    const char *place; ///< … "ACTOR/CALL" …
    const char *errors; ///< … names of errno values, or "" for all …
    const char *whatHappens; ///< … and what the walker says of it.
    const char *reason;
};

constexpr Expected table[] = {
    {"none", "none/none", "", "", "no row yet"},
};

bool matches(const char *pattern, const std::string &text)
{
    return fnmatch(pattern, text.c_str(), 0) == 0;
}

} // namespace

std::optional<std::size_t> expectedRow(const Fault &fault, const std::string &whatHappens)
{
    for (std::size_t row = 0; row < std::size(table); ++row) {
        const Expected &expected = table[row];
        if (matches(expected.scenario, fault.scenario + '/' + fault.backend)
            && matches(expected.place, fault.place.actor + '/' + fault.place.call)
            && (*expected.errors == '\0' || hasWord(expected.errors, fault.error))
            && matches(expected.whatHappens, whatHappens))
            return row;
    }
    return std::nullopt;
}

std::size_t expectedRowCount()
{
    return std::size(table);
}

std::string expectedRowText(std::size_t row)
{
    const Expected &expected = table[row];
    return std::string(expected.scenario) + ' ' + expected.place + ' ' + expected.errors + ": "
        + expected.whatHappens + " (" + expected.reason + ')';
}

} // namespace Faults
