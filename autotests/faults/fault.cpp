// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "fault.h"

#include <cstdlib>
#include <sstream>
#include <vector>

namespace Faults {

Kind Fault::kind() const
{
    if (place.call == allocation)
        return Kind::Allocations;
    return error.ends_with("ms") ? Kind::Delays : Kind::Calls;
}

std::chrono::milliseconds Fault::delay() const
{
    return std::chrono::milliseconds(kind() == Kind::Delays ? std::atoi(error.c_str()) : 0);
}

std::string Fault::text() const
{
    return scenario + '/' + backend + '/' + place.actor + '/' + place.call + '#'
        + (place.occurrence == everyCall ? std::string("all") : std::to_string(place.occurrence)) + '/'
        + error;
}

std::optional<Fault> Fault::fromText(const std::string &text)
{
    std::istringstream stream(text);
    std::vector<std::string> parts;
    for (std::string part; std::getline(stream, part, '/');)
        parts.push_back(part);
    const std::size_t hash = parts.size() == 5 ? parts[3].find('#') : std::string::npos;
    if (hash == std::string::npos)
        return std::nullopt;
    const int occurrence = std::atoi(parts[3].c_str() + hash + 1);
    return Fault{parts[0], parts[1], {parts[2], parts[3].substr(0, hash), occurrence}, parts[4]};
}

} // namespace Faults
