// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Everything in this file runs in the child between clone and exec: async-signal-safe calls only, no
// allocation, no lock. Built without sanitizers, like child.cpp.

#include "core/start/stopsignals.h"

#include <csignal>
#include <initializer_list>

namespace ForkFd::Internal {

void discardStopSignalsUntilExec() noexcept
{
    for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) {
        struct sigaction action;
        // An ignored signal stays ignored after the exec.
        if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL)
            continue;
        action.sa_handler = [](int) {};
        action.sa_flags = SA_RESTART;
        ::sigaction(signal, &action, nullptr);
    }
}

} // namespace ForkFd::Internal
