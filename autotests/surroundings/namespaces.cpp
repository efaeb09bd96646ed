// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Namespaces and file systems as containers have them.

#include "surrounding.h"
#include "testcgroups.h"

#include <csignal>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Surroundings {

namespace {

bool writeFile(const char *path, const std::string &text)
{
    const int file = ::open(path, O_WRONLY | O_CLOEXEC);
    const bool isWritten =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    return isWritten;
}

// The user is the same in the new namespace; see user_namespaces(7).
std::string beginUserNamespace(int others)
{
    const std::string user = std::to_string(::geteuid());
    const std::string group = std::to_string(::getegid());
    if (::unshare(CLONE_NEWUSER | others) != 0)
        return failed("unshare");
    if (!writeFile("/proc/self/setgroups", "deny")
        || !writeFile("/proc/self/uid_map", user + ' ' + user + " 1")
        || !writeFile("/proc/self/gid_map", group + ' ' + group + " 1"))
        return failed("uid_map");
    return "";
}

// An ordinary user needs a user namespace for the others.
std::string beginNamespaces(int kinds)
{
    if (::geteuid() != 0)
        return beginUserNamespace(kinds);
    return ::unshare(kinds) == 0 ? "" : failed("unshare");
}

std::string beginMountNamespace()
{
    const std::string reason = beginNamespaces(CLONE_NEWNS);
    if (!reason.empty())
        return reason;
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ? "" : failed("mount");
}

std::string hideProc()
{
    if (const std::string reason = beginMountNamespace(); !reason.empty())
        return reason;
    return ::mount("none", "/proc", "tmpfs", MS_RDONLY, nullptr) == 0 ? "" : failed("mount of /proc");
}

std::string hideOtherProcesses()
{
    if (const std::string reason = beginMountNamespace(); !reason.empty())
        return reason;
    return ::mount("proc", "/proc", "proc", 0, "hidepid=2") == 0 ? becomeNobody()
                                                                 : failed("mount of /proc");
}

// The calling process goes on as the child, and the original ends as the child does.
void continueInChild()
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        return;
    }
    int status = 1;
    ::waitpid(pid, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

std::string becomeFirstProcess()
{
    if (const std::string reason = beginNamespaces(CLONE_NEWPID | CLONE_NEWNS); !reason.empty())
        return reason;
    continueInChild();
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return failed("mount");
    return ::mount("proc", "/proc", "proc", 0, nullptr) == 0 ? "" : failed("mount of /proc");
}

// Process numbers in /proc are those of the outer namespace.
std::string keepProcOfOuterNamespace()
{
    if (const std::string reason = beginNamespaces(CLONE_NEWPID); !reason.empty())
        return reason;
    continueInChild();
    continueInChild();
    return "";
}

std::string beginTimeNamespace()
{
#ifdef CLONE_NEWTIME
    if (const std::string reason = beginNamespaces(CLONE_NEWTIME); !reason.empty())
        return reason;
    if (!writeFile("/proc/self/timens_offsets", "monotonic 100000 0\nboottime 100000 0\n"))
        return failed("timens_offsets");
    continueInChild();
    return "";
#else
    return "unshare: no CLONE_NEWTIME";
#endif
}

std::string protectCgroups()
{
    if (const std::string reason = beginMountNamespace(); !reason.empty())
        return reason;
    return TestCgroups::makeReadOnly() ? "" : failed("remount of the cgroups");
}

std::string hideCgroups()
{
    if (const std::string reason = beginMountNamespace(); !reason.empty())
        return reason;
    return ::mount("none", "/sys/fs/cgroup", "tmpfs", MS_RDONLY, nullptr) == 0
        ? ""
        : failed("mount of /sys/fs/cgroup");
}

// Without /proc, /sys and /dev.
std::string changeRoot()
{
    if (const std::string reason = beginMountNamespace(); !reason.empty())
        return reason;
    if (::mount("/", "/mnt", nullptr, MS_BIND | MS_REC, nullptr) != 0)
        return failed("mount");
    for (const char *path : {"/mnt/proc", "/mnt/sys", "/mnt/dev"}) {
        if (::mount("none", path, "tmpfs", MS_RDONLY, nullptr) != 0)
            return failed(path);
    }
    return ::chroot("/mnt") == 0 && ::chdir("/") == 0 ? "" : failed("chroot");
}

std::string becomeSubreaper()
{
    return ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? "" : failed("prctl");
}

} // namespace

std::vector<Surrounding> namespaceSurroundings()
{
    const Surrounding::Difference noWalk = {"tree", "killed by SIGKILL, alone",
                                            "only the group can be found"};
    const Surrounding::Difference foreignNumbers =
        treeIsGroup("/proc has the numbers of other processes");
    const Surrounding::Difference orphans = {.scenario = "left over",
                                             .result = "a child is left",
                                             .reason = "orphans come here, and are not the library's",
                                             .dependsOnMachine = isPortable};
    return {
        {.name = "no /proc",
         .enter = hideProc,
         .differences = {noWalk},
         .notWithSanitizers = "a sanitizer reads /proc"},
        {.name = "hidepid", .enter = hideOtherProcesses},
        {.name = "chroot",
         .enter = changeRoot,
         .differences = {noWalk,
                         {"terminal",
                          "Child process set up failed: pseudoTerminal: No such file or "
                          "directory: " FORKFD_SURROUNDED_CHILD,
                          "there is no /dev/ptmx"}},
         .notWithSanitizers = "a sanitizer reads /proc"},
        {.name = "no cgroups", .enter = hideCgroups},
        {.name = "read-only cgroups", .enter = protectCgroups},
        {.name = "user namespace", .enter = [] { return beginUserNamespace(0); }},
        {.name = "PID 1", .enter = becomeFirstProcess, .differences = {orphans}},
        {.name = "PID namespace with the outer /proc",
         .enter = keepProcOfOuterNamespace,
         .differences = {foreignNumbers},
         .notWithSanitizers = "a sanitizer reads /proc"},
        {.name = "time namespace", .enter = beginTimeNamespace},
        {.name = "subreaper", .within = becomeSubreaper, .differences = {orphans}},
    };
}

} // namespace Surroundings
