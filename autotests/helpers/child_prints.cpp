// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The words that print an attribute of the child.

#include "child_words.h"

#include <cstdio>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

void printArguments(Arguments &arguments)
{
    while (const char *argument = arguments.next())
        std::puts(argument);
}

void printName(Arguments &arguments)
{
    std::puts(arguments.program());
}

void printVariable(Arguments &arguments)
{
    const char *value = std::getenv(arguments.next());
    std::puts(value ? value : "(unset)");
}

void printEnvironment(Arguments &)
{
    for (char **variable = environ; *variable; ++variable)
        std::puts(*variable);
}

void printDirectory(Arguments &)
{
    char directory[4096];
    std::puts(getcwd(directory, sizeof directory));
}

void printDescriptors(Arguments &)
{
    DIR *directory = opendir("/proc/self/fd");
    while (const dirent *entry = readdir(directory)) {
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != dirfd(directory))
            std::printf("%s ", entry->d_name);
    }
    closedir(directory);
    std::puts("");
}

void printInodes(Arguments &)
{
    DIR *directory = opendir("/proc/self/fd");
    while (const dirent *entry = readdir(directory)) {
        const int fd = std::atoi(entry->d_name);
        struct stat status;
        if (entry->d_name[0] != '.' && fd != dirfd(directory) && fstat(fd, &status) == 0)
            std::printf("%d %lu\n", fd, static_cast<unsigned long>(status.st_ino));
    }
    closedir(directory);
}

void printCapacity(Arguments &arguments)
{
    std::fprintf(stderr, "%d\n", fcntl(arguments.number(), F_GETPIPE_SZ));
}

void printSignalMasks(Arguments &)
{
    std::FILE *status = std::fopen("/proc/self/status", "re");
    char line[256];
    while (std::fgets(line, sizeof line, status)) {
        for (const char *name : {"SigBlk:", "SigIgn:", "SigCgt:"}) {
            if (std::strncmp(line, name, std::strlen(name)) == 0)
                std::fputs(line, stdout);
        }
    }
    std::fclose(status);
}

void printSession(Arguments &)
{
    std::printf("%d %d %d\n", static_cast<int>(getppid()), static_cast<int>(getpgrp()),
                static_cast<int>(getsid(0)));
    std::fflush(stdout);
}

void printTerminal(Arguments &)
{
    const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK);
    std::puts(terminal >= 0 ? "yes" : "no");
    close(terminal);
}

void printForeground(Arguments &)
{
    const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK);
    std::puts(tcgetpgrp(terminal) == getpgrp() ? "yes" : "no");
    close(terminal);
}

void printIds(Arguments &)
{
    std::printf("%u %u %u %u\n", getuid(), geteuid(), getgid(), getegid());
}

void printIdentity(Arguments &)
{
    uid_t users[3];
    gid_t groups[3];
    getresuid(&users[0], &users[1], &users[2]);
    getresgid(&groups[0], &groups[1], &groups[2]);
    gid_t others[64];
    const int count = getgroups(64, others);
    std::printf("%u %u %u, %u %u %u,", users[0], users[1], users[2], groups[0], groups[1], groups[2]);
    for (int i = 0; i < count; ++i)
        std::printf(" %u", others[i]);
    std::puts("");
}

void printLimitOf(int resource)
{
    rlimit limit = {};
    getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
    std::printf("%lld %lld\n", static_cast<long long>(limit.rlim_cur),
                static_cast<long long>(limit.rlim_max));
}

void printLimit(Arguments &arguments)
{
    printLimitOf(arguments.number());
}

void printCoreLimit(Arguments &)
{
    printLimitOf(RLIMIT_CORE);
}

void printNice(Arguments &)
{
    std::printf("%d\n", getpriority(PRIO_PROCESS, 0));
}

void printUmask(Arguments &)
{
    std::printf("%o\n", umask(0));
}

void printProcessors(Arguments &)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set))
            std::printf("%d ", cpu);
    }
    std::puts("");
}

// Prints the lines that begin with `beginning`, without it, of a file in /proc.
void printLines(const char *file, const char *beginning)
{
    std::FILE *lines = std::fopen(file, "re");
    char line[4096];
    while (lines && std::fgets(line, sizeof line, lines)) {
        if (std::strncmp(line, beginning, std::strlen(beginning)) == 0)
            std::fputs(line + std::strlen(beginning), stdout);
    }
    if (lines)
        std::fclose(lines);
}

void printOomScore(Arguments &)
{
    printLines("/proc/self/oom_score_adj", "");
}

void printControlGroup(Arguments &)
{
    printLines("/proc/self/cgroup", "0::");
}

void printPrivileges(Arguments &)
{
    std::puts(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "no" : "yes");
}

void printDeathSignal(Arguments &)
{
    int signal = 0;
    prctl(PR_GET_PDEATHSIG, &signal);
    std::printf("%d\n", signal);
}

constexpr Word words[] = {
    {"args", "…", printArguments, "prints the remaining arguments, one line each"},
    {"name", "", printName, "prints its argv[0]"},
    {"env", "NAME", printVariable, "prints the value of the variable, or \"(unset)\""},
    {"environment", "", printEnvironment, "prints all variables, one line each"},
    {"cwd", "", printDirectory, "prints the working directory"},
    {"fds", "", printDescriptors, "prints the numbers of the open descriptors, on one line"},
    {"inodes", "", printInodes, "prints each open descriptor and its inode, one line each"},
    {"capacity", "FD", printCapacity, "prints how many bytes the pipe FD holds, on standard error"},
    {"signals", "", printSignalMasks,
     "prints the masks of blocked, ignored and caught signals as in /proc"},
    {"session", "", printSession,
     "prints the numbers of its parent, process group and session, on one line"},
    {"terminal", "", printTerminal, "prints whether it has a controlling terminal: \"yes\" or \"no\""},
    {"foreground", "", printForeground,
     "prints whether its group is in the foreground there: \"yes\" or \"no\""},
    {"ids", "", printIds, "prints its real and effective user, real and effective group, on one line"},
    {"identity", "", printIdentity,
     "prints its real, effective and saved user and group, and its supplementary groups"},
    {"limit", "N", printLimit, "prints its soft and hard limit of resource N"},
    {"cores", "", printCoreLimit, "prints its soft and hard limit of a core, in bytes"},
    {"nice", "", printNice, "prints its nice value"},
    {"umask", "", printUmask, "prints its file mode creation mask, in octal"},
    {"processors", "", printProcessors,
     "prints the numbers of the processors that it may run on, on one line"},
    {"oomscore", "", printOomScore, "prints its oom_score_adj"},
    {"cgroup", "", printControlGroup, "prints the path of its cgroup (v2)"},
    {"privileges", "", printPrivileges,
     "prints whether it may gain privileges by an exec: \"yes\" or \"no\""},
    {"deathsignal", "", printDeathSignal,
     "prints the signal that it gets when the thread that made it ends"},
};

} // namespace

std::span<const Word> printingWords()
{
    return words;
}
