// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_SIGNALS_H
#define FORKFD_CORE_BASE_SIGNALS_H

#include <csignal>

#include <pthread.h>

namespace ForkFd::Internal {

/// Blocks every signal in the calling thread, including those that libc reserves.
void blockAllSignals(sigset_t *previousMask) noexcept;

// The next three run in the child between clone and exec: async-signal-safe calls only.

/// Sets the calling thread's mask, including the signals that libc reserves.
void setSignalMask(const sigset_t &mask) noexcept;
/// Gives every caught signal its default action; ignored ones stay ignored, as with execve(2).
void resetCaughtSignals() noexcept;
/// Gives one signal its default action.
void resetSignal(int signal) noexcept;
/// Ignores one signal. Not for the signals that libc reserves, nor for SIGABRT, for which libc takes a
/// lock.
inline void ignoreSignal(int signal) noexcept
{
    ::signal(signal, SIG_IGN);
}

/// Disables cancellation of the calling thread. Async-signal-safe.
class CancellationBlocker
{
public:
    CancellationBlocker() noexcept
    {
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &m_previousState);
    }
    ~CancellationBlocker() { ::pthread_setcancelstate(m_previousState, nullptr); }
    CancellationBlocker(const CancellationBlocker &) = delete;
    CancellationBlocker &operator=(const CancellationBlocker &) = delete;

    /// PTHREAD_CANCEL_ENABLE or PTHREAD_CANCEL_DISABLE.
    int previousState() const noexcept { return m_previousState; }

private:
    int m_previousState;
};

/// Blocks signals and cancellation in a phase that only this thread can end. Handlers may never return
/// (siglongjmp). Async-signal-safe.
class Uninterrupted
{
public:
    Uninterrupted() noexcept
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &m_previous);
    }
    ~Uninterrupted() { ::pthread_sigmask(SIG_SETMASK, &m_previous, nullptr); }
    Uninterrupted(const Uninterrupted &) = delete;
    Uninterrupted &operator=(const Uninterrupted &) = delete;

private:
    const CancellationBlocker m_cancellationBlocker;
    sigset_t m_previous;
};

/// Blocks signals and cancellation in the calling thread while a child is being made.
class SignalBlocker
{
public:
    SignalBlocker() noexcept { blockAllSignals(&m_previousMask); }
    ~SignalBlocker() { setSignalMask(m_previousMask); }
    SignalBlocker(const SignalBlocker &) = delete;
    SignalBlocker &operator=(const SignalBlocker &) = delete;

    const sigset_t &previousMask() const noexcept { return m_previousMask; }

private:
    const CancellationBlocker m_cancellationBlocker;
    sigset_t m_previousMask;
};

} // namespace ForkFd::Internal

#endif
