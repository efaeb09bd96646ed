// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Also runs in the child between clone and exec: async-signal-safe calls only.

#include "core/base/writeends.h"

namespace ForkFd::Internal::WriteEnds {

namespace {

constinit std::array<std::atomic<std::uint64_t>, maximumCount / 64> words{};
constinit std::atomic<int> copyCount = 0;

std::size_t wordOf(int fd) noexcept
{
    return static_cast<std::size_t>(fd) / 64;
}

std::uint64_t bitOf(int fd) noexcept
{
    return std::uint64_t{1} << (static_cast<unsigned>(fd) % 64);
}

bool fits(int fd) noexcept
{
    return fd >= 0 && fd < maximumCount;
}

} // namespace

void add(int fd) noexcept
{
    if (fits(fd))
        words[wordOf(fd)].fetch_or(bitOf(fd));
}

void remove(int fd) noexcept
{
    if (fits(fd) && (words[wordOf(fd)].load(std::memory_order_relaxed) & bitOf(fd)) != 0)
        words[wordOf(fd)].fetch_and(~bitOf(fd));
}

Set all() noexcept
{
    Set set;
    for (std::size_t i = 0; i < set.size(); ++i)
        set[i] = words[i];
    return set;
}

bool mayBeCopied() noexcept
{
    return copyCount.load() > 0;
}

// Counted before the child exists: while the count is 0, no child has copies.
Copy::Copy() noexcept
    : m_before(all())
{
    ++copyCount;
}

Set Copy::mayHave() const noexcept
{
    Set set = all();
    for (std::size_t i = 0; i < set.size(); ++i)
        set[i] |= m_before[i];
    return set;
}

void Copy::end() noexcept
{
    if (!m_hasEnded.exchange(true))
        --copyCount;
}

} // namespace ForkFd::Internal::WriteEnds
