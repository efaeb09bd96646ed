// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Checks in a 32-bit program that the library reports the same times and memory as libc's wait
// functions, with both sizes of time_t, and that RLIM_INFINITY sets no limit.

#include <ForkFd/forkfd.h>
#include <ForkFd/spawn.h>

#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>
#include <unistd.h>

namespace {

int failures = 0;

void check(bool isTrue, const char *what)
{
    if (!isTrue)
        std::printf("FAILED, with a time_t of %zu bytes: %s\n", sizeof(time_t), what);
    failures += isTrue ? 0 : 1;
}

// Runs first: getrusage(2) then counts only this child, and must return the same figures.
void compareUsage()
{
    auto child = ForkFd::spawn({{"sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done"}});
    if (!child)
        return check(false, "start");
    const ForkFd::ExitInfo info = child->wait().value_or(ForkFd::ExitInfo());
    rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    check(info.reason == ForkFd::ExitInfo::Exited && info.code == 0 && info.hasUsage, "end");
    check(info.userTime() > std::chrono::milliseconds(1) && info.maxResidentBytes() > 65536,
          "any usage");
    // Not the fractions of the times, because getrusage(2) scales them again.
    check(info.usage.ru_utime.tv_sec == usage.ru_utime.tv_sec, "seconds");
    check(info.usage.ru_maxrss == usage.ru_maxrss, "memory");
    check(info.usage.ru_minflt == usage.ru_minflt, "page faults");
    check(info.usage.ru_nvcsw == usage.ru_nvcsw && info.usage.ru_nivcsw == usage.ru_nivcsw, "switches");
}

void startWithoutLimit()
{
    ForkFd::LaunchOptions options;
    options.resourceLimits = {{RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY}};
    auto child = ForkFd::spawn({{"sh", "-c", "[ \"$(ulimit -t)\" = unlimited ]"}}, options);
    check(child && child->wait()->code == 0, "no limit");
}

// Starts a script from a file with a size that does not fit in 32 bits.
void findLargeProgram()
{
    const char make[] =
        "printf '#!/bin/sh\\nexit 3\\n' >large && chmod +x large && truncate -s 3G large";
    auto maker = ForkFd::spawn({{"sh", "-c", make}});
    check(maker && maker->wait()->code == 0, "large program");
    setenv("PATH", ".", 1);
    auto child = ForkFd::spawn({{"large"}});
    check(child && child->wait()->code == 3, "search");
    unlink("large");
}

// Without FFD_USE_FORK, forkfd() calls the raw clone(2), whose argument order depends on the
// architecture.
void copyProcess()
{
    const int ffd = ForkFd::forkfd(ForkFd::FFD_CLOEXEC, nullptr);
    if (ffd == ForkFd::FFD_CHILD_PROCESS)
        _exit(7);
    ForkFd::forkfd_info info = {};
    check(ffd >= 0 && ForkFd::forkfd_wait(ffd, &info, nullptr) == 0 && info.status == 7, "copy");
    ForkFd::forkfd_close(ffd);
}

} // namespace

int main()
{
    static_assert(sizeof(void *) == 4);
    compareUsage();
    startWithoutLimit();
    copyProcess();
    findLargeProgram();
    return failures == 0 ? 0 : 1;
}
