// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_THISPROCESS_H
#define FORKFD_CORE_BASE_THISPROCESS_H

#include <ForkFd/export.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include <sys/types.h>

namespace ForkFd::Internal {

/// A number of this process that none of its ancestors has. It is never 0.
///
/// It costs no system call where the kernel wipes a page in copies. A child that shares our memory
/// (vfork) has our stamp: code that may run there compares a ProcessIdentity. Async-signal-safe.
FORKFD_EXPORT std::uint32_t processStamp() noexcept;

/// processStamp() for systems that wipe no page in copies: the process id, and in the bits above it how
/// many fork(2) generations the process is away from the first call of this function. It does not
/// recognize a copy that a raw clone(2) made with its parent's process id. Async-signal-safe from the
/// second call on.
std::uint32_t stampOfForkCount() noexcept;

/// Distinguishes a process from its forked copies, which find the same data in memory.
///
/// The process id alone is not enough: PID 1 of a container that forks into a new PID namespace makes
/// another PID 1, and the kernel gives numbers out again. The stamp alone is the same in a vfork() child
/// and its parent. So both are compared.
class alignas(8) ProcessIdentity
{
public:
    /// The identity of no process.
    constexpr ProcessIdentity() noexcept = default;
    /// The identity of this process. Async-signal-safe.
    FORKFD_EXPORT static ProcessIdentity current() noexcept;

    /// Async-signal-safe.
    FORKFD_EXPORT bool isCurrent() const noexcept;
    bool isNone() const noexcept { return m_stamp == 0; }

private:
    pid_t m_pid = 0;
    std::uint32_t m_stamp = 0;
};

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
/// A forked copy makes its own object and does not touch its parent's, which may be half changed. No
/// lock: a fork() in another thread could leave it locked in the copy. If several threads make an object
/// at once, all use the first that is published.
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
