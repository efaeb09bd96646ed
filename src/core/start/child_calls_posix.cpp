// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Runs in the child between clone and exec: async-signal-safe calls only.

#include "core/start/child_calls.h"

#include <cerrno>

#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

bool notSupported() noexcept
{
    errno = ENOTSUP;
    return false;
}

} // namespace

bool ChildCalls::markCloseOnExecFrom(int) noexcept
{
    return notSupported();
}

bool ChildCalls::resetIds() noexcept
{
    return ::setgid(::getgid()) == 0 && ::setuid(::getuid()) == 0;
}

bool ChildCalls::setUserId(uid_t user) noexcept
{
    return ::setreuid(user, user) == 0;
}

bool ChildCalls::setGroupId(gid_t group) noexcept
{
    return ::setregid(group, group) == 0;
}

bool ChildCalls::setGroups(const gid_t *groups, std::size_t count) noexcept
{
    return ::setgroups(count, groups) == 0; // Not in POSIX; every Unix has it.
}

bool ChildCalls::isCurrentDirectory(int directory) noexcept
{
    const int savedErrno = errno;
    struct stat wanted;
    struct stat present;
    const bool isIt = ::fstat(directory, &wanted) == 0 && ::stat(".", &present) == 0
        && wanted.st_dev == present.st_dev && wanted.st_ino == present.st_ino;
    errno = savedErrno;
    return isIt;
}

bool ChildCalls::joinControlGroup(int) noexcept
{
    return notSupported();
}

bool ChildCalls::setLimit(const ResourceLimit &limit) noexcept
{
    const rlimit value = {limit.soft, limit.hard};
    // The parameter is an int, or an enumeration of glibc.
    return ::setrlimit(static_cast<decltype(RLIMIT_CORE)>(limit.resource), &value) == 0;
}

bool ChildCalls::setAffinity(const unsigned long *, std::size_t) noexcept
{
    return notSupported();
}

bool ChildCalls::setOomScore(const char *, std::size_t) noexcept
{
    return notSupported();
}

bool ChildCalls::dieWithParent(pid_t, int) noexcept
{
    return notSupported();
}

bool ChildCalls::joinGuardian(const TreeTicket &) noexcept
{
    return notSupported();
}

bool ChildCalls::renouncePrivileges() noexcept
{
    return notSupported();
}

} // namespace ForkFd::Internal
