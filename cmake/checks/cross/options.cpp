// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// What LaunchOptions change in a child. Most scripts read it from the child's files in /proc.

#include "check.h"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using ForkFd::LaunchOptions;

namespace {

/// A script that succeeds if field `number` of /proc/PID/stat has this value.
std::string statHas(int number, const std::string &value)
{
    return "read -r line </proc/$$/stat; set -- $line; [ \"${" + std::to_string(number)
        + "}\" = " + value + " ]";
}

/// A script that succeeds if /proc/PID/status has this line.
std::string statusHas(const std::string &name, const std::string &value)
{
    return "while read -r name value; do [ \"$name\" != " + name + ": ] || [ \"$value\" != " + value
        + " ] || exit 0; done </proc/$$/status; exit 1";
}

} // namespace

void options()
{
    checkScript("newSession", statHas(6, "$$"), {.newSession = true});
    checkScript("processGroup", statHas(5, "$$"), {.processGroup = 0});
    checkScript("resourceLimits", "[ $(ulimit -n) = 64 ]",
                {.resourceLimits = {{RLIMIT_NOFILE, 64, 64}}});
    checkScript("no limit", "[ $(ulimit -t) = unlimited ]",
                {.resourceLimits = {{RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY}}});
    checkScript("niceValue", statHas(19, "19"), {.niceValue = 19});
    checkScript("umask", "[ $(umask) = 0027 ]", {.umask = 027});
    checkScript("cpuAffinity", statusHas("Cpus_allowed_list", "0"), {.cpuAffinity = {0}});
    checkScript("oomScoreAdjust", "read -r value </proc/$$/oom_score_adj; [ $value = 1000 ]",
                {.oomScoreAdjust = 1000});
    checkScript("ids", "exit 0", {.userId = ::geteuid(), .groupId = ::getegid()});
    checkScript("noNewPrivileges", statusHas("NoNewPrivs", "1"), {.noNewPrivileges = true});
    checkScript("dieWithParent", "exit 0", {.dieWithParent = true});
    auto child = ForkFd::spawn(
        {.argv = {"sh", "-c", "[ \"$A\" = 'b c' ]"}, .environmentChanges = {{"A", "b c"}}});
    check(child && child->wait()->code == 0, "environment");
}

// Two descriptors swap their numbers, and a third stays away.
void descriptors()
{
    int first[2];
    int second[2];
    if (::pipe2(first, O_CLOEXEC) != 0 || ::pipe2(second, O_CLOEXEC) != 0 || ::dup2(0, 27) < 0
        || ::dup3(first[0], 28, O_CLOEXEC) < 0 || ::dup3(second[0], 29, O_CLOEXEC) < 0)
        return check(false, "pipes");
    check(::write(first[1], "first\n", 6) == 6 && ::write(second[1], "second\n", 7) == 7, "write");
    LaunchOptions options;
    options.closeDescriptors = true;
    options.fileDescriptors = {{28, 29}, {29, 28}};
    const std::string script = "read -r a </proc/self/fd/28; read -r b </proc/self/fd/29; "
                               "[ \"$a $b\" = 'second first' ] && ! [ -e /proc/self/fd/27 ]";
    checkScript("fileDescriptors and closeDescriptors", script, options);
    for (const int fd : {27, 28, 29, first[0], first[1], second[0], second[1]})
        ::close(fd);
}

// The set of signals is bytes in C, and a number in /proc. Without real-time signals, whose numbers an
// emulator changes.
void signalMask()
{
    LaunchOptions options;
    sigset_t mask;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGUSR1);
    ::sigaddset(&mask, SIGWINCH);
    options.signalMask = mask;
    const unsigned long long bits = 1ULL << (SIGUSR1 - 1) | 1ULL << (SIGWINCH - 1);
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", bits);
    checkScript("signalMask", statusHas("SigBlk", text), options);
}

// The guardian is a program of this architecture, which an emulator of user programs cannot execute.
void treeDiesWithParent()
{
    LaunchOptions options;
    options.treeDiesWithParent = true;
    ForkFd::StartError error;
    auto child = ForkFd::spawn({{"sh", "-c", "exit 3"}}, options, &error);
    if (!child && error.step == "treeDiesWithParent" && error.errorCode == ENOEXEC)
        return note(error.toString());
    check(child && child->wait()->code == 3, "treeDiesWithParent: " + error.toString());
}
