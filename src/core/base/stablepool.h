// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_STABLEPOOL_H
#define FORKFD_CORE_BASE_STABLEPOOL_H

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace ForkFd::Internal {

/// Base of the elements of a StablePool.
struct PoolElement
{
    std::uint32_t index = 0; ///< Position in the pool; never changes.
    std::atomic<std::uint32_t> nextFree = 0; ///< Used by the pool.
};

/// Elements that are used again and never freed, so that an old pointer to an element reads valid
/// memory.
///
/// Lock-free: a signal handler may give an element back, and a fork() in another thread leaves no lock
/// locked in the copy. The elements lie in chunks, each twice as large as the one before, published
/// once.
template<typename Element>
class StablePool
{
public:
    constexpr StablePool() noexcept = default;
    StablePool(const StablePool &) = delete;
    StablePool &operator=(const StablePool &) = delete;

    /// Takes a free element; null if there is no memory.
    Element *take() noexcept
    {
        Element *element = pop();
        while (!element && addChunk())
            element = pop();
        return element;
    }
    /// Returns an element to the list of free ones. Async-signal-safe.
    void give(Element *element) noexcept;

    /// The number of elements, free or not; at() returns each. Async-signal-safe.
    std::uint32_t count() const noexcept { return m_count.load(std::memory_order_acquire); }
    Element *at(std::uint32_t index) const noexcept
    {
        const auto chunk = static_cast<std::uint32_t>(std::bit_width(index / firstChunkSize + 1) - 1);
        return m_chunks[chunk].load(std::memory_order_acquire) + (index - beginOf(chunk));
    }

private:
    static constexpr std::uint32_t firstChunkSize = 32;
    static constexpr std::size_t maxChunks = 20;
    static constexpr std::uint32_t beginOf(std::size_t chunk) noexcept
    {
        return firstChunkSize * ((1U << chunk) - 1);
    }

    Element *pop() noexcept;
    bool addChunk() noexcept;

    std::array<std::atomic<Element *>, maxChunks> m_chunks = {};
    std::atomic<std::uint32_t> m_count = 0;
    /// Tag << 32 | index + 1. Each pop changes the tag, so that a pop never takes an old head for the
    /// current one.
    std::atomic<std::uint64_t> m_freeHead = 0;
};

template<typename Element>
Element *StablePool<Element>::pop() noexcept
{
    std::uint64_t head = m_freeHead.load(std::memory_order_acquire);
    while (const auto position = static_cast<std::uint32_t>(head)) {
        Element *element = at(position - 1);
        // The value may be out of date. The tag has changed then, and the exchange fails.
        const std::uint64_t next = element->nextFree.load(std::memory_order_relaxed);
        const std::uint64_t tag = ((head >> 32) + 1) << 32;
        if (m_freeHead.compare_exchange_weak(head, tag | next, std::memory_order_acq_rel,
                                             std::memory_order_acquire))
            return element;
    }
    return nullptr;
}

template<typename Element>
void StablePool<Element>::give(Element *element) noexcept
{
    std::uint64_t head = m_freeHead.load(std::memory_order_relaxed);
    std::uint64_t next;
    do {
        element->nextFree.store(static_cast<std::uint32_t>(head), std::memory_order_relaxed);
        next = (head & ~0xffffffffULL) | (element->index + 1);
    } while (!m_freeHead.compare_exchange_weak(head, next, std::memory_order_release,
                                               std::memory_order_relaxed));
}

template<typename Element>
bool StablePool<Element>::addChunk() noexcept
{
    std::size_t chunk = 0;
    while (chunk < maxChunks && m_chunks[chunk].load(std::memory_order_acquire))
        ++chunk;
    if (chunk == maxChunks)
        return false;
    const std::uint32_t size = firstChunkSize << chunk;
    std::unique_ptr<Element[]> elements(new (std::nothrow) Element[size]);
    if (!elements)
        return false;
    for (std::uint32_t i = 0; i < size; ++i)
        elements[i].index = beginOf(chunk) + i;
    Element *none = nullptr;
    if (!m_chunks[chunk].compare_exchange_strong(none, elements.get(), std::memory_order_acq_rel))
        return true; // Another thread has added it.
    Element *published = elements.release();
    m_count.fetch_add(size, std::memory_order_release);
    for (std::uint32_t i = 0; i < size; ++i)
        give(&published[i]);
    return true;
}

} // namespace ForkFd::Internal

#endif
