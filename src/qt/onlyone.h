// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_ONLYONE_H
#define FORKFD_QT_ONLYONE_H

#include <atomic>
#include <memory>

namespace ForkFd::Internal {

/// The only object of type T, created when first needed and never destroyed, because static objects may
/// use it until the process ends.
///
/// A static of a function is guarded by a lock, which a forked copy could find locked for ever. Here
/// several threads may create an object at once; all of them use the first one that is published.
template<typename T>
class OnlyOne
{
public:
    /// The first call may throw std::bad_alloc.
    T &get()
    {
        T *known = m_known.load(std::memory_order_acquire);
        if (known)
            return *known;
        auto fresh = std::make_unique<T>();
        if (m_known.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel,
                                            std::memory_order_acquire))
            return *fresh.release();
        return *known;
    }

private:
    std::atomic<T *> m_known = nullptr;
};

} // namespace ForkFd::Internal

#endif
