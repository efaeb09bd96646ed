// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs in the child between clone and exec: async-signal-safe calls only.

#include "core/start/child_calls.h"

#include "core/base/pidfd_linux.h"
#include "core/start/child.h"
#include "core/start/childfd.h"
#include "guardian/send.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// libc's functions would change all threads that it knows: with shared memory, the parent's.
#ifdef SYS_setuid32 // SYS_setuid takes 16 bits there (setuid(2), "C library/kernel differences").
constexpr long setuidCall = SYS_setuid32;
constexpr long setgidCall = SYS_setgid32;
constexpr long setresuidCall = SYS_setresuid32;
constexpr long setresgidCall = SYS_setresgid32;
constexpr long setgroupsCall = SYS_setgroups32;
#else
constexpr long setuidCall = SYS_setuid;
constexpr long setgidCall = SYS_setgid;
constexpr long setresuidCall = SYS_setresuid;
constexpr long setresgidCall = SYS_setresgid;
constexpr long setgroupsCall = SYS_setgroups;
#endif

// rlim_t, and so RLIM_INFINITY, may have fewer than 64 bits in a 32-bit program.
std::uint64_t toKernelLimit(rlim_t limit) noexcept
{
    return limit == RLIM_INFINITY ? UINT64_MAX : limit;
}

bool writeAll(const ChildFd &file, const char *text, std::size_t size) noexcept
{
    return file && ::write(file.get(), text, size) == static_cast<ssize_t>(size);
}

// Field 22 of proc_pid_stat(5); 0 with errno if that fails. This process has one thread. In user mode
// QEMU 7 has its own /proc/self/stat, with the start time of the parent.
std::uint64_t ownStartTime() noexcept
{
    char text[512];
    const ChildFd file(::open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC));
    const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    text[std::max<ssize_t>(size, 0)] = '\0';
    const char *rest = std::strrchr(text, ')'); // Field 2, in parentheses, may contain any character.
    for (int field = 2; rest && field < 22; ++field)
        rest = std::strchr(rest + 1, ' ');
    std::uint64_t time = 0;
    for (rest = rest ? rest + 1 : ""; *rest >= '0' && *rest <= '9'; ++rest)
        time = time * 10 + static_cast<std::uint64_t>(*rest - '0');
    return time;
}

// An entry as getdents64(2) writes it.
struct DirectoryEntry
{
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[1];
};

// -1 for "." and "..".
int numberOf(const char *name) noexcept
{
    int number = *name >= '0' && *name <= '9' ? 0 : -1;
    for (; *name >= '0' && *name <= '9'; ++name)
        number = number * 10 + (*name - '0');
    return number;
}

// Returns whether `directory` was listed. Otherwise /proc is not a proc file system.
bool markEntries(const char *entries, long size, int lowest, int directory) noexcept
{
    bool isListed = false;
    for (long position = 0; position < size;) {
        const auto *entry = reinterpret_cast<const DirectoryEntry *>(entries + position);
        const int fd = numberOf(entry->name);
        if (fd >= lowest)
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        isListed = isListed || fd == directory;
        position += entry->size;
    }
    return isListed;
}

// Returns false if /proc does not list the descriptors. opendir(3) would allocate.
bool markListedFrom(int lowest) noexcept
{
    const ChildFd directory(::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        return false;
    alignas(DirectoryEntry) char entries[4096];
    bool isListed = false;
    long size;
    while ((size = ::syscall(SYS_getdents64, directory.get(), entries, sizeof entries)) > 0)
        isListed = markEntries(entries, size, lowest, directory.get()) || isListed;
    return size == 0 && isListed;
}

} // namespace

