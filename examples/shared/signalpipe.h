// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_SIGNALPIPE_H
#define FORKFD_EXAMPLES_SIGNALPIPE_H

#include <chrono>
#include <csignal>
#include <optional>
#include <vector>

#include <sys/types.h>

/// Writes the signals that reach this program to a pipe, which an event loop can watch. There may be one
/// object at a time. Signals that are ignored stay ignored, as under nohup(1). Signals that are blocked
/// are unblocked: a program that starts this one may have blocked them for itself.
class SignalPipe
{
public:
    struct Signal
    {
        int number;
        bool isFromTerminal; ///< The kernel sent it to all processes in the terminal's foreground.
        pid_t sender; ///< 0 if the kernel sent it, or a process that this one cannot see.
        std::chrono::nanoseconds time; ///< When it was handled, on the monotonic clock.

        /// Whether both are one request: timeout(1), systemd and many CI runners send a second signal,
        /// the same or another one, to the process or to its group at once.
        bool repeats(const Signal &first) const
        {
            return time - first.time < std::chrono::milliseconds(200);
        }
    };

    /// On failure descriptor() is -1, errno is set, and the signals do what they did before.
    explicit SignalPipe(const std::vector<int> &numbers);
    /// Restores the previous actions and the previous mask.
    ~SignalPipe();
    SignalPipe(const SignalPipe &) = delete;
    SignalPipe &operator=(const SignalPipe &) = delete;

    /// Readable when next() has a signal.
    int descriptor() const { return m_readEnd; }
    std::optional<Signal> next() const;
    /// The signal mask before.
    const sigset_t &previousMask() const { return m_previousMask; }

private:
    int m_readEnd = -1;
    sigset_t m_previousMask = {};
};

#endif
