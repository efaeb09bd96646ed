// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "fault.h"

#include <cstdlib>
#include <sstream>
#include <utility>

namespace Faults {

namespace {

std::vector<std::string> split(const std::string &text, char separator)
{
    std::istringstream stream(text);
    std::vector<std::string> parts;
    for (std::string part; std::getline(stream, part, separator);)
        parts.push_back(part);
    return parts;
}

} // namespace

Kind Failure::kind() const
{
    if (place.call == allocation)
        return Kind::Allocations;
    return error.ends_with("ms") ? Kind::Delays : Kind::Calls;
}

std::chrono::milliseconds Failure::delay() const
{
    return std::chrono::milliseconds(kind() == Kind::Delays ? std::atoi(error.c_str()) : 0);
}

std::string Failure::text() const
{
    return place.actor + '/' + place.call + '#'
        + (place.occurrence == everyCall ? std::string("all") : std::to_string(place.occurrence)) + '/'
        + error;
}

Kind Fault::kind() const
{
    return failures.size() > 1 ? Kind::Pairs : failures.at(0).kind();
}

bool Fault::isFilter() const
{
    return failures.at(0).place.occurrence == everyCall;
}

std::string Fault::text() const
{
    std::string text = scenario + '/' + backend;
    char separator = '/';
    for (const Failure &failure : failures)
        text += std::exchange(separator, '+') + failure.text();
    return text;
}

std::optional<Fault> Fault::fromText(const std::string &text)
{
    Fault fault;
    for (const std::string &part : split(text, '+')) {
        std::vector<std::string> words = split(part, '/');
        if (fault.failures.empty() && words.size() > 2) {
            fault.scenario = words[0];
            fault.backend = words[1];
            words.erase(words.begin(), words.begin() + 2);
        }
        const std::size_t hash = words.size() == 3 ? words[1].find('#') : std::string::npos;
        if (hash == std::string::npos)
            return std::nullopt;
        const int occurrence = std::atoi(words[1].c_str() + hash + 1); // "all" is everyCall.
        fault.failures.push_back({{words[0], words[1].substr(0, hash), occurrence}, words[2]});
    }
    return fault.failures.empty() ? std::nullopt : std::optional(fault);
}

} // namespace Faults
