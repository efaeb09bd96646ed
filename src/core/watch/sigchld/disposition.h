// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Questions about a SIGCHLD action. Async-signal-safe.

#ifndef FORKFD_CORE_WATCH_SIGCHLD_DISPOSITION_H
#define FORKFD_CORE_WATCH_SIGCHLD_DISPOSITION_H

#include <csignal>
#include <cstdint>

namespace ForkFd::Internal {

inline struct sigaction currentAction() noexcept
{
    struct sigaction action = {};
    ::sigaction(SIGCHLD, nullptr, &action);
    return action;
}

inline bool takesThreeArguments(const struct sigaction &action) noexcept
{
    return (action.sa_flags & SA_SIGINFO) != 0;
}

// The handler, SIG_DFL or SIG_IGN. A program may set the latter two together with SA_SIGINFO (Go does).
inline std::uintptr_t handlerOf(const struct sigaction &action) noexcept
{
    return takesThreeArguments(action) ? reinterpret_cast<std::uintptr_t>(action.sa_sigaction)
                                       : reinterpret_cast<std::uintptr_t>(action.sa_handler);
}

inline bool isDefault(const struct sigaction &action) noexcept
{
    return handlerOf(action) == reinterpret_cast<std::uintptr_t>(SIG_DFL);
}

inline bool isIgnore(const struct sigaction &action) noexcept
{
    return handlerOf(action) == reinterpret_cast<std::uintptr_t>(SIG_IGN);
}

inline bool isHandler(const struct sigaction &action) noexcept
{
    return !isDefault(action) && !isIgnore(action);
}

inline bool reapsAutomatically(const struct sigaction &action) noexcept
{
    return (action.sa_flags & SA_NOCLDWAIT) || isIgnore(action);
}

inline bool haveSameHandler(const struct sigaction &a, const struct sigaction &b) noexcept
{
    return takesThreeArguments(a) == takesThreeArguments(b) && handlerOf(a) == handlerOf(b);
}

} // namespace ForkFd::Internal

#endif
