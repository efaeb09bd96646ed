// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The arguments of a SIGCHLD handler. Async-signal-safe.

#ifndef FORKFD_CORE_WATCH_SIGCHLD_HANDLERARGUMENTS_H
#define FORKFD_CORE_WATCH_SIGCHLD_HANDLERARGUMENTS_H

#include "core/watch/sigchld/disposition.h"

#include <csignal>
#include <cstdint>

#include <pthread.h>
#include <ucontext.h>

namespace ForkFd::Internal {

/// The arguments of a handler. If a handler above ours takes one argument, the other two are garbage.
struct HandlerArguments
{
    int signal;
    siginfo_t *info;
    void *context;
    bool areWhole;
    int cancelType = PTHREAD_CANCEL_DEFERRED; ///< Of the interrupted thread.
};

/// Calls a handler with the arguments that it takes. If they are not whole, siginfo and context are
/// empty.
inline void callHandler(const struct sigaction &predecessor, const HandlerArguments &arguments)
{
    if (!takesThreeArguments(predecessor)) {
        predecessor.sa_handler(arguments.signal);
    } else if (arguments.areWhole) {
        predecessor.sa_sigaction(arguments.signal, arguments.info, arguments.context);
    } else {
        siginfo_t info = {};
        info.si_signo = arguments.signal;
        ucontext_t context = {};
        predecessor.sa_sigaction(arguments.signal, &info, &context);
    }
}

/// Whether the arguments are the kernel's, which puts siginfo and context on the stack, a little above
/// the handler's frame. Other code may install a handler above ours while ours is being called. The
/// kernel fills siginfo only if the action has SA_SIGINFO: the caller of this function checks that.
inline bool isFromKernel(const siginfo_t *info, const void *context) noexcept
{
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const auto isNear = [frame](const void *pointer) {
        const auto address = reinterpret_cast<std::uintptr_t>(pointer);
        return address > frame && address < frame + 16 * 1024;
    };
    // If handlers call each other in a loop, our own substitute (see callHandler()) comes back, and it
    // is also near the frame. It contains no information. A signal from outside the PID namespace looks
    // the same, and contains none either.
    const auto isStandIn = [info] { return info->si_code == SI_USER && info->si_pid == 0; };
    return isNear(info) && isNear(context) && info->si_signo == SIGCHLD && !isStandIn();
}

} // namespace ForkFd::Internal

#endif
