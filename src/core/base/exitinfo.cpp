// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/signalname.h"

#include <ForkFd/exitinfo.h>

#include <csignal>
#include <cstring>
#include <system_error>

namespace ForkFd {

using Internal::nameOfSignal;

namespace {

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

/// The line is, for example, "exited with code 3", "killed by SIGTERM", "killed by SIGSEGV, core
/// dumped", or "ended, exit status unknown". It does not contain the resource usage.
///
/// Never blocks, any thread. \since 0.1
std::string ExitInfo::toString() const
{
    switch (reason) {
    case Exited:
        return "exited with code " + std::to_string(code);
    case Signaled:
        return "killed by " + nameOfSignal(signal) + (coreDumped ? ", core dumped" : "");
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

/// The line consists of the step, the subject if there is one, and the strerror(3) text of the errno,
/// such as "workingDirectory: /no/such: No such file or directory". For step `backend` it also names the
/// possible causes.
///
/// Never blocks, any thread. \since 0.1
std::string StartError::toString() const
{
    if (!step)
        return {};
    std::string text = step;
    if (text == "backend")
        text += " in FORKFD_BACKEND is unknown or unavailable";
    if (!subject.empty())
        text += ": " + subject;
    return text + ": " + std::generic_category().message(errorCode);
}

/// Never blocks, any thread. \since 0.1
bool operator==(const StartError &a, const StartError &b) noexcept
{
    return a.step == b.step && a.errorCode == b.errorCode;
}

} // namespace ForkFd
