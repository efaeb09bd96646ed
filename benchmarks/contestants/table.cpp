// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "table.h"

namespace Benchmarks {

namespace {

struct Entry
{
    const char *name;
    std::unique_ptr<Contestant> (*make)();
};

constexpr Entry entries[] = {
    {"limit", makeLimit},
    {"notifier", makeNotifier},
    {"posix_spawn", makePosixSpawn},
    {"QProcess", makeQProcess},
    {"ChildProcess", makeChildProcess},
    {"ChildProcess-sigchld", makeSigChld},
    {"Background", makeBackground},
    {"run", makeRun},
    {"RunQueue", makeRunQueue},
#ifdef FORKFD_BENCHMARKS_LIBUV
    {"libuv", makeLibUv},
#endif
#ifdef FORKFD_BENCHMARKS_GLIB
    {"GLib", makeGLib},
#endif
#ifdef FORKFD_BENCHMARKS_BOOST
    {"Boost", makeBoost},
#endif
};

} // namespace

std::unique_ptr<Contestant> makeContestant(const std::string &name)
{
    for (const Entry &entry : entries) {
        if (name == entry.name)
            return entry.make();
    }
    throw Failure("there is no contestant \"" + name + '"');
}

} // namespace Benchmarks
