// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_CALLS_H
#define FORKFD_CORE_START_CHILD_CALLS_H

#include "core/stop/treeticket.h"

#include <ForkFd/spawn.h>

#include <cstddef>

#include <sys/types.h>

namespace ForkFd::Internal {

struct DetachedContext;

/// System calls that POSIX does not offer, or libc only with a lock.
// Runs in the child between clone and exec: async-signal-safe calls only.
namespace ChildCalls {

// A function that returns false sets errno. ENOTSUP: this system does not have the call.

/// Makes every descriptor from `lowest` on close-on-exec. False if the system does not list them.
bool markCloseOnExecFrom(int lowest) noexcept;

/// The next four change the identity. With shared memory this also clears the parent's dumpable flag,
/// which DumpableKeeper restores.

/// Makes the effective user and group the real ones.
bool resetIds() noexcept;
/// Makes this the real, effective and saved user, or group.
bool setUserId(uid_t user) noexcept;
bool setGroupId(gid_t group) noexcept;
bool setGroups(const gid_t *groups, std::size_t count) noexcept;

/// Whether this directory is the current one. Does not change errno.
bool isCurrentDirectory(int directory) noexcept;
/// Moves this process into the control group of this directory.
bool joinControlGroup(int directory) noexcept;
bool setLimit(const ResourceLimit &limit) noexcept;
/// `mask` is in the format of sched_setaffinity(2); `size` is in bytes.
bool setAffinity(const unsigned long *mask, std::size_t size) noexcept;
/// `text` is the score in decimal. The score of a parent that shares the memory does not change.
bool setOomScore(const char *text, std::size_t size) noexcept;
/// Makes the kernel send `signal` to this process when `parent` ends, or sends it at once if `parent`
/// has ended. A change of identity cancels this, and so does the exec of a program that is set-user-ID,
/// set-group-ID or has capabilities (prctl(2)).
bool dieWithParent(pid_t parent, int signal) noexcept;
/// Tells the guardian that this process leads a tree, before it can start another process.
bool joinGuardian(const TreeTicket &ticket) noexcept;
/// From now on, execve(2) grants no privileges.
bool renouncePrivileges() noexcept;

/// DetachedContext::createOrphan for a child that shares its parent's memory. Linux only.
pid_t cloneOrphan(DetachedContext &context) noexcept;

} // namespace ChildCalls

} // namespace ForkFd::Internal

#endif
