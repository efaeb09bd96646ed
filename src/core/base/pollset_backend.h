// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_POLLSET_BACKEND_H
#define FORKFD_CORE_BASE_POLLSET_BACKEND_H

#include "core/base/pollset.h"

namespace ForkFd::Internal {

/// The backend of a PollSet: epoll(7) or poll(2).
struct PollSet::Private
{
    Private() = default;
    virtual ~Private() = default;
    Private(const Private &) = delete;
    Private &operator=(const Private &) = delete;

    virtual int descriptor() const noexcept = 0;
    virtual bool add(int fd, Interest interest, std::uint64_t id) noexcept = 0;
    virtual bool change(int fd, Interest interest, std::uint64_t id) noexcept = 0;
    virtual void remove(int fd) noexcept = 0;
    virtual int wait(std::uint64_t *ids, int timeout, int maximum) noexcept = 0;

    /// Makes the backend that uses poll(2). Null with errno if no descriptor or memory is available.
    static std::unique_ptr<Private> makePolling() noexcept;
};

} // namespace ForkFd::Internal

#endif
