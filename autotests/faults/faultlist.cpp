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
    if (kind == Kind::Delays)
        return {place.occurrence == everyCall ? delayOfEach : delay};
    if (place.occurrence == everyCall)
        return {"ENOSYS", "EPERM", "EACCES"};
    return errorsOf(*findCall(place.call));
}

// Each call, and all calls of a kind.
std::vector<Place> placesOf(const Course &course)
{
    // stopTree may read the files of every process of the machine.
    constexpr int mostOccurrences = 16;
    std::vector<Place> places;
    std::set<std::string> calls;
    for (const Place &place : course.healthy.places) {
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
    for (const Place &place : placesOf(course)) {
        if (fnmatch(pattern.c_str(), (place.actor + '/' + place.call).c_str(), 0) != 0)
            continue;
        for (const std::string &error : errorsAt(place, kind))
            faults.push_back({course.scenario->name, course.backend, place, error});
    }
    return faults;
}

} // namespace Faults
