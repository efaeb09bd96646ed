// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_INTERRUPTION_H
#define FORKFD_EXAMPLES_INTERRUPTION_H

#include "signalpipe.h"

#include <QtCore/QSocketNotifier>

#include <functional>
#include <memory>
#include <optional>

/// Passes SIGINT, SIGTERM and SIGHUP to the event loop. There may be one object at a time.
class Interruption
{
public:
    /// Calls the function in the event loop, once for each request: signals that come
    /// right behind the first one are part of it.
    explicit Interruption(std::function<void()> onSignal);

    /// False if there is no pipe for the signals: they then end the program. errno was set.
    bool isListening() const { return m_notifier != nullptr; }
    /// The first signal that came; 0 if there was none.
    int signal() const { return m_first ? m_first->number : 0; }

private:
    void readSignals();

    const std::function<void()> m_onSignal;
    const SignalPipe m_pipe;
    std::unique_ptr<QSocketNotifier> m_notifier; // After the pipe, whose descriptor it watches.
    std::optional<SignalPipe::Signal> m_first;
};

#endif
