// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_CALLS_H
#define FORKFD_CORE_START_CHILD_CALLS_H

#include "core/start/child.h"

#include <ForkFd/spawn.h>

#include <cstddef>

#include <sys/types.h>

/// What a child asks of the system that POSIX does not offer, or libc only with a lock.
// Runs in the child between clone and exec: async-signal-safe calls only.
namespace ForkFd::Internal::ChildCalls {

// Those that return bool set errno when they fail; ENOTSUP, the system cannot do it.

/// Makes every descriptor from `lowest` on close-on-exec; as far as the parent knows all are below
/// `end`.
void markCloseOnExecFrom(int lowest, int end) noexcept;

/// What the kernel takes for another identity also takes the dumpable flag from a parent that shares the
/// memory: that has to look after it (DumpableKeeper).

/// Makes the effective user and group the real ones.
bool resetIds() noexcept;
/// Makes this the real, effective and saved user, or group.
bool setUserId(uid_t user) noexcept;
bool setGroupId(gid_t group) noexcept;
bool setGroups(const gid_t *groups, std::size_t count) noexcept;

/// Whether this directory is the current one. Does not change errno.
bool isCurrentDirectory(int directory) noexcept;
/// Moves this process into the control group whose directory this is.
bool joinControlGroup(int directory) noexcept;
bool setLimit(const ResourceLimit &limit) noexcept;
/// `mask` as sched_setaffinity(2) takes it, of that many bytes.
bool setAffinity(const unsigned long *mask, std::size_t size) noexcept;
/// The number as text. That of a parent which shares the memory stays.
bool setOomScore(const char *text, std::size_t size) noexcept;
/// The kernel kills this process when its parent ends, whose number this is; also if it has ended
/// already. A change of identity undoes it, and so does the exec of a program with rights of its own.
bool dieWithParent(pid_t parent) noexcept;
/// No exec gives more rights from now on.
bool renouncePrivileges() noexcept;

/// A ChildContext::createOrphan for a child that shares its parent's memory. Linux only.
pid_t cloneOrphan(ChildContext &context) noexcept;

} // namespace ForkFd::Internal::ChildCalls

#endif
