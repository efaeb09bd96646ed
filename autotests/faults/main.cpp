// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The fault walker plays each scenario once to learn which system calls the library makes. Then it plays
// it once for each failure of one of these calls. See docs/design/faults.md.

#include "scenario.h"
#include "walk.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

#include <unistd.h>

namespace {

using namespace Faults;

int usage()
{
    std::fputs(
        "Usage: faults [OPTION…]\n"
        "  --full             everything; without it a sample that the seed chooses\n"
        "  --seconds N        how long the sample may take (120)\n"
        "  --seed N           the sample's seed; today's date unless given\n"
        "  --kind KIND        calls (they fail), pairs (so does a call that the first failure leads "
        "to),\n"
        "                     allocations (of the core; they fail) or delays (calls begin later);\n"
        "                     without it calls in the sample, and all with --full\n"
        "  --scenario NAME    only scenarios that match this pattern of the shell\n"
        "  --place PATTERN    only calls that match it, as in 'main/pipe2'\n"
        "  --only FAULT       one failure, with all calls that the library makes\n"
        "  --jobs N           how many at a time; one for each processor unless given\n"
        "  --report FILE      writes the figures of each scenario and kind as JSON\n"
        "  --list             print the names of the scenarios\n"
        "  --calls            print the calls that the scenarios make, and how often\n"
        "  --verbose          print what is expected to differ, too\n",
        stderr);
    return 2;
}

std::uint32_t today()
{
    return static_cast<std::uint32_t>(std::time(nullptr) / (24 * 60 * 60));
}

bool addKind(std::string_view name, WalkOptions &options)
{
    const auto kind = kindFromName(name);
    if (kind)
        options.kinds.push_back(*kind);
    return kind.has_value();
}

bool readOptions(int argc, char **argv, WalkOptions &options)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const auto value = [&] { return i + 1 < argc ? argv[++i] : ""; };
        if (word == "--full")
            options.isFull = true;
        else if (word == "--seconds")
            options.seconds = std::atoi(value());
        else if (word == "--seed")
            options.seed = static_cast<std::uint32_t>(std::strtoul(value(), nullptr, 10));
        else if (word == "--scenario")
            options.scenario = value();
        else if (word == "--kind" && addKind(value(), options))
            continue;
        else if (word == "--report")
            options.report = value();
        else if (word == "--place")
            options.place = value();
        else if (word == "--only")
            options.only = value();
        else if (word == "--jobs")
            options.jobs = std::atoi(value());
        else if (word == "--verbose")
            options.isVerbose = true;
        else if (word == "--list")
            options.task = WalkOptions::List;
        else if (word == "--calls")
            options.task = WalkOptions::Calls;
        else
            return false;
    }
    if (options.kinds.empty()) {
        const auto kinds = options.isFull ? allKinds() : sampledKinds();
        options.kinds.assign(kinds.begin(), kinds.end());
    }
    return options.jobs > 0;
}

} // namespace

int main(int argc, char **argv)
{
    WalkOptions options;
    options.seed = today();
    options.jobs = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
    if (!readOptions(argc, argv, options))
        return usage();
    if (!options.only.empty())
        return walkOne(options);
    return walk(options);
}
