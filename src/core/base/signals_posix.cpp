// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// All but blockAllSignals() run in the child between clone and exec: async-signal-safe calls only.

#include "core/base/signals.h"

#include <cstdint>

namespace ForkFd::Internal {

void blockAllSignals(sigset_t *previousMask) noexcept
{
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, previousMask);
}

void setSignalMask(const sigset_t &mask) noexcept
{
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

void resetSignal(int signal) noexcept
{
    ::signal(signal, SIG_DFL);
}

void resetCaughtSignals() noexcept
{
    for (int signal = 1; signal < NSIG; ++signal) {
        struct sigaction current;
        if (::sigaction(signal, nullptr, &current) != 0)
            continue;
        // A program may set SIG_DFL and SIG_IGN together with SA_SIGINFO.
        const auto handler = (current.sa_flags & SA_SIGINFO)
            ? reinterpret_cast<std::uintptr_t>(current.sa_sigaction)
            : reinterpret_cast<std::uintptr_t>(current.sa_handler);
        if (handler != reinterpret_cast<std::uintptr_t>(SIG_DFL)
            && handler != reinterpret_cast<std::uintptr_t>(SIG_IGN))
            resetSignal(signal);
    }
}

} // namespace ForkFd::Internal
