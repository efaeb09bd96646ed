// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// All but blockAllSignals() run in the child between clone and exec: async-signal-safe calls only.

#include "core/base/signals.h"

#include <cstddef>

#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {
// The size of a mask for rt_sigaction(2) and rt_sigprocmask(2). libc's _NSIG is 65, on MIPS 128.
constexpr std::size_t kernelMaskSize = _NSIG / 8;
} // namespace

void blockAllSignals(sigset_t *previousMask) noexcept
{
    // pthread_sigmask() leaves the two lowest real-time signals unblocked. Their handlers must not run
    // in a child that shares the parent's memory.
    unsigned char everything[kernelMaskSize];
    for (unsigned char &byte : everything)
        byte = 0xff;
    ::sigemptyset(previousMask);
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, everything, previousMask, kernelMaskSize);
}

void setSignalMask(const sigset_t &mask) noexcept
{
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, kernelMaskSize);
}

// The raw rt_sigaction(2), because sigaction() refuses libc's own signals and takes a lock for SIGABRT.
// The kernel's struct begins with the handler; on MIPS the flags precede it. All zeroes mean SIG_DFL
// everywhere. The array is larger than the struct of any architecture.
using KernelSigaction = unsigned long[8];
#ifdef __mips__
constexpr std::size_t handlerPlace = 1;
#else
constexpr std::size_t handlerPlace = 0;
#endif

void resetSignal(int signal) noexcept
{
    const KernelSigaction defaultAction = {};
    ::syscall(SYS_rt_sigaction, signal, defaultAction, nullptr, kernelMaskSize);
}

void resetCaughtSignals() noexcept
{
    for (int signal = 1; signal < _NSIG; ++signal) {
        KernelSigaction current = {};
        ::syscall(SYS_rt_sigaction, signal, nullptr, current, kernelMaskSize);
        // Reading an action costs less than setting it, and most signals have the default.
        if (current[handlerPlace] != reinterpret_cast<unsigned long>(SIG_DFL)
            && current[handlerPlace] != reinterpret_cast<unsigned long>(SIG_IGN))
            resetSignal(signal);
    }
}

} // namespace ForkFd::Internal
