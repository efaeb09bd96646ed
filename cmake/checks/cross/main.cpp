// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Tests the core, without Qt and with `sh` as the only other program, so that it also runs in an
// emulator and on a system that has nothing else. `cross RUNG` expects that a start uses this rung in
// the end.

#include "check.h"

#include <ForkFd/exitinfo.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>

namespace {

struct Row
{
    const char *name;
    void (*run)();
};

constexpr Row rows[] = {
    {"exit codes", exitCodes},
    {"signals", signals},
    {"waiting and signals", waiting},
    {"resource usage", usage},
    {"stolen status", stolenStatus},
    {"child without an owner", ownerGoes},
    {"failed starts", failedStarts},
    {"many at once", manyAtOnce},
    {"threads", threads},
    {"large program", largeProgram},
    {"options", options},
    {"descriptors", descriptors},
    {"signal mask", signalMask},
    {"treeDiesWithParent", treeDiesWithParent},
    {"forkfd", copiedProcess},
    {"vforkfd", calledFunction},
    {"spawnfd", spawnedProgram},
};

long openDescriptors()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
}

void runRows()
{
    for (const Row &row : rows) {
        const int before = failedChecks();
        row.run();
        std::printf("%-8s%s\n", failedChecks() == before ? "ok" : "FAILED", row.name);
        std::fflush(stdout);
    }
}

} // namespace

int main(int argc, char **argv)
{
    runRows();
    const long descriptors = openDescriptors(); // Those that the library keeps are open now.
    runRows();
    check(openDescriptors() == descriptors, "a descriptor is left");
    const std::string description = ForkFd::describe({{"sh"}});
    std::fputs(description.substr(0, description.find("program:")).c_str(), stdout);
    check(argc < 2 || std::strcmp(ForkFd::rung(), argv[1]) == 0,
          std::string("the rung is ") + ForkFd::rung());
    std::puts(failedChecks() == 0 ? "cross: all passed" : "cross: FAILED");
    return failedChecks() == 0 ? 0 : 1;
}
