// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_ONEPERPROCESS_H
#define FORKFD_CORE_BASE_ONEPERPROCESS_H

#include "core/base/thisprocess.h"

#include <atomic>
#include <memory>

namespace ForkFd::Internal {

/// Base of per-process singletons; not valid in a forked copy.
class OfOneProcess
{
public:
    /// Async-signal-safe.
    bool belongsToThisProcess() const noexcept { return m_owner.isCurrent(); }

protected:
    OfOneProcess() = default;
    ~OfOneProcess() = default;

private:
    const ProcessIdentity m_owner = ProcessIdentity::current();
};

/// The T of this process, made at the first use. It is never destroyed, because threads and signal
/// handlers use it until the process ends.
///
/// A forked copy does not touch its parent's object, which may be in use or half changed, and makes
/// another one. There is no lock that a fork() in another thread could leave locked in the copy. If
/// several threads make an object at once, the first to publish it wins, and all use that one.
template<typename T>
class OnePerProcess
{
public:
    /// Null if this process has no object yet. Async-signal-safe.
    T *find() const noexcept
    {
        T *known = m_current.load(std::memory_order_acquire);
        return known && known->belongsToThisProcess() ? known : nullptr;
    }

    /// `make` returns a std::unique_ptr<T>. Null if `make` returns null.
    template<typename Make>
    T *findOrMake(Make make)
    {
        T *known = m_current.load(std::memory_order_acquire);
        if (known && known->belongsToThisProcess())
            return known;
        std::unique_ptr<T> fresh = make();
        if (!fresh)
            return nullptr;
        // Release: a thread that sees the pointer sees what make() wrote.
        if (m_current.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel,
                                              std::memory_order_acquire))
            return fresh.release();
        return known;
    }

private:
    std::atomic<T *> m_current = nullptr;
};

} // namespace ForkFd::Internal

#endif
