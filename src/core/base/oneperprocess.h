// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_ONEPERPROCESS_H
#define FORKFD_CORE_BASE_ONEPERPROCESS_H

#include "core/base/thisprocess.h"

#include <atomic>
#include <memory>

namespace ForkFd::Internal {

/// Base of what serves the process that made it, and none of its forked copies.
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

/// The T of this process, made when it is first needed. It is never destroyed, because threads and
/// signal handlers use it to the very end.
///
/// A forked copy leaves its parent's alone, which may be in use or half changed, and makes its own.
/// There is no lock that a fork() in another thread could leave locked in the copy: of several threads
/// that make one, the first to be done has made it for all.
template<typename T>
class OnePerProcess
{
public:
    /// Null while this process has none. Async-signal-safe.
    T *find() const noexcept
    {
        T *known = m_current.load(std::memory_order_acquire);
        return known && known->belongsToThisProcess() ? known : nullptr;
    }

    /// `make` returns a std::unique_ptr<T>. Null if that does.
    template<typename Make>
    T *findOrMake(Make make)
    {
        T *known = m_current.load(std::memory_order_acquire);
        if (known && known->belongsToThisProcess())
            return known;
        std::unique_ptr<T> fresh = make();
        if (!fresh)
            return nullptr;
        // Release: whoever sees it sees what make() has written.
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
