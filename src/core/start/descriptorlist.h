// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DESCRIPTORLIST_H
#define FORKFD_CORE_START_DESCRIPTORLIST_H

#include "core/base/uniquefd.h"

#include <atomic>
#include <memory>
#include <utility>

namespace ForkFd::Internal {

/// Descriptors that a start in a thread holds.
///
/// A forked copy has no such thread, and may have been made at any moment of the thread's work. It can
/// still close its own descriptors: the list is complete at each moment, and each number is taken out
/// before it is closed. At worst the copy keeps the one descriptor that was just being closed.
class DescriptorList
{
public:
    DescriptorList() noexcept = default;
    DescriptorList(DescriptorList &&other) noexcept
        : m_last(other.m_last.exchange(nullptr))
    {
    }
    DescriptorList &operator=(DescriptorList &&other) noexcept
    {
        clear();
        m_last = other.m_last.exchange(nullptr);
        return *this;
    }
    ~DescriptorList() { clear(); }

    /// One thread adds. Throws std::bad_alloc, and then closes the descriptor.
    void add(UniqueFd descriptor)
    {
        auto entry = std::make_unique<Entry>(descriptor.get(), m_last.load());
        static_cast<void>(descriptor.release());
        m_last = entry.release();
    }

    /// Any thread, and a forked copy.
    void close() noexcept
    {
        for (Entry *entry = m_last; entry; entry = entry->before)
            UniqueFd(entry->fd.exchange(-1)).reset();
    }

private:
    struct Entry
    {
        Entry(int itsFd, Entry *itsBefore) noexcept
            : fd(itsFd)
            , before(itsBefore)
        {
        }
        std::atomic<int> fd;
        Entry *const before;
    };

    void clear() noexcept
    {
        close();
        std::unique_ptr<Entry> entry(m_last.exchange(nullptr));
        while (entry)
            entry.reset(entry->before);
    }

    std::atomic<Entry *> m_last = nullptr;
};

} // namespace ForkFd::Internal

#endif
