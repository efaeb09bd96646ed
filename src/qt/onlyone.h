// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_ONLYONE_H
#define FORKFD_QT_ONLYONE_H

#include <atomic>
#include <memory>

namespace ForkFd::Internal {

/// The only T of its kind, made when it is first needed, and never destroyed: static objects use it
/// until the end.
///
/// The compiler guards a static of a function with a lock, which a forked copy could find locked for
/// ever. Here threads that come at once make several, and the first that is done counts for all of them.
template<typename T>
class OnlyOne
{
public:
    /// The first call throws std::bad_alloc where there is no memory.
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
