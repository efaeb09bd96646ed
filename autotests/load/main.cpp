// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Starts children by the thousand and checks that each end is reported once, and is the right one. See
// docs/design/load.md.

#include "part.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Load::Part;

struct Options
{
    int minutes = 0; ///< 0: the short form.
    std::uint32_t seed = std::random_device()();
    std::string backend = {}; ///< Empty: both.
    std::string only = {}; ///< The name of a part. Empty: all.
    int amount = 0; ///< For the part that is given.
    std::string report = {}; ///< A file for the figures.
};

int usage()
{
    std::fputs(
        "Usage: load [OPTION…]\n"
        "  --minutes N     the long form: 100,000 children, 10,000 alive, a soak of N minutes, and "
        "copies for a\n"
        "                  tenth of that; without it the short form, half a minute for each backend\n"
        "  --backend NAME  only this one: pidfd or sigchld\n"
        "  --part NAME     only ends, alive, copies or soak\n"
        "  --amount N      of that part: children (ends, alive) or seconds (copies, soak)\n"
        "  --seed N        plays the same plan; a random number unless given\n"
        "  --report FILE   adds a line of JSON with the figures of each part to the file\n",
        stderr);
    return 2;
}

bool readOptions(int argc, char **argv, Options &options)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view word = argv[i];
        const char *value = argv[i + 1];
        if (word == "--minutes")
            options.minutes = std::atoi(value);
        else if (word == "--backend")
            options.backend = value;
        else if (word == "--part")
            options.only = value;
        else if (word == "--amount")
            options.amount = std::atoi(value);
        else if (word == "--seed")
            options.seed = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
        else if (word == "--report")
            options.report = value;
        else
            return false;
    }
    return argc % 2 == 1;
}

/// The parts in the order in which they are played. The soak is divided: each process lasts two minutes
/// at most.
std::vector<Part> partsFor(const Options &options)
{
    constexpr int soakSeconds = 120;
    const bool isShort = options.minutes == 0;
    std::vector<Part> all;
    for (const char *backend : {"pidfd", "sigchld"}) {
        all.push_back({"ends", backend, options.seed, isShort ? 2400 : 100000});
        all.push_back({"alive", backend, options.seed, isShort ? 500 : 10000});
        all.push_back({"copies", backend, options.seed, isShort ? 5 : options.minutes * 6});
    }
    int left = isShort ? 20 : options.minutes * 60;
    for (std::uint32_t round = 0; left > 0; ++round) {
        const int seconds = std::min(left, isShort ? 10 : soakSeconds);
        all.push_back({"soak", round % 2 == 0 ? "pidfd" : "sigchld", options.seed + round, seconds});
        left -= seconds;
    }
    std::erase_if(all, [&options](const Part &part) {
        return (!options.backend.empty() && part.backend != options.backend)
            || (!options.only.empty() && part.name != options.only);
    });
    if (options.amount > 0 && !options.only.empty()) {
        all.resize(std::min<std::size_t>(all.size(), 1));
        all.front().amount = options.amount;
        all.front().seed = options.seed;
    }
    return all;
}

bool hasChildren()
{
    siginfo_t info;
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Kills the processes that a part has left to this one.
void killOrphans()
{
    std::FILE *list = std::fopen("/proc/thread-self/children", "re");
    for (int pid; list && std::fscanf(list, "%d", &pid) == 1;)
        ::kill(pid, SIGKILL);
    if (list)
        std::fclose(list);
}

// Orphans come to this process. Those that the library was to leave alone end by themselves within a
// moment.
bool awaitOrphans(bool isPatient)
{
    constexpr int tries = 60000; // Of 1 ms.
    for (int i = 0; hasChildren(); ++i) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) { }
        if (i == tries || (!isPatient && i < tries)) {
            killOrphans();
            i = tries;
            isPatient = false;
        }
        ::poll(nullptr, 0, 1);
    }
    return isPatient;
}

// Plays each part in a new process, because a part changes handlers and limits.
bool playInProcess(const Part &part, int report)
{
    std::printf("load: %s\n", part.text().c_str());
    std::fflush(stdout);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::setenv("FORKFD_BACKEND", part.backend.c_str(), 1);
        std::exit(Load::play(part, report));
    }
    int status = -1;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
    const bool isLeft = !awaitOrphans(status == 0) && status == 0;
    if (status != 0 || isLeft)
        std::fprintf(
            stderr, "load: FAILED with wait status %d%s: --part %s --backend %s --amount %d --seed %u\n",
            status, isLeft ? ", and left processes" : "", part.name.c_str(), part.backend.c_str(),
            part.amount, part.seed);
    return status == 0 && !isLeft;
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    if (!readOptions(argc, argv, options))
        return usage();
    const int report = options.report.empty()
        ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        : ::open(options.report.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (report < 0) {
        std::perror("load");
        return 2;
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    int failures = 0;
    const std::vector<Part> parts = partsFor(options);
    for (const Part &part : parts)
        failures += playInProcess(part, report) ? 0 : 1;
    std::printf("load: %zu of %zu parts passed\n", parts.size() - static_cast<std::size_t>(failures),
                parts.size());
    return failures == 0 && !parts.empty() ? 0 : 1;
}
