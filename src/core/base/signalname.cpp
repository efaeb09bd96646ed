// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/signalname.h"

#include <array>
#include <csignal>

namespace ForkFd::Internal {

namespace {

struct SignalName
{
    int number;
    const char *name;
};

// strsignal() gives descriptions; POSIX has no function for the names.
constexpr std::array signalNames = {
    SignalName{SIGABRT, "SIGABRT"},     SignalName{SIGALRM, "SIGALRM"}, SignalName{SIGBUS, "SIGBUS"},
    SignalName{SIGCHLD, "SIGCHLD"},     SignalName{SIGCONT, "SIGCONT"}, SignalName{SIGFPE, "SIGFPE"},
    SignalName{SIGHUP, "SIGHUP"},       SignalName{SIGILL, "SIGILL"},   SignalName{SIGINT, "SIGINT"},
    SignalName{SIGKILL, "SIGKILL"},     SignalName{SIGPIPE, "SIGPIPE"}, SignalName{SIGPROF, "SIGPROF"},
    SignalName{SIGQUIT, "SIGQUIT"},     SignalName{SIGSEGV, "SIGSEGV"}, SignalName{SIGSTOP, "SIGSTOP"},
    SignalName{SIGSYS, "SIGSYS"},       SignalName{SIGTERM, "SIGTERM"}, SignalName{SIGTRAP, "SIGTRAP"},
    SignalName{SIGTSTP, "SIGTSTP"},     SignalName{SIGTTIN, "SIGTTIN"}, SignalName{SIGTTOU, "SIGTTOU"},
    SignalName{SIGURG, "SIGURG"},       SignalName{SIGUSR1, "SIGUSR1"}, SignalName{SIGUSR2, "SIGUSR2"},
    SignalName{SIGVTALRM, "SIGVTALRM"}, SignalName{SIGXCPU, "SIGXCPU"}, SignalName{SIGXFSZ, "SIGXFSZ"},
#ifdef SIGPOLL
    SignalName{SIGPOLL, "SIGPOLL"},
#endif
#ifdef SIGPWR
    SignalName{SIGPWR, "SIGPWR"},
#endif
#ifdef SIGSTKFLT
    SignalName{SIGSTKFLT, "SIGSTKFLT"},
#endif
#ifdef SIGWINCH
    SignalName{SIGWINCH, "SIGWINCH"},
#endif
};

} // namespace

std::string nameOfSignal(int signal)
{
    for (const SignalName &entry : signalNames) {
        if (entry.number == signal)
            return entry.name;
    }
    if (signal >= SIGRTMIN && signal <= SIGRTMAX)
        return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
    return "signal " + std::to_string(signal);
}

} // namespace ForkFd::Internal
