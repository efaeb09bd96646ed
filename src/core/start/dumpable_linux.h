// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DUMPABLE_LINUX_H
#define FORKFD_CORE_START_DUMPABLE_LINUX_H

namespace ForkFd::Internal {

/// Restores the dumpable flag of this process after a child that shares its memory has changed its
/// identity. The kernel clears the flag, which belongs to the memory (PR_SET_DUMPABLE in prctl(2)), so
/// that the child's new user cannot look into the memory through the child. The flag is therefore
/// restored only when the child has executed or exited.
///
/// Starts in several threads may overlap; the last one to end restores the flag, and starts that begin
/// in that moment wait. Takes no lock, which a fork() in another thread could leave locked in the copy.
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