bool ChildCalls::markCloseOnExecFrom(int lowest) noexcept
{
    // CLOSE_RANGE_CLOEXEC needs Linux 5.11, and a filter may refuse the call.
    return ::syscall(SYS_close_range, lowest, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0
        || markListedFrom(lowest);
}

bool ChildCalls::resetIds() noexcept
{
    return ::syscall(setgidCall, ::getgid()) == 0 && ::syscall(setuidCall, ::getuid()) == 0;
}

bool ChildCalls::setUserId(uid_t user) noexcept
{
    return ::syscall(setresuidCall, user, user, user) == 0;
}

bool ChildCalls::setGroupId(gid_t group) noexcept
{
    return ::syscall(setresgidCall, group, group, group) == 0;
}

bool ChildCalls::setGroups(const gid_t *groups, std::size_t count) noexcept
{
    return ::syscall(setgroupsCall, count, groups) == 0;
}

bool ChildCalls::isCurrentDirectory(int directory) noexcept
{
    const int savedErrno = errno;
    struct stat wanted;
    struct stat present;
    // Unlike ".", the empty path does not need the right to search the directory (stat(2),
    // AT_EMPTY_PATH).
    const bool isIt = ::fstat(directory, &wanted) == 0
        && ::fstatat(AT_FDCWD, "", &present, AT_EMPTY_PATH) == 0 && wanted.st_dev == present.st_dev
        && wanted.st_ino == present.st_ino;
    errno = savedErrno;
    return isIt;
}

bool ChildCalls::joinControlGroup(int directory) noexcept
{
    // 0 means the calling process (cgroups(7)).
    return writeAll(ChildFd(::openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC)), "0", 1);
}

bool ChildCalls::setLimit(const ResourceLimit &limit) noexcept
{
    // prlimit64 takes 64 bits on every architecture, and resources that libc does not know yet.
    const rlimit64 value = {toKernelLimit(limit.soft), toKernelLimit(limit.hard)};
    return ::syscall(SYS_prlimit64, 0, limit.resource, &value, nullptr) == 0;
}

bool ChildCalls::setAffinity(const unsigned long *mask, std::size_t size) noexcept
{
    return ::syscall(SYS_sched_setaffinity, 0, size, mask) == 0;
}

bool ChildCalls::setOomScore(const char *text, std::size_t size) noexcept
{
    // The kernel changes the score of all processes that share the memory, unless one is a vfork child,
    // as this process is: its parent waits for its exec (Linux 4.8, __set_oom_adj() in fs/proc/base.c).
    return writeAll(ChildFd(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)), text, size);
}

bool ChildCalls::dieWithParent(pid_t parent, int signal) noexcept
{
    if (::prctl(PR_SET_PDEATHSIG, signal) != 0)
        return false;
    // The kernel sends no signal if the parent has ended before. getppid() returns 0 if the parent is
    // in another PID namespace.
    const pid_t present = ::getppid();
    if (present == parent || present == 0)
        return true;
    // Like the kernel's signal, it waits until the mask is restored. SIGKILL does not wait.
    if (::kill(::getpid(), signal) != 0)
        ::_Exit(127);
    return true;
}

bool ChildCalls::joinGuardian(const TreeTicket &ticket) noexcept
{
    const ChildFd pidfd(ticket.usesPidFds ? openPidFd(::getpid()).release() : -1);
    GuardianMessage message = {.kind = GuardianMessage::Leader, .tree = ticket.tree};
    // By the time the guardian reads this, another process may have our number.
    errno = 0;
    if (!pidfd)
        message.leaderStart = ownStartTime();
    // Where there is no /proc, the guardian kills only the cgroup.
    if (message.leaderStart == 0 && errno != 0 && errno != ENOENT && errno != EACCES)
        return false;
    const int errorCode = sendToGuardian(ticket.line->get(), message, pidfd.get());
    errno = errorCode;
    return errorCode == 0;
}

bool ChildCalls::renouncePrivileges() noexcept
{
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

pid_t ChildCalls::cloneOrphan(DetachedContext &context) noexcept
{
    static_assert(sizeof context.orphanHere == sizeof(pid_t));
    const pid_t orphan = ::clone(orphanMain, context.orphanStack,
                                 CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
                                 &context, &context.orphanHere, nullptr, &context.orphanHere);
    // Reaps an orphan that failed: in a container there may be no init that does.
    if (orphan > 0 && context.report.stage == ChildReport::Failed)
        ::waitpid(orphan, nullptr, __WALL);
    return orphan;
}

} // namespace ForkFd::Internal
