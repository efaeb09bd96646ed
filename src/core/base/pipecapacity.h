// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_PIPECAPACITY_H
#define FORKFD_CORE_BASE_PIPECAPACITY_H

#include "core/base/thisprocess.h"

#include <ForkFd/export.h>

namespace ForkFd::Internal {

/// A pipe that holds 1 MiB instead of 64 KiB, where the system can do that and lets the user have so
/// much.
///
/// The kernel counts the memory of all pipes of a user, and gives a user who has too much of it pipes of
/// one or two pages from then on (pipe(7), pipe-user-pages-soft). So there are only a few such pipes at
/// a time in a process, and whoever has one gives it back when it is idle.
class FORKFD_EXPORT PipeEnlargement
{
public:
    /// What the pipe is enlarged to, and what it holds otherwise.
    static constexpr int enlarged = 1024 * 1024;
    static constexpr int usual = 64 * 1024;

    PipeEnlargement() noexcept = default;
    ~PipeEnlargement();
    PipeEnlargement(const PipeEnlargement &) = delete;
    PipeEnlargement &operator=(const PipeEnlargement &) = delete;

    bool isActive() const noexcept { return m_isActive; }
    enum Result {
        Enlarged,
        Busy, ///< The process has as many as it may have, for now.
        Refused ///< By the system.
    };
    /// Precondition: not active.
    Result begin(int fd) noexcept;
    /// Makes the pipe as small as it was. False, and nothing has changed, if it holds too much for that.
    /// Precondition: active, for this descriptor.
    bool end(int fd) noexcept;
    /// As end(), but the pipe may also stay as it is: it is about to be closed. Nothing when not active.
    void abandon(int fd) noexcept;

private:
    void release() noexcept;

    bool m_isActive = false;
    ProcessIdentity m_owner; ///< A forked copy leaves the pipe alone.
};

/// Makes a pipe hold more or less. False if it stays as it is.
bool setPipeCapacity(int fd, int capacity) noexcept;

} // namespace ForkFd::Internal

#endif
