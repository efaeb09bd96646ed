// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Also runs in the child between clone and exec: async-signal-safe calls only.

#include "core/base/writeends.h"

#include "core/base/thisprocess.h"

namespace ForkFd::Internal::WriteEnds {

namespace {

constinit std::array<std::atomic<std::uint64_t>, maximumCount / 64> words{};
/// The number of Copy objects that have not ended, and in the upper half the stamp of the process that
/// counts them: no thread of a forked copy ends the objects of its parent.
constinit std::atomic<std::uint64_t> copies = 0;

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

std::uint32_t copyCount(std::uint64_t word, std::uint32_t stamp) noexcept
{
    return word >> 32 == stamp ? static_cast<std::uint32_t>(word) : 0;
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
    return copyCount(copies.load(), processStamp()) > 0;
}

// Counted before the child exists: while the count is 0, no child has copies.
Copy::Copy() noexcept
    : m_stamp(processStamp())
    , m_before(all())
{
    const std::uint64_t stamp = std::uint64_t{m_stamp} << 32;
    std::uint64_t word = copies.load();
    while (!copies.compare_exchange_weak(word, stamp | (copyCount(word, m_stamp) + 1))) { }
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
    if (m_hasEnded.exchange(true))
        return;
    // Compares with the stamp of this object: a child that shares the memory may have another one. In a
    // forked copy this changes only the parent's count, which the copy does not use.
    std::uint64_t word = copies.load();
    while (copyCount(word, m_stamp) > 0 && !copies.compare_exchange_weak(word, word - 1)) { }
}

} // namespace ForkFd::Internal::WriteEnds
