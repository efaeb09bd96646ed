// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs in the child between clone and exec: async-signal-safe calls only.

#include "core/start/child_calls.h"

#include "core/base/uniquefd.h"
#include "core/start/descriptormarks.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdlib>

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

// libc's functions change every thread of the process that it believes to be in: here the parent's.
#ifdef SYS_setuid32 // The others take 16 bits there (setuid(2), "C library/kernel differences").
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

// RLIM_INFINITY has as many bits as rlim_t, which in 32-bit programs may be fewer.
std::uint64_t toKernelLimit(rlim_t limit) noexcept
{
    return limit == RLIM_INFINITY ? UINT64_MAX : limit;
}

bool writeAll(const UniqueFd &file, const char *text, std::size_t size) noexcept
{
    return file && ::write(file.get(), text, size) == static_cast<ssize_t>(size);
}

// What getdents64(2) writes.
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

// Whether `directory` was among the entries: what is mounted at /proc need not be that.
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

// False if the system does not list them. opendir(3) would allocate.
bool markListedFrom(int lowest) noexcept
{
    const UniqueFd directory(::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
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

void ChildCalls::markCloseOnExecFrom(int lowest, int end) noexcept
{
    // Linux 5.11, and a filter may refuse it.
    if (::syscall(SYS_close_range, lowest, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    if (!markListedFrom(lowest))
        DescriptorMarks::markEachFrom(lowest, end);
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
    // 0 stands for the process that writes (cgroups(7)).
    return writeAll(UniqueFd(::openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC)), "0", 1);
}

bool ChildCalls::setLimit(const ResourceLimit &limit) noexcept
{
    // With 64 bits everywhere, and resources that libc does not know yet.
    const rlimit64 value = {toKernelLimit(limit.soft), toKernelLimit(limit.hard)};
    return ::syscall(SYS_prlimit64, 0, limit.resource, &value, nullptr) == 0;
}

bool ChildCalls::setAffinity(const unsigned long *mask, std::size_t size) noexcept
{
    return ::syscall(SYS_sched_setaffinity, 0, size, mask) == 0;
}

bool ChildCalls::setOomScore(const char *text, std::size_t size) noexcept
{
    // The kernel sets it for all that share the memory, but not in, nor beyond, a vfork child: one whose
    // parent waits for its exec (Linux 4.8, __set_oom_adj() in fs/proc/base.c).
    return writeAll(UniqueFd(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)), text, size);
}

bool ChildCalls::dieWithParent(pid_t parent) noexcept
{
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return false;
    // From here on the kernel sees to it, unless the parent has ended before. One in another process
    // namespace has no number here.
    const pid_t present = ::getppid();
    if (present != parent && present != 0) {
        ::kill(::getpid(), SIGKILL);
        ::_Exit(127);
    }
    return true;
}

bool ChildCalls::renouncePrivileges() noexcept
{
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

pid_t ChildCalls::cloneOrphan(ChildContext &context) noexcept
{
    static_assert(sizeof context.orphanHere == sizeof(pid_t));
    const pid_t orphan = ::clone(orphanMain, context.orphanStack,
                                 CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
                                 &context, &context.orphanHere, nullptr, &context.orphanHere);
    // In a container there may be no init that would collect it.
    if (orphan > 0 && context.report->stage == ChildReport::Failed)
        ::waitpid(orphan, nullptr, __WALL);
    return orphan;
}

} // namespace ForkFd::Internal
