// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "faultlist.h"

#include "calls.h"

#include <set>

#include <fnmatch.h>

namespace Faults {

namespace {

/// Long enough for the other threads and processes to finish their current step.
constexpr const char *delay = "30ms";
/// A scenario makes up to a few hundred calls of one kind.
constexpr const char *delayOfEach = "2ms";

std::vector<std::string> errorsAt(const Place &place, Kind kind)
{
    if (kind == Kind::Allocations)
        return {"ENOMEM"};
    if (kind == Kind::Delays)
        return {place.occurrence == everyCall ? delayOfEach : delay};
    if (place.occurrence == everyCall)
        return {"ENOSYS", "EPERM", "EACCES"};
    return errorsOf(*findCall(place.call));
}

std::vector<Place> allocationsOf(const Course &course)
{
    constexpr int mostOccurrences = 500;
    std::vector<Place> places;
    if (!course.scenario->isOfCore) // Most of Qt's containers end the program without memory.
        return places;
    for (const Place &place : course.healthy.places) {
        if (place.call == allocation && place.occurrence <= mostOccurrences)
            places.push_back(place);
    }
    return places;
}

// Each call, and all calls of a kind.
std::vector<Place> callsOf(const Course &course)
{
    // stopTree may read the files of every process of the machine.
    constexpr int mostOccurrences = 16;
    std::vector<Place> places;
    std::set<std::string> calls;
    for (const Place &place : course.healthy.places) {
        if (place.call == allocation)
            continue;
        if (place.occurrence <= mostOccurrences)
            places.push_back(place);
        calls.insert(place.call);
    }
    for (const std::string &call : calls)
        places.push_back({"any", call, everyCall});
    return places;
}

} // namespace

std::vector<Fault> faultsOf(const Course &course, Kind kind, const std::string &pattern)
{
    std::vector<Fault> faults;
    for (const Place &place : kind == Kind::Allocations ? allocationsOf(course) : callsOf(course)) {
        if (fnmatch(pattern.c_str(), (place.actor + '/' + place.call).c_str(), 0) != 0)
            continue;
        for (const std::string &error : errorsAt(place, kind))
            faults.push_back({course.scenario->name, course.backend, place, error});
    }
    return faults;
}

} // namespace Faults
