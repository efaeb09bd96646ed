// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PIPECAPACITY_H
#define FORKFD_CORE_BASE_PIPECAPACITY_H

#include "core/base/thisprocess.h"

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// Enlarges a pipe from 64 KiB to 1 MiB, if the system can do that and permits it to the user.
///
/// The kernel counts the memory of all pipes of a user. Above a limit it gives that user pipes of only
/// one or two pages (pipe(7), pipe-user-pages-soft). So a process enlarges only a few pipes at a time,
/// and shrinks an idle pipe again.
class FORKFD_EXPORT PipeEnlargement
{
public:
    /// The capacities of an enlarged and of a usual pipe.
    static constexpr int enlarged = 1024 * 1024;
    static constexpr int usual = 64 * 1024;

    PipeEnlargement() noexcept = default;
    ~PipeEnlargement();
    PipeEnlargement(const PipeEnlargement &) = delete;
    PipeEnlargement &operator=(const PipeEnlargement &) = delete;

    bool isActive() const noexcept { return !m_owner.isNone(); }
    enum Result {
        Enlarged,
        Busy, ///< The process has reached its limit for now.
        Refused ///< The system refused.
    };
    /// Precondition: not active.
    Result begin(int fd) noexcept;
    /// Restores the usual size. False, without any change, if the pipe contains too much data for that.
    /// Precondition: active, for this descriptor.
    bool end(int fd) noexcept;
    /// Tries to restore the usual size; the caller is about to close the pipe. Does nothing if not
    /// active.
    void abandon(int fd) noexcept;

private:
    void release() noexcept;

    ProcessIdentity m_owner; ///< None if not active. A forked copy leaves the pipe alone.
};

} // namespace ForkFd::Internal

#endif
