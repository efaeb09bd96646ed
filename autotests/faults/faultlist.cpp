// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "faultlist.h"

#include "calls.h"

#include <algorithm>
#include <set>

#include <fnmatch.h>

namespace Faults {

namespace {

/// Long enough for the other threads and processes to finish their current step.
constexpr const char *delay = "30ms";
/// A scenario makes up to a few hundred calls of one kind.
constexpr const char *delayOfEach = "2ms";
/// Of one call in one thread: stopTree may read the files of every process of the machine.
constexpr int mostOccurrences = 16;

std::vector<std::string> errorsAt(const Place &place, Kind kind)
{
    if (kind == Kind::Allocations)
        return {"ENOMEM"};
    if (kind == Kind::Delays)
        return {place.occurrence == everyCall ? delayOfEach : delay};
    if (place.occurrence == everyCall)
        return {"ENOSYS", "EPERM", "EACCES"};
    std::vector<std::string> errors = errorsOf(*findCall(place.call));
    constexpr std::size_t errorsOfPairs = 2;
    if (kind == Kind::Pairs && errors.size() > errorsOfPairs)
        errors.resize(errorsOfPairs);
    return errors;
}

std::vector<Place> allocationsOf(const Course &course)
{
    constexpr int mostAllocations = 500;
    std::vector<Place> places;
    if (!course.scenario->isOfCore) // Most of Qt's containers end the program without memory.
        return places;
    for (const Place &place : course.healthy.places) {
        if (place.call == allocation && place.occurrence <= mostAllocations)
            places.push_back(place);
    }
    return places;
}

// Each call, and all calls of a kind.
std::vector<Place> callsOf(const Course &course)
{
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

std::vector<Place> placesOf(const Course &course, Kind kind)
{
    if (kind == Kind::Allocations)
        return allocationsOf(course);
    std::vector<Place> places = callsOf(course);
    if (kind == Kind::Pairs) // Without the filters.
        std::erase_if(places, [](const Place &place) { return place.occurrence == everyCall; });
    return places;
}

} // namespace

std::vector<Fault> faultsOf(const Course &course, Kind kind, const std::string &pattern)
{
    std::vector<Fault> faults;
    for (const Place &place : placesOf(course, kind)) {
        if (fnmatch(pattern.c_str(), (place.actor + '/' + place.call).c_str(), 0) != 0)
            continue;
        for (const std::string &error : errorsAt(place, kind))
            faults.push_back({course.scenario->name, course.backend, {{place, error}}});
    }
    return faults;
}

// After a failed start these are the calls that undo it; otherwise those of the way that was taken
// instead.
std::vector<Fault> pairsOf(const Course &course, const Fault &first, const Report &report)
{
    std::vector<Fault> pairs;
    const bool isResultRight = !report.results.empty() && report.results[0] == course.healthy.results[0];
    const std::set<Place> known(course.healthy.places.begin(), course.healthy.places.end());
    auto place = std::find(report.places.begin(), report.places.end(), first.failures[0].place);
    while (place != report.places.end() && ++place != report.places.end()) {
        if (place->occurrence > mostOccurrences || (isResultRight && known.contains(*place)))
            continue;
        for (const std::string &error : errorsAt(*place, Kind::Pairs)) {
            pairs.push_back(first);
            pairs.back().failures.push_back({*place, error});
        }
    }
    return pairs;
}

} // namespace Faults
