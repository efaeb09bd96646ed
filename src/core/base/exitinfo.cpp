// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/exitinfo.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>

namespace ForkFd {

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

std::string nameOf(int signal)
{
    for (const SignalName &entry : signalNames) {
        if (entry.number == signal)
            return entry.name;
    }
    if (signal >= SIGRTMIN && signal <= SIGRTMAX)
        return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
    return "signal " + std::to_string(signal);
}

std::chrono::microseconds toDuration(const timeval &time) noexcept
{
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

} // namespace

/// Never blocks, any thread. \since 0.1
std::chrono::microseconds ExitInfo::userTime() const noexcept
{
    return toDuration(usage.ru_utime);
}

/// Never blocks, any thread. \since 0.1
std::chrono::microseconds ExitInfo::systemTime() const noexcept
{
    return toDuration(usage.ru_stime);
}

/// The largest value of any one process among the child and its collected descendants, not their sum. It
/// includes the child's memory before its exec: on Linux, a child of a big program may show that
/// program's size (getrusage(2); execve(2) keeps the mark).
///
/// Never blocks, any thread. \since 0.1
std::int64_t ExitInfo::maxResidentBytes() const noexcept
{
    return std::int64_t{usage.ru_maxrss} * 1024; // KiB since Linux 2.6.32 (getrusage(2)).
}

/// "exited with code 3", "killed by SIGTERM", "killed by SIGSEGV, core dumped", or "ended, exit status
/// unknown". Does not contain the resource usage.
///
/// Never blocks, any thread. \since 0.1
std::string ExitInfo::toString() const
{
    switch (reason) {
    case Exited:
        return "exited with code " + std::to_string(code);
    case Signaled:
        return "killed by " + nameOf(signal) + (coreDumped ? ", core dumped" : "");
    case Unknown:
        break;
    }
    return "ended, exit status unknown";
}

/// Never blocks, any thread. \since 0.1
bool operator==(const ExitInfo &a, const ExitInfo &b) noexcept
{
    return a.reason == b.reason && a.code == b.code && a.signal == b.signal
        && a.coreDumped == b.coreDumped && a.hasUsage == b.hasUsage
        && std::memcmp(&a.usage, &b.usage, sizeof a.usage) == 0;
}

/// The step, the subject if there is one, and the strerror(3) text of the errno, such as
/// "workingDirectory: /no/such: No such file or directory". For step `backend` also the possible causes.
///
/// Never blocks, any thread. \since 0.1
std::string StartError::toString() const
{
    if (!step)
        return {};
    std::string text = step;
    if (text == "backend")
        text += ", as the kernel or the environment variable FORKFD_BACKEND has it";
    if (!subject.empty())
        text += ": " + subject;
    return text + ": " + std::generic_category().message(errorCode);
}

/// Never blocks, any thread. \since 0.1
bool operator==(const StartError &a, const StartError &b) noexcept
{
    const auto name = [](const StartError &error) {
        return std::string_view(error.step ? error.step : "");
    };
    return name(a) == name(b) && a.errorCode == b.errorCode;
}

} // namespace ForkFd
