// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DUMPABLE_LINUX_H
#define FORKFD_CORE_START_DUMPABLE_LINUX_H

namespace ForkFd::Internal {

/// Keeps this process as dumpable as it is while a child that shares its memory becomes somebody else
/// (PR_SET_DUMPABLE in prctl(2)): the kernel takes the flag from the memory, so that the child's new
/// user cannot look into it through the child. It therefore comes back only when the child has executed
/// or exited.
///
/// Starts in several threads may overlap; the last one to end brings it back. Takes no lock, so that a
/// fork() in another thread cannot leave one locked in the copy.
class DumpableKeeper
{
public:
    explicit DumpableKeeper(bool isNeeded) noexcept;
    ~DumpableKeeper();
    DumpableKeeper(const DumpableKeeper &) = delete;
    DumpableKeeper &operator=(const DumpableKeeper &) = delete;

private:
    const bool m_isNeeded;
};

} // namespace ForkFd::Internal

#endif
