// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_WRITEENDS_H
#define FORKFD_CORE_BASE_WRITEENDS_H

#include <ForkFd/export.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

/// The write ends of the library's pipes and terminals, as far as their numbers are below 1024.
///
/// A new child has copies of all of them until its exec, which may take long, and meanwhile a reader
/// waits in vain for the end of file. So each child first closes the write ends that are not its own.
///
/// The numbers are hints: a child closes only descriptors that its exec would close anyway.
namespace ForkFd::Internal::WriteEnds {

inline constexpr int maximumCount = 1024;
using Set = std::array<std::uint64_t, maximumCount / 64>;

/// Any thread. Does nothing for -1. UniqueFd::reset() undoes it.
FORKFD_EXPORT void add(int fd) noexcept;
void remove(int fd) noexcept;
/// The current numbers. Async-signal-safe.
Set all() noexcept;

/// Whether a child may have copies now that it has not closed yet.
FORKFD_EXPORT bool mayBeCopied() noexcept;

/// A child that may have copies, from before its creation until it has closed them.
class Copy
{
public:
    Copy() noexcept;
    ~Copy() { end(); }
    Copy(const Copy &) = delete;
    Copy &operator=(const Copy &) = delete;

    /// The numbers that were write ends before the child was created, and those that are write ends now.
    /// Together these are all write ends of which the child can have copies, unless its creation takes
    /// longer than another start.
    Set mayHave() const noexcept;
    /// Called by a child that shares the parent's memory. Async-signal-safe.
    void end() noexcept;

private:
    const std::uint32_t m_stamp; ///< Of the process that counts this object.
    const Set m_before;
    std::atomic<bool> m_hasEnded = false;
};

} // namespace ForkFd::Internal::WriteEnds

#endif
