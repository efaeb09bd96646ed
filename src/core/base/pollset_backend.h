// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_POLLSET_BACKEND_H
#define FORKFD_CORE_BASE_POLLSET_BACKEND_H

#include "core/base/pollset.h"

namespace ForkFd::Internal {

/// What a PollSet waits by.
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

    /// One that uses poll(2). Null with errno when there is no descriptor or memory.
    static std::unique_ptr<Private> makePolling() noexcept;
};

} // namespace ForkFd::Internal

#endif
